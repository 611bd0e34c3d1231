"""Whom and what benches play with: the 400-session conference, and a brokerage event full of requests.

People come in bulk, for the time that takes is nobody's figure; everything that is measured runs the real verbs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from app.auth import SCOPE as PEOPLE
from app.auth import Secret
from app.journal import changing
from app.models import Person, SignIn
from events.hosting import About, create_event, edit_event
from events.interchange.importing import import_schedule
from events.interchange.schedule import ImportedSchedule as Schedule
from events.models import Event, EventKind, Participant, ParticipantKind, ParticipantStatus
from events.networks.models import Network
from matchmaking.models import Meeting, MeetingStatus
from matchmaking.round_models import Availability
from matchmaking.rounds import Shape, open_round
from tests.bench.agenda import agenda

BATCH = 100
SLOTS = (time(9), time(17))  # 24 of 20 minutes
TABLES = 40


@dataclass(frozen=True)
class Conference:
    event: Event
    organiser: Person
    speakers: Sequence[Person]

    async def rename_venue(self, venue: str) -> None:
        """Every session's calendar entry changes with it."""
        event = await Event.get(id=self.event.id)
        about = About(
            title=event.title, kind=event.kind, zone=event.zone, first_day=event.first_day, last_day=event.last_day,
            venue=venue,
        )  # fmt: skip
        await edit_event(event, about, version=event.about_version, by=self.organiser)

    async def another(self, slug: str, schedule: Schedule) -> Event:
        """An event of the same network with these sessions, not released yet."""
        made = await _event(await Network.get(id=self.event.network_id), slug, schedule, by=self.organiser)
        await import_schedule(made, schedule, by="import")
        return made


@dataclass(frozen=True)
class Pair:
    """Two who have not met yet: one has asked, the other has not answered."""

    asker: Person
    invitee: Person
    meeting: Meeting


@dataclass(frozen=True)
class Fair:
    event: Event
    organiser: Person
    pairs: Sequence[Pair]


async def conference() -> Conference:
    """400 sessions, not released yet; its 500 speakers have accounts, so each of them will be told."""
    made = agenda()
    owner, organiser = await network()
    event = await _event(owner, "agenda", made, by=organiser)
    await import_schedule(event, made, by="import")
    return Conference(event, organiser, await _give_accounts(event))


async def _event(owner: Network, slug: str, schedule: Schedule, *, by: Person) -> Event:
    first, last = schedule.first_day, schedule.last_day
    assert first
    assert last
    about = About(title=schedule.title, kind=EventKind.CONFERENCE, zone=schedule.zone, first_day=first, last_day=last)
    return await create_event(owner, slug, about, by=by)


async def fair(*, pairs: int) -> Fair:
    """So many requests wait for an answer, in a round with room for all of them."""
    owner, organiser = await network()
    day = datetime.now(UTC).date() + timedelta(days=30)
    about = About(title="Fair", kind=EventKind.BROKERAGE, zone="UTC", first_day=day, last_day=day)
    event = await create_event(owner, "fair", about, by=organiser)
    start, end = (datetime.combine(day, clock, UTC) for clock in SLOTS)
    shape = Shape(name="Day", start=start, end=end, slot_minutes=20, tables=TABLES)
    opened = await open_round(event, shape, by=organiser)
    guests = await _guests(event, 2 * pairs)
    async with changing(event.scope, by="bench") as changes:
        await Availability.bulk_create(
            [Availability(participant=guest, round=opened) for guest in guests], batch_size=BATCH
        )
        asked = {"event": event, "status": MeetingStatus.REQUESTED, "expires_at": start}
        at = {"changed_at": changes.at, "created_at": changes.at}
        couples = zip(guests[:pairs], guests[pairs:], strict=True)
        await Meeting.bulk_create(
            [Meeting(asker=asker, invitee=invitee, **asked, **at) for asker, invitee in couples], batch_size=BATCH
        )
        changes.record("bench.set", event, topics=[])
    meetings = Meeting.filter(event=event).order_by("id").select_related("asker__person", "invitee__person")
    return Fair(event, organiser, [Pair(_account(m.asker), _account(m.invitee), m) for m in await meetings])


async def sign_in(people: Sequence[Person]) -> list[str]:
    """The cookie of each, for `Client`."""
    secrets = [Secret.new() for _ in people]
    async with changing(PEOPLE, by="bench") as changes:
        life = {"created_at": changes.at, "expires_at": changes.at + timedelta(hours=1)}
        await SignIn.bulk_create(
            [
                SignIn(person=person, token_hash=secret.hash, user_agent="bench", **life)
                for person, secret in zip(people, secrets, strict=True)
            ],
            batch_size=BATCH,
        )
        changes.record("person.signed_in", people[0], topics=[])
    return [f"sid={secret.text}" for secret in secrets]


async def network() -> tuple[Network, Person]:
    async with changing("networks", by="bench") as changes:
        network = await Network.create(code="bench", name="Bench")
        organiser = await Person.create(email="olga@example.org", name="Olga")
        changes.record("network.added", network, topics=[])
    return network, organiser


async def _give_accounts(event: Event) -> list[Person]:
    async with changing(event.scope, by="bench") as changes:
        speakers = await Participant.filter(event=event, source__isnull=False).order_by("id")
        people = await _people([speaker.name for speaker in speakers])
        for speaker, person in zip(speakers, people, strict=True):
            speaker.person_id = person.id
        await Participant.bulk_update(speakers, ["person_id"], batch_size=BATCH)
        changes.record("bench.set", event, topics=[])
    return people


async def _guests(event: Event, count: int) -> list[Participant]:
    async with changing(event.scope, by="bench") as changes:
        people = await _people([f"Guest {n}" for n in range(count)])
        approved = {"kind": ParticipantKind.DELEGATE, "status": ParticipantStatus.APPROVED, "created_at": changes.at}
        await Participant.bulk_create(
            [Participant(event=event, person=person, name=person.name, **approved) for person in people],
            batch_size=BATCH,
        )
        changes.record("bench.set", event, topics=[])
    return await Participant.filter(event=event, kind=ParticipantKind.DELEGATE).order_by("id")


async def _people(names: Sequence[str]) -> list[Person]:
    made = [Person(email=f"person{n}@example.org", name=name) for n, name in enumerate(names)]
    await Person.bulk_create(made, batch_size=BATCH)
    return await Person.filter(email__startswith="person").order_by("id")


def _account(participant: Participant) -> Person:
    assert participant.person
    return participant.person
