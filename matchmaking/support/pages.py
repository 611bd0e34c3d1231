"""Pages of a support office: its portfolio, report and files, handing over, its calendar; for its advisers."""

from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from app.errors import NotFound, Refused
from app.feeds import address_of, newest_feed, revoke, rotate
from app.i18n import _
from app.navigation import row
from app.subscribing import Subscription
from app.web import page, route, saved, see_other, submitted
from events.networks.support.assigning import hand_over
from events.networks.support.models import Client
from events.networks.support.scope import AtOffice, advising
from matchmaking.support.forms import NOBODY, HandOverForm
from matchmaking.support.portfolio import advisers_of, other_offices, portfolio
from matchmaking.support.report import WORDS, follow_ups_sheet, meetings_sheet, office_report


def office_page(request: Request, at: AtOffice, template: str, *, status: int = 200, **context: Any) -> Response:
    links = [(at.path, _("Clients")), (f"{at.path}/report", _("Results"))]
    nav = row(links, request.url.path, homes={at.path})
    return page(request, template, status=status, office=at.office, at=at, nav=nav, **context)


async def portfolio_page(request: Request, at: AtOffice) -> Response:
    query = request.query_params
    words, number, mine = query.get("q", "")[:80], query.get("page", ""), query.get("mine") == "y"
    found = await portfolio(
        at.office,
        now=datetime.now(UTC),
        words=words,
        adviser=at.adviser if mine else None,
        page=int(number) if number.isascii() and number.isdigit() and len(number) < 7 else 1,
    )
    form = HandOverForm()
    form.offer(await advisers_of(at.office), await other_offices(at.office))
    return office_page(
        request, at, "matchmaking/support/office.html", portfolio=found, words=words, mine=mine, form=form,
        **await _calendar(request, at),
    )  # fmt: skip


async def handover(request: Request, at: AtOffice) -> Response:
    """Of those who were ticked and are still this office's."""
    form = await submitted(request, HandOverForm)
    form.offer(await advisers_of(at.office), await other_offices(at.office))
    if not form.validate():
        raise Refused(_("Choose who takes them over."))
    chosen = form.chosen(await Client.filter(office=at.office))
    if not chosen:
        raise Refused(_("Tick the clients to hand over."))
    to = str(form.to.data)
    adviser, office = form.advisers.get(to), form.offices.get(to, at.office)
    if to != NOBODY and adviser is None and office is at.office:
        raise NotFound
    await hand_over(chosen, office=office, adviser=adviser, by=at.person)
    flash = _("Handed over. Another office asks them anew whether it may act for them.")
    return see_other(at.path, flash=flash if office is not at.office else _("Handed over."))


async def report_page(request: Request, at: AtOffice) -> Response:
    found = await office_report(at.office, now=datetime.now(UTC))
    return office_page(request, at, "matchmaking/support/report.html", report=found, words=WORDS)


async def meetings_file(request: Request, at: AtOffice) -> Response:
    return _file(at, await meetings_sheet(at.office, now=datetime.now(UTC)), "meetings")


async def follow_ups_file(request: Request, at: AtOffice) -> Response:
    return _file(at, await follow_ups_sheet(at.office), "follow-ups")


async def renew_calendar(request: Request, at: AtOffice) -> Response:
    """An address of one's own, new each time; the old one is dead."""
    await rotate(at.person, _scope(at), key=request.app.state.settings.secret_key)
    return see_other(f"{at.path}#calendar", flash=_("The calendar has a new address."))


async def remove_calendar(request: Request, at: AtOffice) -> Response:
    await revoke(at.person, _scope(at))
    return see_other(f"{at.path}#calendar", flash=_("The address of the calendar is dead."))


async def _calendar(request: Request, at: AtOffice) -> dict[str, Any]:
    settings, feed = request.app.state.settings, await newest_feed(at.person, _scope(at))
    name = at.office.organisation.name
    own = Subscription.of(settings, address_of(feed, settings), name) if feed and not feed.revoked else None
    return {"feed": feed, "own": own}


def _scope(at: AtOffice) -> str:
    return f"office:{at.office.id}"


def _file(at: AtOffice, body: bytes, name: str) -> Response:
    return saved(body, f"office-{at.office.id}-{name}.csv")


ONE = "/offices/{id:int}"
routes: list[BaseRoute] = [
    route(ONE, portfolio_page, advising),
    route(f"{ONE}/handover", handover, advising, methods=["POST"]),
    route(f"{ONE}/report", report_page, advising),
    route(f"{ONE}/meetings.csv", meetings_file, advising),
    route(f"{ONE}/follow-ups.csv", follow_ups_file, advising),
    route(f"{ONE}/calendar/renewal", renew_calendar, advising, methods=["POST"]),
    route(f"{ONE}/calendar/removal", remove_calendar, advising, methods=["POST"]),
]
