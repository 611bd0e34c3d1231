"""How much two profiles have for each other, and why: what the directory is ordered by and the scheduler weighs.

Each side has its own gain from a meeting, and it takes two to like it: the score is the geometric mean of both, and a
list for one of them leans to that side (see `ranking`; Palomares et al., Reciprocal recommender systems, Information
Fusion 69 (2021) 103–127). It never knows more than it can say: whatever adds points is also a reason, the one with most
points first.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from matchmaking.chain import NEXT
from matchmaking.grounds import (
    NextInChain,
    NoSharedLanguage,
    NotOffered,
    OtherRegion,
    ReadinessFits,
    Reason,
    SameOrganisation,
    SameRegion,
    SharedDemoCase,
    SharedLanguages,
    SharedPilot,
    TheyOfferYouSeek,
    YouOfferTheySeek,
)
from matchmaking.likeness import Lexicon
from matchmaking.terms import Term
from matchmaking.wishes import ALONE, Crowd, Wish, Wishes

# Points of one side's gain by how many there are, the last for all beyond; together they come to 1000. What is said
# less exactly, for another pilot, or alike by everybody counts for a part of one.
SUPPLY = (0, 320, 460, 530)  # needs of mine that they meet
DEMAND = (0, 110, 165, 200)  # needs of theirs that I meet
PILOTS = (0, 60, 70)
DEMO_CASES = (0, 80, 100)
CHAIN = 60
READINESS = 40

ELSEWHERE = 0.25  # of a need, met by what is offered for other pilots only
SAME_REGION = 70  # percent of the score where the event puts other regions first
NO_LANGUAGE = 50  # percent: they would need an interpreter

NEAR_LEVELS = 2  # technology readiness levels apart that still work together
MISSING = 4  # needs that are named as not met


@dataclass(frozen=True, slots=True)
class Affinity:
    """`score` is 0 to 1000 and the same from both sides; `reasons` speak to the first of the two, best first."""

    score: int
    reasons: tuple[Reason, ...]


def affinity(me: Wishes, them: Wishes, among: Crowd = ALONE) -> Affinity:
    if same_house(me, them):
        return Affinity(0, (SameOrganisation(),))
    return Affinity(score(me, them, among), _reasons(me, them, among))


def score(me: Wishes, them: Wishes, among: Crowd = ALONE) -> int:
    """0 to 1000. Same organisation, or nothing in common but region and language: 0."""
    if same_house(me, them):
        return 0
    return worth(me, them, _met(me, them, among.words), _met(them, me, among.words), among, own=0.5)


def worth(me: Wishes, them: Wishes, i_get: float, they_get: float, among: Crowd, *, own: float) -> int:
    """What `score` says, where `i_get` and `they_get` are how many needs are met; `own` is the weight of my gain, of
    one."""
    common = _common(me, them)
    mine = common + _step(SUPPLY, i_get) + _step(DEMAND, they_get)
    theirs = common + _step(SUPPLY, they_get) + _step(DEMAND, i_get)
    both = float(mine**own * theirs ** (1 - own))
    if not both:
        return 0
    percent = 100
    if among.interregional and me.region == them.region and me.region is not None:
        percent = SAME_REGION
    if _no_language(me, them):
        percent = percent * NO_LANGUAGE // 100
    return max(1, round(both * percent / 100))


def same_house(me: Wishes, them: Wishes) -> bool:
    if me.participant == them.participant:
        return True
    return me.organisation is not None and me.organisation == them.organisation


def met_by(likeness: float, wanted_for: frozenset[int], offered_for: frozenset[int]) -> float:
    """Like terms count more than half, the same term wholly."""
    part = (1 + likeness) / 2
    return part if not wanted_for.isdisjoint(offered_for) else part * ELSEWHERE


def _met(seeker: Wishes, offerer: Wishes, words: Lexicon) -> float:
    """How many of the seeker's needs the offerer meets."""
    return sum(part for part, _offer, _need in _matches(seeker, offerer, words))


def _matches(seeker: Wishes, offerer: Wishes, words: Lexicon) -> Iterator[tuple[float, Term, Term]]:
    """Each need that is met: for which part of one it counts, the offer that says it most nearly, and itself."""
    for need in seeker.needs:
        meeting = [
            (met_by(likeness, need.pilots, offer.pilots), offer.term)
            for offer in offerer.offers
            if (likeness := words.likeness(need.term.words, offer.term.words))
        ]
        if meeting:
            part, term = min(meeting, key=lambda pair: (-pair[0], len(pair[1].words), pair[1].text))
            yield part * words.weight(need.term.words), term, need.term


def _common(me: Wishes, them: Wishes) -> int:
    """The part of the gain that is the same for both."""
    if me.pilots.isdisjoint(them.pilots):
        return 0
    points = PILOTS[min(len(me.pilots & them.pilots), 2)] + DEMO_CASES[min(len(me.demo_cases & them.demo_cases), 2)]
    if next(_chain(me, them), None):
        points += CHAIN
    if next(_readiness(me, them), None):
        points += READINESS
    return points


def _step(points: Sequence[int], count: float) -> float:
    """Between two steps in proportion."""
    below = int(count)
    if below >= len(points) - 1:
        return points[-1]
    return points[below] + (count - below) * (points[below + 1] - points[below])


def _chain(me: Wishes, them: Wishes) -> Iterator[tuple[Wish, Wish]]:
    return ((mine, theirs) for mine, theirs in _side_by_side(me, them) if theirs.role in NEXT[mine.role])


def _readiness(me: Wishes, them: Wishes) -> Iterator[tuple[int, int]]:
    levels = ((mine.trl, theirs.trl) for mine, theirs in _side_by_side(me, them))
    return ((a, b) for a, b in levels if a is not None and b is not None and abs(a - b) <= NEAR_LEVELS)


def _side_by_side(me: Wishes, them: Wishes) -> Iterator[tuple[Wish, Wish]]:
    """Lines on the same work: one pilot, and not two different demo cases of it."""
    for mine in me.lines:
        for theirs in them.lines:
            if mine.pilot == theirs.pilot and (
                mine.demo_case == theirs.demo_case or mine.demo_case is None or theirs.demo_case is None
            ):
                yield mine, theirs


def _no_language(me: Wishes, them: Wishes) -> bool:
    """Known not to share one; somebody who named none may speak any."""
    return bool(me.languages and them.languages) and me.languages.isdisjoint(them.languages)


def _reasons(me: Wishes, them: Wishes, among: Crowd) -> tuple[Reason, ...]:
    weighed = sorted(_work(me, them, among), key=lambda pair: -pair[0])
    return (
        *(reason for _points, reason in weighed),
        *_region(me, them),
        *_language(me, them),
        *_missing(me, them, among),
    )


def _work(me: Wishes, them: Wishes, among: Crowd) -> Iterator[tuple[float, Reason]]:
    """Each with the points it would have as the only one of its kind."""
    for part, offer, need in _matches(me, them, among.words):
        yield part * SUPPLY[1], TheyOfferYouSeek(offer.text, need.text)
    for part, offer, need in _matches(them, me, among.words):
        yield part * DEMAND[1], YouOfferTheySeek(offer.text, need.text)
    for shared in _shared_work(me, them):
        yield (DEMO_CASES if isinstance(shared, SharedDemoCase) else PILOTS)[1], shared
    for mine, theirs in islice(_chain(me, them), 1):
        yield CHAIN, NextInChain(theirs=theirs.role, yours=mine.role)
    for my_level, their_level in islice(_readiness(me, them), 1):
        yield READINESS, ReadinessFits(theirs=their_level, yours=my_level)


def _shared_work(me: Wishes, them: Wishes) -> Iterator[SharedDemoCase | SharedPilot]:
    shared = me.demo_cases & them.demo_cases
    for demo_case in sorted(shared):
        yield SharedDemoCase(demo_case)
    told = {line.pilot for line in me.lines if line.demo_case in shared}
    for pilot in sorted((me.pilots & them.pilots) - told):
        yield SharedPilot(pilot)


def _region(me: Wishes, them: Wishes) -> Iterator[OtherRegion | SameRegion]:
    if me.region is not None and them.region is not None:
        yield SameRegion(them.region) if me.region == them.region else OtherRegion(them.region)


def _language(me: Wishes, them: Wishes) -> Iterator[SharedLanguages | NoSharedLanguage]:
    if shared := me.languages & them.languages:
        yield SharedLanguages(tuple(sorted(shared)))
    elif _no_language(me, them):
        yield NoSharedLanguage()


def _missing(me: Wishes, them: Wishes, among: Crowd) -> Iterator[NotOffered]:
    """Of what is sought for the pilots of both."""
    met = {need.words for _part, _offer, need in _matches(me, them, among.words)}
    left = [need.term.text for need in me.needs if need.term.words not in met and need.pilots & them.pilots]
    if left:
        yield NotOffered(tuple(left[:MISSING]))
