"""The desk's pages about a network's pilots: their names and leads, demo cases and coordinators."""

import re
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from app.errors import NotFound, Refused, Stale
from app.i18n import _
from app.seen import mark_of
from app.web import route, see_other, submitted
from events.networks.closing import close, reopen
from events.networks.coordinators import appoint
from events.networks.forms import CaseForm, CoordinatorForm, DemoCaseForm, NewPilotForm, PilotForm, code_of
from events.networks.models import DemoCase, Network, Pilot, Region, Stage
from events.networks.pages import desk_page
from events.networks.pilots import add_demo_case, add_pilot, edit_demo_case, edit_pilot, theme_of
from events.networks.reading import members, pilot_coordinators, pilots
from events.networks.scope import Standing, coordinator, desk, pilot_desk

Here = tuple[Standing, Pilot]


async def pilots_page(request: Request, standing: Standing) -> Response:
    return await _pilots(request, standing, NewPilotForm())


async def new_pilot(request: Request, standing: Standing) -> Response:
    form = await submitted(request, NewPilotForm)
    form.offer(await _member_regions(standing.network))
    if not form.validate():
        return await _pilots(request, standing, form, status=422)
    try:
        pilot = await add_pilot(standing.network, str(form.code.data), form.theme(), by=standing.actor)
    except Refused as refused:
        form.form_errors.append(" ".join((str(refused), *refused.hints)))
        return await _pilots(request, standing, form, status=409)
    return see_other(
        f"{standing.path}/desk/pilots/{pilot.code}", flash=_("Pilot added: %(code)s") % {"code": pilot.code}
    )


async def pilot_page(request: Request, here: Here) -> Response:
    return await _pilot(request, here, await _pilot_form(here))


async def change_pilot(request: Request, here: Here) -> Response:
    standing, pilot = here
    form = await submitted(request, PilotForm)
    form.offer(await _member_regions(standing.network), leading=await pilot.leads.all())
    if not form.validate():
        return await _pilot(request, here, form, status=422)
    try:
        await edit_pilot(pilot, form.theme(), was=form.was.data or "", by=standing.actor)
    except Stale as stale:
        form.show_now(stale, await _pilot_form(await pilot_desk(request)))
        return await _pilot(request, here, form, status=409)
    return see_other(f"{standing.path}/pilots/{pilot.code}", flash=_("Saved."))


async def _pilot_form(here: Here) -> PilotForm:
    standing, pilot = here
    theme = await theme_of(pilot)
    leads = [str(region.id) for region in theme.leads]
    data = {"names": theme.names, "abouts": theme.abouts, "leads": leads, "was": mark_of(theme)}
    form = PilotForm(data=data)
    form.offer(await _member_regions(standing.network), leading=theme.leads)
    return form


async def new_demo_case(request: Request, here: Here) -> Response:
    standing, pilot = here
    form = await submitted(request, DemoCaseForm)
    if not form.validate():
        raise Refused(_("A demo case needs a name and its stage."))
    name = str(form.name.data)
    await add_demo_case(pilot, name, code_of(name)[:40], Stage(form.stage.data), by=standing.actor)
    return _back(here)


async def change_demo_case(request: Request, here: Here) -> Response:
    standing, pilot = here
    case = await DemoCase.get_or_none(id=request.path_params["id"], pilot=pilot)
    if case is None:
        raise NotFound
    form = await submitted(request, DemoCaseForm)
    if not form.validate():
        raise Refused(_("A demo case needs a name and its stage."))
    await edit_demo_case(case, name=str(form.name.data), stage=Stage(form.stage.data), by=standing.actor)
    return _back(here)


async def closing_page(request: Request, here: Here) -> Response:
    """What stands on it, before it is closed."""
    standing, pilot = here
    case = await _named_case(pilot, request.query_params.get("case", ""))
    today = datetime.now(UTC).date()
    told = [words for uses in request.app.state.pilot_uses for words in await uses(pilot, case, today)]
    return desk_page(request, standing, "events/network_desk_closing.html", pilot=pilot, case=case, told=told)


async def closing(request: Request, here: Here) -> Response:
    standing, pilot = here
    form = await submitted(request, CaseForm)
    await close(pilot, await _named_case(pilot, form.case.data or ""), by=standing.actor)
    return _back(here)


async def reopening(request: Request, here: Here) -> Response:
    standing, pilot = here
    form = await submitted(request, CaseForm)
    await reopen(pilot, await _named_case(pilot, form.case.data or ""), by=standing.actor)
    return _back(here)


async def _named_case(pilot: Pilot, number: str) -> DemoCase | None:
    """None, where no number is given: the pilot itself."""
    if not number:
        return None
    case = await DemoCase.get_or_none(id=int(number), pilot=pilot) if re.fullmatch("[0-9]{1,9}", number) else None
    if case is None:
        raise NotFound
    return case


async def new_pilot_coordinator(request: Request, here: Here) -> Response:
    standing, pilot = here
    form = await submitted(request, CoordinatorForm)
    if not form.validate():
        raise Refused(" ".join(str(error) for error in form.email.errors))
    await appoint(standing.network, str(form.email.data), pilot=pilot, by=standing.actor)
    return _back(here)


async def _pilots(request: Request, standing: Standing, form: NewPilotForm, *, status: int = 200) -> Response:
    form.offer(await _member_regions(standing.network))
    found = [part for part in await pilots(standing.network) if standing.coordinates(part.pilot)]
    return desk_page(request, standing, "events/network_desk_pilots.html", status=status, form=form, pilots=found)


async def _pilot(request: Request, here: Here, form: PilotForm, *, status: int = 200) -> Response:
    standing, pilot = here
    form.offer(await _member_regions(standing.network), leading=await pilot.leads.all())
    return desk_page(
        request,
        standing,
        "events/network_desk_pilot.html",
        status=status,
        pilot=pilot,
        form=form,
        cases=await DemoCase.filter(pilot=pilot).order_by("id"),
        stages=list(Stage),
        roles=await pilot_coordinators(pilot),
    )


async def _member_regions(network: Network) -> list[Region]:
    today = datetime.now(UTC).date()
    return [one.region for one in (await members(network, today, today=today)).memberships]


def _back(here: Here) -> Response:
    standing, pilot = here
    return see_other(f"{standing.path}/desk/pilots/{pilot.code}", flash=_("Saved."))


routes: list[BaseRoute] = [
    route("/networks/{code}/desk/pilots", pilots_page, desk),
    route("/networks/{code}/desk/pilots", new_pilot, coordinator, methods=["POST"]),
    route("/networks/{code}/desk/pilots/{pilot}", pilot_page, pilot_desk),
    route("/networks/{code}/desk/pilots/{pilot}", change_pilot, pilot_desk, methods=["POST"]),
    route("/networks/{code}/desk/pilots/{pilot}/cases", new_demo_case, pilot_desk, methods=["POST"]),
    route("/networks/{code}/desk/pilots/{pilot}/cases/{id:int}", change_demo_case, pilot_desk, methods=["POST"]),
    route("/networks/{code}/desk/pilots/{pilot}/closing", closing_page, pilot_desk),
    route("/networks/{code}/desk/pilots/{pilot}/closing", closing, pilot_desk, methods=["POST"]),
    route("/networks/{code}/desk/pilots/{pilot}/reopening", reopening, pilot_desk, methods=["POST"]),
    route("/networks/{code}/desk/pilots/{pilot}/coordinators", new_pilot_coordinator, pilot_desk, methods=["POST"]),
]
