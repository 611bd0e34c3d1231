"""How nearly two people say the same thing, and how much saying it tells, for all terms of an event: `affinity` counts
with it.

Terms are compared by their runs of four letters, the rare ones counting more: that finds endings of Polish and
Finnish, compounds and slips of the finger alike (McNamee and Mayfield, Character n-gram tokenization for European
language text retrieval, Information Retrieval 7 (2004) 73–97). It knows no synonyms and translates nothing.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import log, sqrt

ALIKE = 0.4  # cosine from which two terms are taken for the same
RUN = 4  # letters
TRUST = 5  # people who say a term, before its spread over the pilots is half believed
LEAST = 0.1  # weight of what everybody says everywhere

Key = frozenset[str]  # the words of a term
Saying = tuple[Key, frozenset[int]]  # and the pilots for which somebody says it


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The terms of an event. Terms it does not know are compared and weighed as well as can be.

    `runs` are the terms' runs of letters with their weights, `holding` the terms that have a run, `spread` how often
    a term is said for each pilot, `shares` how many of all sayings are for each pilot.
    """

    runs: Mapping[Key, Mapping[str, float]]
    holding: Mapping[str, list[Key]]
    rarity: Mapping[str, float]
    spread: Mapping[Key, Counter[int]]
    shares: Mapping[int, float]
    _near: dict[Key, dict[Key, float]] = field(default_factory=dict)
    _weights: dict[Key, float] = field(default_factory=dict)

    def near(self, term: Key) -> Mapping[Key, float]:
        """The terms of the event that say the same, each with its likeness."""
        if term not in self._near:
            self._near[term] = self._find(term)
        return self._near[term]

    def likeness(self, one: Key, other: Key) -> float:
        """0, or ALIKE to 1; the same both ways."""
        if one == other:
            return 1.0
        mine, theirs = self._runs(one), self._runs(other)
        return _counted(sum(mine[run] * theirs[run] for run in sorted(mine.keys() & theirs.keys())))

    def weight(self, term: Key) -> float:
        """LEAST to 1: how much it tells that somebody says this. What is said alike for every pilot tells little."""
        if term not in self._weights:
            self._weights[term] = self._weigh(term)
        return self._weights[term]

    def _find(self, term: Key) -> dict[Key, float]:
        nearness: defaultdict[Key, float] = defaultdict(float)
        for run, weight in sorted(self._runs(term).items()):
            for other in self.holding.get(run, ()):
                nearness[other] += weight * self.runs[other][run]
        found = {other: _counted(cosine) for other, cosine in nearness.items()}
        return {other: like for other, like in found.items() if like} | ({term: 1.0} if term in self.runs else {})

    def _runs(self, term: Key) -> Mapping[str, float]:
        return self.runs.get(term) or _weighed(term, self.rarity)

    def _weigh(self, term: Key) -> float:
        commonest = max(self.shares.values(), default=1.0)
        if commonest == 1:
            return 1.0
        said = sum((self.spread[other] for other in self.near(term)), Counter[int]())
        if not said:
            return 1.0
        count = said.total()
        beyond_chance = (max(said.values()) / count - commonest) / (1 - commonest)
        return max(LEAST, (TRUST + count * max(0.0, beyond_chance)) / (TRUST + count))


def lexicon(sayings: Iterable[Saying]) -> Lexicon:
    """Of everything that everybody offers and needs."""
    spread: defaultdict[Key, Counter[int]] = defaultdict(Counter)
    for term, pilots in sayings:
        spread[term].update(pilots)
    rarity = _rarity({term: said.total() for term, said in spread.items()})
    runs = {term: _weighed(term, rarity) for term in spread}
    holding: defaultdict[str, list[Key]] = defaultdict(list)
    for term, weights in runs.items():
        for run in weights:
            holding[run].append(term)
    all_said = sum(spread.values(), Counter[int]())
    shares = {pilot: count / all_said.total() for pilot, count in all_said.items()}
    return Lexicon(runs, holding, rarity, spread, shares)


def _rarity(said: Mapping[Key, int]) -> dict[str, float]:
    """Inverse document frequency of runs."""
    holders: Counter[str] = Counter()
    for term, count in said.items():
        holders.update(dict.fromkeys(_letters(term), count))
    everything = sum(said.values())
    return {run: log(1 + everything / count) for run, count in holders.items()}


def _weighed(term: Key, rarity: Mapping[str, float]) -> dict[str, float]:
    """Its runs as a vector of length 1; one that nobody else has is as rare as the rarest."""
    rarest = max(rarity.values(), default=1.0)
    weights = {run: rarity.get(run, rarest) for run in _letters(term)}
    length = sqrt(sum(weight * weight for weight in weights.values()))
    return {run: weight / length for run, weight in weights.items()}


def _letters(term: Key) -> set[str]:
    """Runs of its words, of which the first and last letters are marked by a blank."""
    padded = [f" {word} " for word in sorted(term)]
    return {word[start : start + RUN] for word in padded for start in range(max(1, len(word) - RUN + 1))}


def _counted(cosine: float) -> float:
    return min(cosine, 1.0) if cosine >= ALIKE else 0.0
