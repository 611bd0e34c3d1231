"""Drawings stay in their frame and tell their numbers apart."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchmaking.chain import LINKS, Link
from matchmaking.charts import BASE, HEIGHT, LEFT, MOST_BARS, MOST_CELLS, TOP, WIDTH, chain, curve, grid, histogram

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


def test_what_was_zero_all_along_is_no_curve() -> None:
    assert curve([(0.1, 0, 0), (1.0, 0, 0)]) is None


@given(POINTS)
def test_curve_stays_in_the_frame(points: list[tuple[float, int, int]]) -> None:
    if drawn := curve(points):
        for line in (drawn.reached, drawn.bound):
            for point in line.split():
                x, y = map(float, point.split(","))
                assert LEFT <= x <= WIDTH
                assert 0 <= y <= HEIGHT


@given(st.lists(st.integers(0, 500), min_size=1, max_size=8))
def test_chain_shows_missing_links_as_wide_as_the_longest(counts: list[int]) -> None:
    links = [Link(role, count, 0, 0, ("service",)) for role, count in zip(LINKS, counts, strict=False)]
    drawn = chain(links)
    widest = max(ring.width for ring in drawn.rings)
    for before, ring in pairwise(drawn.rings):
        assert ring.y >= before.y + drawn.high
        assert ring.joined == bool(ring.link.organisations and before.link.organisations)
    for ring in drawn.rings:
        assert drawn.left + ring.width <= drawn.width
        assert ring.y + drawn.high <= drawn.height
        assert ring.width == widest or not ring.link.missing


def test_grid_draws_who_has_most_and_what_was_newest() -> None:
    rows, columns = list(range(20)), list(range(100, 130))
    drawn = grid({(0, 129): (8, 4), (1, 129): (1, 0), (0, 100): (9, 9), (19, 129): (9, 9)}, rows, columns)
    assert [row for row, _place in drawn.rows] == rows[:MOST_CELLS]
    assert [column for column, _place in drawn.columns] == columns[-MOST_CELLS:]
    assert [(cell.first, cell.second, cell.level) for cell in drawn.cells] == [(8, 4, 4), (1, 0, 1)]
    assert drawn.left_out == 20 - MOST_CELLS


@given(st.dictionaries(st.tuples(st.integers(0, 15), st.integers(0, 15)), st.tuples(st.integers(0, 99), st.just(0))))
def test_grid_stays_in_its_frame(counts: dict[tuple[int, int], tuple[int, int]]) -> None:
    keys = sorted({key for pair in counts for key in pair})
    drawn = grid(counts, keys, keys)
    places = [(cell.x, cell.y) for cell in drawn.cells]
    assert len(places) == len(set(places))
    for cell in drawn.cells:
        assert cell.first > 0
        assert 1 <= cell.level <= 4
        assert cell.x + drawn.cell <= drawn.width
        assert cell.y + drawn.cell <= drawn.height
