from dataclasses import fields
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.intervals import Interval
from matchmaking.availability import (
    Begun,
    Busy,
    Diary,
    NoCommonRound,
    Obstacle,
    Occupation,
    Place,
    Slot,
    Tables,
    TablesTaken,
    TheyAreBusy,
    YouAreBusy,
    common_free,
    first_free,
    free_slots,
    why_not,
)

TEN = datetime(2026, 5, 12, 10, tzinfo=UTC)
EARLY = TEN - timedelta(days=1)
FRIDAY, SATURDAY = 1, 2


def span(start: int, end: int) -> Interval:
    return Interval(TEN + timedelta(minutes=start), TEN + timedelta(minutes=end))


def busy(start: int, end: int, what: Occupation = Occupation.SESSION, title: str = "") -> Busy:
    return Busy(span(start, end), what, title)


def diary(*taken: Busy, rounds: tuple[int, ...] = (FRIDAY, SATURDAY)) -> Diary:
    return Diary(frozenset(rounds), taken)


A, B, C = (Slot(n, FRIDAY, span(20 * n, 20 * n + 20)) for n in range(3))
D = Slot(3, SATURDAY, span(24 * 60, 24 * 60 + 20))
SLOTS = [D, B, A, C]
TABLES = Tables(of_round={FRIDAY: (71, 72), SATURDAY: (81,)}, taken={})


def test_first_free_is_the_earliest_slot_and_the_first_table() -> None:
    assert first_free(SLOTS, diary(), [diary()], TABLES, now=EARLY) == Place(A, 71)


def test_first_free_passes_over_what_either_does() -> None:
    assert first_free(SLOTS, diary(busy(0, 20)), [diary(busy(30, 50))], TABLES, now=EARLY) == Place(D, 81)


def test_first_free_takes_the_next_table() -> None:
    tables = Tables(TABLES.of_round, taken={A.id: {71}})
    assert first_free(SLOTS, diary(), [diary()], tables, now=EARLY) == Place(A, 72)


def test_a_session_that_ends_as_the_slot_begins_is_no_obstacle() -> None:
    you = diary(busy(-60, 20), busy(40, 60))
    assert common_free([A, B, C], you, [diary()], TABLES, now=EARLY) == [B]


def test_a_slot_is_gone_once_it_begins() -> None:
    assert common_free(SLOTS, diary(), [diary()], TABLES, now=TEN) == [B, C, D]
    assert why_not([A], diary(), [diary()], TABLES, now=TEN) == [Begun(A)]
    assert free_slots(SLOTS, diary(), now=TEN) == [B, C, D]


def test_why_not_names_what_stands_in_the_way_of_each_slot() -> None:
    opening = busy(-30, 5, title="Opening")
    you, they = diary(opening), diary(busy(25, 30), rounds=(FRIDAY,))
    tables = Tables(TABLES.of_round, taken={C.id: {71, 72}})
    assert why_not(SLOTS, you, [they], tables, now=EARLY) == [
        YouAreBusy(A, opening),
        TheyAreBusy(B),
        TablesTaken(C),
        NoCommonRound(D, ticked_by_you=True),
    ]
    assert first_free(SLOTS, you, [they], tables, now=EARLY) is None


def test_why_not_leaves_out_what_is_free() -> None:
    tables = Tables(TABLES.of_round, taken={A.id: {71, 72}})
    assert why_not([A, B], diary(), [diary()], tables, now=EARLY) == [TablesTaken(A)]
    assert common_free([A, B], diary(), [diary()], tables, now=EARLY) == [B]


def test_a_forgotten_tick_is_told_to_whoever_forgot_it() -> None:
    (told,) = why_not([D], diary(rounds=(FRIDAY,)), [diary()], TABLES, now=EARLY)
    assert told == NoCommonRound(D, ticked_by_you=False)


def test_what_the_other_person_does_is_not_told() -> None:
    secret = diary(busy(0, 20, Occupation.MEETING, "Meeting with your competitor"))
    (told,) = why_not([A], diary(), [secret], TABLES, now=EARLY)
    assert told == TheyAreBusy(A)
    assert [field.name for field in fields(TheyAreBusy)] == ["slot", "who"]


def test_a_round_without_tables_has_no_place() -> None:
    assert why_not([A], diary(), [diary()], Tables({}, {}), now=EARLY) == [TablesTaken(A)]


@pytest.mark.parametrize("rounds", [(), (SATURDAY,)])
def test_free_slots_are_those_of_ticked_rounds(rounds: tuple[int, ...]) -> None:
    assert free_slots(SLOTS, diary(rounds=rounds), now=EARLY) == [slot for slot in [D] if SATURDAY in rounds]


minutes = st.integers(-30, 130)
busy_ = st.tuples(minutes, minutes).map(lambda pair: busy(min(pair), max(pair)))
diaries = st.builds(
    Diary, rounds=st.frozensets(st.sampled_from([FRIDAY, SATURDAY])), busy=st.lists(busy_, max_size=4).map(tuple)
)
slots_ = st.lists(
    st.builds(
        lambda n, start, round_: Slot(n, round_, span(start, start + 20)),
        st.integers(0, 50),
        st.sampled_from(range(0, 120, 20)),
        st.sampled_from([FRIDAY, SATURDAY]),
    ),
    max_size=8,
    unique_by=lambda slot: slot.id,
)
tables_ = st.builds(
    Tables,
    of_round=st.fixed_dictionaries({FRIDAY: st.just((71, 72)), SATURDAY: st.just((81,))}),
    taken=st.dictionaries(st.integers(0, 50), st.sets(st.sampled_from([71, 72, 81]))),
)
nows = minutes.map(lambda minute: TEN + timedelta(minutes=minute))


@given(slots_, diaries, diaries, tables_, nows)
def test_every_slot_is_either_free_or_has_an_obstacle(
    slots: list[Slot], you: Diary, they: Diary, tables: Tables, now: datetime
) -> None:
    free = common_free(slots, you, [they], tables, now=now)
    refused: list[Obstacle] = why_not(slots, you, [they], tables, now=now)
    assert sorted([s.id for s in free] + [o.slot.id for o in refused]) == sorted(s.id for s in slots)
    place = first_free(slots, you, [they], tables, now=now)
    assert (place.slot if place else None) == (free[0] if free else None)
    if place:
        assert place.table in tables.of_round[place.slot.round]
        assert place.table not in tables.taken.get(place.slot.id, ())


@given(slots_, diaries, diaries, tables_, nows)
def test_both_sides_see_the_same_free_slots(
    slots: list[Slot], you: Diary, they: Diary, tables: Tables, now: datetime
) -> None:
    free = common_free(slots, you, [they], tables, now=now)
    assert free == common_free(reversed(slots), they, [you], tables, now=now)
    assert set(free) <= set(free_slots(slots, you, now=now)) & set(free_slots(slots, they, now=now))
