"""Pages of the calls for everybody: which are open, what each says, its files and results."""

from collections.abc import Sequence
from datetime import UTC, datetime
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from app.auth import anyone, signed_in
from app.i18n import _
from app.models import Person
from app.web import page, route
from events.networks.calls import desk, parts_desk, people_desk
from events.networks.calls.attaching import content_of
from events.networks.calls.pages import call_page
from events.networks.calls.proposals import review_pages
from events.networks.calls.proposals import routes as proposals
from events.networks.calls.proposals.models import CallFile
from events.networks.calls.proposals.reading import of_person, results
from events.networks.calls.proposals.scope import file_reader
from events.networks.calls.reading import call_page as read_call
from events.networks.calls.reading import drafts, public_calls
from events.networks.calls.scope import Place, visitor
from events.networks.pages import network_page
from events.networks.scope import Standing
from events.networks.scope import visitor as of_network

# Nothing of it is shown or run in our name, whatever is in it; and no cache keeps it for the next reader.
AS_DOWNLOAD = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "private, no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
}


async def calls_page(request: Request, person: Person | None) -> Response:
    now = datetime.now(UTC)
    return page(request, "events/calls.html", calls=await public_calls(now), network=None, drafts=[], now=now)


async def network_calls(request: Request, standing: Standing) -> Response:
    """Those who run the network see also what is being prepared."""
    network, now = standing.network, datetime.now(UTC)
    return network_page(
        request,
        standing,
        "events/calls.html",
        calls=await public_calls(now, network=network),
        drafts=await drafts(network) if standing.whole else [],
        now=now,
    )


async def mine_page(request: Request, person: Person) -> Response:
    return page(request, "events/calls_mine.html", mine=await of_person(person), now=datetime.now(UTC))


async def one_call(request: Request, place: Place) -> Response:
    links = [link for links in request.app.state.call_navigation for link in links(place.call)]
    shown, known = await read_call(place.call, place.now), await results(place.call)
    return call_page(request, place, "events/call.html", shown=shown, results=known, links=links)


async def download(request: Request, found: tuple[Place, CallFile]) -> Response:
    _place, file = found
    content, media_type = await content_of(file)
    named = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(file.name, safe='')}"}
    return Response(content, media_type=media_type, headers={**AS_DOWNLOAD, **named})


def navigation(standing: Standing) -> Sequence[tuple[str, str]]:
    """Of a network's pages."""
    return [(f"{standing.path}/calls", _("Calls"))]


routes: list[BaseRoute] = [
    route("/calls", calls_page, anyone),
    route("/networks/{code}/calls", network_calls, of_network),
    route("/calls/mine", mine_page, signed_in),
    route("/calls/{id:int}", one_call, visitor),
    route("/calls/files/{id:int}", download, file_reader),
    *proposals.routes,
    *review_pages.routes,
    *desk.routes,
    *parts_desk.routes,
    *people_desk.routes,
]
