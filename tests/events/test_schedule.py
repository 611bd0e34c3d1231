"""Sessions: placed, moved, cancelled, restored; refusals name what stands in the way; on both databases."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from app import journal
from app.errors import NotFound, Refused, Stale
from app.intervals import Interval
from app.occupancy import hold
from events.bookings import book
from events.models import Session, SessionStatus
from events.rooms import add_room
from events.schedule import (
    Details,
    cancel_session,
    create_session,
    edit_session,
    move_session,
    restore_session,
    unschedule,
)

Conference = Any  # see conftest.py


async def newest(conference: Conference, kind: str) -> Any:
    return [c for c in await journal.changes_since(conference.event.scope, 0) if c.kind == kind][-1]


async def test_session_is_placed_and_only_the_desk_hears_before_the_release(conference: Conference) -> None:
    session = await conference.session("Opening", "09:00", "10:00", room=conference.hall)
    stored = await Session.get(id=session.id)
    assert (stored.start, stored.end, stored.room_id) == (
        conference.at("09:00"), conference.at("10:00"), conference.hall.id,
    )  # fmt: skip
    fact = await newest(conference, "session.created")
    assert fact.topics == [conference.event.desk]
    assert fact.data["room"] == "Hall"


async def test_room_is_half_open(conference: Conference) -> None:
    await conference.session("Opening", "09:00", "10:00", room=conference.hall)
    await conference.session("Next", "10:00", "11:00", room=conference.hall)
    await conference.session("Before", "08:00", "09:00", room=conference.hall)
    with pytest.raises(Refused, match=r"“Opening” is in Hall then, 09:00–10:00") as refused:
        await conference.session("Clash", "09:55", "10:05", room=conference.hall)
    assert refused.value.hints == ("Free at that time: Studio.",)
    assert await Session.filter(title="Clash").count() == 0


async def test_restored_session_needs_its_room_back(conference: Conference) -> None:
    first = await conference.session("Posters A", "09:00", "10:00", room=conference.hall)
    first = await cancel_session(first, version=1, by=conference.organiser)
    second = await conference.session("Posters B", "09:00", "10:00", room=conference.hall)
    with pytest.raises(Refused, match="Posters B"):
        await restore_session(first, version=2, by=conference.organiser)
    await unschedule(second, version=1, by=conference.organiser)
    restored = await restore_session(first, version=2, by=conference.organiser)
    assert (restored.status, restored.sequence) == (SessionStatus.CONFIRMED, 2)


async def test_shared_room_holds_several_sessions(conference: Conference) -> None:
    foyer = await add_room(conference.event, "Foyer", shared=True, by=conference.organiser)
    for title in ("Posters A", "Posters B"):
        await conference.session(title, "09:00", "10:00", room=foyer)
    assert await Session.filter(room=foyer).count() == 2


async def test_speaker_cannot_be_in_two_rooms(conference: Conference) -> None:
    anna = await conference.delegate("Anna")
    await conference.session("Opening", "09:00", "10:00", room=conference.hall, speakers=[anna])
    with pytest.raises(Refused, match="Anna speaks in “Opening” then"):
        await conference.session("Clash", "09:30", "10:30", room=conference.studio, speakers=[anna])
    later = await conference.session("Later", "10:00", "11:00", room=conference.studio)
    later = await edit_session(
        later, Details(title="Later", speakers=[anna]), version=later.version, by=conference.organiser
    )
    with pytest.raises(Refused, match="Anna speaks"):
        await move_session(
            later, room=None, start=conference.at("09:00"), end=conference.at("10:00"),
            version=later.version, by=conference.organiser,
        )  # fmt: skip
    assert (await Session.get(id=later.id)).start == conference.at("10:00")


async def test_speaker_with_a_meeting_is_named_without_saying_what_it_is(conference: Conference) -> None:
    anna = await conference.delegate("Anna")
    async with journal.changing(conference.event.scope, by="test") as changes:
        await hold("meeting:7", [(anna.topic, Interval(conference.at("09:00"), conference.at("09:20")))])
        changes.record("meeting.accepted", anna, topics=[])
    with pytest.raises(Refused, match=r"Anna has something else then\."):
        await conference.session("Opening", "09:00", "10:00", room=conference.hall, speakers=[anna])


async def test_move_raises_version_sequence_and_change_time(conference: Conference) -> None:
    anna, bea = await conference.delegate("Anna"), await conference.delegate("Bea")
    session = await conference.session("Opening", "09:00", "10:00", room=conference.hall, speakers=[anna])
    await conference.release()
    await book(session, bea, by=conference.organiser)
    for n in range(3):
        start = conference.at("11:00") + timedelta(hours=n)
        before = session
        session = await move_session(
            session, room=conference.studio, start=start, end=start + timedelta(hours=1),
            version=session.version, by=conference.organiser,
        )  # fmt: skip
        assert (session.version, session.sequence) == (before.version + 1, before.sequence + 1)
        assert session.changed_at - before.changed_at >= timedelta(seconds=1)
    fact = await newest(conference, "session.moved")
    assert fact.topics == sorted([conference.event.desk, conference.event.scope, anna.topic, bea.topic])


async def test_move_to_where_it_is_changes_nothing(conference: Conference) -> None:
    session = await conference.session("Opening", "09:00", "10:00", room=conference.hall)
    before = await journal.revision(conference.event.scope)
    same = await move_session(
        session, room=conference.hall, start=session.start, end=session.end, version=1, by=conference.organiser
    )
    assert (same.version, await journal.revision(conference.event.scope)) == (1, before)


async def test_old_version_is_stale(conference: Conference) -> None:
    session = await conference.session("Opening", "09:00", "10:00", room=conference.hall)
    await edit_session(session, Details(title="Welcome"), version=1, by=conference.organiser)
    for verb in (cancel_session, restore_session, unschedule):
        with pytest.raises(Stale, match="Somebody else changed “Welcome”"):
            await verb(session, version=1, by=conference.organiser)
    with pytest.raises(Stale):
        await edit_session(session, Details(title="Opening"), version=1, by=conference.organiser)


async def test_two_organisers_moving_at_once_one_is_stale(conference: Conference) -> None:
    session = await conference.session("Opening", "09:00", "10:00", room=conference.hall)

    async def move(clock: str) -> Session:
        start = conference.at(clock)
        return await move_session(
            session, room=conference.hall, start=start, end=start + timedelta(hours=1),
            version=1, by=conference.organiser,
        )  # fmt: skip

    results = await asyncio.gather(move("12:00"), move("14:00"), return_exceptions=True)
    assert sorted(type(result).__name__ for result in results) == ["Session", "Stale"]


async def test_edit_tells_those_who_no_longer_speak(conference: Conference) -> None:
    anna, bea = await conference.delegate("Anna"), await conference.delegate("Bea")
    session = await conference.session("Opening", "09:00", "10:00", room=conference.hall, speakers=[anna])
    await conference.release()
    edited = await edit_session(session, Details(title="Opening", speakers=[bea]), version=1, by=conference.organiser)
    assert edited.sequence == 0
    assert {anna.topic, bea.topic} <= set((await newest(conference, "session.edited")).topics)
    await conference.session("Free again", "09:00", "10:00", room=conference.studio, speakers=[anna])


async def test_cancelled_session_frees_room_and_speakers_and_is_not_moved(conference: Conference) -> None:
    anna = await conference.delegate("Anna")
    session = await conference.session("Opening", "09:00", "10:00", room=conference.hall, speakers=[anna])
    cancelled = await cancel_session(session, version=1, by=conference.organiser)
    assert (cancelled.status, cancelled.sequence) == (SessionStatus.CANCELLED, 1)
    with pytest.raises(Refused, match="Restore it"):
        await move_session(
            cancelled, room=None, start=conference.at("09:00"), end=conference.at("10:00"),
            version=2, by=conference.organiser,
        )  # fmt: skip
    await conference.session("Instead", "09:00", "10:00", room=conference.hall, speakers=[anna])


async def test_unscheduled_session_has_neither_time_nor_room(conference: Conference) -> None:
    session = await conference.session("Opening", "09:00", "10:00", room=conference.hall)
    taken_off = await unschedule(session, version=1, by=conference.organiser)
    assert (taken_off.start, taken_off.end, taken_off.room_id, taken_off.sequence) == (None, None, None, 1)
    await conference.session("Instead", "09:00", "10:00", room=conference.hall)


@pytest.mark.parametrize(
    ("start", "end", "days", "sentence"),
    [
        ("10:00", "10:00", 0, "five minutes"),
        ("10:00", "09:00", 0, "five minutes"),
        ("10:00", "10:04", 0, "five minutes"),
        ("10:00", "11:00", -1, "outside the days"),
        ("10:00", "11:00", 2, "outside the days"),
        ("10:00", "11:00", 400_000, "outside the days"),
    ],
)
async def test_impossible_times_are_refused(
    sqlite_conference: Conference, start: str, end: str, days: int, sentence: str
) -> None:
    shift = timedelta(days=days)
    with pytest.raises(Refused, match=sentence):
        await create_session(
            sqlite_conference.event, Details(title="Never"),
            start=sqlite_conference.at(start) + shift, end=sqlite_conference.at(end) + shift,
            by=sqlite_conference.organiser,
        )  # fmt: skip


async def test_last_day_counts_until_midnight(sqlite_conference: Conference) -> None:
    conference = sqlite_conference
    evening = conference.at("22:00", day=1)
    party = await create_session(
        conference.event, Details(title="Party"), start=evening, end=evening + timedelta(hours=2),
        by=conference.organiser,
    )  # fmt: skip
    with pytest.raises(Refused, match="outside the days"):
        await move_session(
            party, room=None, start=evening, end=evening + timedelta(hours=2, minutes=5),
            version=1, by=conference.organiser,
        )  # fmt: skip


async def test_what_belongs_to_another_event_does_not_exist(sqlite_conference: Conference, make: Any) -> None:
    other = await make("berry", "kajaani")
    stranger = await other.delegate("Stranger")
    for details, room in (
        (Details(title="Opening"), other.hall),
        (Details(title="Opening", speakers=[stranger]), None),
    ):
        with pytest.raises(NotFound):
            await create_session(sqlite_conference.event, details, room=room, by=sqlite_conference.organiser)


async def test_seats_do_not_sink_below_those_taken(conference: Conference) -> None:
    session = await conference.session("Workshop", "09:00", "10:00", room=conference.hall, capacity=10)
    await conference.release()
    for name in ("Anna", "Bea"):
        await book(session, await conference.delegate(name), by=conference.organiser)
    with pytest.raises(Refused, match="2 people"):
        await edit_session(session, Details(title="Workshop", capacity=1), version=1, by=conference.organiser)
    edited = await edit_session(session, Details(title="Workshop", capacity=2), version=1, by=conference.organiser)
    assert (edited.capacity, edited.booked) == (2, 2)
