"""How much two profiles have for each other, and why: the order of the directory, the weights of the scheduler.

Each side has its own gain from a meeting, and it takes two to like it: the score is the geometric mean of both, and a
list for one of them leans to that side (Palomares et al., Reciprocal recommender systems, Information Fusion 69 (2021)
103–127). It never knows more than it can say: whatever adds points is also a reason, the one with most points first.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import nsmallest
from itertools import chain, islice, product
from types import MappingProxyType

from matchmaking.grounds import (
    MuchWanted,
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
    YouMarked,
    YouOfferTheySeek,
)
from matchmaking.likeness import Lexicon, lexicon
from matchmaking.terms import Term, terms

# Points of one side's gain by how many there are, the last for all beyond; together they come to 1000. What is said
# less exactly, for another pilot, or alike by everybody counts for a part of one.
SUPPLY = (0, 320, 460, 530)  # needs of mine that they meet
DEMAND = (0, 110, 165, 200)  # needs of theirs that I meet
PILOTS = (0, 60, 70)
DEMO_CASES = (0, 80, 100)
CHAIN = 60
READINESS = 40

OWN_SIDE = 0.7  # of the exponents of the two gains in a list for one of them; each has half in the score of both
ELSEWHERE = 0.25  # of a need, met by what is offered for other pilots only
SAME_REGION = 70  # percent of the score where the event puts other regions first
NO_LANGUAGE = 50  # percent: they would need an interpreter

WANTED: dict[str | None, int] = {None: 100, "nice to meet": 125, "must meet": 150, "not for me": 0}  # percent
NOTHING_MARKED: Mapping[int, str] = MappingProxyType({})
NOBODY_CROWDED: Mapping[int, int] = MappingProxyType({})

NEAR_LEVELS = 2  # technology readiness levels apart that still work together
MISSING = 4  # needs that are named as not met

_MAKERS = ("raw material", "component", "equipment", "integrator")
_PAIRS = (
    ("raw material", "component"),
    ("component", "integrator"),
    ("integrator", "end user"),
    *product(("equipment",), ("raw material", "component", "integrator")),
    *product(("research", "service", "funder"), _MAKERS),
)
NEXT = {
    role: frozenset(a if b == role else b for a, b in _PAIRS if role in (a, b)) for role in set(chain(*_PAIRS))
}  # role → the roles it hands on to or receives from


@dataclass(frozen=True, slots=True)
class Wish:
    """One interest of a profile: a pilot, or a demo case of it; `role` is a value of profile_models.ChainRole."""

    pilot: int
    demo_case: int | None
    role: str
    offers: tuple[str, ...]
    needs: tuple[str, ...]
    trl: int | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """A term with the pilots for which a profile says it."""

    term: Term
    pilots: frozenset[int]


@dataclass(frozen=True, slots=True)
class Wishes:
    """A profile made ready to be compared thousands of times; `wishes()` builds it."""

    participant: int
    organisation: int | None
    region: int | None
    languages: frozenset[str]
    lines: tuple[Wish, ...]
    offers: tuple[Said, ...]
    needs: tuple[Said, ...]
    pilots: frozenset[int]
    demo_cases: frozenset[int]


@dataclass(frozen=True, slots=True)
class Affinity:
    """`score` is 0 to 1000 and the same from both sides; `reasons` speak to the first of the two, best first."""

    score: int
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Ranked:
    """`points` put this place into this list; `affinity` is the same for everybody who asks."""

    participant: int
    points: int
    affinity: Affinity


@dataclass(frozen=True, slots=True)
class Crowd:
    """The profiles of an event, made ready to be ranked for any of them; `crowd()` builds it.

    `offering` and `seeking` say who does, as places in `everybody`, by the words of each term; `on` who is on a pilot.
    """

    everybody: tuple[Wishes, ...]
    words: Lexicon
    offering: Mapping[frozenset[str], Sequence[tuple[int, frozenset[int]]]]
    seeking: Mapping[frozenset[str], Sequence[tuple[int, frozenset[int]]]]
    on: Mapping[int, Sequence[int]]
    interregional: bool  # people of other regions come first


ALONE = Crowd((), lexicon(()), {}, {}, {}, interregional=True)  # two people, and nothing known of anybody else


@dataclass(frozen=True, slots=True)
class Gains:
    """0 to 1000 each."""

    mine: float
    theirs: float

    def leaning(self, own: float) -> float:
        return float(self.mine**own * self.theirs ** (1 - own))


def wishes(
    *, participant: int, organisation: int | None, region: int | None, languages: Iterable[str], lines: Iterable[Wish]
) -> Wishes:
    """Prepare a profile: its terms are taken apart here, once."""
    lines = tuple(lines)
    return Wishes(
        participant=participant,
        organisation=organisation,
        region=region,
        languages=frozenset(languages),
        lines=lines,
        offers=_said((line.pilot, line.offers) for line in lines),
        needs=_said((line.pilot, line.needs) for line in lines),
        pilots=frozenset(line.pilot for line in lines),
        demo_cases=frozenset(line.demo_case for line in lines if line.demo_case is not None),
    )


def crowd(everybody: Iterable[Wishes], *, interregional: bool = True) -> Crowd:
    everybody = tuple(everybody)
    sayings = ((said.term.words, said.pilots) for one in everybody for said in (*one.offers, *one.needs))
    on = defaultdict(list)
    for place, one in enumerate(everybody):
        for pilot in one.pilots:
            on[pilot].append(place)
    return Crowd(
        everybody=everybody,
        words=lexicon(sayings),
        offering=_sayers(one.offers for one in everybody),
        seeking=_sayers(one.needs for one in everybody),
        on=on,
        interregional=interregional,
    )


def rank(
    me: Wishes,
    among: Crowd,
    *,
    limit: int,
    of: Collection[int] | None = None,
    marks: Mapping[int, str] = NOTHING_MARKED,
    crowded: Mapping[int, int] = NOBODY_CROWDED,
) -> list[Ranked]:
    """The best partners first, without those who share nothing or my organisation; equals in order of their id.

    `of` are the participants who come into question, None: all. `marks` are mine, by participant
    (bookmarks.models.Mark): they raise somebody, or take them out. `crowded` are percent that somebody's points lose
    because they are wanted by very many; whoever I marked keeps them.
    """
    scored = [
        (_wanted(points, mark, crowded.get(other.participant, 0)), other)
        for points, other in _scored(me, among)
        if (of is None or other.participant in of) and (mark := marks.get(other.participant)) != "not for me"
    ]
    best = nsmallest(limit, scored, key=lambda pair: (-pair[0], pair[1].participant))
    return [_ranked(me, other, points, among, marks, crowded) for points, other in best]


def points_of(me: Wishes, among: Crowd) -> list[tuple[int, int]]:
    """(points, participant) of everybody who has any for me, as `rank` counts them: to look at all lists at once."""
    return [(round(points), other.participant) for points, other in _scored(me, among)]


def affinity(me: Wishes, them: Wishes, among: Crowd = ALONE) -> Affinity:
    if _same_house(me, them):
        return Affinity(0, (SameOrganisation(),))
    return Affinity(score(me, them, among), _reasons(me, them, among))


def score(me: Wishes, them: Wishes, among: Crowd = ALONE) -> int:
    """0 to 1000. Same organisation, or nothing in common but region and language: 0."""
    if _same_house(me, them):
        return 0
    gains = _gains(me, them, _met(me, them, among.words), _met(them, me, among.words))
    return _points(me, them, gains.leaning(0.5), among)


def _said(lines: Iterable[tuple[int, Sequence[str]]]) -> tuple[Said, ...]:
    """One for each different thing, in the order said."""
    found: dict[frozenset[str], tuple[Term, set[int]]] = {}
    for pilot, texts in lines:
        for term in terms(texts):
            found.setdefault(term.words, (term, set()))[1].add(pilot)
    return tuple(Said(term, frozenset(pilots)) for term, pilots in found.values())


def _sayers(everybody: Iterable[Sequence[Said]]) -> dict[frozenset[str], list[tuple[int, frozenset[int]]]]:
    found: defaultdict[frozenset[str], list[tuple[int, frozenset[int]]]] = defaultdict(list)
    for place, all_said in enumerate(everybody):
        for said in all_said:
            found[said.term.words].append((place, said.pilots))
    return dict(found)


def _scored(me: Wishes, among: Crowd) -> Iterator[tuple[int, Wishes]]:
    """Everybody with whom I have anything in common: `score`, but leaning to my side, and for all at once."""
    i_get, they_get = _met_by_all(me, among), _met_for_all(me, among)
    near = {place for pilot in me.pilots for place in among.on.get(pilot, ())}
    for place in near | i_get.keys() | they_get.keys():
        other = among.everybody[place]
        if not _same_house(me, other):
            gains = _gains(me, other, i_get.get(place, 0), they_get.get(place, 0))
            yield _points(me, other, gains.leaning(OWN_SIDE), among), other


def _met_by_all(me: Wishes, among: Crowd) -> dict[int, float]:
    """By place in the crowd, how many of my needs they meet (see `_met`)."""
    found: defaultdict[int, float] = defaultdict(float)
    for need in me.needs:
        best: dict[int, float] = {}
        for offer, likeness in among.words.near(need.term.words).items():
            for place, pilots in among.offering.get(offer, ()):
                best[place] = max(best.get(place, 0.0), _met_by(likeness, need.pilots, pilots))
        weight = among.words.weight(need.term.words)
        for place, part in best.items():
            found[place] += part * weight
    return found


def _met_for_all(me: Wishes, among: Crowd) -> dict[int, float]:
    """By place in the crowd, how many of their needs I meet."""
    best: dict[tuple[int, frozenset[str]], float] = {}
    for offer in me.offers:
        for need, likeness in among.words.near(offer.term.words).items():
            for place, pilots in among.seeking.get(need, ()):
                part = _met_by(likeness, pilots, offer.pilots)
                best[place, need] = max(best.get((place, need), 0.0), part)
    found: defaultdict[int, float] = defaultdict(float)
    for (place, need), part in best.items():
        found[place] += part * among.words.weight(need)
    return found


def _ranked(
    me: Wishes, other: Wishes, points: int, among: Crowd, marks: Mapping[int, str], crowded: Mapping[int, int]
) -> Ranked:
    found = affinity(me, other, among)
    mark = marks.get(other.participant)
    pressed = mark is None and crowded.get(other.participant)
    reasons = (*([YouMarked(mark)] if mark else []), *found.reasons, *([MuchWanted()] if pressed else []))
    return Ranked(other.participant, points, Affinity(found.score, reasons))


def _wanted(points: int, mark: str | None, crowded: int) -> int:
    return min(points * (WANTED[mark] if mark else 100 - crowded) // 100, 1000)


def _same_house(me: Wishes, them: Wishes) -> bool:
    if me.participant == them.participant:
        return True
    return me.organisation is not None and me.organisation == them.organisation


def _met(seeker: Wishes, offerer: Wishes, words: Lexicon) -> float:
    """How many of the seeker's needs the offerer meets."""
    return sum(part for part, _offer, _need in _matches(seeker, offerer, words))


def _matches(seeker: Wishes, offerer: Wishes, words: Lexicon) -> Iterator[tuple[float, Term, Term]]:
    """Each need that is met: for which part of one it counts, the offer that says it most nearly, and itself."""
    for need in seeker.needs:
        meeting = [
            (_met_by(likeness, need.pilots, offer.pilots), offer.term)
            for offer in offerer.offers
            if (likeness := words.likeness(need.term.words, offer.term.words))
        ]
        if meeting:
            part, term = min(meeting, key=lambda pair: (-pair[0], len(pair[1].words), pair[1].text))
            yield part * words.weight(need.term.words), term, need.term


def _met_by(likeness: float, wanted_for: frozenset[int], offered_for: frozenset[int]) -> float:
    """Like terms count more than half, the same term wholly."""
    part = (1 + likeness) / 2
    return part if not wanted_for.isdisjoint(offered_for) else part * ELSEWHERE


def _gains(me: Wishes, them: Wishes, i_get: float, they_get: float) -> Gains:
    common = _common(me, them)
    mine = common + _step(SUPPLY, i_get) + _step(DEMAND, they_get)
    theirs = common + _step(SUPPLY, they_get) + _step(DEMAND, i_get)
    return Gains(mine, theirs)


def _points(me: Wishes, them: Wishes, both: float, among: Crowd) -> int:
    if not both:
        return 0
    percent = 100
    if among.interregional and me.region == them.region and me.region is not None:
        percent = SAME_REGION
    if _no_language(me, them):
        percent = percent * NO_LANGUAGE // 100
    return max(1, round(both * percent / 100))


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
