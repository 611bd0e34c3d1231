"""A region and an organisation as their pages show them: thousands of organisations are searched and paged in memory,
with as many queries as for ten; people stand there only where they agreed to it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from tortoise.expressions import Q

from app.text import has_words, sought
from app.wording import alphabetical
from events.models import Event, Organisation, OrganisationKind, ParticipantStatus
from events.networks.models import Listing, Membership, Pilot, Region
from events.networks.reading import by_network

A_PAGE = 50


@dataclass(frozen=True, slots=True)
class RegionPage:
    """`now` are the memberships of the day, `before` those that had ended."""

    region: Region
    now: tuple[Membership, ...]
    before: tuple[Membership, ...]
    leading: tuple[Pilot, ...]


@dataclass(frozen=True, slots=True)
class OrganisationLine:
    id: int
    name: str
    kind: OrganisationKind
    people: tuple[Listing, ...] = ()


@dataclass(frozen=True, slots=True)
class Organisations:
    """One page of what was found."""

    lines: tuple[OrganisationLine, ...]
    found: int
    number: int
    pages: int


@dataclass(frozen=True, slots=True)
class OrganisationPage:
    """`events` are those where somebody of it spoke or, of the people listed, took part; the newest first."""

    organisation: Organisation
    people: tuple[Listing, ...]
    events: tuple[Event, ...]


async def region_page(region: Region, on: date) -> RegionPage:
    found = await Membership.filter(region=region).select_related("network").order_by("start")
    memberships = sorted(found, key=lambda one: alphabetical(one.network.name))
    pilots = await Pilot.filter(leads=region).select_related("network")
    return RegionPage(
        region=region,
        now=tuple(one for one in memberships if one.term.holds(on)),
        before=tuple(one for one in memberships if one.end and one.end <= on),
        leading=tuple(sorted(pilots, key=by_network)),
    )


async def organisations(
    region: Region, *, words: str = "", kind: OrganisationKind | None = None, number: int = 1
) -> Organisations:
    """By name in the reader's alphabet; every word must be found, accents and capitals aside. Two queries."""
    everything = Organisation.filter(region=region, kind=kind) if kind else Organisation.filter(region=region)
    rows = await everything.values_list("id", "name", "kind")
    wanted = sought(words)
    found = sorted((row for row in rows if has_words(row[1], wanted)), key=lambda row: alphabetical(row[1]))
    pages = max(1, -(-len(found) // A_PAGE))
    number = max(1, min(number, pages))
    shown = found[(number - 1) * A_PAGE : number * A_PAGE]
    people = await _listed([row[0] for row in shown])
    lines = tuple(OrganisationLine(id, name, OrganisationKind(kind), people.get(id, ())) for id, name, kind in shown)
    return Organisations(lines, len(found), number, pages)


async def organisation_page(organisation: Organisation) -> OrganisationPage:
    people = (await _listed([organisation.id])).get(organisation.id, ())
    here = Q(participants__organisation_id=organisation.id, participants__status=ParticipantStatus.APPROVED)
    read_about = Q(participants__person_id__in=[one.person_id for one in people])
    speaks = Q(participants__speaking__start__isnull=False)
    events = Event.filter(here, read_about | speaks, version__isnull=False).distinct()
    return OrganisationPage(organisation, people, tuple(await events.order_by("-first_day", "title").limit(50)))


async def _listed(organisation_ids: Sequence[int]) -> dict[int, tuple[Listing, ...]]:
    """Who agreed to be read about there, by name; one query."""
    found = defaultdict(list)
    for one in await Listing.filter(organisation_id__in=list(organisation_ids)).select_related("person"):
        found[one.organisation_id].append(one)
    return {id: tuple(sorted(ones, key=lambda one: alphabetical(one.person.name))) for id, ones in found.items()}
