"""Public pages of the networks: which there are, one with its pilots, series and calendar; regions, organisations."""

from datetime import UTC, date, datetime
from enum import StrEnum
from typing import TypeVar

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from app import web
from app.auth import anyone
from app.errors import NotFound
from app.i18n import _
from app.models import Person
from app.web import page, route, see_other
from events.listing import of_network
from events.models import EventKind, Organisation, OrganisationKind
from events.networks import account, desk, event_pages, feeds, members_desk, pilots_desk
from events.networks.calendar import calendar_page, events_of
from events.networks.calls.reading import public_calls
from events.networks.following import follow, follows, houses, unfollow
from events.networks.models import Region
from events.networks.pages import network_page
from events.networks.proposing.partnering import partners
from events.networks.reading import ORDERS, STATUSES, coordinators, members, networks, pilots, series_of_network
from events.networks.regions import organisation_page, organisations, region_page
from events.networks.scope import Standing, pilot_of, reader, visitor
from events.networks.themes import STAGES, pilot_page

SEARCH = 80  # characters
EnumT = TypeVar("EnumT", bound=StrEnum)


async def networks_page(request: Request, person: Person | None) -> Response:
    return page(request, "events/networks.html", networks=await networks(web.today()))


async def one_network(request: Request, standing: Standing) -> Response:
    """Its members are those of the day in the address; a day that cannot be read is today."""
    today, network, now = web.today(), standing.network, datetime.now(UTC)
    query = request.query_params
    return network_page(
        request,
        standing,
        "events/network.html",
        shown=await members(network, _day(query.get("on")) or today, sort=query.get("sort", "name"), today=today),
        orders=list(ORDERS),
        statuses=STATUSES,
        today=today,
        pilots=await pilots(network),
        coordinators=[role for role in await coordinators(network) if role.pilot_id is None],
        events=await of_network(network, today),
        series=await series_of_network(network),
        calls=await public_calls(now, network=network),
        now=now,
    )


async def one_pilot(request: Request, standing: Standing) -> Response:
    pilot = await pilot_of(standing, request.path_params["pilot"])
    pieces = [await piece(standing, pilot) for piece in request.app.state.pilot_pieces]
    return network_page(
        request,
        standing,
        "events/pilot.html",
        pieces=[template for template, _shown in pieces],
        **{name: value for _template, shown in pieces for name, value in shown.items()},
        pilot=pilot,
        shown=await pilot_page(pilot, web.today()),
        partners=await partners(pilot),
        houses=await houses(standing.person) if standing.person else [],
        stages=STAGES,
        follows=bool(standing.person) and await follows(standing.actor, pilot),
    )


async def start_following(request: Request, standing: Standing) -> Response:
    pilot = await pilot_of(standing, request.path_params["pilot"])
    await follow(pilot, by=standing.actor)
    flash = _("You follow %(code)s: its news come by mail, once a day at most.") % {"code": pilot.code}
    return see_other(f"{standing.path}/pilots/{pilot.code}", flash=flash)


async def stop_following(request: Request, standing: Standing) -> Response:
    pilot = await pilot_of(standing, request.path_params["pilot"])
    await unfollow(pilot, by=standing.actor)
    flash = _("You no longer follow %(code)s.") % {"code": pilot.code}
    return see_other(f"{standing.path}/pilots/{pilot.code}", flash=flash)


async def network_calendar(request: Request, standing: Standing) -> Response:
    query = request.query_params
    return network_page(
        request,
        standing,
        "events/network_calendar.html",
        shown=await calendar_page(
            standing.network,
            year=_year(query.get("year")),
            kind=_one_of(EventKind, query.get("kind")),
            today=web.today(),
        ),
        subscription=feeds.subscription(request, f"{standing.path}/feed.ics", standing.network.name),
    )


async def one_series(request: Request, standing: Standing) -> Response:
    series = await feeds.series_of(standing.network, request.path_params["series"])
    return network_page(
        request,
        standing,
        "events/series.html",
        series=series,
        events=await events_of(series),
        today=web.today(),
        subscription=feeds.subscription(request, f"{standing.path}/series/{series.slug}/feed.ics", series.title),
    )


async def one_region(request: Request, person: Person | None) -> Response:
    region = await Region.get_or_none(code=request.path_params["region"])
    if region is None:
        raise NotFound
    query = request.query_params
    words, kind = query.get("q", "")[:SEARCH], _one_of(OrganisationKind, query.get("kind"))
    return page(
        request,
        "events/region.html",
        region=region,
        shown=await region_page(region, web.today()),
        houses=await organisations(region, words=words, kind=kind, number=web.number(query.get("page")) or 1),
        words=words,
        kind=kind,
        kinds=list(OrganisationKind),
        links=[link for links in request.app.state.region_navigation for link in links(region)],
    )


async def one_organisation(request: Request, person: Person | None) -> Response:
    organisation = await Organisation.get_or_none(id=request.path_params["id"]).select_related("region")
    if organisation is None:
        raise NotFound
    shown = await organisation_page(organisation)
    links = [link for links in request.app.state.organisation_navigation for link in links(organisation)]
    return page(request, "events/organisation.html", organisation=organisation, shown=shown, links=links)


def _day(value: str | None) -> date | None:
    try:
        return date.fromisoformat(value or "")
    except ValueError:
        return None


def _year(value: str | None) -> int | None:
    year = web.number(value)
    return year if year and 1990 <= year <= 2200 else None


def _one_of(kinds: type[EnumT], value: str | None) -> EnumT | None:
    return next((kind for kind in kinds if kind.value == value), None)


routes: list[BaseRoute] = [
    route("/networks", networks_page, anyone),
    route("/networks/{code}", one_network, visitor),
    route("/networks/{code}/pilots/{pilot}", one_pilot, visitor),
    route("/networks/{code}/pilots/{pilot}/following", start_following, reader, methods=["POST"]),
    route("/networks/{code}/pilots/{pilot}/following/end", stop_following, reader, methods=["POST"]),
    route("/networks/{code}/calendar", network_calendar, visitor),
    route("/networks/{code}/series/{series}", one_series, visitor),
    route("/regions/{region}", one_region, anyone),
    route("/organisations/{id:int}", one_organisation, anyone),
    *feeds.routes,
    *account.routes,
    *event_pages.routes,
    *desk.routes,
    *members_desk.routes,
    *pilots_desk.routes,
]
