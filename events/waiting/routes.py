"""Pages of waiting lists: a session's buttons, one's own places, and the desk's lists."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from app.errors import NotFound
from app.forms import Form, Whole
from app.i18n import _, later
from app.web import answer, route, see_other, submitted
from events.models import Session
from events.pages import desk_page, event_page
from events.scope import Place, desk, find, member
from events.waiting.lists import LONGEST, SHORTEST, join_list, leave_list, put_first, set_offer_minutes
from events.waiting.models import Wait, offer_minutes
from events.waiting.reading import lines_of, places_of


class MinutesForm(Form):
    minutes = Whole(later("Minutes to answer"), low=SHORTEST, high=LONGEST)


async def joining(request: Request, place: Place) -> Response:
    session = await _session(request, place)
    await join_list(session, place.me, by=place.actor)
    flash = _("You are on the list. A seat that is given back is offered to one person at a time.")
    return answer(request, {"ok": True}, url=f"{place.path}/sessions/{session.id}", flash=flash)


async def leaving(request: Request, place: Place) -> Response:
    session = await _session(request, place)
    await leave_list(session, place.me, by=place.actor)
    flash = _("You do not wait any more. The next one is asked.")
    return answer(request, {"ok": True}, url=f"{place.path}/sessions/{session.id}", flash=flash)


async def own_page(request: Request, place: Place) -> Response:
    pieces = [await piece(place.me) for piece in request.app.state.waiting_pieces]
    return event_page(request, place, "events/waiting.html", places=await places_of(place.me), pieces=pieces)


async def desk_lists(request: Request, place: Place) -> Response:
    return await _lists(request, place, MinutesForm(data={"minutes": await offer_minutes(place.event.id)}))


async def timing(request: Request, place: Place) -> Response:
    form = await submitted(request, MinutesForm)
    if not form.validate():
        return await _lists(request, place, form, status=422)
    await set_offer_minutes(place.event, int(form.minutes.data or 0), by=place.actor)
    return see_other(f"{place.path}/desk/waiting", flash=_("Saved. It holds for offers from now on."))


async def preferring(request: Request, place: Place) -> Response:
    number = request.path_params["id"]
    wait = await Wait.get_or_none(id=int(number) if number.isascii() and number.isdigit() and len(number) < 16 else 0)
    if wait is None or not await Session.filter(id=wait.session_id, event=place.event).exists():
        raise NotFound
    await put_first(wait, by=place.actor)
    return see_other(f"{place.path}/desk/waiting", flash=_("Saved."))


async def _lists(request: Request, place: Place, form: MinutesForm, *, status: int = 200) -> Response:
    pieces = [await piece(place.event) for piece in request.app.state.waiting_lists]
    lines = await lines_of(place.event)
    return desk_page(
        request, place, "events/desk_waiting.html", status=status, lines=lines, form=form, pieces=pieces
    )  # fmt: skip


async def _session(request: Request, place: Place) -> Session:
    found = await find(Session, place, request.path_params["id"])
    if not place.event.released or found.start is None:
        raise NotFound
    return found


routes: list[BaseRoute] = [
    route("/e/{slug}/sessions/{id}/waiting", joining, member, methods=["POST"]),
    route("/e/{slug}/sessions/{id}/waiting/end", leaving, member, methods=["POST"]),
    route("/e/{slug}/waiting", own_page, member),
    route("/e/{slug}/desk/waiting", desk_lists, desk),
    route("/e/{slug}/desk/waiting", timing, desk, methods=["POST"]),
    route("/e/{slug}/desk/waiting/{id}/preference", preferring, desk, methods=["POST"]),
]
