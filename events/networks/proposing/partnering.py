"""Organisations that work on a pilot or one of its demo cases: they join, and leave again."""

from collections.abc import Mapping, Sequence

from app.db import IntegrityError
from app.errors import NotFound, Refused
from app.i18n import _
from app.journal import changing
from app.models import Person
from app.wording import alphabetical
from events.models import Organisation
from events.networks.following import houses
from events.networks.models import DemoCase, Network, Pilot
from events.networks.proposing.models import Partner


async def join(pilot: Pilot, organisation: Organisation, *, demo_case: DemoCase | None = None, by: Person) -> Partner:
    """Raises Refused for somebody who never came to an event for the organisation."""
    if demo_case and demo_case.pilot_id != pilot.id:
        raise NotFound
    async with changing(Network.scope_of(pilot.network_id), by=by) as changes:
        if await Pilot.exists(id=pilot.id, closed_at__isnull=False) or (
            demo_case and await DemoCase.exists(id=demo_case.id, closed_at__isnull=False)
        ):
            raise Refused(_("This is closed: nobody joins it any more."))
        if organisation.id not in {house.organisation.id for house in await houses(by)}:
            raise Refused(_("You have not taken part in an event for %(name)s.") % {"name": organisation.name})
        try:
            partner = await Partner.create(
                pilot=pilot, demo_case=demo_case, organisation=organisation, person=by, at=changes.at
            )
        except IntegrityError as error:
            raise Refused(_("%(name)s works on it already.") % {"name": organisation.name}) from error
        what = demo_case.name if demo_case else pilot.code
        changes.record(
            "partner.joined", partner, topics=[f"network:{pilot.network_id}"],
            data={"organisation": organisation.name, "what": what},
        )  # fmt: skip
    return partner


async def leave(partner: Partner, *, by: Person) -> None:
    pilot = await Pilot.get(id=partner.pilot_id)
    async with changing(Network.scope_of(pilot.network_id), by=by) as changes:
        current = await Partner.get_or_none(id=partner.id).select_related("organisation", "demo_case")
        if current is None:
            return
        what = current.demo_case.name if current.demo_case else pilot.code
        changes.record(
            "partner.left", current, topics=[f"network:{pilot.network_id}"],
            data={"organisation": current.organisation.name, "what": what},
        )  # fmt: skip
        await current.delete()


async def partners(pilot: Pilot) -> Mapping[int | None, Sequence[Partner]]:
    """By demo case, None those of the whole pilot; by name. One query."""
    found: dict[int | None, list[Partner]] = {}
    everybody = await Partner.filter(pilot=pilot).select_related("organisation__region", "person")
    for one in sorted(everybody, key=lambda one: alphabetical(one.organisation.name)):
        found.setdefault(one.demo_case_id, []).append(one)
    return found
