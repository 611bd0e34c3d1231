"""Drawings stay in their frame and tell their numbers apart."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchmaking.charts import BASE, HEIGHT, LEFT, MOST_BARS, TOP, WIDTH, curve, histogram

COUNTS = st.lists(st.integers(0, 10_000), max_size=40)
POINTS = st.lists(st.tuples(st.floats(0, 600), st.integers(0, 5_000), st.integers(0, 5_000)), max_size=60).map(sorted)


def test_histogram_is_as_high_as_its_counts() -> None:
    none, once, twice = histogram((10, 5, 0))
    assert (none.y, none.height) == (TOP, BASE - TOP)
    assert once.height == none.height / 2
    assert (twice.y, twice.height) == (BASE, 0)
    assert [bar.count for bar in (none, once, twice)] == [10, 5, 0]


def test_histogram_of_nobody_is_empty() -> None:
    assert histogram(()) == ()


@given(COUNTS)
def test_histogram_counts_everybody_within_the_frame(counts: list[int]) -> None:
    bars = histogram(counts)
    assert sum(bar.count for bar in bars) == sum(counts)
    assert len(bars) <= MOST_BARS
    assert [bar.more for bar in bars] == [False] * (len(bars) - 1) + [len(counts) > MOST_BARS] * bool(bars)
    for bar, after in pairwise(bars):
        assert bar.x + bar.width <= after.x
    assert all(bar.x >= 0 and bar.x + bar.width <= WIDTH and bar.y >= TOP - 0.1 for bar in bars)
    assert all(bar.y + bar.height == pytest.approx(BASE, abs=0.2) for bar in bars)


def test_curve_falls_to_the_bound() -> None:
    drawn = curve([(0.5, 8, 2), (1.0, 4, 2), (2.0, 2, 2)])
    assert drawn
    assert (drawn.high, drawn.seconds) == (8, 2.0)
    assert drawn.reached.split()[0].endswith(f",{TOP}.0")
    assert drawn.reached.split()[-1] == drawn.bound.split()[-1]
    assert drawn.reached.split()[-1].startswith(f"{WIDTH}.0,")


def test_one_point_is_no_curve() -> None:
    assert curve([(1.0, 2, 0)]) is None


@given(POINTS)
def test_curve_stays_in_the_frame(points: list[tuple[float, int, int]]) -> None:
    if drawn := curve(points):
        for line in (drawn.reached, drawn.bound):
            for point in line.split():
                x, y = map(float, point.split(","))
                assert LEFT <= x <= WIDTH
                assert 0 <= y <= HEIGHT
