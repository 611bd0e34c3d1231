import time
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.intervals import Interval
from events.conflicts import Conflict, Placed, RoomConflict, SpeakerConflict, all_conflicts, conflicts_of

TEN = datetime(2026, 5, 12, 10, tzinfo=UTC)
AULA, FOYER = 1, 2
ANNA, BJARNE = 31, 32


def at(session: int, start: int, end: int, room: int | None = None, *speakers: int) -> Placed:
    span = Interval(TEN + timedelta(minutes=start), TEN + timedelta(minutes=end))
    return Placed(session, room, frozenset(speakers), span)


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (at(2, 0, 60, AULA), [RoomConflict(1, 2, AULA)]),
        (at(2, 59, 90, AULA), [RoomConflict(1, 2, AULA)]),
        (at(2, 60, 90, AULA), []),  # next
        (at(2, 30, 30, AULA), []),  # no length
        (at(2, 0, 60, FOYER), []),  # elsewhere
        (at(2, 0, 60, None), []),
        (at(2, 0, 60, FOYER, ANNA, BJARNE), [SpeakerConflict(1, 2, ANNA)]),
        (at(2, 0, 60, None, ANNA), [SpeakerConflict(1, 2, ANNA)]),
        (at(2, 10, 20, AULA, ANNA), [RoomConflict(1, 2, AULA), SpeakerConflict(1, 2, ANNA)]),
        (at(1, 10, 20, AULA, ANNA), []),  # itself, where it was
    ],
)
def test_conflicts_of_a_moved_session(other: Placed, expected: list[Conflict]) -> None:
    assert conflicts_of(at(1, 0, 60, AULA, ANNA), [other]) == expected


def test_a_shared_room_takes_any_number_but_speakers_stay_single() -> None:
    posters = [at(n, 0, 60, FOYER, ANNA) for n in (1, 2)]
    assert conflicts_of(posters[0], posters, shared_rooms={FOYER}) == [SpeakerConflict(1, 2, ANNA)]
    assert all_conflicts(posters, shared_rooms={FOYER}) == [SpeakerConflict(1, 2, ANNA)]


def test_sessions_without_a_room_do_not_meet_in_it() -> None:
    assert all_conflicts([at(1, 0, 60), at(2, 0, 60)]) == []
    assert conflicts_of(at(1, 0, 60), [at(2, 0, 60)]) == []


def test_all_conflicts_tells_each_pair_once() -> None:
    sessions = [at(3, 0, 60, AULA), at(2, 30, 90, AULA), at(1, 60, 120, AULA, ANNA), at(4, 110, 130, None, ANNA)]
    assert all_conflicts(sessions) == [
        RoomConflict(1, 2, AULA),
        RoomConflict(2, 3, AULA),
        SpeakerConflict(1, 4, ANNA),
    ]


def test_a_long_session_meets_all_short_ones_in_it() -> None:
    sessions = [at(9, 0, 100, AULA), *(at(n, 20 * n, 20 * n + 20, AULA) for n in range(5))]
    assert all_conflicts(sessions) == [RoomConflict(n, 9, AULA) for n in range(5)]


def test_all_conflicts_of_a_great_congress_take_no_time() -> None:
    sessions = [at(n, 30 * (n // 20), 30 * (n // 20) + 30, n % 20, n % 500 * 20 + n % 20) for n in range(20_000)]
    began = time.process_time()
    assert all_conflicts(sessions) == []
    assert time.process_time() - began < 2  # every pair would be 200 million looks


minutes = st.integers(0, 12).map(lambda n: 10 * n)
placed = st.builds(
    lambda a, b, room, speakers: at(0, min(a, b), max(a, b), room, *speakers),
    minutes,
    minutes,
    st.sampled_from([None, AULA, FOYER]),
    st.sets(st.sampled_from([ANNA, BJARNE])),
)


@given(st.lists(placed, max_size=8), st.sampled_from([frozenset(), frozenset([FOYER])]))
def test_all_conflicts_are_those_of_each_session(drawn: list[Placed], shared: frozenset[int]) -> None:
    sessions = [Placed(n, p.room, p.speakers, p.span) for n, p in enumerate(drawn)]
    everything = all_conflicts(sessions, shared_rooms=shared)
    for session in sessions:
        mine = {
            (type(c), frozenset((c.session, c.other))) for c in everything if session.session in (c.session, c.other)
        }
        found = conflicts_of(session, sessions, shared_rooms=shared)
        assert mine == {(type(c), frozenset((c.session, c.other))) for c in found}
    assert len(set(everything)) == len(everything)
    assert all_conflicts(reversed(sessions), shared_rooms=shared) == everything
