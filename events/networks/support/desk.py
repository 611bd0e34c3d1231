"""A network's desk: its regions' support offices, who works there, and the people whom no office covers."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from app.errors import NotFound, Refused
from app.i18n import _
from app.navigation import Tab
from app.web import route, see_other, submitted
from app.wording import several
from events.networks.pages import DeskSection, desk_page
from events.networks.scope import Standing, coordinator
from events.networks.support.assigning import take_on, waiting_people
from events.networks.support.forms import AdviserForm, CoverageForm, NewOfficeForm, NumberForm, QueueForm
from events.networks.support.models import Adviser, Office
from events.networks.support.offices import add_adviser, close_office, cover, dismiss_adviser, open_office
from events.networks.support.reading import office_line, offices, regions_of

SHOWN = 100  # of the queue


def desk_navigation(standing: Standing) -> Sequence[Tab]:
    here = Tab(DeskSection.MEMBERS, f"{standing.path}/desk/offices", _("Support offices"))
    return [here] if standing.whole else []


async def offices_page(request: Request, standing: Standing) -> Response:
    return await _offices(request, standing, NewOfficeForm())


async def new_office(request: Request, standing: Standing) -> Response:
    form = await submitted(request, NewOfficeForm)
    form.offer(await regions_of(standing.network))
    if not form.validate():
        return await _offices(request, standing, form, status=422)
    try:
        office = await open_office(str(form.name.data), form.regions[str(form.region.data)], by=standing.actor)
    except Refused as refused:
        form.form_errors.append(" ".join((str(refused), *refused.hints)))
        return await _offices(request, standing, form, status=409)
    flash = _("The office is there. Now add who works there.")
    return see_other(f"{standing.path}/desk/offices/{office.id}", flash=flash)


async def assignment(request: Request, standing: Standing) -> Response:
    """People of the queue, by hand; whoever got an office meanwhile is passed over."""
    form = await submitted(request, QueueForm)
    if not form.validate():
        raise Refused(_("Choose an office."))
    ticked = set(form.people.data or ())
    waiting = [one.person for one in await waiting_people(standing.network.id) if str(one.person_id) in ticked]
    if not waiting:
        raise Refused(_("Tick who goes to the office; they must be waiting for one."))
    office = await _office(standing, int(form.office.data or 0))
    taken = [person.name for person in waiting if person and await take_on(office, person, by=standing.actor)]
    flash = _("Clients of %(office)s from now on: %(names)s.") % {
        "names": several(taken),
        "office": office.organisation.name,
    }
    return see_other(f"{standing.path}/desk/offices#queue", flash=flash)


async def one_office(request: Request, standing: Standing) -> Response:
    return await _one(request, standing, AdviserForm())


async def coverage(request: Request, standing: Standing) -> Response:
    office = await _office(standing, request.path_params["id"])
    form = await submitted(request, CoverageForm)
    form.offer(await regions_of(standing.network))
    if not form.validate():
        raise Refused(_("Choose among the regions of this network."))
    theirs = {one.id for one in form.offered.values()}
    elsewhere = [one for one in (await office_line(office)).regions if one.id not in theirs]
    await cover(office, [*elsewhere, *form.ticked()], by=standing.actor)
    return see_other(_page(standing, office), flash=_("Saved."))


async def new_adviser(request: Request, standing: Standing) -> Response:
    office = await _office(standing, request.path_params["id"])
    form = await submitted(request, AdviserForm)
    if not form.validate():
        return await _one(request, standing, form, status=422)
    try:
        await add_adviser(office, str(form.email.data), by=standing.actor)
    except Refused as refused:
        form.form_errors.append(" ".join((str(refused), *refused.hints)))
        return await _one(request, standing, form, status=409)
    return see_other(_page(standing, office), flash=_("Saved."))


async def dismissal(request: Request, standing: Standing) -> Response:
    office = await _office(standing, request.path_params["id"])
    form = await submitted(request, NumberForm)
    if not form.validate():
        raise Refused(_("Say who works there no more."))
    adviser = await Adviser.get_or_none(id=form.number.data, office=office)
    if adviser is None:
        raise NotFound
    await dismiss_adviser(adviser, by=standing.actor)
    return see_other(_page(standing, office), flash=_("Saved."))


async def closing(request: Request, standing: Standing) -> Response:
    await close_office(await _office(standing, request.path_params["id"]), by=standing.actor)
    return see_other(f"{standing.path}/desk/offices", flash=_("The office is closed."))


async def _offices(request: Request, standing: Standing, form: NewOfficeForm, *, status: int = 200) -> Response:
    form.offer(await regions_of(standing.network))
    waiting = await waiting_people(standing.network.id)
    lines = await offices(standing.network)
    return desk_page(
        request, standing, "events/network_desk_offices.html", status=status, form=form, lines=lines,
        waiting=waiting[:SHOWN], number=len(waiting),
    )  # fmt: skip


async def _one(request: Request, standing: Standing, form: AdviserForm, *, status: int = 200) -> Response:
    line = await office_line(await _office(standing, request.path_params["id"]))
    regions = CoverageForm(data={"regions": [str(one.id) for one in line.regions]})
    regions.offer(await regions_of(standing.network))
    return desk_page(
        request, standing, "events/network_desk_office.html", status=status, form=form, line=line, coverage=regions
    )


async def _office(standing: Standing, number: int) -> Office:
    """One of a region of this network; others are the same NotFound."""
    found = next((line.office for line in await offices(standing.network) if line.office.id == number), None)
    if found is None:
        raise NotFound
    return found


def _page(standing: Standing, office: Office) -> str:
    return f"{standing.path}/desk/offices/{office.id}"


HERE = "/networks/{code}/desk/offices"
routes: list[BaseRoute] = [
    route(HERE, offices_page, coordinator),
    route(HERE, new_office, coordinator, methods=["POST"]),
    route(f"{HERE}/queue", assignment, coordinator, methods=["POST"]),
    route(f"{HERE}/{{id:int}}", one_office, coordinator),
    route(f"{HERE}/{{id:int}}/regions", coverage, coordinator, methods=["POST"]),
    route(f"{HERE}/{{id:int}}/advisers", new_adviser, coordinator, methods=["POST"]),
    route(f"{HERE}/{{id:int}}/advisers/removal", dismissal, coordinator, methods=["POST"]),
    route(f"{HERE}/{{id:int}}/closing", closing, coordinator, methods=["POST"]),
]
