"""The difference: exactly what changed, and nothing once it is done."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.interchange.difference import ScheduleDifference, Stored, difference
from events.interchange.schedule import (
    ImportedRoom,
    ImportedSchedule,
    ImportedSession,
    ImportedSpeaker,
    ImportedTrack,
    double_booked,
)

NINE = datetime(2027, 5, 11, 7, 0, tzinfo=UTC)
ANN, BEN = ImportedSpeaker("guid:ann", "Ann"), ImportedSpeaker("id:2", "Ben")
TALK = ImportedSession(
    "guid:a", "On bread", room="Hall", track="Food", start=NINE, end=NINE + timedelta(hours=1), speakers=(ANN, BEN)
)


def file(*sessions: ImportedSession, **given: Any) -> ImportedSchedule:
    names = dict.fromkeys(session.room for session in sessions if session.room)
    tracks = dict.fromkeys(session.track for session in sessions if session.track)
    speakers = {speaker.key: speaker for session in sessions for speaker in session.speakers}
    parts: dict[str, Any] = {
        "rooms": tuple(map(ImportedRoom, names)),
        "tracks": tuple(map(ImportedTrack, tracks)),
        "speakers": tuple(speakers.values()),
    }
    return ImportedSchedule(
        title="",
        acronym="",
        zone="UTC",
        version="",
        first_day=None,
        last_day=None,
        sessions=sessions,
        **(parts | given),
    )


def done(stored: Stored, found: ScheduleDifference) -> Stored:
    """What the event has once the difference is written into it; an importer of a few lines, to judge the real one."""
    rooms = {room.name: room for room in (*stored.rooms, *found.rooms, *found.resized)}
    tracks = {track.name: track for track in (*stored.tracks, *found.tracks, *found.recoloured)}
    speakers = {s.key: s for s in (*stored.speakers, *found.speakers, *found.renamed)}
    changed = [change.session for change in found.changed]
    sessions = {session.key: session for session in (*stored.sessions, *found.created, *changed)}
    # the event keeps who speaks by key, and has no order among them
    spoken = [
        replace(s, speakers=tuple(speakers[speaker.key] for speaker in s.speakers[::-1])) for s in sessions.values()
    ]
    return Stored(
        rooms=tuple(rooms.values()),
        shared=stored.shared | found.shared,
        tracks=tuple(tracks.values()),
        speakers=tuple(speakers.values()),
        signed_in=stored.signed_in,
        sessions=tuple(spoken),
        cancelled=stored.cancelled - {s.key for s in changed} | {s.key for s in found.cancelled},
    )


def imported(*files: ImportedSchedule) -> Stored:
    stored = Stored()
    for one in files:
        stored = done(stored, difference(stored, one))
    return stored


@pytest.mark.parametrize(
    ("name", "new", "kind"),
    [
        ("title", "On rye", "edited"),
        ("subtitle", "Sour", "edited"),
        ("abstract", "Flour", "edited"),
        ("kind", "workshop", "edited"),
        ("language", "pl", "edited"),
        ("track", None, "edited"),
        ("speakers", (BEN,), "edited"),
        ("room", None, "moved"),
        ("start", NINE - timedelta(minutes=5), "moved"),
        ("end", NINE + timedelta(minutes=5), "moved"),
    ],
)
def test_one_changed_field_is_one_change(name: str, new: Any, kind: str) -> None:
    other = replace(TALK, key="guid:b", title="Other", room="Studio")
    found = difference(imported(file(TALK, other)), file(replace(TALK, **{name: new}), other))
    (change,) = found.changed
    (field,) = change.fields
    assert (field.name, field.old, field.new) == (name, getattr(TALK, name), new)
    assert (change.moved, change.edited) == (kind == "moved", kind == "edited")
    assert (found.created, found.cancelled, found.unchanged) == ((), (), 1)


def test_session_gone_from_the_file_is_cancelled_once() -> None:
    other = replace(TALK, key="guid:b", room="Studio")
    without = file(other)
    found = difference(imported(file(TALK, other)), without)
    assert ([session.key for session in found.cancelled], found.changed) == (["guid:a"], ())
    assert not difference(imported(file(TALK, other), without), without)


def test_session_that_comes_back_is_restored() -> None:
    other = replace(TALK, key="guid:b", room="Studio")
    (change,) = difference(imported(file(TALK, other), file(other)), file(TALK, other)).changed
    assert (change.session.key, change.fields, change.restored) == ("guid:a", (), True)


def test_speakers_have_no_order() -> None:
    assert not difference(imported(file(TALK)), file(replace(TALK, speakers=(BEN, ANN))))


def test_renamed_speaker_changes_their_sessions() -> None:
    anne = replace(ANN, name="Anne")
    found = difference(imported(file(TALK)), file(replace(TALK, speakers=(anne, BEN))))
    assert (found.renamed, found.speakers) == ((anne,), ())
    assert [(field.name, field.new) for field in found.changed[0].fields] == [("speakers", (anne, BEN))]


def test_name_of_somebody_signed_in_is_theirs() -> None:
    stored = replace(
        imported(file(replace(TALK, speakers=(replace(ANN, name="Own"), BEN)))), signed_in=frozenset({ANN.key})
    )
    assert not difference(stored, file(TALK))


def test_capacity_and_colour_count_only_where_the_file_says() -> None:
    said = file(TALK, rooms=(ImportedRoom("Hall", 80),), tracks=(ImportedTrack("Food", "#ff0000"),))
    found = difference(imported(file(TALK)), said)
    assert (found.resized, found.recoloured, found.changed) == (said.rooms, said.tracks, ())
    assert not difference(imported(said), file(TALK))


def test_room_that_the_file_double_books_is_shared_for_good() -> None:
    both = file(TALK, replace(TALK, key="guid:b", title="Other"))
    assert difference(imported(file(TALK)), both).shared == {"Hall"}
    assert not difference(imported(both), both)
    assert difference(imported(both), file(TALK)).shared == frozenset()


def test_other_rooms_and_speakers_stay() -> None:
    stored = imported(file(TALK, replace(TALK, key="guid:b", room="Studio", speakers=(ANN,))))
    found = difference(stored, file(replace(TALK, speakers=(ANN,))))
    assert (len(done(stored, found).rooms), len(done(stored, found).speakers)) == (2, 2)


SESSIONS = st.builds(
    ImportedSession,
    key=st.sampled_from(["guid:a", "guid:b", "id:1", "id:2"]),
    title=st.sampled_from(["Bread", "Salt"]),
    room=st.sampled_from([None, "Hall", "Studio"]),
    track=st.sampled_from([None, "Food"]),
    start=st.sampled_from([NINE, NINE + timedelta(minutes=30)]),
    end=st.just(NINE + timedelta(hours=1)),
    speakers=st.lists(st.sampled_from([ANN, BEN]), unique=True).map(tuple),
)
FILES = st.lists(SESSIONS, unique_by=lambda session: session.key, min_size=1).map(lambda sessions: file(*sessions))


@given(st.lists(FILES, max_size=3), FILES)
def test_imported_once_nothing_is_left_to_do(before: list[ImportedSchedule], last: ImportedSchedule) -> None:
    stored = imported(*before, last)
    again = difference(stored, last)
    assert not again
    assert again.unchanged == len(last.sessions)
    assert {s.key for s in stored.sessions} - stored.cancelled == {s.key for s in last.sessions}


@given(FILES, FILES)
def test_every_session_is_counted_once(old: ImportedSchedule, new: ImportedSchedule) -> None:
    found = difference(imported(old), new)
    keys = [s.key for s in found.created] + [c.session.key for c in found.changed] + [s.key for s in found.cancelled]
    assert len(keys) == len(set(keys))
    assert len(found.created) + len(found.changed) + found.unchanged == len(new.sessions)


@given(FILES)
def test_double_booked_is_what_every_pair_says(given_file: ImportedSchedule) -> None:
    pairs = [
        (a, b)
        for a in given_file.sessions
        for b in given_file.sessions
        if a.key < b.key and a.room and a.room == b.room
    ]
    overlapping = {
        a.room for a, b in pairs if a.start and b.start and a.end and b.end and a.start < b.end and b.start < a.end
    }
    assert double_booked(given_file.sessions) == overlapping
