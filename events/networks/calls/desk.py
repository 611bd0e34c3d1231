"""The desk of a call: drafting it, the overview of its proposals, opening it and publishing the decisions."""

from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from app.errors import Refused
from app.i18n import _, language
from app.models import Change
from app.web import route, saved, see_other, submitted
from events.journal import journal
from events.networks.calls import announcing
from events.networks.calls.forms import TermsForm, terms_of
from events.networks.calls.models import Call, Phase
from events.networks.calls.pages import desk_page, with_refusal
from events.networks.calls.proposals import deciding
from events.networks.calls.proposals.reading import overview
from events.networks.calls.proposals.tables import proposals_sheet
from events.networks.calls.reading import offered
from events.networks.calls.scope import Place, coordinator
from events.networks.calls.wording import call_sentence
from events.networks.pages import desk_page as network_desk_page
from events.networks.scope import Standing
from events.networks.scope import coordinator as network_coordinator


async def new_page(request: Request, standing: Standing) -> Response:
    return await _new(request, standing, TermsForm(data={"language": language(), "currency": "EUR"}))


async def draft(request: Request, standing: Standing) -> Response:
    form = await submitted(request, TermsForm)
    await _offer(form, standing.network.id)
    if not form.validate():
        return await _new(request, standing, form, status=422)
    made = await announcing.draft_call(standing.network, form.terms(), by=standing.actor)
    return see_other(f"{made.path}/desk", flash=_("The call is there. Nobody else sees it before you open it."))


async def desk(request: Request, place: Place) -> Response:
    return desk_page(request, place, "events/call_desk.html", found=await overview(place.call, place.now))


async def text_page(request: Request, place: Place) -> Response:
    form = TermsForm(data=terms_of(place.call, await place.call.pilots.all()))
    return await _text(request, place, form)


async def edit(request: Request, place: Place) -> Response:
    form = await submitted(request, TermsForm)
    await _offer(form, place.call.network_id, place.call)
    if not form.validate():
        return await _text(request, place, form, status=422)
    try:
        await announcing.edit_call(place.call, form.terms(), version=int(form.version.data or 0), by=place.actor)
    except Refused as refused:
        return await _text(request, place, with_refusal(form, refused), status=409)
    return see_other(f"{place.call.path}/desk", flash=_("Saved."))


async def open_call(request: Request, place: Place) -> Response:
    await announcing.open_call(place.call, by=place.actor)
    return see_other(place.call.path, flash=_("The call is open."))


async def publish(request: Request, place: Place) -> Response:
    await deciding.publish(place.call, by=place.actor)
    return see_other(place.call.path, flash=_("The decisions are published, and the applicants get a mail."))


async def journal_page(request: Request, place: Place) -> Response:
    sentence = partial(call_sentence, call=place.call, sealed=place.phase in (Phase.DRAFT, Phase.OPEN))
    facts = Change.filter(scope=place.call.scope)
    found = await journal(facts, sentence, zone=place.call.tz, before=request.query_params.get("before", ""))
    return desk_page(request, place, "events/journal.html", journal=found)


async def proposals_file(request: Request, place: Place) -> Response:
    body = await proposals_sheet(place.call, place.now)
    return saved(body, f"call-{place.call.id}-proposals.csv")


async def _new(request: Request, standing: Standing, form: TermsForm, *, status: int = 200) -> Response:
    await _offer(form, standing.network.id)
    return network_desk_page(request, standing, "events/call_new.html", status=status, form=form)


async def _text(request: Request, place: Place, form: TermsForm, *, status: int = 200) -> Response:
    await _offer(form, place.call.network_id, place.call)
    return desk_page(request, place, "events/call_desk_text.html", status=status, form=form)


async def _offer(form: TermsForm, network_id: int, call: Call | None = None) -> None:
    regions, pilots = await offered(network_id, call)
    form.offer(regions=regions, pilots=pilots)


routes: list[BaseRoute] = [
    route("/networks/{code}/calls/new", new_page, network_coordinator),
    route("/networks/{code}/calls", draft, network_coordinator, methods=["POST"]),
    route("/calls/{id:int}/desk", desk, coordinator),
    route("/calls/{id:int}/desk/text", text_page, coordinator),
    route("/calls/{id:int}/desk/text", edit, coordinator, methods=["POST"]),
    route("/calls/{id:int}/desk/journal", journal_page, coordinator),
    route("/calls/{id:int}/desk/proposals.csv", proposals_file, coordinator),
    route("/calls/{id:int}/desk/opening", open_call, coordinator, methods=["POST"]),
    route("/calls/{id:int}/desk/publication", publish, coordinator, methods=["POST"]),
]
