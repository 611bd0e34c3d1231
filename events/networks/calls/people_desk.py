"""The desk's page of the people of a call: who runs it, who reviews in it, and which proposals."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from app.errors import Refused
from app.i18n import _
from app.web import route, see_other, submitted
from events.networks.calls import arranging
from events.networks.calls.forms import OfficerForm
from events.networks.calls.models import CallOfficer, OfficerRole
from events.networks.calls.pages import desk_page, with_refusal
from events.networks.calls.proposals import reviewing
from events.networks.calls.proposals.forms import AssignForm
from events.networks.calls.proposals.reading import assignments, overview
from events.networks.calls.reading import officers
from events.networks.calls.scope import Place, coordinator, officer


async def people_page(request: Request, place: Place) -> Response:
    return await _people(request, place, OfficerForm())


async def name_officer(request: Request, place: Place) -> Response:
    form = await submitted(request, OfficerForm)
    if not form.validate():
        return await _people(request, place, form, status=422)
    role, name = OfficerRole(form.role.data), str(form.name.data)
    try:
        await arranging.name_officer(
            place.call, role, email=str(form.email.data), name=name, organisation=form.organisation.data or "",
            by=place.actor,
        )  # fmt: skip
    except Refused as refused:
        return await _people(request, place, with_refusal(form, refused), status=409)
    return see_other(f"{place.call.path}/desk/people", flash=_("%(name)s is named.") % {"name": name})


async def dismiss_officer(request: Request, found: tuple[Place, CallOfficer]) -> Response:
    place, one = found
    await arranging.dismiss_officer(one, by=place.actor)
    return see_other(f"{place.call.path}/desk/people", flash=_("%(name)s is dismissed.") % {"name": one.name})


async def assign(request: Request, found: tuple[Place, CallOfficer]) -> Response:
    place, one = found
    form = await submitted(request, AssignForm)
    form.offer([line.proposal for line in (await overview(place.call, place.now)).lines])
    if not form.validate():
        return await _people(request, place, OfficerForm(), status=422)
    await reviewing.assign(one, form.chosen(), by=place.actor)
    return see_other(f"{place.call.path}/desk/people", flash=_("%(name)s gets a mail.") % {"name": one.name})


async def _people(request: Request, place: Place, form: OfficerForm, *, status: int = 200) -> Response:
    return desk_page(
        request,
        place,
        "events/call_desk_people.html",
        status=status,
        form=form,
        coordinators=await officers(place.call, OfficerRole.COORDINATOR),
        assignments=await assignments(place.call, place.now),
    )


routes: list[BaseRoute] = [
    route("/calls/{id:int}/desk/people", people_page, coordinator),
    route("/calls/{id:int}/desk/officers", name_officer, coordinator, methods=["POST"]),
    route("/calls/officers/{id:int}/assignment", assign, officer, methods=["POST"]),
    route("/calls/officers/{id:int}/removal", dismiss_officer, officer, methods=["POST"]),
]
