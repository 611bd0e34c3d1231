"""Makes the demo story happen: every row comes from the verb that a person, or the desk, would have used."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple, TypeVar

from app.errors import Refused
from app.i18n import _, languages
from app.journal import changing
from app.models import Person
from events.bookings import book
from events.hosting import About, create_event
from events.models import (
    Event,
    EventKind,
    Organisation,
    OrganisationKind,
    Participant,
    ParticipantKind,
    ParticipantType,
    Room,
    Session,
    Track,
)
from events.networks import reference
from events.networks.adopting import adopt_reference
from events.networks.coordinators import appoint
from events.networks.models import Network, NetworkRole, Pilot, Region
from events.networks.support.models import Adviser
from events.participants import Affiliation, approve, register
from events.releasing import release_programme
from events.rooms import add_room, add_track
from events.schedule import Details, create_session
from events.types import add_type
from matchmaking.conditions import LONGEST, Terms, change_conditions
from matchmaking.demo.calls import load_calls
from matchmaking.demo.cast import Delegate, Interest
from matchmaking.demo.forming import form
from matchmaking.demo.last_time import Known, play_last_time
from matchmaking.demo.market import converse, open_market
from matchmaking.demo.offices import open_offices
from matchmaking.demo.on_the_day import come_together
from matchmaking.demo.programme import Session as Told
from matchmaking.demo.requests import Request
from matchmaking.demo.story import Story, tell
from matchmaking.demo.together import TOGETHER, Guests, meet_together
from matchmaking.demo.year import gather_round, play_year
from matchmaking.hosts import give_table
from matchmaking.matrix import change_matrix
from matchmaking.meetings import REQUEST_LIFE, accept, cancel, decline, expire_due, request_meeting
from matchmaking.models import Meeting
from matchmaking.profiles import approve_profile, write_profile
from matchmaking.round_models import Location, Mode, Round
from matchmaking.rounds import Shape, open_round
from matchmaking.rule_models import Between
from matchmaking.times import tick_rounds
from matchmaking.wishes import Wish

SLUG = "vanguard-days-"
SPECIAL = {"business support office": ParticipantKind.SUPPORT}  # kinds of participants by kind of organisation

T = TypeVar("T")


class Login(NamedTuple):
    """Somebody of the story, for whoever wants to look around as them; `first` is what to try first."""

    role: str
    email: str
    name: str
    first: str


@dataclass(frozen=True, slots=True)
class Loaded:
    """Where the demo is, and who can look at it."""

    slug: str
    logins: tuple[Login, ...]


@dataclass(slots=True)
class Stage:
    """What the story's names stand for, as the rows come."""

    story: Story
    first_day: date
    progress: Callable[[int, str], object]
    event: Event = field(init=False)
    people: dict[str, Person] = field(default_factory=dict)  # by address
    participants: dict[str, Participant] = field(default_factory=dict)
    rooms: dict[str | None, Room] = field(default_factory=dict)  # by name
    tracks: dict[str | None, Track] = field(default_factory=dict)
    sessions: dict[str, Session] = field(default_factory=dict)  # by title
    rounds: list[Round] = field(default_factory=list)
    types: dict[str, ParticipantType] = field(default_factory=dict)  # by name
    pilots: dict[str, Pilot] = field(default_factory=dict)  # by code
    regions: dict[str, Region] = field(default_factory=dict)

    @property
    def organiser(self) -> Person:
        return self.people[self.story.staff[0].email]

    def at(self, day: int, clock: str) -> datetime:
        local = datetime.combine(self.first_day + timedelta(days=day - 1), time.fromisoformat(clock), self.event.tz)
        return local.astimezone(UTC)

    def steps(self, share: int, words: str, things: Iterable[T]) -> Iterator[T]:
        """Walk through the things, telling `share` hundredths of progress on the way, and in `words` what happens."""
        things = list(things)
        for number, thing in enumerate(things):
            yield thing
            self.progress(share * (number + 1) // len(things) - share * number // len(things), words)


async def load_demo(*, base_day: date, progress: Callable[[int, str], object]) -> Loaded:
    """Two days from `base_day`; one that is not over yet is used again. `progress` hears of a hundred steps in all, and
    what happens in each.

    Raises Refused when an earlier load was cut short: what it left cannot be told from what people did.
    """
    story = tell()
    event = await Event.filter(slug__startswith=SLUG, last_day__gte=base_day).first()
    if event is None:
        event = await _play(Stage(story, base_day, progress))
    elif await Meeting.filter(event=event).count() < len(story.requests) + TOGETHER:
        raise Refused(
            _("The demonstration was not loaded to its end."), hints=[_("Delete its database and start again.")]
        )
    else:
        progress(100, "")
    return Loaded(event.slug, (*_participants(story), *await _helpers()))


async def _play(stage: Stage) -> Event:
    await adopt_reference(reference.load(), by="system")
    await _gather(stage)
    await _announce(stage)
    for delegate in stage.steps(20, "120 people register", stage.story.delegates):
        await _admit(stage, delegate)
    for told in stage.steps(3, "the programme", stage.story.programme.sessions):
        await _schedule(stage, told)
    await release_programme(stage.event, "v1", by=stage.organiser)
    for seat in stage.steps(5, "seats are booked", stage.story.seats):
        email = seat.delegate.email
        await book(stage.sessions[seat.session.title], stage.participants[email], by=stage.people[email])
    booth = await Organisation.filter(participants__event=stage.event).order_by("id").first()
    await give_table(stage.rounds[0], 1, booth, by=stage.organiser)
    await _ask(stage)
    delegates, everybody = stage.story.delegates, stage.participants
    await open_market(stage.event, delegates, everybody, stage.people, stage.pilots, by=stage.organiser)
    busiest = _participants(stage.story)[1].email
    await converse(everybody[busiest], {person.id: person for person in stage.people.values()})
    stage.progress(3, "the marketplace")
    await play_year(stage.first_day, stage.organiser)
    known = Known(stage.people, stage.regions, lambda interest: _wish(stage, interest))
    vanguard = await Network.get(code="vanguard")
    await appoint(vanguard, stage.story.staff[1].email, by=stage.organiser)
    await play_last_time(vanguard, stage.first_day, stage.story.requests, known, by=stage.organiser)
    stage.progress(9, "the year of the other networks")
    await load_calls(stage.organiser, today=datetime.now(UTC).date(), sessions=stage.sessions)
    await gather_round(stage.participants)
    await open_offices(stage.event, by=stage.organiser)
    guests = Guests(stage.story.delegates, stage.participants, stage.people)
    await meet_together(
        stage.event, guests, host=_host(stage.story), pilots=stage.pilots, rounds=stage.rounds, by=stage.organiser
    )
    await come_together(stage.event, stage.participants, stage.people, by=stage.organiser)
    await form(guests, host=busiest, by=stage.organiser)
    stage.progress(5, "calls, groups and interpreters")
    return stage.event


async def _gather(stage: Stage) -> None:
    """Everybody's account, and what the reference data are called."""
    vanguard = await Network.get(code="vanguard")
    stage.pilots = {pilot.code: pilot for pilot in await Pilot.filter(network=vanguard).prefetch_related("demo_cases")}
    stage.regions = {region.code: region for region in await Region.all()}
    async with changing("people", by="import") as changes:
        for email, name, language in _accounts(stage.story):
            person, created = await Person.get_or_create(email=email, defaults={"name": name, "language": language})
            stage.people[email] = person
            if created:
                changes.record("person.created", person, topics=[])


async def _announce(stage: Stage) -> None:
    """The event with its desk, rooms, tracks and rounds."""
    told = stage.story.programme
    about = About(
        title=told.title, kind=EventKind.BROKERAGE, zone=told.zone, summary=told.summary,
        first_day=stage.first_day, last_day=stage.first_day + timedelta(days=1),
        venue=told.venue, city=told.city, country=told.country, translations=told.translations,
    )  # fmt: skip
    network = await Network.get(code="vanguard")
    stage.event = await create_event(network, f"{SLUG}{stage.first_day}", about, by=stage.organiser)
    for member in stage.story.staff[1:]:
        kind, person = ParticipantKind(member.kind), stage.people[member.email]
        asked = await register(
            stage.event, person, affiliation=None, position=member.position, kind=kind, by=stage.organiser
        )
        await approve(asked, by=stage.organiser)
    for room in told.rooms:
        added = await add_room(stage.event, room.name, capacity=room.capacity, shared=room.shared, by=stage.organiser)
        stage.rooms[room.name] = added
    for track in told.tracks:
        stage.tracks[track.name] = await add_track(stage.event, track.name, colour=track.colour, by=stage.organiser)
    for each in told.rounds:
        shape = Shape(
            name=each.name, start=stage.at(each.day, each.start), end=stage.at(each.day, each.end),
            slot_minutes=each.slot_minutes, tables=each.tables, place=each.place,
            location=Location(each.location), mode=Mode(each.mode), link=each.link,
        )  # fmt: skip
        stage.rounds.append(await open_round(stage.event, shape, by=stage.organiser))
    await _rule(stage)


async def _rule(stage: Stage) -> None:
    """Types, which advisers do not use to meet advisers, and limits."""
    for name in dict.fromkeys(stage.story.programme.types.values()):
        stage.types[name] = await add_type(stage.event, name, open=True, by=stage.organiser)
    adviser = stage.types["Adviser"].id
    await change_matrix(stage.event, {(adviser, adviser): Between.SEEN}, by=stage.organiser)
    terms = Terms(pending=20, request_minutes=LONGEST, most_meetings=16, pause_minutes=0, locked=False)
    await change_conditions(stage.event, terms, by=stage.organiser)


async def _admit(stage: Stage, delegate: Delegate) -> None:
    """From registration to ticked rounds; the desk approves both person and profile."""
    house, person = delegate.organisation, stage.people[delegate.email]
    speaks = any(delegate in session.speakers for session in stage.story.programme.sessions)
    kind = ParticipantKind.SPEAKER if speaks else SPECIAL.get(house.kind, ParticipantKind.DELEGATE)
    affiliation = Affiliation(house.name, OrganisationKind(house.kind), stage.regions[house.region])
    asked = await register(
        stage.event,
        person,
        affiliation=affiliation,
        position=delegate.position,
        kind=kind,
        type=stage.types[stage.story.programme.types[house.kind]],
        by=person,
    )
    participant = await approve(asked, by=stage.organiser)
    profile = await write_profile(
        participant,
        about=delegate.about,
        languages=delegate.languages,
        interests=[_wish(stage, interest) for interest in delegate.interests],
        version=None,
        by=person,
    )
    await approve_profile(profile, by=stage.organiser)
    await tick_rounds(participant, [stage.rounds[number] for number in delegate.rounds], by=person)
    stage.participants[delegate.email] = participant


async def _schedule(stage: Stage, told: Told) -> None:
    details = Details(
        title=told.title,
        subtitle=told.subtitle,
        abstract=told.abstract,
        kind=told.kind,
        language=told.language,
        translations=told.translations,
        track=stage.tracks.get(told.track),
        pilots=[stage.pilots[code] for code in told.pilots],
        speakers=[stage.participants[speaker.email] for speaker in told.speakers],
        capacity=told.capacity,
    )
    stage.sessions[told.title] = await create_session(
        stage.event,
        details,
        room=stage.rooms.get(told.room),
        start=stage.at(told.day, told.start),
        end=stage.at(told.day, told.end),
        by=stage.organiser,
    )


async def _ask(stage: Stage) -> None:
    """Those that expire first: the clock is turned for everything that waits by then."""
    requests = stage.story.requests
    late = [request for request in requests if request.state == "expired"]
    for request in stage.steps(5, "requests that nobody answered", late):
        await _request(stage, request)
    await expire_due(stage.event, datetime.now(UTC) + REQUEST_LIFE)
    for request in stage.steps(50, "requests and their answers", [one for one in requests if one.state != "expired"]):
        await _answer(stage, request, await _request(stage, request))


async def _request(stage: Stage, request: Request) -> Meeting:
    asker, invitee = (stage.participants[one.email] for one in (request.asker, request.invitee))
    by = stage.people[request.asker.email]
    return await request_meeting(asker, invitee, message=request.message, beside=True, by=by)


async def _answer(stage: Stage, request: Request, meeting: Meeting) -> None:
    invitee = stage.people[request.invitee.email]
    match request.state:
        case "accepted":
            try:
                await accept(meeting, waiting=request.waiting, by=invitee)
            except Refused:
                return  # no common time is left by now: it stays a request, as it would for them
        case "declined":
            await decline(meeting, reason=request.reason, by=invitee)
        case "cancelled":
            await cancel(meeting, reason=request.reason, by=stage.people[request.asker.email])


def _wish(stage: Stage, interest: Interest) -> Wish:
    pilot = stage.pilots[interest.pilot]
    cases = {case.code: case.id for case in pilot.demo_cases}
    demo_case = cases[interest.demo_case] if interest.demo_case else None
    return Wish(pilot.id, demo_case, interest.role, interest.offers, interest.needs, interest.trl)


def _accounts(story: Story) -> Iterator[tuple[str, str, str]]:
    """Address, name, and the language in which the site speaks to them: their own, if it can."""
    yield from ((member.email, member.name, "en") for member in story.staff)
    for delegate in story.delegates:
        own = delegate.languages[0]
        yield delegate.email, delegate.name, own if own in languages() else "en"


def _participants(story: Story) -> tuple[Login, ...]:
    """The organiser, and the two delegates with the most to look at."""
    organiser = next(member for member in story.staff if member.kind == ParticipantKind.ORGANISER)
    meetings = Counter(who.email for each in story.requests for who in (each.asker, each.invitee))
    names = {one.email: one.name for one in story.delegates}
    first, second = (email for email, _count in meetings.most_common(2))
    return (
        Login("organiser", organiser.email, organiser.name, "give every meeting a time at the desk"),
        Login("delegate", first, names[first], "answer the requests, then look at the agenda"),
        Login("delegate", second, names[second], "see whom to meet, and why"),
    )


async def _helpers() -> list[Login]:
    """Who works around the event: a coordinator of a network, and an adviser of a support office."""
    found = []
    role = await NetworkRole.filter(pilot=None).order_by("id").select_related("person", "network").first()
    if role:
        first = f"open /networks/{role.network.code}/desk"
        found.append(Login("coordinator", role.person.email, role.person.name, first))
    adviser = await Adviser.all().order_by("id").select_related("person").first()
    if adviser:
        person = adviser.person
        found.append(Login("adviser", person.email, person.name, f"open /offices/{adviser.office_id}, the clients"))
    return found


def _host(story: Story) -> str:
    """Whose company is asked as a whole: the delegate with most to look at who has a colleague here."""
    meetings = Counter(who.email for each in story.requests for who in (each.asker, each.invitee))
    houses = Counter(one.organisation for one in story.delegates)
    among = (one for one in story.delegates if houses[one.organisation] > 1)
    return max(among, key=lambda one: meetings[one.email]).email
