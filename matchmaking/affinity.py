"""How much two profiles have for each other, and why: the order of the directory, the weights of the scheduler.

Each side has its own gain from a meeting; the score is their harmonic mean, so that it takes two to like it
(Palomares et al., Reciprocal recommender systems, Information Fusion 69 (2021) 103–127). It never knows more
than it can say: whatever adds points is also a reason.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import nsmallest
from itertools import chain, islice, product
from types import MappingProxyType

from matchmaking.terms import Term, alike, terms

# Points of one side's gain by how many there are, the last for all beyond; together they come to 1000.
SUPPLY = (0, 200, 270, 300)  # needs of mine that they meet
DEMAND = (0, 130, 170, 200)  # needs of theirs that I meet
PILOTS = (0, 100, 120)
DEMO_CASES = (0, 130, 160)
CHAIN = 120
READINESS = 100

SAME_REGION = 80  # percent of the score: these networks exist to bring regions together
NO_LANGUAGE = 50  # percent: they would need an interpreter

WANTED: dict[str | None, int] = {None: 100, "nice to meet": 125, "must meet": 150, "not for me": 0}  # percent
NOTHING_MARKED: Mapping[int, str] = MappingProxyType({})

NEAR_LEVELS = 2  # technology readiness levels apart that still work together

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
    """One interest of a profile: a pilot, or a demo case of that pilot; `role` is a value of models.ChainRole."""

    pilot: int
    demo_case: int | None
    role: str
    offers: tuple[str, ...]
    needs: tuple[str, ...]
    trl: int | None = None


@dataclass(frozen=True, slots=True)
class Wishes:
    """A profile made ready to be compared thousands of times; `wishes()` builds it."""

    participant: int
    organisation: int | None
    region: int | None
    languages: frozenset[str]
    lines: tuple[Wish, ...]
    offers: tuple[Term, ...]
    needs: tuple[Term, ...]
    offered: frozenset[str]  # all words of the offers: most pairs share none, and are done with one look
    pilots: frozenset[int]
    demo_cases: frozenset[int]


@dataclass(frozen=True, slots=True)
class TheyOfferYouSeek:
    offer: str
    need: str


@dataclass(frozen=True, slots=True)
class YouOfferTheySeek:
    offer: str
    need: str


@dataclass(frozen=True, slots=True)
class SharedDemoCase:
    demo_case: int


@dataclass(frozen=True, slots=True)
class SharedPilot:
    """A pilot of both in which they share no demo case."""

    pilot: int


@dataclass(frozen=True, slots=True)
class NextInChain:
    theirs: str
    yours: str


@dataclass(frozen=True, slots=True)
class ReadinessFits:
    theirs: int
    yours: int


@dataclass(frozen=True, slots=True)
class OtherRegion:
    region: int


@dataclass(frozen=True, slots=True)
class SameRegion:
    region: int


@dataclass(frozen=True, slots=True)
class SharedLanguages:
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NoSharedLanguage:
    pass


@dataclass(frozen=True, slots=True)
class SameOrganisation:
    pass


@dataclass(frozen=True, slots=True)
class YouMarked:
    mark: str


Reason = (
    TheyOfferYouSeek | YouOfferTheySeek | SharedDemoCase | SharedPilot | NextInChain | ReadinessFits
    | OtherRegion | SameRegion | SharedLanguages | NoSharedLanguage | SameOrganisation | YouMarked
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Affinity:
    """`score` is 0 to 1000 and the same from both sides; `reasons` speak to the first of the two, best first."""

    score: int
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Ranked:
    participant: int
    affinity: Affinity


def wishes(
    *, participant: int, organisation: int | None, region: int | None, languages: Iterable[str], lines: Iterable[Wish]
) -> Wishes:
    """Prepare a profile: its terms are taken apart here, once."""
    lines = tuple(lines)
    offers = terms(text for line in lines for text in line.offers)
    return Wishes(
        participant=participant,
        organisation=organisation,
        region=region,
        languages=frozenset(languages),
        lines=lines,
        offers=offers,
        needs=terms(text for line in lines for text in line.needs),
        offered=frozenset().union(*(term.words for term in offers)),
        pilots=frozenset(line.pilot for line in lines),
        demo_cases=frozenset(line.demo_case for line in lines if line.demo_case is not None),
    )


def rank(
    me: Wishes, others: Iterable[Wishes], *, limit: int, marks: Mapping[int, str] = NOTHING_MARKED
) -> list[Ranked]:
    """The best partners first, without those who share nothing or my organisation; equals in order of their id.

    `marks` are mine, by participant (bookmarks.models.Mark): they raise somebody, or take them out.
    """
    scored = ((_wanted(score(me, other), marks.get(other.participant)), other) for other in others)
    best = nsmallest(limit, (pair for pair in scored if pair[0]), key=lambda pair: (-pair[0], pair[1].participant))
    return [
        Ranked(other.participant, Affinity(points, (*_marked(marks.get(other.participant)), *_reasons(me, other))))
        for points, other in best
    ]


def affinity(me: Wishes, them: Wishes) -> Affinity:
    if _same_house(me, them):
        return Affinity(0, (SameOrganisation(),))
    return Affinity(score(me, them), _reasons(me, them))


def score(me: Wishes, them: Wishes) -> int:
    """0 to 1000. Same organisation, or nothing in common but region and language: 0."""
    if _same_house(me, them):
        return 0
    i_get, they_get = _met(me, them), _met(them, me)
    common = _common(me, them)
    mine = common + _step(SUPPLY, i_get) + _step(DEMAND, they_get)
    theirs = common + _step(SUPPLY, they_get) + _step(DEMAND, i_get)
    if not mine:
        return 0
    both = 2 * mine * theirs // (mine + theirs)
    if me.region == them.region and me.region is not None:
        both = both * SAME_REGION // 100
    if _no_language(me, them):
        both = both * NO_LANGUAGE // 100
    return both


def _wanted(points: int, mark: str | None) -> int:
    return min(points * WANTED[mark] // 100, 1000)


def _marked(mark: str | None) -> Iterator[YouMarked]:
    if mark is not None:
        yield YouMarked(mark)


def _same_house(me: Wishes, them: Wishes) -> bool:
    if me.participant == them.participant:
        return True
    return me.organisation is not None and me.organisation == them.organisation


def _met(seeker: Wishes, offerer: Wishes) -> int:
    """How many of the seeker's needs the offerer meets."""
    offered, count = offerer.offered, 0
    for need in seeker.needs:
        if not offered.isdisjoint(need.words) and any(alike(need.words, offer.words) for offer in offerer.offers):
            count += 1
    return count


def _common(me: Wishes, them: Wishes) -> int:
    """The part of the gain that is the same for both."""
    if me.pilots.isdisjoint(them.pilots):
        return 0
    points = _step(PILOTS, len(me.pilots & them.pilots)) + _step(DEMO_CASES, len(me.demo_cases & them.demo_cases))
    if next(_chain(me, them), None):
        points += CHAIN
    if next(_readiness(me, them), None):
        points += READINESS
    return points


def _step(points: Sequence[int], count: int) -> int:
    return points[min(count, len(points) - 1)]


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


def _reasons(me: Wishes, them: Wishes) -> tuple[Reason, ...]:
    return (
        *(TheyOfferYouSeek(offer, need) for offer, need in _matches(offers=them.offers, needs=me.needs)),
        *(YouOfferTheySeek(offer, need) for offer, need in _matches(offers=me.offers, needs=them.needs)),
        *_shared_work(me, them),
        *(NextInChain(theirs=theirs.role, yours=mine.role) for mine, theirs in islice(_chain(me, them), 1)),
        *(ReadinessFits(theirs=theirs, yours=mine) for mine, theirs in islice(_readiness(me, them), 1)),
        *_region(me, them),
        *_language(me, them),
    )


def _matches(*, offers: Sequence[Term], needs: Sequence[Term]) -> Iterator[tuple[str, str]]:
    """Each need that is met, with the offer that says it most nearly."""
    for need in needs:
        meeting = [offer for offer in offers if alike(need.words, offer.words)]
        if meeting:
            yield min(meeting, key=lambda offer: (len(offer.words ^ need.words), offer.text)).text, need.text


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
