"""Networks as pages show them: members of a day in the order asked for, the years, pilots; a few queries each."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from app.wording import alphabetical, country
from events.networks.drawing import TileMap, YearChart, tile_map, year_chart
from events.networks.models import DemoCase, Membership, MembershipStatus, Network, NetworkRole, Pilot, Region, Series

STATUSES = list(MembershipStatus)


@dataclass(frozen=True, slots=True)
class NetworkLine:
    network: Network
    regions: int
    pilots: int


@dataclass(frozen=True, slots=True)
class PilotPart:
    pilot: Pilot
    leads: tuple[Region, ...]
    demo_cases: tuple[DemoCase, ...]


@dataclass(frozen=True, slots=True)
class Members:
    """The memberships of one day as sorted, and of which countries they are; `former` had ended by then."""

    on: date
    sort: str
    memberships: tuple[Membership, ...]
    by_status: tuple[tuple[MembershipStatus, int], ...]
    by_country: tuple[tuple[str, int], ...]  # ISO 3166-1 code, most first
    former: tuple[Membership, ...]
    map: TileMap
    years: YearChart


# What the table can be sorted by. Every order ends with the name, so that equals stand as people look them up.
ORDERS: Mapping[str, Callable[[Membership], Any]] = {
    "name": lambda one: (),
    "country": lambda one: alphabetical(country(one.region.country)),
    "nuts": lambda one: (not one.region.nuts, one.region.nuts),
    "status": lambda one: STATUSES.index(one.status),
    "since": lambda one: one.start or date.min,
}


async def networks(today: date) -> Sequence[NetworkLine]:
    """All networks by name; three queries."""
    current = Counter(one.network_id for one in await Membership.all() if one.term.holds(today))
    pilots = Counter(pilot.network_id for pilot in await Pilot.filter(closed_at__isnull=True))
    found = await Network.all()
    return [
        NetworkLine(network, regions=current[network.id], pilots=pilots[network.id])
        for network in sorted(found, key=lambda network: alphabetical(network.name))
    ]


async def members(network: Network, on: date, *, sort: str = "name", today: date) -> Members:
    """`sort` is one of ORDERS, with a minus before it for the other way round; one that is not known is by name."""
    everybody = await Membership.filter(network=network).select_related("region")
    current = [one for one in everybody if one.term.holds(on)]
    countries = Counter(one.region.country for one in current)
    statuses = Counter(one.status for one in current)
    return Members(
        on=on,
        sort=sort if sort.removeprefix("-") in ORDERS else "name",
        memberships=tuple(ordered(current, sort)),
        by_status=tuple((status, statuses[status]) for status in STATUSES if statuses[status]),
        by_country=tuple(sorted(countries.items(), key=lambda pair: (-pair[1], alphabetical(country(pair[0]))))),
        former=tuple(_former(everybody, current, on)),
        map=tile_map(one.region.country for one in current),
        years=year_chart(by_year(everybody, today)),
    )


def ordered(memberships: Sequence[Membership], sort: str) -> list[Membership]:
    key = ORDERS.get(sort.removeprefix("-"), ORDERS["name"])
    named = sorted(memberships, key=lambda one: alphabetical(one.region.name), reverse=sort == "-name")
    return sorted(named, key=key, reverse=sort.startswith("-"))


def by_year(memberships: Sequence[Membership], today: date) -> list[tuple[int, list[int]]]:
    """Members by status on the last day of each year, and today, from the first year that somebody's dates name."""
    known = [day for one in memberships for day in (one.start, one.end) if day and day <= today]
    if not known:
        return []
    found = []
    for year in range(min(known).year, today.year + 1):
        day = min(date(year + 1, 1, 1) - timedelta(days=1), today)
        counts = Counter(one.status for one in memberships if one.term.holds(day))
        found.append((year, [counts[status] for status in STATUSES]))
    return found


async def pilots(network: Network) -> tuple[PilotPart, ...]:
    """Those that are closed come last."""
    rows = await Pilot.filter(network=network).order_by("position", "code").prefetch_related("leads", "demo_cases")
    found = sorted(rows, key=lambda pilot: pilot.closed)
    return tuple(
        PilotPart(
            pilot,
            tuple(sorted(pilot.leads, key=lambda region: alphabetical(region.name))),
            tuple(sorted(pilot.demo_cases, key=lambda case: (case.closed, alphabetical(case.name)))),
        )
        for pilot in found
    )


async def series_of_network(network: Network) -> Sequence[Series]:
    """By title, their events with them."""
    found = await Series.filter(network=network).prefetch_related("events")
    return sorted(found, key=lambda one: alphabetical(one.title))


def by_network(pilot: Pilot) -> tuple[Any, ...]:
    """To sort pilots of several networks by: each network's in its own order."""
    return alphabetical(pilot.network.name), pilot.position, pilot.code


async def pilot_coordinators(pilot: Pilot) -> list[NetworkRole]:
    roles = await NetworkRole.filter(pilot=pilot).select_related("person")
    return sorted(roles, key=lambda role: alphabetical(role.person.name))


async def coordinators(network: Network) -> list[NetworkRole]:
    """Those of the whole network first."""
    roles = await NetworkRole.filter(network=network).select_related("person", "pilot")
    return sorted(roles, key=lambda role: (role.pilot.position if role.pilot else -1, alphabetical(role.person.name)))


def _former(everybody: Sequence[Membership], current: Sequence[Membership], on: date) -> list[Membership]:
    """The last membership of each region that had one and has none."""
    here = {one.region_id for one in current}
    ended = sorted(
        (one for one in everybody if one.end and one.end <= on and one.region_id not in here),
        key=lambda one: one.end or on,
    )
    last = {one.region_id: one for one in ended}
    return sorted(last.values(), key=lambda one: alphabetical(one.region.name))
