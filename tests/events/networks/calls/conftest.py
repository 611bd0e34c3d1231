"""A call of Małopolska to try things on: people, a budget of 150 000 PLN, proposals in every state."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest

from app.journal import changing
from app.models import Person
from events.models import OrganisationKind
from events.networks.calls.announcing import Terms, draft_call, open_call
from events.networks.calls.arranging import add_criterion, name_officer
from events.networks.calls.models import Call, CallCriterion, CallOfficer, OfficerRole
from events.networks.calls.proposals.models import CallProposal, CallReview
from events.networks.calls.proposals.reviewing import assign
from events.networks.calls.proposals.writing import Content, draft_proposal, submit
from events.networks.models import Network, Pilot, Region
from events.participants import Affiliation

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer <<>>\n%%EOF\n"


@dataclass
class Office:
    """The region's office and its call."""

    network: Network
    region: Region
    pilot: Pilot
    ewa: Person  # coordinates
    call: Call

    async def person(self, name: str) -> Person:
        email = f"{name.lower()}@example.org"
        if known := await Person.get_or_none(email=email):
            return known
        async with changing("people", by="test") as changes:
            made = await Person.create(email=email, name=name)
            changes.record("person.created", made, topics=[])
        return made

    def content(self, house: str, amount: int | None = 80_000_00, *, title: str = "", summary: str = "Why") -> Content:
        affiliation = Affiliation(house, OrganisationKind.CLUSTER, self.region)
        return Content(
            affiliation=affiliation, language="pl", title=title or f"Projekt {house}", summary=summary, amount=amount
        )

    async def draft(self, name: str, amount: int | None = 80_000_00) -> CallProposal:
        return await draft_proposal(self.call, self.content(f"{name} Ltd", amount), by=await self.person(name))

    async def submitted(self, name: str, amount: int = 80_000_00) -> CallProposal:
        return await submit(await self.draft(name, amount), by=await self.person(name))

    async def close(self) -> None:
        """The deadline was a minute ago."""
        await Call.filter(id=self.call.id).update(deadline=datetime.now(UTC) - timedelta(minutes=1))
        await self.call.refresh_from_db()

    async def criterion(self, *, weight: int = 1, most: int = 5) -> CallCriterion:
        return await add_criterion(self.call, {"pl": "Wpływ"}, weight=weight, most=most, by=self.ewa)

    async def reviewer(self, name: str, *, organisation: str = "") -> CallOfficer:
        person = await self.person(name)
        return await name_officer(
            self.call, OfficerRole.REVIEWER, email=person.email, name=name, organisation=organisation, by=self.ewa
        )

    async def review(self, reviewer: CallOfficer, *proposals: CallProposal) -> list[CallReview]:
        await assign(reviewer, proposals, by=self.ewa)
        return [await CallReview.get(reviewer=reviewer, proposal=proposal) for proposal in proposals]


def terms(**changed: object) -> Terms:
    now = datetime.now(UTC)
    usual = Terms(
        language="pl",
        titles={"pl": "Otwarty konkurs ofert", "en": "Open call for proposals"},
        texts={"pl": "Wsparcie udziału w pilotażach."},
        eligibility={"pl": "Organizacje pożytku publicznego."},
        budget=150_000_00,
        currency="PLN",
        most=None,
        deadline=(now + timedelta(days=30)).replace(microsecond=0),
        zone="Europe/Warsaw",
    )
    return replace(usual, **changed)  # type: ignore[arg-type]


async def make_office() -> Office:
    async with changing("networks", by="test") as changes:
        network = await Network.create(code="vanguard", name="Vanguard Initiative")
        region = await Region.create(code="malopolska", names={"en": "Małopolska"}, country="PL")
        pilot = await Pilot.create(network=network, code="BIO", names={"en": "Bioeconomy", "pl": "Biogospodarka"})
        ewa = await Person.create(email="ewa@malopolska.example.org", name="Ewa", language="pl")
        changes.record("network.added", network, topics=[])
    call = await draft_call(network, terms(region=region, pilots=[pilot]), by=ewa)
    return Office(network, region, pilot, ewa, await open_call(call, by=ewa))


@pytest.fixture
async def office(database: str) -> Office:
    return await make_office()


@pytest.fixture
async def sqlite_office(sqlite_database: str) -> Office:
    return await make_office()


@pytest.fixture
def make_terms() -> Callable[..., Terms]:
    return terms
