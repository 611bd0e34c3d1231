"""What all pages of an event have in common: its head, its navigation and its live updates."""

from collections.abc import Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from app.i18n import _
from app.web import page
from events.scope import Place

Link = tuple[str, str]  # address, words


def event_page(request: Request, place: Place, template: str, *, status: int = 200, **context: Any) -> Response:
    """A page everybody may be shown, in the event's zone. An answer to a POST does not fetch itself again."""
    links = [link for slice_links in request.app.state.navigation for link in slice_links(place)]
    return _page(request, place, template, links, status=status, desk=False, **context)


def desk_page(request: Request, place: Place, template: str, *, status: int = 200, **context: Any) -> Response:
    """A page of the organisers' desk."""
    links = [link for slice_links in request.app.state.desk_navigation for link in slice_links(place)]
    return _page(request, place, template, links, status=status, desk=True, **context)


def navigation(place: Place) -> Sequence[Link]:
    links = [(place.path, _("About")), (f"{place.path}/programme", _("Programme"))]
    if place.approved:
        links += _of_its_kind(place)
        links.append((f"{place.path}/agenda", _("My agenda")))
    links.append((f"{place.path}/calendars", _("Calendars")))
    if place.desk:
        links.append((f"{place.path}/desk", _("Organisers’ desk")))
    return links


def _of_its_kind(place: Place) -> Sequence[Link]:
    links = []
    if place.event.nature.questions:
        links += [(f"{place.path}/here", _("Who is here")), (f"{place.path}/questions", _("Questions"))]
    if place.event.nature.attendance:
        links.append((f"{place.path}/attendance", _("Attendance")))
    return links


def _page(
    request: Request, place: Place, template: str, links: Sequence[Link], *, status: int, **context: Any
) -> Response:
    path = request.url.path
    homes = {place.path, f"{place.path}/desk"}  # every other page lies below them
    above = (href for href, _words in links if path == href or (href not in homes and path.startswith(f"{href}/")))
    here = max(above, key=len, default="")
    live = {"url": f"{place.path}/live", "since": place.revision}
    return page(
        request,
        template,
        status=status,
        place=place,
        event=place.event,
        participant=place.participant,
        zone=place.event.tz,
        nav=[(href, words, href == here) for href, words in links],
        live=live if request.method == "GET" else None,
        **context,
    )
