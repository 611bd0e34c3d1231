"""Scores: weighted hundredths, their average and spread."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.networks.calls.proposals.scoring import Criterion, score, standing

CRITERIA = st.lists(st.tuples(st.integers(1, 100), st.integers(1, 100)), min_size=1, max_size=8).map(
    lambda pairs: [Criterion(n, weight, most) for n, (weight, most) in enumerate(pairs)]
)


def test_weights_count() -> None:
    criteria = [Criterion(1, weight=60, most=5), Criterion(2, weight=40, most=10)]
    assert score({1: 5, 2: 5}, criteria) == 80
    assert score({1: 0, 2: 10}, criteria) == 40


def test_a_missing_point_is_no_zero() -> None:
    with pytest.raises(KeyError):
        score({1: 5}, [Criterion(1, 1, 5), Criterion(2, 1, 5)])


@given(CRITERIA, st.data())
def test_a_score_lies_between_nothing_and_all_and_rises_with_each_point(
    criteria: list[Criterion], data: st.DataObject
) -> None:
    points = {one.id: data.draw(st.integers(0, one.most)) for one in criteria}
    given_score = score(points, criteria)
    assert 0 <= given_score <= 100 + 1e-9
    better = data.draw(st.sampled_from(criteria))
    if points[better.id] < better.most:
        assert score(points | {better.id: points[better.id] + 1}, criteria) > given_score


@given(st.lists(st.floats(0, 100), max_size=20))
def test_average_lies_within_the_spread(scores: list[float]) -> None:
    found = standing(scores)
    if not scores:
        assert found is None
        return
    assert found is not None
    assert found.reviews == len(scores)
    assert min(scores) - 1e-9 <= found.average <= max(scores) + 1e-9
    assert found.spread == max(scores) - min(scores)
