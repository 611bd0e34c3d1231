"""Pages for everybody who is signed in: what a region's organisations, or one organisation, offer and seek by pilot."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from app import web
from app.auth import signed_in
from app.errors import NotFound
from app.i18n import _
from app.models import Person
from app.web import page, route
from events.models import Organisation
from events.networks.models import Region
from events.pages import Link
from matchmaking.supply import of_organisation, of_region


def region_navigation(region: Region) -> Sequence[Link]:
    return [(f"/regions/{region.code}/offers", _("What it offers and seeks"))]


def organisation_navigation(organisation: Organisation) -> Sequence[Link]:
    return [(f"/organisations/{organisation.id}/offers", _("What it offers and seeks"))]


async def region_page(request: Request, person: Person) -> Response:
    region = await Region.get_or_none(code=request.path_params["region"])
    if region is None:
        raise NotFound
    query = request.query_params
    number = query.get("page", "")
    shown = await of_region(
        region,
        code=query.get("pilot", ""),
        number=int(number) if number.isascii() and number.isdigit() and len(number) < 7 else 1,
        today=web.today(),
    )
    return page(request, "matchmaking/region_supply.html", region=region, shown=shown)


async def organisation_page(request: Request, person: Person) -> Response:
    organisation = await Organisation.get_or_none(id=request.path_params["id"]).select_related("region")
    if organisation is None:
        raise NotFound
    lines = await of_organisation(organisation, today=web.today())
    return page(request, "matchmaking/organisation_supply.html", organisation=organisation, lines=lines)


routes: list[BaseRoute] = [
    route("/regions/{region}/offers", region_page, signed_in),
    route("/organisations/{id:int}/offers", organisation_page, signed_in),
]
