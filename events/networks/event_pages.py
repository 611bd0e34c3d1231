"""Events as a network's coordinators make them: a new one, and where within the network one belongs."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from app.errors import Refused
from app.i18n import _
from app.web import route, see_other, submitted
from events.belonging import belong
from events.hosting import create_event
from events.models import Event, EventKind
from events.networks.forms import BelongingForm, NetworkEventForm
from events.networks.models import Network
from events.networks.pages import desk_page
from events.networks.reading import series_of_network
from events.networks.scope import Standing, coordinator
from events.scope import Place
from events.scope import desk as event_desk


async def new_event_page(request: Request, standing: Standing) -> Response:
    query = request.query_params
    form = NetworkEventForm(data={"kind": query.get("kind"), "series": query.get("series")})
    return await _new_event(request, standing, form)


async def new_event(request: Request, standing: Standing) -> Response:
    form = await submitted(request, NetworkEventForm)
    await _offer(form, standing.network)
    if not form.validate():
        return await _new_event(request, standing, form, status=422)
    series, part_of = form.belonging()
    try:
        made = await create_event(standing.network, str(form.slug.data), form.about(), by=standing.actor)
    except Refused as refused:
        form.form_errors.append(" ".join((str(refused), *refused.hints)))
        return await _new_event(request, standing, form, status=409)
    await belong(made, series=series, part_of=part_of, by=standing.actor)
    return see_other(f"/e/{made.slug}/desk", flash=_("The event is there. This is its desk."))


async def change_belonging(request: Request, place: Place) -> Response:
    form = await submitted(request, BelongingForm)
    await _offer(form, place.event.network)
    if not form.validate():
        raise Refused(_("Choose from what the lists offer."))
    series, part_of = form.belonging()
    await belong(place.event, series=series, part_of=part_of, by=place.actor)
    return see_other(place.path, flash=_("Saved."))


async def belonging_of(event: Event) -> BelongingForm:
    """The form as it stands, for the event's own desk."""
    form = BelongingForm(data={"series": str(event.series_id or ""), "part_of": str(event.part_of_id or "")})
    await _offer(form, await Network.get(id=event.network_id), besides=event)
    return form


async def _new_event(request: Request, standing: Standing, form: NetworkEventForm, *, status: int = 200) -> Response:
    await _offer(form, standing.network)
    return desk_page(request, standing, "events/network_new_event.html", status=status, form=form)


async def _offer(form: BelongingForm, network: Network, *, besides: Event | None = None) -> None:
    conventions = Event.filter(network=network, kind=EventKind.CONVENTION).order_by("-first_day")
    form.offer_belonging(
        await series_of_network(network),
        [one for one in await conventions if besides is None or one.id != besides.id],
    )


routes: list[BaseRoute] = [
    route("/networks/{code}/events/new", new_event_page, coordinator),
    route("/networks/{code}/events/new", new_event, coordinator, methods=["POST"]),
    route("/e/{slug}/desk/belonging", change_belonging, event_desk, methods=["POST"]),
]
