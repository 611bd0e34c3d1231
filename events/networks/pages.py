"""What all pages of a network have in common: its navigation, and the desk's."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from app.i18n import _, later
from app.navigation import Navigation, Tab, arrange, row
from app.web import page
from events.networks.scope import Standing

Link = tuple[str, str]  # address, words


class DeskSection(StrEnum):
    """What the pages of a network's desk are about, in the order of their row."""

    OVERVIEW = later("Overview")
    NETWORK = later("Network")
    MEMBERS = later("Members")
    COORDINATORS = later("Coordinators")
    JOURNAL = later("Journal")


def network_page(request: Request, standing: Standing, template: str, *, status: int = 200, **context: Any) -> Response:
    """A page everybody may be shown."""
    slices = (*request.app.state.network_navigation, to_the_desk)
    links = [link for slice_links in slices for link in slice_links(standing)]
    nav = row(links, request.url.path, homes={standing.path, f"{standing.path}/desk"})
    return _page(request, standing, template, nav, status=status, **context)


def desk_page(request: Request, standing: Standing, template: str, *, status: int = 200, **context: Any) -> Response:
    """A page of the coordinators' desk."""
    tabs = [tab for slice_tabs in request.app.state.network_desk_navigation for tab in slice_tabs(standing)]
    nav = arrange(tabs, request.url.path, order=list(DeskSection), homes={f"{standing.path}/desk"})
    return _page(request, standing, template, nav, status=status, desk=True, **context)


def navigation(standing: Standing) -> Sequence[Link]:
    return [(standing.path, _("About")), (f"{standing.path}/calendar", _("Calendar"))]


def to_the_desk(standing: Standing) -> Sequence[Link]:
    """After what all slices have for everybody."""
    return [(f"{standing.path}/desk", _("Coordinators’ desk"))] if standing.desk else []


def desk_navigation(standing: Standing) -> Sequence[Tab]:
    here = f"{standing.path}/desk"
    overview = Tab(DeskSection.OVERVIEW, here, _("Overview"))
    pilots = Tab(DeskSection.NETWORK, f"{here}/pilots", _("Pilots"))
    if not standing.whole:
        return [overview, pilots]
    return [
        overview,
        Tab(DeskSection.NETWORK, f"{here}/about", _("Texts")),
        pilots,
        Tab(DeskSection.NETWORK, f"{here}/series", _("Series")),
        Tab(DeskSection.MEMBERS, f"{here}/members", _("Members")),
        Tab(DeskSection.MEMBERS, f"{here}/regions", _("Regions")),
        Tab(DeskSection.COORDINATORS, f"{here}/coordinators", _("Coordinators")),
        Tab(DeskSection.JOURNAL, f"{here}/journal", _("Journal")),
    ]


def _page(
    request: Request, standing: Standing, template: str, nav: Navigation, *, status: int, **context: Any
) -> Response:
    return page(
        request,
        template,
        status=status,
        standing=standing,
        network=standing.network,
        nav=nav,
        **context,
    )
