"""Pages of the networks: which there are, and one with its regions, pilots and events."""

from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from app.auth import anyone
from app.errors import NotFound
from app.models import Person
from app.web import page, route
from events.listing import of_network
from events.networks.models import Network
from events.networks.reading import network_page, networks


async def networks_page(request: Request, person: Person | None) -> Response:
    return page(request, "events/networks.html", networks=await networks(datetime.now(UTC).date()))


async def one_network(request: Request, person: Person | None) -> Response:
    network = await Network.get_or_none(code=request.path_params["code"])
    if network is None:
        raise NotFound
    today = datetime.now(UTC).date()
    shown = await network_page(network, today)
    return page(request, "events/network.html", shown=shown, network=network, events=await of_network(network, today))


routes: list[BaseRoute] = [
    route("/networks", networks_page, anyone),
    route("/networks/{code}", one_network, anyone),
]
