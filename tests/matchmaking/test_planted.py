from collections.abc import Sequence
from dataclasses import replace

import pytest

from matchmaking.ranking import rank
from matchmaking.wishes import crowd
from tests.planted import Guest, Planted, by_shared_tags, grade, mean_ndcg, ndcg, planted

SEEDS = 21, 22, 23
READERS = range(0, 2000, 50)


@pytest.mark.parametrize(
    ("ranked", "worth"),
    [([0, 1, 2, 3], 1.0), ([3, 2, 1, 0], 0.6138), ([2, 3], 0.21), ([], 0.0)],  # counted by hand
)
def test_ndcg_is_what_its_authors_say(ranked: Sequence[int], worth: float) -> None:
    assert ndcg([3, 2, 1, 0], ranked) == pytest.approx(worth, abs=0.001)


def test_grades_are_about_goods_that_change_hands() -> None:
    anna = guest(1, has={1}, wants={2, 3})
    assert grade(anna, guest(2, has={2, 3})) == 3
    assert grade(anna, guest(2, has={2}, wants={1})) == 3
    assert grade(anna, guest(2, has={2})) == 2
    assert grade(guest(2, has={2}), anna) == 1
    assert grade(anna, guest(2)) == 0
    assert grade(anna, replace(guest(2, has={2}), languages=frozenset({"fi"}))) == 1
    assert grade(anna, replace(guest(2, has={2}), organisation=1)) == 0


def guest(number: int, *, has: set[int] = frozenset(), wants: set[int] = frozenset()) -> Guest:  # type: ignore[assignment]
    return Guest(number, number, 1, frozenset({"en"}), "F", frozenset(), frozenset(has), frozenset(wants))


def test_recommendations_find_whom_it_is_worth_to_meet() -> None:
    ours, tags = zip(*(_both(planted(2000, seed=seed)) for seed in SEEDS), strict=True)
    assert sum(ours) / len(SEEDS) >= 0.9
    assert min(ours) >= 0.87
    assert all(mine >= 1.2 * theirs for mine, theirs in zip(ours, tags, strict=True))


def _both(event: Planted) -> tuple[float, float]:
    among = crowd(event.written, interregional=False)  # the truth knows no regions

    def ours(reader: int) -> Sequence[int]:
        return [one.participant for one in rank(event.written[reader], among, limit=10)]

    def tags(reader: int) -> Sequence[int]:
        return by_shared_tags(event, reader)

    return mean_ndcg(event, ours, readers=READERS), mean_ndcg(event, tags, readers=READERS)
