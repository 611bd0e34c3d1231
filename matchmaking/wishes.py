"""Profiles made ready to be compared thousands of times: each by itself, and all of an event together. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from matchmaking.likeness import Lexicon, lexicon
from matchmaking.terms import Term, terms


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
