"""The people of the demo: invented delegates of invented organisations, with what each offers and seeks."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from random import Random
from typing import Any

from app.text import plain
from events.networks import reference

Table = dict[str, Any]

ROUNDS = ((0, 1),) * 8 + ((0, 1, 2),) * 6 + ((0,), (1,), ())  # what people tick; some forget
LEVELS = {"research institution": range(2, 6), "company": range(5, 10)}  # technology readiness


@dataclass(frozen=True, slots=True)
class Organisation:
    name: str
    kind: str  # a value of events.models.OrganisationKind
    region: str  # code
    role: str  # a value of matchmaking.profile_models.ChainRole
    work: tuple[str, ...]  # chains: "BIO", "BIO/aromatics"
    about: str
    people: int = 1
    offers: tuple[str, ...] | None = None  # None: whatever their role offers


@dataclass(frozen=True, slots=True)
class Interest:
    pilot: str
    demo_case: str | None
    role: str
    offers: tuple[str, ...]
    needs: tuple[str, ...]
    trl: int | None


@dataclass(frozen=True, slots=True)
class Delegate:
    name: str
    email: str
    position: str
    organisation: Organisation
    languages: tuple[str, ...]  # their own first
    about: str
    interests: tuple[Interest, ...]
    rounds: tuple[int, ...]  # indexes of the rounds they have ticked


@dataclass(frozen=True, slots=True)
class Staff:
    kind: str  # a value of events.models.ParticipantKind
    name: str
    email: str
    position: str


def cast(seed: int) -> tuple[Delegate, ...]:
    """The same people for the same seed, organisation by organisation."""
    chance = Random(f"cast {seed}")  # noqa: S311 - a story, not a secret
    employers = [organisation for organisation in organisations() for _ in range(organisation.people)]
    names: list[str] = []
    for employer in employers:
        names.append(_name(employer.region, names, chance))
    return tuple(_delegate(name, employer, chance) for name, employer in zip(names, employers, strict=True))


def staff() -> tuple[Staff, ...]:
    return tuple(Staff(**person) for person in table("people")["staff"])


@cache
def organisations() -> tuple[Organisation, ...]:
    found = table("organisations")["organisations"]
    return tuple(Organisation(**{key: _frozen(value) for key, value in each.items()}) for each in found)


@cache
def table(name: str) -> Table:
    """One of the TOML files beside this module."""
    return tomllib.loads(resources.files("matchmaking.demo").joinpath(f"{name}.toml").read_text(encoding="utf-8"))


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _name(region: str, taken: list[str], chance: Random) -> str:
    """One that nobody has yet, as people in the region are called."""
    given = [long["name"] for long in table("people")["long_names"] if long["region"] == region]
    culture = _culture(region)
    while not given or given[0] in taken:
        women = chance.random() < 0.5
        family = culture["family_female"] if women and "family_female" in culture else culture["family"]
        family = [name for name in family if not any(other.endswith(f" {name}") for other in taken)] or family
        given = [f"{chance.choice(culture['female' if women else 'male'])} {chance.choice(family)}"]
    return str(given[0])


@cache
def _culture(region: str) -> Table:
    people = table("people")
    country = next(known.country for known in reference.load().regions if known.code == region).lower()
    code = people["culture"].get(region, {"se": "sv", "at": "de"}.get(country, country))
    return dict(people["cultures"][code])


def _delegate(name: str, organisation: Organisation, chance: Random) -> Delegate:
    interests = tuple(_interest(chain, organisation, chance) for chain in organisation.work)
    return Delegate(
        name=name,
        email=_address(name, organisation),
        position=chance.choice(table("people")["positions"][organisation.kind]),
        organisation=organisation,
        languages=_languages(organisation.region, chance),
        about=f"{organisation.about} {_introduction(interests, chance)}",
        interests=interests,
        rounds=chance.choice(ROUNDS),
    )


def _interest(chain: str, organisation: Organisation, chance: Random) -> Interest:
    vocabulary = table("vocabulary")
    own, common = vocabulary["chains"][chain], vocabulary["common"]
    pilot, _, demo_case = chain.partition("/")
    levels = LEVELS.get(organisation.kind)
    return Interest(
        pilot=pilot,
        demo_case=demo_case or None,
        role=organisation.role,
        offers=(*_offers(own, organisation, 3, chance), *_offers(common, organisation, 1, chance)),
        needs=(*_needs(own, organisation, 3, chance), *_needs(common, organisation, 1, chance)),
        trl=chance.choice(levels) if levels else None,
    )


def _offers(goods: list[Table], organisation: Organisation, most: int, chance: Random) -> list[str]:
    return _some([good["term"] for good in goods if _has(organisation, good)], most, chance)


def _needs(goods: list[Table], organisation: Organisation, most: int, chance: Random) -> list[str]:
    lacking = [good for good in goods if organisation.role in good["to"] and not _has(organisation, good)]
    return _some([str(good.get("seek", good["term"])) for good in lacking], most, chance)


def _has(organisation: Organisation, good: Table) -> bool:
    return organisation.role in good["from"] and (organisation.offers is None or good["term"] in organisation.offers)


def _some(terms: list[str], most: int, chance: Random) -> list[str]:
    return chance.sample(terms, min(len(terms), chance.randint(1, most)))


def _languages(region: str, chance: Random) -> tuple[str, ...]:
    culture = _culture(region)
    english = ["en"] if chance.random() < 0.94 else []
    also = [chance.choice(culture["also"])] if chance.random() < 0.3 else []
    return tuple(dict.fromkeys([*culture["languages"], *english, *also]))


def _introduction(interests: tuple[Interest, ...], chance: Random) -> str:
    said = [term for interest in interests for term in interest.offers]
    sought = [term for interest in interests for term in interest.needs]
    sentence = str(chance.choice(table("people")["introductions"]))
    return sentence.format(offer=chance.choice(said), need=chance.choice(sought))


def _address(name: str, organisation: Organisation) -> str:
    """At a domain kept for examples (RFC 2606); names are unique, but only in their own letters."""
    words = [_letters(word) for word in name.split()]
    house = "-".join(filter(None, map(_letters, organisation.name.split())))
    return f"{words[0]}.{words[-1]}@{house}.example.org"


def _letters(word: str) -> str:
    return "".join(letter for letter in plain(word) if "a" <= letter <= "z" or letter.isdigit())
