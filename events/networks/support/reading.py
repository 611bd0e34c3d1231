"""Support offices as pages list them: those of a network's regions, of an adviser, and the one of a client."""

from collections.abc import Sequence
from dataclasses import dataclass

from tortoise.functions import Count

from app.models import Person
from app.wording import alphabetical
from events.networks.models import Membership, Network, Region
from events.networks.support.models import Adviser, Client, Coverage, Office


@dataclass(frozen=True, slots=True)
class OfficeLine:
    office: Office
    regions: tuple[Region, ...]
    advisers: tuple[Adviser, ...]
    clients: int


@dataclass(frozen=True, slots=True)
class Helped:
    """Somebody's own view: who helps them (None: nobody), and who could."""

    client: Client | None
    advisers: tuple[Adviser, ...]
    offices: tuple[Office, ...]


async def offices(network: Network) -> list[OfficeLine]:
    """Of regions that are or were its members, by name; four queries."""
    regions = await Membership.filter(network=network).values_list("region_id", flat=True)
    found = Office.filter(organisation__region_id__in=list(regions))
    return await _lines(await found.select_related("organisation__region"))


async def office_line(office: Office) -> OfficeLine:
    (line,) = await _lines([office])
    return line


async def regions_of(network: Network) -> list[Region]:
    """Its members, those of before too, by name."""
    found = await Region.filter(memberships__network=network).distinct()
    return sorted(found, key=lambda one: alphabetical(one.name))


async def helped(person: Person) -> Helped | None:
    """None for an adviser, and where there are no offices yet."""
    found = await Office.all().select_related("organisation__region")
    if not found or await Adviser.exists(person=person):
        return None
    client = await Client.get_or_none(person=person).select_related("office__organisation", "adviser__person")
    advisers = await Adviser.filter(office_id=client.office_id).select_related("person") if client else []
    by_name = sorted(found, key=lambda one: alphabetical(one.organisation.name))
    return Helped(client, tuple(advisers), tuple(by_name))


async def advised_offices(person: Person) -> list[Office]:
    return await Office.filter(advisers__person_id=person.id).select_related("organisation").order_by("id")


async def _lines(found: Sequence[Office]) -> list[OfficeLine]:
    ids = [one.id for one in found]
    coverage = await Coverage.filter(office_id__in=ids).select_related("region")
    advisers = await Adviser.filter(office_id__in=ids).select_related("person").order_by("id")
    rows = Client.filter(office_id__in=ids).annotate(number=Count("id")).group_by("office_id")
    counts = dict(await rows.values_list("office_id", "number"))
    lines = [
        OfficeLine(
            office=one,
            regions=tuple(each.region for each in coverage if each.office_id == one.id),
            advisers=tuple(each for each in advisers if each.office_id == one.id),
            clients=counts.get(one.id, 0),
        )
        for one in found
    ]
    return sorted(lines, key=lambda line: alphabetical(line.office.organisation.name))
