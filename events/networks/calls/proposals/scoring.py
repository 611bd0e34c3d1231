"""From points to a score: what a reviewer gave in hundredths of what could be had, and what several gave together."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Criterion:
    """`most` is how many points there are to give; `weight` counts against the other criteria's."""

    id: int
    weight: int
    most: int


@dataclass(frozen=True, slots=True)
class Standing:
    """What final reviews say of one proposal: scores from 0 to 100, and how far the reviewers lie apart."""

    reviews: int
    average: float
    spread: float


def score(points: Mapping[int, int], criteria: Sequence[Criterion]) -> float:
    """From 0 to 100, of points for every criterion. Raises KeyError where one is missing."""
    weights = sum(criterion.weight for criterion in criteria)
    return 100 * sum(one.weight * points[one.id] / one.most for one in criteria) / weights if weights else 0.0


def standing(scores: Iterable[float]) -> Standing | None:
    """None while nobody has reviewed."""
    known = sorted(scores)
    if not known:
        return None
    return Standing(len(known), sum(known) / len(known), known[-1] - known[0])
