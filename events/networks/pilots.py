"""Pilots of a network and their demo cases, as the desk keeps them: names in each language, leads, stages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from app.db import IntegrityError
from app.errors import Refused
from app.i18n import _
from app.journal import Actor, changing
from app.seen import refuse_stale
from events.networks.models import DemoCase, Network, Pilot, Region, Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """What a pilot says about itself; `names` in at least one language, `abouts` in any."""

    names: Mapping[str, str]
    abouts: Mapping[str, str] = field(default_factory=dict)
    leads: Sequence[Region] = ()


async def add_pilot(network: Network, code: str, theme: Theme, *, by: Actor) -> Pilot:
    """A pilot at the end of the network's list. Raises Refused for a code that is taken."""
    async with changing(network.scope, by=by) as changes:
        position = await Pilot.filter(network=network).count()
        names, abouts = dict(theme.names), dict(theme.abouts)
        try:
            pilot = await Pilot.create(network=network, code=code, names=names, abouts=abouts, position=position)
        except IntegrityError as error:
            raise Refused(_("The network has a pilot %(code)s already.") % {"code": code}) from error
        await pilot.leads.add(*theme.leads)
        changes.record("pilot.added", pilot, topics=[network.scope], data={"network": network.name, "code": code})
    return pilot


async def theme_of(pilot: Pilot) -> Theme:
    return Theme(names=pilot.names, abouts=pilot.abouts, leads=await pilot.leads.all().order_by("id"))


async def edit_pilot(pilot: Pilot, theme: Theme, *, was: str = "", by: Actor) -> Pilot:
    """`was` marks the theme that the page showed. Raises Stale when it is another by now."""
    async with changing(Network.scope_of(pilot.network_id), by=by) as changes:
        current = await Pilot.get(id=pilot.id).select_related("network")
        refuse_stale(was, await theme_of(current))
        current.names, current.abouts = dict(theme.names), dict(theme.abouts)
        await current.save()
        await current.leads.clear()
        await current.leads.add(*theme.leads)
        changes.record(
            "pilot.edited", current, topics=[current.network.scope],
            data={"network": current.network.name, "code": current.code},
        )  # fmt: skip
    return current


async def add_demo_case(pilot: Pilot, name: str, code: str, stage: Stage, *, by: Actor) -> DemoCase:
    """Raises Refused for a code that another demo case of the pilot has."""
    async with changing(Network.scope_of(pilot.network_id), by=by) as changes:
        current = await Pilot.get(id=pilot.id).select_related("network")
        try:
            case = await DemoCase.create(pilot=current, code=code, name=name, stage=stage)
        except IntegrityError as error:
            raise Refused(_("The pilot has a demo case “%(code)s” already.") % {"code": code}) from error
        changes.record(
            "democase.added", case, topics=[current.network.scope], data={"pilot": current.code, "name": name}
        )
    return case


async def edit_demo_case(case: DemoCase, *, name: str, stage: Stage, by: Actor) -> DemoCase:
    pilot = await Pilot.get(id=case.pilot_id).select_related("network")
    async with changing(pilot.network.scope, by=by) as changes:
        current = await DemoCase.get(id=case.id)
        moved = current.stage != stage
        current.name, current.stage = name, stage
        await current.save()
        kind = "democase.moved_on" if moved else "democase.edited"
        changes.record(
            kind, current, topics=[pilot.network.scope],
            data={"pilot": pilot.code, "name": name, "stage": stage.value},
        )  # fmt: skip
    return current
