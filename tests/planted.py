"""Generated events with planted truth: who would gain from meeting whom, and what each of them wrote about it.

Truth comes first and knows nothing of texts or scores. Somebody works on one or two demo cases from a place in their
value chains, has some of the goods that flow from there and wants some that flow to there. The grade of b for a follows
from this alone:

- 3 where two or more goods would change hands, at least one of them to a;
- 2 where one would, to a;
- 1 where a only gives, or where in a demo case of both some good flows between their places;
- 0 otherwise, and for colleagues; without a language in common it is one lower. Regions do not matter.

What they write is noisy: goods left unsaid, other words, inflections, their own language instead of English, slips of
the finger, phrases that say nothing, a demo case not named, a wrong place in the chain. No ranking can undo all of it.
"""

import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from math import log2
from pathlib import Path
from random import Random
from typing import Any

from matchmaking.wishes import Wish, Wishes, wishes

PLACES = {
    "R": "raw material", "C": "component", "Q": "equipment", "I": "integrator",
    "S": "research", "V": "service", "E": "end user", "F": "funder",
}  # fmt: skip
COMMON = "RRCCCCQQIIISSSVEEF"  # how often people stand where
REGIONS = ("pl", "pl", "pl", "fi", "fi", "fi", "en", "en", "en", "en")  # what is spoken at home

FEWEST_CASES, PEOPLE_OF_A_CASE = 3, 100  # smaller events are about less
SPEAKS_ENGLISH = 0.95
WRITES_AT_HOME = 0.1  # in their own language, of those who have another than English
SECOND_CASE = 0.4
ELSE = (0, 0, 1, 1, 2)  # goods that do not fit their place in the chain
SAID = 0.95  # of what they want or have
TALK = (0, 0, 1, 1, 2)  # phrases that say nothing, on either side
SLIP = 0.02  # a letter too few
CASE_NAMED = 0.8
PLACE_RIGHT = 0.9
LEVEL_SAID = 0.7
LANGUAGES_SAID = 0.95


@dataclass(frozen=True)
class Good:
    """`case` is its demo case; `says` are the names for it by language."""

    number: int
    case: int
    giving: str
    taking: str
    says: Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Guest:
    """Somebody as they are, whatever they wrote."""

    number: int
    organisation: int
    region: int
    languages: frozenset[str]
    place: str
    cases: frozenset[int]
    has: frozenset[int]
    wants: frozenset[int]


@dataclass(frozen=True)
class Planted:
    """An event: `guests` are the truth, `written` what they wrote, in the same order; numbers are places in it."""

    guests: Sequence[Guest]
    written: Sequence[Wishes]

    def grades(self, reader: int) -> list[int]:
        """Of everybody, 0 to 3, for this one."""
        return [grade(self.guests[reader], other) for other in self.guests]


@dataclass(frozen=True)
class World:
    goods: Sequence[Good]
    pilots: Sequence[int]  # by demo case
    talk: Sequence[Mapping[str, Sequence[str]]]

    @cached_property
    def flows(self) -> frozenset[tuple[int, str, str]]:
        """(demo case, from, to)"""
        return frozenset((good.case, a, b) for good in self.goods for a in good.giving for b in good.taking)


def planted(people: int, *, seed: int) -> Planted:
    chance = Random(f"planted {seed}")
    guests = [_guest(number, people, chance) for number in range(people)]
    return Planted(guests, [_written(guest, chance) for guest in guests])


def grade(one: Guest, other: Guest) -> int:
    if one.organisation == other.organisation:
        return 0
    gets, gives = len(one.wants & other.has), len(other.wants & one.has)
    found = min(1 + gets + gives, 3) if gets else int(gives > 0 or _neighbours(one, other))
    return max(found - (not one.languages & other.languages), 0)


def ndcg(grades: Sequence[int], ranked: Sequence[int], *, at: int = 10) -> float:
    """Normalised discounted cumulative gain of a ranking (places in `grades`, the best first), where the grade is the
    gain: Järvelin and Kekäläinen, Cumulated gain-based evaluation of IR techniques, ACM TOIS 20 (2002) 422–446."""
    best = _discounted(sorted(grades, reverse=True)[:at])
    return _discounted([grades[place] for place in ranked[:at]]) / best if best else 1.0


def mean_ndcg(event: Planted, ranking: Callable[[int], Sequence[int]], *, readers: Sequence[int]) -> float:
    """Of those for whom there is anybody worth meeting."""
    found = [ndcg(grades, ranking(reader)) for reader in readers if any(grades := event.grades(reader))]
    return sum(found) / len(found)


def by_shared_tags(event: Planted, reader: int) -> list[int]:
    """The ranking to beat: by how many tags two have in common, be it pilots, demo cases, or terms as written."""
    mine = tags(event.written[reader])
    counts = [len(mine & tags(other)) for other in event.written]
    return sorted((n for n in range(len(counts)) if n != reader), key=lambda n: (-counts[n], n))[:10]


@cache
def tags(one: Wishes) -> frozenset[object]:
    said = (text.casefold() for line in one.lines for text in (*line.offers, *line.needs))
    return frozenset((*(("pilot", n) for n in one.pilots), *(("case", n) for n in one.demo_cases), *said))


@cache
def world() -> World:
    told: dict[str, Any] = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
    names = list(dict.fromkeys(case["pilot"] for case in told["cases"]))
    goods: list[Good] = []
    for number, case in enumerate(told["cases"]):
        for good in case["goods"]:
            giving, _, taking = good["flow"].partition(">")
            says = {language: good[language] for language in ("en", "pl", "fi")}
            goods.append(Good(len(goods), number, giving, taking, says))
    return World(goods, [names.index(case["pilot"]) for case in told["cases"]], told["talk"])


def _discounted(grades: Sequence[int]) -> float:
    return sum(one / log2(place + 2) for place, one in enumerate(grades))


def _neighbours(one: Guest, other: Guest) -> bool:
    shared = one.cases & other.cases
    ways = ((one.place, other.place), (other.place, one.place))
    return any((case, *way) in world().flows for case in shared for way in ways)


def _guest(number: int, people: int, chance: Random) -> Guest:
    organisation = chance.randrange(max(2, people * 2 // 3))
    region = Random(f"house {organisation}").randrange(len(REGIONS))
    topics = range(min(len(world().pilots), max(FEWEST_CASES, people // PEOPLE_OF_A_CASE)))
    cases = chance.sample(topics, 2 if chance.random() < SECOND_CASE else 1)
    place = chance.choice(COMMON)
    near = [good for good in world().goods if good.case in cases]
    has = _some([good for good in near if place in good.giving], near, chance)
    wants = _some([good for good in near if place in good.taking], near, chance) - has
    english = {"en"} if chance.random() < SPEAKS_ENGLISH else set()
    return Guest(
        number=number,
        organisation=organisation,
        region=region,
        languages=frozenset({REGIONS[region], *english}),
        place=place,
        cases=frozenset(cases),
        has=has,
        wants=wants,
    )


def _some(fitting: list[Good], near: list[Good], chance: Random) -> frozenset[int]:
    """Of what fits their place, and now and then something else of their demo cases."""
    chosen = [
        *chance.sample(fitting, min(len(fitting), chance.randint(1, 3))),
        *chance.sample(near, chance.choice(ELSE)),
    ]
    return frozenset(good.number for good in chosen)


def _written(guest: Guest, chance: Random) -> Wishes:
    home = REGIONS[guest.region]
    tongue = home if chance.random() < WRITES_AT_HOME or "en" not in guest.languages else "en"
    said = guest.languages if chance.random() < LANGUAGES_SAID else frozenset[str]()
    lines = list(_lines(guest, tongue, chance))
    return wishes(
        participant=guest.number, organisation=guest.organisation, region=guest.region, languages=said, lines=lines
    )


def _lines(guest: Guest, tongue: str, chance: Random) -> Iterator[Wish]:
    """One for each demo case; phrases that say nothing stand in the first."""
    place = guest.place if chance.random() < PLACE_RIGHT else chance.choice(COMMON)
    level = chance.randint(3, 9) if chance.random() < LEVEL_SAID else None
    for count, case in enumerate(sorted(guest.cases)):
        talk = ["", ""] if count else [_talk(tongue, chance), _talk(tongue, chance)]
        yield Wish(
            pilot=world().pilots[case],
            demo_case=case if chance.random() < CASE_NAMED else None,
            role=PLACES[place],
            offers=(*_said(guest, guest.has, case, tongue, chance), *talk[0]),
            needs=(*_said(guest, guest.wants, case, tongue, chance), *talk[1]),
            trl=level,
        )


def _said(guest: Guest, goods: frozenset[int], case: int, tongue: str, chance: Random) -> Iterator[str]:
    for number in sorted(goods):
        good = world().goods[number]
        if good.case == case and chance.random() < SAID:
            yield _slip(chance.choice(good.says[tongue]), chance)


def _talk(tongue: str, chance: Random) -> list[str]:
    return [chance.choice(one[tongue]) for one in chance.sample(world().talk, chance.choice(TALK))]


def _slip(text: str, chance: Random) -> str:
    if chance.random() >= SLIP:
        return text
    lost = chance.randrange(1, len(text))
    return text[:lost] + text[lost + 1 :]


def gini(counts: Sequence[int]) -> float:
    """How unevenly something is spread: 0 all have the same, towards 1 one has all."""
    total = sum(counts)
    weighted = sum(place * count for place, count in enumerate(sorted(counts), start=1))
    return 2 * weighted / (len(counts) * total) - (len(counts) + 1) / len(counts) if total else 0.0
