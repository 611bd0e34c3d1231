"""Pictures of a network's work: a pilot's value chain on its page, who brings what, and the network in figures."""

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from app import web
from app.i18n import _
from app.web import route
from events.networks.drawing import year_chart
from events.networks.models import Pilot
from events.networks.pages import network_page
from events.networks.reading import pilots
from events.networks.scope import Standing, pilot_of, reader, visitor
from matchmaking.charts import MOST_CELLS, chain, grid
from matchmaking.pilot_work import ahead, by_year, chain_of, presences, who_stands
from matchmaking.reasons import role_name
from matchmaking.regions_met import of_network

Link = tuple[str, str]  # address, words


def navigation(standing: Standing) -> Sequence[Link]:
    return [(f"{standing.path}/figures", _("In figures"))]


async def pilot_piece(standing: Standing, pilot: Pilot) -> tuple[str, Mapping[str, Any]]:
    """A part of the pilot's page: its template, and what that shows."""
    covered = await chain_of(pilot, today=web.today())
    came = await presences(pilot)
    years: dict[int, int] = {}
    for one in came:
        years[one.event.first_day.year] = years.get(one.event.first_day.year, 0) + one.organisations
    return "matchmaking/pilot_piece.html", {
        "covered": covered,
        "chain": chain(covered.links),
        "presences": came,
        "years": year_chart([(year, [count]) for year, count in sorted(years.items())]),
        "ahead": await ahead(pilot, standing.person, today=web.today()),
        "role_name": role_name,
    }


async def chain_page(request: Request, standing: Standing) -> Response:
    """With names, so for people who have signed in."""
    pilot = await pilot_of(standing, request.path_params["pilot"])
    today = web.today()
    return network_page(
        request,
        standing,
        "matchmaking/pilot_chain.html",
        pilot=pilot,
        covered=await chain_of(pilot, today=today),
        links={one.role.value: one for one in await who_stands(pilot, today=today)},
        role_name=role_name,
    )


async def figures_page(request: Request, standing: Standing) -> Response:
    network = standing.network
    met, came = await of_network(network), await by_year(network)
    known = [part.pilot for part in await pilots(network)]
    here = [pilot for pilot in known if any(one == pilot.id for one, _year in came)]
    years = sorted({year for _pilot, year in came})
    return network_page(
        request,
        standing,
        "matchmaking/network_figures.html",
        met=met,
        regions=grid(met.counts, met.regions, met.regions[:MOST_CELLS]),
        came=came,
        years=years,
        pilots=here,
        participation=grid(came, [pilot.id for pilot in here], years, names=110),
    )


routes: list[BaseRoute] = [
    route("/networks/{code}/pilots/{pilot}/chain", chain_page, reader),
    route("/networks/{code}/figures", figures_page, visitor),
]
