"""Before the demo's event: accounts, its rooms, rounds and rules, who takes part, and the programme."""

from collections.abc import Iterator
from datetime import timedelta

from app.i18n import languages
from app.journal import changing
from app.models import Person
from events.hosting import About, create_event
from events.models import EventKind, OrganisationKind, ParticipantKind
from events.networks.models import Network, Pilot, Region
from events.participants import Affiliation, approve, register
from events.rooms import add_room, add_track
from events.schedule import Details, create_session
from events.types import add_type
from matchmaking.conditions import LONGEST, Terms, change_conditions
from matchmaking.demo.cast import Delegate
from matchmaking.demo.programme import Session as Told
from matchmaking.demo.stage import Stage
from matchmaking.demo.story import Story
from matchmaking.matrix import change_matrix
from matchmaking.profiles import approve_profile, write_profile
from matchmaking.round_models import Location, Mode
from matchmaking.rounds import Shape, open_round
from matchmaking.rule_models import Between
from matchmaking.times import tick_rounds

SPECIAL = {"business support office": ParticipantKind.SUPPORT}  # kinds of participants by kind of organisation


async def gather(stage: Stage) -> None:
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


async def announce(stage: Stage, slug: str) -> None:
    """The event with its desk, rooms, tracks and rounds."""
    told = stage.story.programme
    about = About(
        title=told.title, kind=EventKind.BROKERAGE, zone=told.zone, summary=told.summary,
        first_day=stage.first_day, last_day=stage.first_day + timedelta(days=1),
        venue=told.venue, city=told.city, country=told.country, translations=told.translations,
    )  # fmt: skip
    network = await Network.get(code="vanguard")
    stage.event = await create_event(network, slug, about, by=stage.organiser)
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


async def admit(stage: Stage, delegate: Delegate) -> None:
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
        interests=[stage.wish(interest) for interest in delegate.interests],
        version=None,
        by=person,
    )
    await approve_profile(profile, by=stage.organiser)
    await tick_rounds(participant, [stage.rounds[number] for number in delegate.rounds], by=person)
    stage.participants[delegate.email] = participant


async def schedule(stage: Stage, told: Told) -> None:
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


def _accounts(story: Story) -> Iterator[tuple[str, str, str]]:
    """Address, name, and the language in which the site speaks to them: their own, if it can."""
    yield from ((member.email, member.name, "en") for member in story.staff)
    for delegate in story.delegates:
        own = delegate.languages[0]
        yield delegate.email, delegate.name, own if own in languages() else "en"
