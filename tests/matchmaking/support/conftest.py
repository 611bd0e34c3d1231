"""A support office of Małopolska at the fair: Anna is its client, Ewa advises there, Mikko is from elsewhere."""

from dataclasses import dataclass

import pytest

from app.models import Person
from events.models import Participant
from events.networks.support.assigning import allow
from events.networks.support.models import Adviser, Client, Office
from events.networks.support.offices import add_adviser, open_office
from matchmaking.round_models import Round
from tests.matchmaking.conftest import Fair
from tests.matchmaking.visiting import visit

__all__ = ["visit"]


@dataclass
class Help:
    fair: Fair
    office: Office
    adviser: Adviser
    ewa: Person
    anna: Participant
    mikko: Participant
    morning: Round

    async def client(self) -> Client:
        return await Client.get(person_id=self.anna.person_id).select_related("person")

    async def allowed(self) -> Client:
        """Anna lets the office act."""
        await allow(await self.client(), by=self.fair[self.anna])
        return await self.client()


@pytest.fixture
async def help(fair: Fair) -> Help:
    morning = await fair.round("10:00", "11:00")
    anna = await fair.delegate("Anna", morning)
    mikko = await fair.delegate("Mikko", morning, region=1)
    ewa = await fair.person("Ewa")
    office = await open_office("Centrum", fair.regions[0], by=fair.organiser)
    adviser = await add_adviser(office, ewa.email, by=fair.organiser)
    return Help(fair, office, adviser, ewa, anna, mikko, morning)
