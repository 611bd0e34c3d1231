"""Importing: only differences are written, each as its fact; a second time there is nothing to do."""

import logging
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from app import db, journal
from app.errors import Refused
from app.journal import changing
from app.models import Change
from events.bookings import book
from events.hosting import About, create_event
from events.interchange.frab_xml import read_frab_xml
from events.interchange.importing import compare_schedule, import_file, import_schedule
from events.interchange.schedule import (
    ImportedRoom,
    ImportedSchedule,
    ImportedSession,
    ImportedSpeaker,
    ImportedTrack,
)
from events.models import Event, EventKind, Participant, Room, Session, SessionStatus, Track
from events.schedule import cancel_session

Conference = Any  # see conftest.py

CONGRESS = Path(__file__).parents[3] / "shared" / "data" / "schedules" / "38c3.xml"

ANNA, BEN = ImportedSpeaker("guid:a", "Anna"), ImportedSpeaker("name:ben", "Ben")


@pytest.fixture
def imported(conference: Conference) -> ImportedSchedule:
    """Three sessions: two one after the other in the hall that exists already, one in a room of the file's own."""
    sessions = (
        session("1", conference.at("09:00"), room="Hall", track="Bio", speakers=(ANNA, BEN), language="pl"),
        session("2", conference.at("10:00"), room="Hall", speakers=(ANNA,), abstract="All of it.\n\nAnd more."),
        session("3", conference.at("10:00"), room="Attic", kind="workshop", subtitle="With tools"),
    )
    return schedule(*sessions)


def session(key: str, start: Any, **details: Any) -> ImportedSession:
    return ImportedSession(f"id:{key}", f"Session {key}", start=start, end=start + timedelta(hours=1), **details)


def schedule(*sessions: ImportedSession) -> ImportedSchedule:
    rooms = dict.fromkeys(s.room for s in sessions if s.room)
    speakers = dict.fromkeys(speaker for s in sessions for speaker in s.speakers)
    return ImportedSchedule(
        title="File", acronym="file", zone="Europe/Warsaw", version="1", first_day=None, last_day=None,
        rooms=tuple(map(ImportedRoom, rooms)), tracks=(ImportedTrack("Bio", "#336699"),),
        speakers=tuple(speakers), sessions=sessions,
    )  # fmt: skip


def with_session(imported: ImportedSchedule, key: str, **changed: Any) -> ImportedSchedule:
    return replace(
        imported, sessions=tuple(replace(s, **changed) if s.key == f"id:{key}" else s for s in imported.sessions)
    )


async def stored(event: Event, key: str) -> Session:
    return await Session.get(event=event, source=f"id:{key}").prefetch_related("speakers", "room", "track")


async def facts(event: Event, since: int) -> list[tuple[str, int]]:
    return [(fact.kind, fact.subject_id) for fact in await journal.changes_since(event.scope, since)]


async def held(resource: str) -> list[str]:
    rows = await db.rows("SELECT DISTINCT holder FROM occupancy WHERE resource = $1 ORDER BY holder", resource)
    return [row["holder"] for row in rows]


async def sign_in(conference: Conference, speaker: str) -> str:
    """The imported speaker gets an account; their topic."""
    person = await conference.person("Anna Own")
    participant = await Participant.get(event=conference.event, name=speaker)
    async with changing(conference.event.scope, by="test") as changes:
        participant.person_id, participant.name = person.id, person.name
        await participant.save()
        changes.record("participant.claimed", participant, topics=[])
    return f"person:{person.id}"


async def test_import_creates_everything(conference: Conference, imported: ImportedSchedule) -> None:
    report = await import_schedule(conference.event, imported, by=conference.organiser)
    assert (report.created, report.changed, report.cancelled, report.unchanged) == (3, 0, 0, 0)
    assert (report.rooms, report.tracks, report.speakers) == (1, 1, 2)
    first, third = await stored(conference.event, "1"), await stored(conference.event, "3")
    assert (first.title, first.language, first.room.name, first.track.name) == ("Session 1", "pl", "Hall", "Bio")
    assert (first.start, first.end) == (conference.at("09:00"), conference.at("10:00"))
    assert sorted(speaker.name for speaker in first.speakers) == ["Anna", "Ben"]
    assert (third.kind, third.subtitle, third.room.name) == ("workshop", "With tools", "Attic")
    assert (await stored(conference.event, "2")).abstract == "All of it.\n\nAnd more."
    assert (await Track.get(event=conference.event)).colour == "#336699"
    assert await held(f"room:{third.room_id}") == [third.subject]


async def test_second_import_records_nothing(conference: Conference, imported: ImportedSchedule) -> None:
    await import_schedule(conference.event, imported, by=conference.organiser)
    before, changes = await journal.revision(conference.event.scope), await Change.all().count()
    report = await import_schedule(conference.event, imported, by=conference.organiser)
    assert (report.created, report.changed, report.cancelled, report.unchanged) == (0, 0, 0, 3)
    assert (await journal.revision(conference.event.scope), await Change.all().count()) == (before, changes)
    assert not await compare_schedule(conference.event, imported)


async def test_changed_file_changes_exactly_that(conference: Conference, imported: ImportedSchedule) -> None:
    await import_schedule(conference.event, imported, by=conference.organiser)
    since = await journal.revision(conference.event.scope)
    second, third = await stored(conference.event, "2"), await stored(conference.event, "3")
    changed = with_session(imported, "1", title="Opening", speakers=(BEN,))
    changed = with_session(changed, "2", start=conference.at("11:00"), end=conference.at("12:30"))
    changed = replace(changed, sessions=changed.sessions[:2])
    report = await import_schedule(conference.event, changed, by=conference.organiser)
    assert (report.created, report.changed, report.cancelled, report.unchanged) == (0, 2, 1, 0)
    assert dict(report.fields) == {"title": 1, "speakers": 1, "start": 1, "end": 1}
    first = await stored(conference.event, "1")
    assert sorted(await facts(conference.event, since)) == sorted(
        [
            ("session.edited", first.id),
            ("session.moved", second.id),
            ("session.cancelled", third.id),
            ("schedule.imported", conference.event.id),
        ]
    )
    assert (first.version, first.sequence, [s.name for s in first.speakers]) == (2, 0, ["Ben"])
    moved, gone = await stored(conference.event, "2"), await stored(conference.event, "3")
    assert (moved.version, moved.sequence, moved.end) == (2, 1, conference.at("12:30"))
    assert moved.changed_at >= second.changed_at + timedelta(seconds=1)
    assert (gone.status, gone.version, gone.sequence) == (SessionStatus.CANCELLED, 2, 1)
    assert await held(f"room:{gone.room_id}") == []
    assert not await compare_schedule(conference.event, changed)


async def test_session_that_comes_back_is_restored(conference: Conference, imported: ImportedSchedule) -> None:
    await import_schedule(conference.event, imported, by=conference.organiser)
    third = await stored(conference.event, "3")
    await cancel_session(third, version=1, by=conference.organiser)
    since = await journal.revision(conference.event.scope)
    report = await import_schedule(conference.event, imported, by=conference.organiser)
    assert (report.changed, report.restored, report.unchanged) == (1, 1, 2)
    assert ("session.restored", third.id) in await facts(conference.event, since)
    assert await held(f"room:{third.room_id}") == [third.subject]
    assert (await stored(conference.event, "3")).sequence == 2


async def test_session_that_loses_its_time_is_unscheduled(conference: Conference, imported: ImportedSchedule) -> None:
    await import_schedule(conference.event, imported, by=conference.organiser)
    since = await journal.revision(conference.event.scope)
    timeless = with_session(imported, "3", start=None, end=None, room=None)
    await import_schedule(conference.event, timeless, by=conference.organiser)
    third = await stored(conference.event, "3")
    assert (third.start, third.end, third.room_id) == (None, None, None)
    assert ("session.unscheduled", third.id) in await facts(conference.event, since)
    assert await db.rows("SELECT * FROM occupancy WHERE holder = $1", third.subject) == []


async def test_what_the_desk_made_stays(conference: Conference, imported: ImportedSchedule) -> None:
    own = await conference.session("Own", "14:00", "15:00", room=conference.hall)
    await import_schedule(conference.event, imported, by=conference.organiser)
    first, guest = await stored(conference.event, "1"), await conference.delegate("Guest")
    await first.speakers.add(guest)
    edited = with_session(imported, "1", speakers=(BEN,))
    report = await import_schedule(conference.event, edited, by=conference.organiser)
    assert (report.changed, report.cancelled) == (1, 0)
    assert sorted(s.name for s in (await stored(conference.event, "1")).speakers) == ["Ben", "Guest"]
    assert (await Session.get(id=own.id)).version == 1
    assert not await compare_schedule(conference.event, edited)


async def test_renamed_speaker_is_one_person_and_their_sessions_say_so(
    conference: Conference, imported: ImportedSchedule
) -> None:
    await import_schedule(conference.event, imported, by=conference.organiser)
    since = await journal.revision(conference.event.scope)
    anna = ImportedSpeaker(ANNA.key, "Anna Nowak")
    renamed = replace(with_session(imported, "1", speakers=(anna, BEN)), speakers=(anna, BEN))
    renamed = with_session(renamed, "2", speakers=(anna,))
    report = await import_schedule(conference.event, renamed, by=conference.organiser)
    assert (report.speakers, dict(report.fields)) == (0, {"speakers": 2})
    assert [kind for kind, _ in await facts(conference.event, since)].count("participant.renamed") == 1
    assert await Participant.filter(event=conference.event, source=ANNA.key).values_list("name", flat=True) == [
        "Anna Nowak"
    ]
    assert not await compare_schedule(conference.event, renamed)


async def test_name_of_a_speaker_with_an_account_is_theirs(conference: Conference, imported: ImportedSchedule) -> None:
    await import_schedule(conference.event, imported, by=conference.organiser)
    await sign_in(conference, "Anna")
    assert not await compare_schedule(conference.event, imported)


async def test_those_concerned_hear_of_it_once_released(conference: Conference, imported: ImportedSchedule) -> None:
    event = conference.event
    await import_schedule(event, imported, by=conference.organiser)
    silent = await Change.get(scope=event.scope, kind="schedule.imported")
    created = await Change.filter(scope=event.scope, kind="session.created").first()
    assert (silent.topics, created.topics if created else None) == ([event.desk], [event.desk])
    anna = await sign_in(conference, "Anna")
    await conference.release()
    guest = await conference.delegate("Guest")
    await book(await stored(event, "2"), guest, by=conference.organiser)
    changed = with_session(imported, "2", start=conference.at("12:00"), end=conference.at("13:00"), speakers=(BEN,))
    await import_schedule(event, changed, by=conference.organiser)
    moved = await Change.get(scope=event.scope, kind="session.moved")
    assert moved.topics == sorted([event.scope, event.desk, anna, guest.topic])
    back = with_session(changed, "3", title="With Anna", speakers=(ANNA,))
    await import_schedule(event, back, by=conference.organiser)
    edited = await Change.filter(scope=event.scope, kind="session.edited").order_by("-id").first()
    assert edited
    assert edited.topics == sorted([event.scope, event.desk, anna])


async def test_room_with_two_sessions_at_once_is_shared(conference: Conference, imported: ImportedSchedule) -> None:
    await import_schedule(conference.event, imported, by=conference.organiser)
    both = with_session(imported, "2", start=conference.at("09:30"), end=conference.at("10:30"))
    await import_schedule(conference.event, both, by=conference.organiser)
    hall, attic = await Room.get(id=conference.hall.id), await Room.get(event=conference.event, name="Attic")
    assert (hall.shared, hall.capacity, attic.shared) == (True, 200, False)
    assert await held(f"room:{hall.id}") == []
    assert not await compare_schedule(conference.event, both)


async def test_room_that_the_desk_uses_refuses_the_whole_file(
    conference: Conference, imported: ImportedSchedule
) -> None:
    await conference.session("Own", "09:30", "10:00", room=conference.hall)
    before = await journal.revision(conference.event.scope)
    with pytest.raises(Refused, match="“Own” and “Session 1” are in Hall at the same time"):
        await import_schedule(conference.event, imported, by=conference.organiser)
    assert await journal.revision(conference.event.scope) == before
    assert await Session.filter(event=conference.event).count() == 1


async def test_speaker_with_an_account_is_not_put_in_two_places(
    conference: Conference, imported: ImportedSchedule
) -> None:
    await import_schedule(conference.event, imported, by=conference.organiser)
    await sign_in(conference, "Anna")
    both = with_session(imported, "2", start=conference.at("09:30"), end=conference.at("10:30"), room="Attic")
    with pytest.raises(Refused, match="Anna Own speaks in “Session 1” and “Session 2” at the same time"):
        await import_schedule(conference.event, both, by=conference.organiser)


async def test_speaker_with_something_else_is_named(
    conference: Conference, imported: ImportedSchedule, make: Any
) -> None:
    await import_schedule(conference.event, imported, by=conference.organiser)
    topic = await sign_in(conference, "Anna")
    elsewhere = await make("berry", "helsinki")
    anna = await Participant.get(event=conference.event, source=ANNA.key)
    async with changing(elsewhere.event.scope, by="test") as changes:
        there = await Participant.create(
            event=elsewhere.event, person_id=anna.person_id, name="Anna", kind=anna.kind, status=anna.status,
            created_at=changes.at,
        )  # fmt: skip
        changes.record("participant.added", there, topics=[])
    other = await elsewhere.session("Elsewhere", "12:00", "13:00", speakers=[there])
    assert await held(topic) == [other.subject]
    clash = with_session(imported, "2", start=conference.at("12:00"), end=conference.at("13:00"))
    with pytest.raises(Refused, match="Anna Own has something else at the time of “Session 2”"):
        await import_schedule(conference.event, clash, by=conference.organiser)


async def test_speaker_who_got_an_account_in_two_places_does_not_hold_up_the_rest(
    conference: Conference, imported: ImportedSchedule
) -> None:
    both = with_session(imported, "2", start=conference.at("09:30"), end=conference.at("10:30"), room="Attic")
    both = with_session(both, "3", start=conference.at("12:00"), end=conference.at("13:00"))
    await import_schedule(conference.event, both, by=conference.organiser)
    await sign_in(conference, "Anna")
    report = await import_schedule(
        conference.event, with_session(both, "3", start=conference.at("12:30")), by=conference.organiser
    )
    assert dict(report.fields) == {"start": 1}


async def test_speaker_without_an_account_may_be_in_two_places(
    conference: Conference, imported: ImportedSchedule
) -> None:
    both = with_session(imported, "2", start=conference.at("09:30"), end=conference.at("10:30"), room="Attic")
    both = with_session(both, "3", start=conference.at("12:00"), end=conference.at("13:00"))
    report = await import_schedule(conference.event, both, by=conference.organiser)
    assert report.created == 3


async def test_sessions_outside_the_event_come_without_a_time(
    conference: Conference, imported: ImportedSchedule
) -> None:
    late = with_session(imported, "3", start=conference.at("09:00", day=5), end=conference.at("10:00", day=5))
    short = with_session(late, "2", end=conference.at("10:04"))
    report = await import_schedule(conference.event, short, by=conference.organiser)
    assert [warning.values["title"] for warning in report.warnings] == ["Session 2", "Session 3"]
    assert await Session.filter(event=conference.event, start__isnull=True).count() == 2
    assert not await compare_schedule(conference.event, short)
    assert "“Session 2” is outside the days of this event or too short" in str(report)


async def test_file_of_other_days_is_refused(conference: Conference, imported: ImportedSchedule) -> None:
    last_year = replace(
        imported,
        sessions=tuple(
            replace(s, start=s.start - timedelta(days=365), end=s.end - timedelta(days=365))
            for s in imported.sessions
            if s.start and s.end
        ),
    )
    with pytest.raises(Refused, match="No session of this file is within the days"):
        await import_schedule(conference.event, last_year, by=conference.organiser)


async def test_capacity_and_colour_follow_the_file_where_it_says(
    conference: Conference, imported: ImportedSchedule
) -> None:
    await import_schedule(conference.event, imported, by=conference.organiser)
    since = await journal.revision(conference.event.scope)
    said = replace(
        imported,
        rooms=(ImportedRoom("Hall", 90), ImportedRoom("Attic")),
        tracks=(ImportedTrack("Bio", "#ffffff"),),
    )
    await import_schedule(conference.event, said, by=conference.organiser)
    assert (await Room.get(id=conference.hall.id)).capacity == 90
    assert (await Track.get(event=conference.event)).colour == "#ffffff"
    kinds = [kind for kind, _ in await facts(conference.event, since)]
    assert sorted(kinds) == ["room.edited", "schedule.imported", "track.edited"]


async def test_number_of_statements_does_not_grow_with_the_file(
    sqlite_conference: Conference, make: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="tortoise.db_client")
    counts = []
    for conference, size in ((sqlite_conference, 3), (await make("berry", "helsinki"), 30)):
        created = schedule(*(_short(conference, n, minute=0) for n in range(size)))
        moved = schedule(*(_short(conference, n, minute=30) for n in range(size)))
        statements = []
        for file in (created, moved):
            caplog.clear()
            await import_schedule(conference.event, file, by=conference.organiser)
            statements.append(len(caplog.records))
        counts.append(statements)
    assert counts[0] == counts[1]


def _short(conference: Conference, n: int, *, minute: int) -> ImportedSession:
    """Ten minutes in a room of its own, with a speaker of its own, another one in the second half of the hour."""
    start = conference.at(f"09:{minute:02}")
    speakers = (ImportedSpeaker(f"id:{n}-{minute}", f"Speaker {n} {minute}"),)
    end = start + timedelta(minutes=10)
    return ImportedSession(f"id:{n}", "Short", room=f"Room {n}", start=start, end=end, speakers=speakers)


@pytest.fixture
def congress() -> ImportedSchedule:
    if not CONGRESS.exists():
        pytest.skip("the schedule of a real congress is not there")
    return read_frab_xml(CONGRESS.read_bytes(), zone=ZoneInfo("UTC"))


@pytest.fixture
async def hosting(conference: Conference, congress: ImportedSchedule) -> Event:
    """An event with the congress's days."""
    about = About(
        title="Congress", kind=EventKind.CONFERENCE, zone="Europe/Berlin",
        first_day=date(2024, 12, 27), last_day=date(2024, 12, 30),
    )  # fmt: skip
    return await create_event(conference.network, "congress", about, by=conference.organiser)


async def test_real_congress_is_imported_whole_and_once(hosting: Event, congress: ImportedSchedule) -> None:
    report = await import_schedule(hosting, congress, by="import")
    assert (report.created, report.rooms, report.speakers, report.tracks) == (1007, 72, 571, 7)
    assert await Session.filter(event=hosting, start__isnull=False).count() == 1007
    assert await Room.filter(event=hosting, shared=True).values_list("name", flat=True) == ["Chill Floor"]
    assert await Participant.filter(event=hosting, source__isnull=False).count() == 571
    links = await db.rows("SELECT count(*) AS n FROM session_speaker")
    assert links[0]["n"] == sum(len(session.speakers) for session in congress.sessions)
    newest = await journal.changes_since(hosting.scope, 0)
    assert sum(fact.kind == "session.created" for fact in newest) == 1007
    revision = await journal.revision(hosting.scope)
    again = await import_schedule(hosting, congress, by="import")
    assert (again.created, again.changed, again.cancelled, again.unchanged) == (0, 0, 0, 1007)
    assert await journal.revision(hosting.scope) == revision


async def test_real_congress_that_changes_in_five_places_changes_there_only(
    hosting: Event, congress: ImportedSchedule
) -> None:
    await import_schedule(hosting, congress, by="import")
    revision = await journal.revision(hosting.scope)
    opening, talk, other, gone, *rest = congress.sessions
    assert talk.start
    assert talk.end
    hour = timedelta(hours=1)
    changed = replace(
        congress,
        rooms=(*congress.rooms, ImportedRoom("A new room")),
        sessions=(
            replace(opening, title="Another title"),
            replace(talk, start=talk.start + hour, end=talk.end + hour, room="A new room"),
            replace(other, speakers=(ImportedSpeaker("name:new", "New"),)),
            replace(opening, key="id:new", title="A new session", room=None, speakers=()),
            *rest,
        ),
        speakers=(*congress.speakers, ImportedSpeaker("name:new", "New")),
    )
    report = await import_schedule(hosting, changed, by="import")
    ids = dict(await Session.filter(event=hosting).values_list("source", "id"))
    kinds = [(fact.kind, fact.subject_id) for fact in await journal.changes_since(hosting.scope, revision)]
    assert sorted(fact for fact in kinds if fact[0].startswith("session.")) == sorted(
        [
            ("session.edited", ids[opening.key]),
            ("session.moved", ids[talk.key]),
            ("session.edited", ids[other.key]),
            ("session.created", ids["id:new"]),
            ("session.cancelled", ids[gone.key]),
        ]
    )
    others = [kind for kind, _ in kinds if not kind.startswith("session.")]
    assert sorted(others) == ["participant.added", "room.added", "schedule.imported"]
    assert (report.created, report.changed, report.cancelled, report.unchanged) == (1, 3, 1, 1003)
    assert dict(report.fields) == {"title": 1, "start": 1, "end": 1, "room": 1, "speakers": 1}


async def test_file_is_read_and_imported_in_four_steps(conference: Conference, tmp_path: Path) -> None:
    start = conference.at("09:00").isoformat()
    file = tmp_path / "schedule.xml"
    file.write_text(
        "<schedule><conference/><day><room name='Hall'><event guid='a'>"
        f"<title>Opening</title><date>{start}</date><duration>1:00</duration></event></room></day></schedule>"
    )
    steps: list[int] = []
    report = await import_file(conference.event, file, by="import", progress=steps.append)
    assert (report.created, sum(steps)) == (1, 4)
    assert str(report).startswith("Sessions: 1 created, 0 changed")
