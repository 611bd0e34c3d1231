"""Groups that could be: several people who seek the same in one demo case; pure."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from matchmaking.terms import Term, alike, terms
from matchmaking.wishes import Wishes


@dataclass(frozen=True, slots=True)
class Overlap:
    """These people (participants) seek the same in a demo case, and those offer it. `asked` requests run among them."""

    demo_case: int
    term: str  # as the first of them wrote it
    seeking: tuple[int, ...]
    offering: tuple[int, ...]
    asked: int

    @property
    def people(self) -> frozenset[int]:
        return frozenset((*self.seeking, *self.offering))


def overlaps(
    profiles: Iterable[Wishes],
    requests: Collection[tuple[int, int]] = (),
    *,
    apart: Collection[tuple[int, int]] = (),
    fewest: int,
) -> list[Overlap]:
    """The strongest first: most who seek, then most requests among them. `requests` are pairs of participants who
    have asked each other, `apart` those (the smaller first) who do not want to meet: the first of the two stays."""
    seekers: dict[int, list[tuple[Term, int]]] = defaultdict(list)
    givers: dict[int, list[tuple[Term, int]]] = defaultdict(list)
    for profile in profiles:
        for line in profile.lines:
            if line.demo_case is not None:
                seekers[line.demo_case] += [(term, profile.participant) for term in terms(line.needs)]
                givers[line.demo_case] += [(term, profile.participant) for term in terms(line.offers)]
    found = [
        _overlap(case, term, needs, givers[case], requests, apart)
        for case, needs in seekers.items()
        for term in dict.fromkeys(term for term, _who in needs)
    ]
    wanted = [one for one in found if len(one.seeking) >= fewest]
    wanted.sort(key=lambda one: (-len(one.seeking), -one.asked, -len(one.offering), one.demo_case, one.term))
    return _different(wanted)


def _overlap(
    case: int,
    term: Term,
    needs: Iterable[tuple[Term, int]],
    offers: Iterable[tuple[Term, int]],
    requests: Collection[tuple[int, int]],
    apart: Collection[tuple[int, int]],
) -> Overlap:
    seeking = _together((who for need, who in needs if alike(term.words, need.words)), (), apart)
    wanted = (who for offer, who in offers if alike(term.words, offer.words) and who not in seeking)
    offering = _together(wanted, seeking, apart)
    inside = {*seeking, *offering}
    asked = sum(one in inside and other in inside for one, other in requests)
    return Overlap(case, term.text, seeking, offering, asked)


def _together(people: Iterable[int], there: Sequence[int], apart: Collection[tuple[int, int]]) -> tuple[int, ...]:
    """Each once, but for those who are apart from somebody before them."""
    kept: list[int] = []
    for who in dict.fromkeys(people):
        if not any((min(who, other), max(who, other)) in apart for other in (*there, *kept)):
            kept.append(who)
    return tuple(kept)


def _different(found: Iterable[Overlap]) -> list[Overlap]:
    """The same people seek the same in other words: once is enough."""
    kept: list[Overlap] = []
    for one in found:
        if not any(one.demo_case == other.demo_case and set(one.seeking) <= set(other.seeking) for other in kept):
            kept.append(one)
    return kept
