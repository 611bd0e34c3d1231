"""What all pages of an event have in common: its head, its navigation and its live updates."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from app.i18n import _, later
from app.navigation import Navigation, Tab, arrange
from app.web import page
from events.scope import Place

Link = tuple[str, str]  # address, words


class Section(StrEnum):
    """What an event's pages are about, in the order of their row."""

    ABOUT = later("About")
    PROGRAMME = later("Programme")
    AGENDA = later("My agenda")
    PEOPLE = later("People")
    MARKETPLACE = later("Marketplace")
    MEETINGS = later("Meetings")
    MESSAGES = later("Messages")
    DESK = later("Organisers’ desk")


class DeskSection(StrEnum):
    """The same for its desk."""

    OVERVIEW = later("Overview")
    PROGRAMME = later("Programme")
    PEOPLE = later("People")
    MEETINGS = later("Meetings")
    RESULTS = later("Results")
    RECORD = later("Mail and journal")


def event_page(request: Request, place: Place, template: str, *, status: int = 200, **context: Any) -> Response:
    """A page everybody may be shown, in the event's zone. An answer to a POST does not fetch itself again."""
    tabs = [tab for slice_tabs in request.app.state.navigation for tab in slice_tabs(place)]
    nav = arrange(tabs, request.url.path, order=list(Section), homes={place.path, f"{place.path}/desk"})
    return _page(request, place, template, nav, status=status, desk=False, **context)


def desk_page(request: Request, place: Place, template: str, *, status: int = 200, **context: Any) -> Response:
    """A page of the organisers' desk."""
    tabs = [tab for slice_tabs in request.app.state.desk_navigation for tab in slice_tabs(place)]
    nav = arrange(tabs, request.url.path, order=list(DeskSection), homes={f"{place.path}/desk"})
    return _page(request, place, template, nav, status=status, desk=True, **context)


def navigation(place: Place) -> Sequence[Tab]:
    tabs = [
        Tab(Section.ABOUT, place.path, _("About")),
        Tab(Section.PROGRAMME, f"{place.path}/programme", _("Programme")),
    ]
    if place.approved:
        tabs.append(Tab(Section.AGENDA, f"{place.path}/agenda", _("My agenda")))
        tabs.append(Tab(Section.AGENDA, f"{place.path}/waiting", _("Where I wait")))
        tabs += _of_its_kind(place)
    tabs.append(Tab(Section.PROGRAMME, f"{place.path}/calendars", _("Calendars")))
    if place.desk:
        tabs.append(Tab(Section.DESK, f"{place.path}/desk", _("Organisers’ desk")))
    return tabs


def _of_its_kind(place: Place) -> Sequence[Tab]:
    tabs = []
    if place.event.nature.questions:
        tabs.append(Tab(Section.PEOPLE, f"{place.path}/here", _("Who is here")))
        tabs.append(Tab(Section.PEOPLE, f"{place.path}/questions", _("Questions")))
    if place.event.nature.attendance:
        tabs.append(Tab(Section.AGENDA, f"{place.path}/attendance", _("Attendance")))
    return tabs


def _page(request: Request, place: Place, template: str, nav: Navigation, *, status: int, **context: Any) -> Response:
    live = {"url": f"{place.path}/live", "since": place.revision}
    return page(
        request,
        template,
        status=status,
        place=place,
        event=place.event,
        participant=place.participant,
        zone=place.event.tz,
        nav=nav,
        live=live if request.method == "GET" else None,
        **context,
    )
