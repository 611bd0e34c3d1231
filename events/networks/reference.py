"""What a fresh install knows of the networks: `networks.toml`, read and checked, for `adopting` to store."""

import tomllib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib import resources
from typing import Any


@dataclass(frozen=True, slots=True)
class Region:
    code: str
    names: dict[str, str]  # language → name
    country: str
    nuts: str = ""


@dataclass(frozen=True, slots=True)
class Membership:
    region: str  # code
    status: str  # a value of models.MembershipStatus
    start: date | None = None
    notes: dict[str, str] = field(default_factory=dict)  # language → text


@dataclass(frozen=True, slots=True)
class DemoCase:
    code: str
    name: str
    stage: str  # a value of models.Stage


@dataclass(frozen=True, slots=True)
class Pilot:
    code: str
    names: dict[str, str]  # language → name
    leads: tuple[str, ...] = ()  # region codes
    demo_cases: tuple[DemoCase, ...] = ()


@dataclass(frozen=True, slots=True)
class Network:
    code: str
    name: str
    abouts: dict[str, str]  # language → text
    founded: str = ""
    website: str = ""
    memberships: tuple[Membership, ...] = ()
    pilots: tuple[Pilot, ...] = ()


@dataclass(frozen=True, slots=True)
class Reference:
    regions: tuple[Region, ...]
    networks: tuple[Network, ...]


@cache
def load() -> Reference:
    return parse(resources.files("events.networks").joinpath("networks.toml").read_text(encoding="utf-8"))


def parse(text: str) -> Reference:
    """Raises TypeError for a field that is missing or unknown, ValueError for a code that is double or of nothing."""
    found = tomllib.loads(text)
    reference = Reference(
        regions=tuple(Region(**region) for region in found["regions"]),
        networks=tuple(_network(network) for network in found["networks"]),
    )
    _refuse_doubles("region", (region.code for region in reference.regions))
    _refuse_doubles("network", (network.code for network in reference.networks))
    for region in reference.regions:
        _refuse_nameless(region.code, region.names)
    known = {region.code for region in reference.regions}
    for network in reference.networks:
        _check(network, known)
    return reference


def _network(found: dict[str, Any]) -> Network:
    memberships = tuple(Membership(**membership) for membership in found.pop("memberships", ()))
    pilots = tuple(_pilot(pilot) for pilot in found.pop("pilots", ()))
    return Network(**found, memberships=memberships, pilots=pilots)


def _pilot(found: dict[str, Any]) -> Pilot:
    leads = tuple(found.pop("leads", ()))
    demo_cases = tuple(DemoCase(**demo_case) for demo_case in found.pop("demo_cases", ()))
    return Pilot(**found, leads=leads, demo_cases=demo_cases)


def _check(network: Network, known: set[str]) -> None:
    _refuse_doubles(f"member of {network.code}", (membership.region for membership in network.memberships))
    _refuse_unknown(f"a member of {network.code}", (membership.region for membership in network.memberships), known)
    _refuse_doubles(f"pilot of {network.code}", (pilot.code for pilot in network.pilots))
    for pilot in network.pilots:
        _refuse_unknown(f"a lead of {pilot.code}", pilot.leads, known)
        _refuse_doubles(f"demo case of {pilot.code}", (demo_case.code for demo_case in pilot.demo_cases))
        _refuse_nameless(pilot.code, pilot.names)


def _refuse_nameless(code: str, names: dict[str, str]) -> None:
    if "en" not in names:
        raise ValueError(f"{code} has no English name")


def _refuse_doubles(what: str, codes: Iterable[str]) -> None:
    double = [code for code, count in Counter(codes).items() if count > 1]
    if double:
        raise ValueError(f"more than one {what}: {', '.join(double)}")


def _refuse_unknown(what: str, codes: Iterable[str], known: set[str]) -> None:
    unknown = [code for code in codes if code not in known]
    if unknown:
        raise ValueError(f"{what} that is no region: {', '.join(unknown)}")
