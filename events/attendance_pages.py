"""Attendance: the desk ticks who was there, and each participant finds their confirmation."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from app.errors import Refused
from app.i18n import _
from app.web import route, see_other
from events.attendance import attendance, certificate, note_attendance
from events.pages import desk_page, event_page
from events.scope import Place, desk, member

A_PAGE = 100  # each has two fields


async def own_page(request: Request, place: Place) -> Response:
    return event_page(request, place, "events/attendance.html", certificate=await certificate(place.me))


async def desk_list(request: Request, place: Place) -> Response:
    everybody = await attendance(place.event)
    page = request.query_params.get("page", "")
    pages = max(1, -(-len(everybody) // A_PAGE))
    number = max(1, min(int(page), pages)) if page.isascii() and page.isdigit() and len(page) < 7 else 1
    return desk_page(
        request,
        place,
        "events/desk_attendance.html",
        shown=everybody[(number - 1) * A_PAGE : number * A_PAGE],
        confirmed=sum(noted is not None for _guest, noted in everybody),
        found=len(everybody),
        number=number,
        pages=pages,
    )


async def note(request: Request, place: Place) -> Response:
    posted = await request.form(max_fields=2 * A_PAGE + 10)
    looked_at, present = ({*map(str, posted.getlist(name))} for name in ("shown", "present"))
    if not all(number.isascii() and number.isdigit() and len(number) < 16 for number in looked_at | present):
        raise Refused(_("The form could not be read. Go back and send it again."))
    came, missed = await note_attendance(place.event, {*map(int, looked_at)}, {*map(int, present)}, by=place.actor)
    flash = _("Saved: %(came)d confirmed, %(missed)d taken back.") % {"came": came, "missed": missed}
    return see_other(f"{place.path}/desk/attendance", flash=flash)


routes: list[BaseRoute] = [
    route("/e/{slug}/attendance", own_page, member),
    route("/e/{slug}/desk/attendance", desk_list, desk),
    route("/e/{slug}/desk/attendance", note, desk, methods=["POST"]),
]
