"""What all pages of a network have in common: its navigation, and the desk's."""

from collections.abc import Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from app.i18n import _
from app.navigation import row
from app.web import page
from events.networks.scope import Standing

Link = tuple[str, str]  # address, words


def network_page(request: Request, standing: Standing, template: str, *, status: int = 200, **context: Any) -> Response:
    """A page everybody may be shown."""
    slices = (*request.app.state.network_navigation, to_the_desk)
    return _page(request, standing, template, slices, status=status, **context)


def desk_page(request: Request, standing: Standing, template: str, *, status: int = 200, **context: Any) -> Response:
    """A page of the coordinators' desk."""
    slices = request.app.state.network_desk_navigation
    return _page(request, standing, template, slices, status=status, desk=True, **context)


def navigation(standing: Standing) -> Sequence[Link]:
    return [(standing.path, _("About")), (f"{standing.path}/calendar", _("Calendar"))]


def to_the_desk(standing: Standing) -> Sequence[Link]:
    """After what all slices have for everybody."""
    return [(f"{standing.path}/desk", _("Coordinators’ desk"))] if standing.desk else []


def desk_navigation(standing: Standing) -> Sequence[Link]:
    here = f"{standing.path}/desk"
    pilots = (f"{here}/pilots", _("Pilots"))
    if not standing.whole:
        return [(here, _("Overview")), pilots]
    return [
        (here, _("Overview")),
        (f"{here}/about", _("Texts")),
        (f"{here}/members", _("Members")),
        (f"{here}/regions", _("Regions")),
        pilots,
        (f"{here}/series", _("Series")),
        (f"{here}/coordinators", _("Coordinators")),
        (f"{here}/journal", _("Journal")),
    ]


def _page(
    request: Request, standing: Standing, template: str, slices: Sequence[Any], *, status: int, **context: Any
) -> Response:
    links = [link for slice_links in slices for link in slice_links(standing)]
    return page(
        request,
        template,
        status=status,
        standing=standing,
        network=standing.network,
        nav=row(links, request.url.path, homes={standing.path, f"{standing.path}/desk"}),
        **context,
    )
