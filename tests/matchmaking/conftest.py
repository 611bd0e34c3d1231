"""A small brokerage event to try things on: people with approved profiles and a round of meeting time."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from app import db
from app.journal import changing
from app.models import Person
from events.hosting import About, create_event
from events.models import Event, EventKind, OrganisationKind, Participant
from events.networks.models import DemoCase, Network, Pilot, Region, Stage
from events.participants import Affiliation, approve, register
from matchmaking import cards
from matchmaking.models import Meeting, MeetingStatus
from matchmaking.parties import people, with_people
from matchmaking.profile_models import ChainRole, Profile
from matchmaking.profiles import approve_profile, write_profile
from matchmaking.round_models import Round, Slot
from matchmaking.rounds import Shape, open_round
from matchmaking.times import tick_rounds
from matchmaking.waitlist.models import MeetingWait
from matchmaking.wishes import Wish

DAY = date.today() + timedelta(days=5)  # noqa: DTZ011 - any day ahead of every zone's today


@dataclass
class Fair:
    network: Network
    regions: list[Region]
    pilot: Pilot
    demo_case: DemoCase
    event: Event
    organiser: Person
    people: dict[int, Person] = field(default_factory=dict)  # by participant

    def at(self, clock: str, *, day: int = 0) -> datetime:
        local = datetime.combine(DAY + timedelta(days=day), time.fromisoformat(clock), ZoneInfo(self.event.zone))
        return local.astimezone(UTC)

    async def person(self, name: str) -> Person:
        async with changing("people", by="test") as changes:
            made = await Person.create(email=f"{name.lower().replace(' ', '.')}@example.org", name=name)
            changes.record("person.created", made, topics=[])
        return made

    async def newcomer(
        self, name: str, *, house: str | None = None, region: int = 0, event: Event | None = None
    ) -> Participant:
        """Approved, without a profile."""
        affiliation = Affiliation(house or f"{name} Ltd", OrganisationKind.COMPANY, self.regions[region])
        person = await Person.get_or_none(name=name) or await self.person(name)
        participant = await register(event or self.event, person, affiliation=affiliation, by=person)
        self.people[participant.id] = person
        return await approve(participant, by="test")

    async def delegate(
        self,
        name: str,
        *rounds: Round,
        house: str | None = None,
        region: int = 0,
        offers: tuple[str, ...] = (),
        needs: tuple[str, ...] = (),
    ) -> Participant:
        """Approved, with an approved profile, to be met in these rounds."""
        participant = await self.newcomer(name, house=house, region=region)
        await self.profile(participant, offers=offers, needs=needs)
        if rounds:
            await tick_rounds(participant, rounds, by=self.people[participant.id])
        return participant

    async def profile(self, participant: Participant, *, offers: tuple[str, ...], needs: tuple[str, ...]) -> Profile:
        wish = Wish(self.pilot.id, self.demo_case.id, ChainRole.RESEARCH, offers, needs, 5)
        profile = await write_profile(
            participant, about="", languages=["en"], interests=[wish], version=None, by=self.people[participant.id]
        )
        return await approve_profile(profile, by=self.organiser)

    async def round(
        self,
        start: str,
        end: str,
        *,
        tables: int = 2,
        minutes: int = 20,
        pause: int = 0,
        name: str = "Morning",
        event: Event | None = None,
    ) -> Round:
        shape = Shape(
            name=name,
            start=self.at(start),
            end=self.at(end),
            slot_minutes=minutes,
            break_minutes=pause,
            tables=tables,
            place="Hall",
        )
        return await open_round(event or self.event, shape, by=self.organiser)

    async def ticks(self, participant: Participant) -> None:
        """They can be met in every round of the event."""
        await tick_rounds(participant, await Round.filter(event=self.event), by=self.people[participant.id])

    async def slot(self, clock: str) -> Slot:
        return await Slot.get(start=self.at(clock))

    async def second_event(self, slug: str) -> Event:
        return await _event(self.network, slug, self.organiser)

    def __getitem__(self, participant: Participant) -> Person:
        return self.people[participant.id]


@pytest.fixture(autouse=True)
def no_cards_of_another_database() -> None:
    """A process has one database; here the next test's first profile would pass for the last one's."""
    cards._kept.clear()


@pytest.fixture
async def fair(database: str) -> Fair:
    return await make_fair()


@pytest.fixture
async def sqlite_fair(sqlite_database: str) -> Fair:
    return await make_fair()


@pytest.fixture
def make() -> Callable[[], Awaitable[Fair]]:
    """For a test that opens its own database."""
    return make_fair


@pytest.fixture
def assert_sound() -> Callable[[], Awaitable[None]]:
    return sound


async def make_fair() -> Fair:
    async with changing("networks", by="test") as changes:
        network = await Network.create(code="vanguard", name="Vanguard Initiative")
        regions = [
            await Region.create(code="malopolska", names={"en": "Małopolska"}, country="PL"),
            await Region.create(code="tampere", names={"en": "Tampere Region"}, country="FI"),
        ]
        pilot = await Pilot.create(network=network, code="BIO", names={"en": "Bioeconomy", "fi": "Biotalous"})
        case = await DemoCase.create(pilot=pilot, code="aromatics", name="Biobased aromatics", stage=Stage.CONNECT)
        organiser = await Person.create(email="olga@example.org", name="Olga")
        changes.record("network.added", network, topics=[])
    return Fair(network, regions, pilot, case, await _event(network, "tampere", organiser), organiser)


async def _event(network: Network, slug: str, organiser: Person) -> Event:
    about = About(
        title=f"Meet in {slug.title()}", kind=EventKind.BROKERAGE, zone="Europe/Helsinki",
        first_day=DAY, last_day=DAY + timedelta(days=1), city="Tampere", country="FI",
    )  # fmt: skip
    return await create_event(network, slug, about, by=organiser)


async def sound() -> None:
    """Nobody and no table twice at once; each placed meeting, and each that is offered a place, holds its people and
    its table, and nothing else is held by a meeting."""
    seen: set[tuple[str, datetime]] = set()
    wanted: set[tuple[str, str]] = set()
    placed = Meeting.filter(status=MeetingStatus.ACCEPTED, slot_id__isnull=False)
    for meeting in await with_people(placed).select_related("slot"):
        resources = [f"person:{one.person_id}" for one in people(meeting)]
        for resource in (*resources, f"table:{meeting.table_id}"):
            assert (resource, meeting.slot.start) not in seen, f"{resource} is double-booked at {meeting.slot.start}"
            seen.add((resource, meeting.slot.start))
            wanted.add((meeting.subject, resource))
    offers = MeetingWait.filter(slot_id__isnull=False, meeting__status=MeetingStatus.ACCEPTED, meeting__slot_id=None)
    for wait in await offers.select_related("slot"):
        meeting = await with_people(Meeting.filter(id=wait.meeting_id)).get()
        resources = [f"person:{one.person_id}" for one in people(meeting)]
        for resource in (*resources, f"table:{wait.table_id}"):
            assert (resource, wait.slot.start) not in seen, f"{resource} is offered and taken at {wait.slot.start}"
            seen.add((resource, wait.slot.start))
            wanted.add((meeting.subject, resource))
    held = await db.rows("SELECT DISTINCT holder, resource FROM occupancy WHERE holder LIKE 'meeting:%'")
    assert {(row["holder"], row["resource"]) for row in held} == wanted


async def solver() -> int:
    """The process id of the solver, once there is one."""
    for _attempt in range(200):
        for children in Path("/proc/self/task").glob("*/children"):
            for pid in children.read_text().split():
                if "solver_process" in Path(f"/proc/{pid}/cmdline").read_text():
                    return int(pid)
        await asyncio.sleep(0.05)
    raise AssertionError("no solver was started")
