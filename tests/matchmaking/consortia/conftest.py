"""A call with a topic, and people who look for each other: search, and as what everybody sees, visit."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from app.models import Person
from events.models import OrganisationKind
from events.networks.calls.announcing import Terms, draft_call, open_call
from events.networks.calls.arranging import add_topic
from events.networks.calls.models import Call, CallTopic
from events.participants import Affiliation
from matchmaking.consortia import forming
from matchmaking.consortia.models import Consortium
from matchmaking.consortia.reading import Board, board
from tests.matchmaking.conftest import Fair
from tests.matchmaking.visiting import visit  # noqa: F401 - a fixture

TOPIC = "HORIZON-CL6-2027-01"


@dataclass
class Search:
    """A call with a topic, and people who look for each other."""

    fair: Fair
    call: Call
    topic: CallTopic

    async def open(self, name: str, *, coordinates: bool = True, parts: Sequence[forming.Part] = ()) -> Consortium:
        by = await self.person(name)
        return await forming.open_board(
            self.topic, title="Resin", language="en", affiliation=self.house(name), coordinates=coordinates,
            parts=parts, by=by,
        )  # fmt: skip

    def house(self, name: str) -> Affiliation:
        return Affiliation(f"{name} Ltd", OrganisationKind.COMPANY, self.fair.regions[0])

    async def person(self, name: str) -> Person:
        return await Person.get_or_none(name=name) or await self.fair.person(name)

    async def inside(self, made: Consortium, *names: str) -> None:
        for name in names:
            person = await self.person(name)
            member = await forming.ask(made, self.house(name), by=person)
            (decider, *_more) = await forming.deciders(made)
            await forming.take_in(member, by=await Person.get(email=decider.email))

    async def board(self, made: Consortium, name: str) -> Board:
        return await board(await Consortium.get(id=made.id), await self.person(name))


async def make_search(fair: Fair) -> Search:
    terms = Terms(
        language="en", titles={"en": "Circular bio-based Europe"}, texts={}, eligibility={}, budget=100,
        currency="EUR", most=None, deadline=datetime.now(UTC) + timedelta(days=30), zone="Europe/Brussels",
    )  # fmt: skip
    call = await open_call(await draft_call(fair.network, terms, by=fair.organiser), by=fair.organiser)
    topic = await add_topic(call, TOPIC, {"en": "New resins"}, by=fair.organiser)
    return Search(fair, call, topic)


@pytest.fixture
async def search(fair: Fair) -> Search:
    return await make_search(fair)
