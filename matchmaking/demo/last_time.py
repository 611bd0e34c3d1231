"""The online round that went before the demo's event: its meetings are over, and their people say what came of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import cycle

from app import occupancy
from app.journal import changing
from app.models import Person
from events.hosting import About, create_event
from events.models import Event, EventKind, OrganisationKind, Participant
from events.networks.models import Network, Region
from events.participants import Affiliation, approve, register
from matchmaking.demo.cast import Delegate, Interest, Table, table
from matchmaking.demo.requests import Request
from matchmaking.meetings import accept, request_meeting
from matchmaking.models import Meeting
from matchmaking.outcomes.saying import say
from matchmaking.outcomes.verdict import Said
from matchmaking.parties import with_people
from matchmaking.placing import claims
from matchmaking.profiles import approve_profile, write_profile
from matchmaking.round_models import Round, Slot
from matchmaking.rounds import Shape, open_round
from matchmaking.times import tick_rounds
from matchmaking.wishes import Wish

AGO = timedelta(days=28)
AHEAD = timedelta(days=60)  # where it is played, clear of everything else, before the clock is turned
MEETINGS = 16
SAID = (
    (Said.USEFUL, Said.HELD), (Said.FOLLOW_UP, Said.FOLLOW_UP), (Said.HELD, None), (Said.MISSED, Said.MISSED),
    (Said.USEFUL, Said.USEFUL), (None, None), (Said.FOLLOW_UP, Said.USEFUL), (Said.HELD, Said.MISSED),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Known:
    """Who and what the demo has already."""

    people: Mapping[str, Person]  # by address
    regions: Mapping[str, Region]  # by code
    wish: Callable[[Interest], Wish]


async def play_last_time(
    network: Network, base: date, requests: Sequence[Request], known: Known, *, by: Person
) -> None:
    """The people of the last requests of the story, a month before; with the verbs that they would have used."""
    day, told = base + AHEAD, table("last_time")
    about = About(
        title=told["title"], kind=EventKind.BROKERAGE, zone="Europe/Warsaw", first_day=day, last_day=day,
        summary=told["summary"], translations=told["translations"],
    )  # fmt: skip
    event = await create_event(network, f"vanguard-online-{base - AGO}", about, by=by)
    opened = await open_round(event, _shape(event, day, told), by=by)
    chosen = requests[-MEETINGS:]
    here = {
        delegate.email: await _admit(event, delegate, opened, known, by=by)
        for request in chosen
        for delegate in (request.asker, request.invitee)
    }
    met = []
    for request in chosen:
        asker, invitee = request.asker.email, request.invitee.email
        asked = await request_meeting(here[asker], here[invitee], message=request.message, by=known.people[asker])
        met.append(await accept(asked, by=known.people[invitee]))
    await _turn_back(event, AHEAD + AGO)
    await _tell_outcomes(met, known)


def _shape(event: Event, day: date, told: Table) -> Shape:
    start, end = (datetime.combine(day, time(hour), event.tz).astimezone(UTC) for hour in (9, 12))
    return Shape(
        name=told["round"], start=start, end=end, slot_minutes=20, break_minutes=0, tables=MEETINGS, place=told["place"]
    )


async def _admit(event: Event, delegate: Delegate, opened: Round, known: Known, *, by: Person) -> Participant:
    person = known.people[delegate.email]
    known_already = await Participant.get_or_none(event=event, person=person)
    if known_already:
        return known_already
    house = delegate.organisation
    affiliation = Affiliation(house.name, OrganisationKind(house.kind), known.regions[house.region])
    asked = await register(event, person, affiliation=affiliation, position=delegate.position, by=person)
    participant = await approve(asked, by=by)
    wishes = [known.wish(interest) for interest in delegate.interests]
    profile = await write_profile(
        participant, about=delegate.about, languages=delegate.languages, interests=wishes, version=None, by=person
    )
    await approve_profile(profile, by=by)
    await tick_rounds(participant, [opened], by=person)
    return participant


async def _turn_back(event: Event, span: timedelta) -> None:
    """Nothing can be agreed in the past, so it was agreed ahead: what takes place there is over from now on."""
    async with changing(event.scope, by="import") as changes:
        event.first_day, event.last_day = event.first_day - span, event.last_day - span
        await event.save()
        for opened in await Round.filter(event=event):
            opened.start, opened.end = opened.start - span, opened.end - span
            await opened.save()
        for slot in await Slot.filter(round__event=event).order_by("start"):
            slot.start, slot.end = slot.start - span, slot.end - span
            await slot.save()
        meetings = await with_people(Meeting.filter(event=event)).select_related("slot", "table")
        await occupancy.release([meeting.subject for meeting in meetings])
        for meeting in meetings:
            await occupancy.hold(meeting.subject, claims(meeting))
        changes.record("event.edited", event, topics=[event.desk], data={"title": event.title})


async def _tell_outcomes(met: Sequence[Meeting], known: Known) -> None:
    persons, notes = {person.id: person for person in known.people.values()}, table("last_time")["notes"]
    for meeting, pair in zip(met, cycle(SAID), strict=False):
        for speaker, said in zip((meeting.asker, meeting.invitee), pair, strict=True):
            if said:
                await say(meeting, speaker, said, note=notes.get(said.value, ""), by=persons[speaker.person_id or 0])
