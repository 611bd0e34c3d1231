"""Support offices: set up by the coordinators of a network, with the regions they cover and the people who advise."""

from collections.abc import Collection

from app.db import IntegrityError
from app.errors import NotFound, Refused
from app.i18n import _
from app.journal import Actor, changing
from app.models import Person
from events.models import Organisation, OrganisationKind
from events.networks.models import Region
from events.networks.support.assigning import SCOPE, link_within
from events.networks.support.models import Adviser, Client, Coverage, Office
from events.participants import Affiliation, organisation_of


async def open_office(name: str, region: Region, *, by: Actor) -> Office:
    """The support office of that name; it covers its own region if nobody does, and gets whoever is from there and
    registered already. Raises Refused for an organisation that is something else, or has its office."""
    async with changing(SCOPE, by=by) as changes:
        house = await organisation_of(Affiliation(name, OrganisationKind.SUPPORT, region))
        _refuse_other_kind(house)
        if await Office.exists(organisation=house):
            raise Refused(_("“%(name)s” has its office here already.") % {"name": name})
        office = await Office.create(organisation=house, at=changes.at)
        if not await Coverage.exists(region=region):
            await Coverage.create(office=office, region=region)
        changes.record("office.opened", office, topics=[], data={"name": name, "clients": await link_within(changes)})
    return office


async def close_office(office: Office, *, by: Actor) -> None:
    """Its clients are nobody's: another office that covers their region gets them, the others wait in the queue."""
    async with changing(SCOPE, by=by) as changes:
        current = await current_office(office)
        changes.record("office.closed", current, topics=[], data={"name": current.organisation.name})
        await current.delete()


async def cover(office: Office, regions: Collection[Region], *, by: Actor) -> None:
    """Exactly these regions from now on. Clients stay; whoever is newly covered becomes one. Raises Refused for a
    region of another office."""
    async with changing(SCOPE, by=by) as changes:
        current = await current_office(office)
        wanted = {region.id for region in regions}
        before = {one.region_id for one in await Coverage.filter(office=current)}
        await _refuse_covered(current, wanted - before)
        await Coverage.filter(office=current, region_id__in=before - wanted).delete()
        await Coverage.bulk_create(Coverage(office=current, region_id=one) for one in sorted(wanted - before))
        if wanted != before:
            linked = await link_within(changes)
            changes.record("office.covered", current, topics=[], data={"regions": sorted(wanted), "clients": linked})


async def add_adviser(office: Office, email: str, *, by: Actor) -> Adviser:
    """`email` is canonical. Whoever advises is nobody's client."""
    async with changing(SCOPE, by=by) as changes:
        current = await current_office(office)
        person = await Person.get_or_none(email=email)
        if person is None:
            raise Refused(
                _("Nobody with the address %(email)s has an account here.") % {"email": email},
                hints=[_("Ask them to sign in once; then add them.")],
            )
        try:
            adviser = await Adviser.create(office=current, person=person, at=changes.at)
        except IntegrityError as error:
            raise Refused(_("%(name)s advises here already.") % {"name": person.name}) from error
        await Client.filter(person=person).delete()
        changes.record("adviser.added", adviser, topics=[], data={"name": person.name})
    return adviser


async def dismiss_adviser(adviser: Adviser, *, by: Actor) -> None:
    """From now on they see and may nothing there. Their clients stay the office's, without anybody of their own."""
    async with changing(SCOPE, by=by) as changes:
        current = await Adviser.get_or_none(id=adviser.id).select_related("person")
        if current is None:
            return
        changes.record("adviser.dismissed", current, topics=[], data={"name": current.person.name})
        await current.delete()


async def current_office(office: Office) -> Office:
    """As it stands now, behind the gate. Raises NotFound once it is closed."""
    found = await Office.get_or_none(id=office.id).select_related("organisation")
    if found is None:
        raise NotFound
    return found


def _refuse_other_kind(house: Organisation) -> None:
    if house.kind != OrganisationKind.SUPPORT:
        raise Refused(
            _("“%(name)s” is known here as: %(kind)s.") % {"name": house.name, "kind": _(house.kind.value)},
            hints=[_("Only a business support office has clients.")],
        )


async def _refuse_covered(office: Office, regions: Collection[int]) -> None:
    taken = await Coverage.filter(region_id__in=list(regions)).select_related("region", "office__organisation").first()
    if taken:
        words = {"region": taken.region.name, "office": taken.office.organisation.name}
        raise Refused(_("%(region)s is covered by %(office)s.") % words, hints=[_("Take it away there first.")])
