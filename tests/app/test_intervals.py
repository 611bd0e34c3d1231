from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.intervals import Interval, cells, merge, overlaps, subtract

KRAKOW = ZoneInfo("Europe/Warsaw")
NOON = datetime(2026, 5, 12, 12, tzinfo=UTC)


def minutes(start: float, end: float) -> Interval:
    return Interval(NOON + timedelta(minutes=start), NOON + timedelta(minutes=end))


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ((0, 20), (20, 40), False),  # neighbours
        ((0, 20), (19, 40), True),
        ((0, 60), (20, 40), True),  # inside
        ((0, 20), (0, 20), True),
        ((0, 20), (30, 40), False),
        ((0, 60), (30, 30), False),  # no length, inside
        ((0, 60), (0, 0), False),
        ((30, 30), (30, 30), False),
    ],
)
def test_overlaps_is_half_open(a: tuple[int, int], b: tuple[int, int], expected: bool) -> None:
    assert overlaps(minutes(*a), minutes(*b)) is expected
    assert overlaps(minutes(*b), minutes(*a)) is expected


def test_interval_refuses_naive_and_reversed_times() -> None:
    with pytest.raises(ValueError, match="naive"):
        Interval(datetime(2026, 5, 12, 12), NOON)  # noqa: DTZ001
    with pytest.raises(ValueError, match="before it starts"):
        minutes(20, 0)
    with pytest.raises(ValueError, match="naive"):
        cells(datetime(2026, 5, 12, 12), datetime(2026, 5, 12, 13))  # noqa: DTZ001


def test_interval_is_the_same_in_every_zone() -> None:
    local = Interval(NOON.astimezone(KRAKOW), (NOON + timedelta(minutes=20)).astimezone(KRAKOW))
    assert local == minutes(0, 20)
    assert hash(local) == hash(minutes(0, 20))


def test_clocks_going_back_keep_both_half_past_two_apart() -> None:
    # 25 October 2026: 03:00 CEST becomes 02:00 CET, so 02:00–03:00 happens twice.
    first = Interval(
        datetime(2026, 10, 25, 2, 30, tzinfo=KRAKOW, fold=0), datetime(2026, 10, 25, 2, 50, tzinfo=KRAKOW, fold=0)
    )
    second = Interval(
        datetime(2026, 10, 25, 2, 30, tzinfo=KRAKOW, fold=1), datetime(2026, 10, 25, 2, 50, tzinfo=KRAKOW, fold=1)
    )
    across = Interval(
        datetime(2026, 10, 25, 2, 50, tzinfo=KRAKOW, fold=0), datetime(2026, 10, 25, 2, 10, tzinfo=KRAKOW, fold=1)
    )
    assert not overlaps(first, second)
    assert merge([second, first]) == [first, second]
    assert across.end - across.start == timedelta(minutes=20)
    assert set(cells(first.start, first.end)).isdisjoint(cells(second.start, second.end))
    assert len(cells(across.start, across.end)) == 4


def test_clocks_going_forward_lose_no_cell() -> None:
    # 29 March 2026: 02:00 CET becomes 03:00 CEST.
    before = Interval(datetime(2026, 3, 29, 1, 40, tzinfo=KRAKOW), datetime(2026, 3, 29, 3, 0, tzinfo=KRAKOW))
    after = Interval(datetime(2026, 3, 29, 3, 0, tzinfo=KRAKOW), datetime(2026, 3, 29, 3, 20, tzinfo=KRAKOW))
    assert before.end - before.start == timedelta(minutes=20)
    assert not overlaps(before, after)
    assert cells(before.start, before.end).stop == cells(after.start, after.end).start


def test_midnight_is_no_border() -> None:
    late = Interval(datetime(2026, 5, 12, 23, 50, tzinfo=KRAKOW), datetime(2026, 5, 13, 0, 10, tzinfo=KRAKOW))
    assert overlaps(late, Interval(datetime(2026, 5, 13, 0, 0, tzinfo=KRAKOW), late.end))
    assert len(cells(late.start, late.end)) == 4


def test_merge_joins_neighbours_and_drops_what_has_no_length() -> None:
    assert merge([minutes(40, 60), minutes(0, 20), minutes(20, 30), minutes(35, 35)]) == [
        minutes(0, 30),
        minutes(40, 60),
    ]
    assert merge([minutes(0, 60), minutes(10, 20)]) == [minutes(0, 60)]


@pytest.mark.parametrize(
    ("taken", "left"),
    [
        ([], [(0, 60)]),
        ([(0, 60)], []),
        ([(-10, 70)], []),
        ([(10, 20)], [(0, 10), (20, 60)]),
        ([(-10, 20), (40, 80)], [(20, 40)]),
        ([(60, 80), (-20, 0), (30, 30)], [(0, 60)]),
    ],
)
def test_subtract_leaves_the_rest(taken: list[tuple[int, int]], left: list[tuple[int, int]]) -> None:
    assert subtract(minutes(0, 60), [minutes(*t) for t in taken]) == [minutes(*rest) for rest in left]


def test_cells_of_twenty_minutes_are_four() -> None:
    twenty = minutes(0, 20)
    first = int(NOON.timestamp()) // 300
    assert cells(twenty.start, twenty.end) == range(first, first + 4)
    assert len(cells(NOON, NOON)) == 0


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [(2, 24, (0, 5)), (3, 22, (1, 4)), (2.5, 7.5, (1, 2)), (0, 2, (0, 0))],
)
def test_cells_begin_and_end_at_the_nearest_five_minutes(start: float, end: float, expected: tuple[int, int]) -> None:
    first = int(NOON.timestamp()) // 300
    taken = minutes(start, end)
    assert cells(taken.start, taken.end) == range(first + expected[0], first + expected[1])


seconds = st.integers(min_value=-7200, max_value=7200)


@st.composite
def intervals(draw: st.DrawFn) -> Interval:
    first, second = sorted((draw(seconds), draw(seconds)))
    return Interval(NOON + timedelta(seconds=first), NOON + timedelta(seconds=second))


@given(seconds, seconds, seconds)
def test_neighbours_never_share_a_cell(a: int, b: int, c: int) -> None:
    first, meet, last = (NOON + timedelta(seconds=s) for s in sorted((a, b, c)))
    assert cells(first, meet).stop == cells(meet, last).start


@given(st.lists(intervals(), max_size=6))
def test_merge_keeps_the_time_and_orders_it(given_: list[Interval]) -> None:
    merged = merge(given_)
    assert merge(merged) == merged
    assert all(a.end < b.start for a, b in pairwise(merged))
    for interval in filter(None, given_):
        assert any(m.start <= interval.start and interval.end <= m.end for m in merged)
    assert sum(_length(m) for m in merged) <= sum(_length(g) for g in given_)


@given(intervals(), st.lists(intervals(), max_size=6))
def test_subtract_and_taken_make_up_the_whole(whole: Interval, taken: list[Interval]) -> None:
    left = subtract(whole, taken)
    assert not any(overlaps(rest, t) for rest in left for t in taken)
    inside = [Interval(max(whole.start, t.start), min(whole.end, t.end)) for t in taken if overlaps(whole, t)]
    assert merge(left + inside) == merge([whole])
    assert sum(map(_length, left)) + sum(map(_length, merge(inside))) == _length(whole)


@given(intervals(), intervals())
def test_overlap_means_that_subtracting_takes_something(a: Interval, b: Interval) -> None:
    assert overlaps(a, b) == (subtract(a, [b]) != merge([a]))


def _length(interval: Interval) -> float:
    return (interval.end - interval.start).total_seconds()
