"""A pilot's value chain, link by link: who stands in each, which one is missing, what is sought in vain. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from matchmaking.terms import Term, alike, terms

PRODUCT = ("raw material", "component", "equipment", "integrator", "end user")
LINKS = (*PRODUCT, "research", "service", "funder")
"""By the value of profile_models.ChainRole: what a product passes through first, then who helps it on."""

_MAKERS = ("raw material", "component", "equipment", "integrator")
_PAIRS = (
    ("raw material", "component"),
    ("component", "integrator"),
    ("integrator", "end user"),
    *product(("equipment",), ("raw material", "component", "integrator")),
    *product(("research", "service", "funder"), _MAKERS),
)
NEXT = {
    role: frozenset(a if b == role else b for a, b in _PAIRS if role in (a, b)) for role in LINKS
}  # role → the roles it hands on to or receives from


@dataclass(frozen=True, slots=True)
class Line:
    """What one organisation brings in one role."""

    organisation: int
    role: str
    offers: tuple[str, ...]
    needs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Link:
    """`missing`: nobody stands in it, though the product comes from there or goes there: `beside` it, somebody does.
    Who helps the product on is not missed: a chain works without a funder, and one alone waits for no raw material."""

    role: str
    organisations: int
    offers: int  # different things
    needs: int
    beside: tuple[str, ...]

    @property
    def missing(self) -> bool:
        return not self.organisations and bool(self.beside)


@dataclass(frozen=True, slots=True)
class Gap:
    """Something sought that no other organisation offers."""

    term: str
    seekers: int  # organisations


@dataclass(frozen=True, slots=True)
class Coverage:
    organisations: int
    links: tuple[Link, ...]
    gaps: tuple[Gap, ...]  # what most seek first

    @property
    def missing(self) -> tuple[Link, ...]:
        return tuple(link for link in self.links if link.missing)

    @property
    def whole(self) -> bool:
        """Anything at all that a product passes through, and nothing that it lacks."""
        makes = any(link.organisations for link in self.links if link.role in PRODUCT)
        return makes and not self.missing and not self.gaps


def coverage(lines: Iterable[Line]) -> Coverage:
    lines = tuple(lines)
    standing = {line.role for line in lines}
    return Coverage(
        organisations=len({line.organisation for line in lines}),
        links=tuple(_link(role, [line for line in lines if line.role == role], standing) for role in LINKS),
        gaps=_gaps(lines),
    )


def _link(role: str, lines: Sequence[Line], standing: set[str]) -> Link:
    return Link(
        role=role,
        organisations=len({line.organisation for line in lines}),
        offers=len(terms(text for line in lines for text in line.offers)),
        needs=len(terms(text for line in lines for text in line.needs)),
        beside=tuple(other for other in PRODUCT if role in PRODUCT and other in NEXT[role] & standing),
    )


def _gaps(lines: Sequence[Line]) -> tuple[Gap, ...]:
    offered = _by_word(lines)
    seekers: dict[frozenset[str], tuple[Term, set[int]]] = {}
    for line in lines:
        for need in terms(line.needs):
            if not _offered(need, line.organisation, offered):
                seekers.setdefault(need.words, (need, set()))[1].add(line.organisation)
    gaps = (Gap(need.text, len(ones)) for need, ones in seekers.values())
    return tuple(sorted(gaps, key=lambda gap: (-gap.seekers, gap.term.casefold())))


def _by_word(lines: Sequence[Line]) -> Mapping[str, set[tuple[frozenset[str], int]]]:
    """Word → what is offered with it, and by whom: most needs share no word with most offers."""
    found: dict[str, set[tuple[frozenset[str], int]]] = defaultdict(set)
    for line in lines:
        for offer in terms(line.offers):
            for word in offer.words:
                found[word].add((offer.words, line.organisation))
    return found


def _offered(need: Term, seeker: int, offered: Mapping[str, set[tuple[frozenset[str], int]]]) -> bool:
    """By somebody else: what one has oneself one does not seek."""
    near = (one for word in need.words for one in offered.get(word, ()))
    return any(by != seeker and alike(need.words, words) for words, by in near)
