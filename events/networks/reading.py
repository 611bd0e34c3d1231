"""Networks as pages show them: regions by status, pilots with leads and demo cases; a few queries each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from app.wording import alphabetical
from events.networks.models import DemoCase, Membership, MembershipStatus, Network, Pilot, Region

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
class NetworkPage:
    """Of memberships those of `today`, the fullest first, then by region; `former` have ended."""

    network: Network
    memberships: tuple[tuple[MembershipStatus, tuple[Membership, ...]], ...]
    former: tuple[Membership, ...]
    pilots: tuple[PilotPart, ...]


async def networks(today: date) -> Sequence[NetworkLine]:
    """All networks by name; three queries."""
    current = [membership for membership in await Membership.all() if is_current(membership, today)]
    pilots = await Pilot.all()
    return [
        NetworkLine(
            network,
            regions=sum(membership.network_id == network.id for membership in current),
            pilots=sum(pilot.network_id == network.id for pilot in pilots),
        )
        for network in await Network.all().order_by("name")
    ]


async def network_page(network: Network, today: date) -> NetworkPage:
    memberships = await Membership.filter(network=network).select_related("region")
    current = [membership for membership in memberships if is_current(membership, today)]
    current.sort(key=lambda membership: (STATUSES.index(membership.status), alphabetical(membership.region.name)))
    pilots = await Pilot.filter(network=network).order_by("position", "code").prefetch_related("leads", "demo_cases")
    return NetworkPage(
        network=network,
        memberships=tuple(
            (status, tuple(group)) for status, group in groupby(current, key=lambda membership: membership.status)
        ),
        former=tuple(membership for membership in memberships if membership.end and membership.end <= today),
        pilots=tuple(
            PilotPart(
                pilot,
                tuple(sorted(pilot.leads, key=lambda region: alphabetical(region.name))),
                tuple(sorted(pilot.demo_cases, key=lambda case: case.code)),
            )
            for pilot in pilots
        ),
    )


def is_current(membership: Membership, today: date) -> bool:
    """A start that is not known lies in the past."""
    return (membership.start is None or membership.start <= today) and (
        membership.end is None or today < membership.end
    )
