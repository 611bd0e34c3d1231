"""What the organisations of a region offer and seek in a pilot: of approved profiles, merged by organisation, no names.

Profiles are written for an event's participants; here stands what organisations bring, and nobody's name.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from tortoise.queryset import QuerySet

from app.wording import alphabetical
from events.models import Organisation, ParticipantStatus
from events.networks.models import Pilot, Region
from events.networks.reading import by_network
from matchmaking.profile_models import ChainRole, Interest, ProfileStatus

A_PAGE = 50
RECENT = timedelta(days=2 * 365)  # after an event's end; what somebody sought longer ago they may have found


@dataclass(frozen=True, slots=True)
class PilotCount:
    pilot: Pilot
    organisations: int


@dataclass(frozen=True, slots=True)
class Supply:
    """What one organisation brings to one pilot; roles from upstream down the chain."""

    organisation: int
    name: str
    pilot: int
    roles: tuple[ChainRole, ...]
    offers: tuple[str, ...]
    needs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RegionalSupply:
    """One pilot's page; None when no organisation of the region has said anything."""

    counts: tuple[PilotCount, ...]
    pilot: Pilot | None
    lines: tuple[Supply, ...]
    number: int
    pages: int


async def of_region(region: Region, *, code: str, number: int, today: date) -> RegionalSupply:
    """`code` is a pilot's, "" the one with most organisations. Three queries, whatever the region's size."""
    interests = recent(today).filter(profile__participant__organisation__region=region)
    rows = await interests.distinct().values_list(
        "pilot_id", "profile__participant__organisation_id", "profile__participant__organisation__name"
    )
    houses: dict[int, dict[int, str]] = defaultdict(dict)
    for pilot, organisation, name in rows:
        houses[pilot][organisation] = name
    counts = await _counts({pilot: len(ones) for pilot, ones in houses.items()})
    chosen = _chosen(counts, code)
    if chosen is None:
        return RegionalSupply((), None, (), 1, 1)
    named = sorted(houses[chosen.id].items(), key=lambda pair: alphabetical(pair[1]))
    pages = max(1, -(-len(named) // A_PAGE))
    number = max(1, min(number, pages))
    shown = dict(named[(number - 1) * A_PAGE : number * A_PAGE])
    lines = await supplies(interests.filter(pilot=chosen, profile__participant__organisation_id__in=list(shown)))
    return RegionalSupply(counts, chosen, lines, number, pages)


async def of_organisation(organisation: Organisation, *, today: date) -> Sequence[tuple[Pilot, Supply]]:
    """By network and position of the pilots."""
    lines = await supplies(recent(today).filter(profile__participant__organisation=organisation))
    by_pilot = {line.pilot: line for line in lines}
    return [(one.pilot, by_pilot[one.pilot.id]) for one in await _counts(dict.fromkeys(by_pilot, 1))]


def recent(today: date) -> QuerySet[Interest]:
    """Of approved profiles for events of the last two years."""
    return Interest.filter(
        profile__status=ProfileStatus.APPROVED,
        profile__participant__status=ParticipantStatus.APPROVED,
        profile__participant__event__last_day__gte=today - RECENT,
    )


async def _counts(organisations: dict[int, int]) -> tuple[PilotCount, ...]:
    pilots = await Pilot.filter(id__in=list(organisations)).select_related("network")
    return tuple(PilotCount(pilot, organisations[pilot.id]) for pilot in sorted(pilots, key=by_network))


def _chosen(counts: Sequence[PilotCount], code: str) -> Pilot | None:
    named = [one.pilot for one in counts if one.pilot.code == code]
    return next(iter(named), None) or max(counts, key=lambda one: one.organisations).pilot if counts else None


async def supplies(interests: QuerySet[Interest]) -> tuple[Supply, ...]:
    """One query."""
    found: dict[tuple[int, int], list[Interest]] = defaultdict(list)
    for one in await interests.select_related("profile__participant__organisation").order_by("id"):
        if one.profile.participant.organisation_id is not None:
            found[one.profile.participant.organisation_id, one.pilot_id].append(one)
    lines = (_merged(organisation, pilot, ones) for (organisation, pilot), ones in found.items())
    return tuple(sorted(lines, key=lambda line: alphabetical(line.name)))


def _merged(organisation: int, pilot: int, interests: Sequence[Interest]) -> Supply:
    house = interests[0].profile.participant.organisation
    roles = {one.role for one in interests}
    return Supply(
        organisation=organisation,
        name=house.name if house else "",
        pilot=pilot,
        roles=tuple(role for role in ChainRole if role in roles),
        offers=_once(term for one in interests for term in one.offers),
        needs=_once(term for one in interests for term in one.needs),
    )


def _once(terms: Iterable[str]) -> tuple[str, ...]:
    """Each in the spelling it was first written in."""
    kept: dict[str, str] = {}
    for term in terms:
        kept.setdefault(term.casefold(), term)
    return tuple(kept.values())
