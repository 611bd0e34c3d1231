"""Pages of the day: one's own, the desk's at the door, and screens at the hall."""

from datetime import UTC, datetime
from urllib.parse import quote

import segno
from markupsafe import Markup
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, WebSocketRoute
from starlette.websockets import WebSocket

from app import sockets
from app.errors import NotFound, Refused
from app.forms import Form, Line
from app.i18n import _, later
from app.web import answer, page, route, see_other, submitted
from events.models import Participant
from events.pages import desk_page, event_page
from events.scope import Place, desk, find, member
from matchmaking.admits import AtMeeting, at_meeting, number_of
from matchmaking.onsite.absences import agree, answer_absence, end_absence, propose, report_absence, turn_down
from matchmaking.onsite.displays import address_of, board, display_at, displays_of, make_display, revoke_display
from matchmaking.onsite.gaps import no_shows
from matchmaking.onsite.models import Absence, Answer, Display, StandIn
from matchmaking.onsite.presence import Said, presence_of, say
from matchmaking.onsite.reading import door_list, standby, today

A_PAGE = 50
TICKS = ("here", "standby", "shown")


class DisplayForm(Form):
    name = Line(later("Where it stands"), limit=60)


async def today_page(request: Request, place: Place) -> Response:
    now = datetime.now(UTC)
    address = f"{request.app.state.settings.base_url}{place.path}/desk/door/{place.me.id}"
    return event_page(
        request, place, "matchmaking/onsite/today.html", day=await today(place.me, now=now), now=now, qr=_qr(address)
    )  # fmt: skip


async def saying(request: Request, place: Place) -> Response:
    await say(place.me, await _said(request), by=place.actor)
    return answer(request, {"ok": True}, url=f"{place.path}/today", flash=_("Saved."))


async def reporting(request: Request, at: AtMeeting) -> Response:
    if not at.mine:
        raise NotFound
    await report_absence(at.meeting, at.place.me, by=at.place.actor)
    flash = _("They are asked whether they are on their way. In three minutes you see who else is free.")
    return answer(request, {"ok": True}, url=f"{at.place.path}/today", flash=flash)


async def answering(request: Request, place: Place) -> Response:
    absence = await _absence(request, place)
    said = str((await request.form()).get("answer", ""))
    if said not in {one.value for one in Answer}:
        raise Refused(_("Say whether you are coming."))
    await answer_absence(absence, Answer(said), by=place.actor)
    return answer(request, {"ok": True}, url=f"{place.path}/today", flash=_("They read it at once."))


async def ending(request: Request, place: Place) -> Response:
    await end_absence(await _absence(request, place), by=place.actor)
    return answer(request, {"ok": True}, url=f"{place.path}/today", flash=_("Have a good meeting."))


async def proposing(request: Request, place: Place) -> Response:
    """To somebody (`guest`) by whoever waits, or, without one, to whoever waits by oneself."""
    absence = await _absence(request, place)
    chosen = str((await request.form()).get("guest", ""))
    guest = await find(Participant, place, chosen) if chosen else place.me
    await propose(absence, guest, by_guest=not chosen, by=place.actor)
    return answer(request, {"ok": True}, url=f"{place.path}/today", flash=_("They are asked now."))


async def agreeing(request: Request, place: Place) -> Response:
    meeting = await agree(await _stand_in(request, place), by=place.actor)
    flash = _("Agreed: you meet now, at that table.")
    return answer(request, {"meeting": meeting.id}, url=f"{place.path}/today", flash=flash)


async def turning_down(request: Request, place: Place) -> Response:
    await turn_down(await _stand_in(request, place), by=place.actor)
    return answer(request, {"ok": True}, url=f"{place.path}/today", flash=_("They are told that it does not suit."))


async def door_page(request: Request, place: Place) -> Response:
    query = request.query_params
    words, number = query.get("q", "")[:80], query.get("page", "1")
    page_number = int(number) if number.isascii() and number.isdigit() and len(number) < 6 else 1
    guests, now = await door_list(place.event, words), datetime.now(UTC)
    return desk_page(
        request,
        place,
        "matchmaking/onsite/desk_door.html",
        guests=guests[(page_number - 1) * A_PAGE : page_number * A_PAGE],
        found=len(guests),
        here=sum(one.here for one in guests),
        words=words,
        number=page_number,
        pages=max(1, -(-len(guests) // A_PAGE)),
        waiting=await no_shows(place.event, now=now),
        standby=await standby(place.event),
        now=now,
    )


async def guest_page(request: Request, place: Place) -> Response:
    """Where the code on a participant's phone leads."""
    guest = await find(Participant, place, request.path_params["id"])
    await guest.fetch_related("organisation")
    presence = await presence_of(guest)
    return desk_page(request, place, "matchmaking/onsite/desk_guest.html", guest=guest, presence=presence)


async def noting(request: Request, place: Place) -> Response:
    guest = await find(Participant, place, request.path_params["id"])
    presence = await say(guest, await _said(request), by=place.actor)
    flash = _("%(name)s is here.") if presence.here_at else _("%(name)s is not here.")
    words = str((await request.form()).get("q", ""))[:80]
    return answer(
        request, {"ok": True}, url=f"{place.path}/desk/door?q={quote(words)}", flash=flash % {"name": guest.name}
    )


async def filling(request: Request, place: Place) -> Response:
    """The desk proposes for whoever waits."""
    chosen = str((await request.form()).get("guest", ""))
    if not chosen:
        raise Refused(_("Choose whom to ask."))
    guest = await find(Participant, place, chosen)
    await propose(await _absence(request, place), guest, by_guest=False, by=place.actor)
    flash = _("%(name)s is asked now.") % {"name": guest.name}
    return answer(request, {"ok": True}, url=f"{place.path}/desk/door", flash=flash)


async def displays_page(request: Request, place: Place) -> Response:
    return await _displays(request, place, DisplayForm())


async def opening(request: Request, place: Place) -> Response:
    form = await submitted(request, DisplayForm)
    if not form.validate():
        return await _displays(request, place, form, status=422)
    await make_display(place.event, str(form.name.data), by=place.actor)
    return see_other(f"{place.path}/desk/displays", flash=_("Open its address on the screen."))


async def revoking(request: Request, place: Place) -> Response:
    await revoke_display(await find(Display, place, request.path_params["id"]), by=place.actor)
    return see_other(f"{place.path}/desk/displays", flash=_("The address is dead."))


async def screen(request: Request, display: Display) -> Response:
    now = datetime.now(UTC)
    return page(
        request,
        "matchmaking/onsite/display.html",
        event=display.event,
        zone=display.event.tz,
        board=await board(display.event, now=now),
        now=now,
        here=request.url.path,
    )


async def follow(websocket: WebSocket) -> None:
    """A screen's socket: it hears that something happened at the event, and nothing of what."""
    websocket.state.sign_in = websocket.state.person = None
    try:
        display = await _display(websocket)
    except NotFound:
        return await websocket.close(1008)
    event = display.event
    return await sockets.serve(websocket, scope=event.scope, topics=[event.desk, event.scope], since=-1, wordless=True)


async def with_address(request: Request) -> Display:
    """Whoever has the address of a screen."""
    return await _display(request)


async def _display(request: HTTPConnection) -> Display:
    return await display_at(request.path_params["token"], key=request.app.state.settings.secret_key)


async def _displays(request: Request, place: Place, form: DisplayForm, *, status: int = 200) -> Response:
    settings = request.app.state.settings
    shown = [
        (one, settings.base_url + address_of(one, key=settings.secret_key)) for one in await displays_of(place.event)
    ]
    return desk_page(
        request, place, "matchmaking/onsite/desk_displays.html", status=status, form=form, displays=shown
    )  # fmt: skip


async def _said(request: Request) -> Said:
    posted = await request.form()
    given = {name: posted.get(name) == "y" for name in TICKS if name in posted}
    return Said(**given)


async def _absence(request: Request, place: Place) -> Absence:
    number = number_of(request.path_params["id"])
    absence = await Absence.get_or_none(id=number, meeting__event_id=place.event.id)
    if absence is None:
        raise NotFound
    return absence


async def _stand_in(request: Request, place: Place) -> StandIn:
    number = number_of(request.path_params["id"])
    found = await StandIn.get_or_none(id=number, absence__meeting__event_id=place.event.id)
    if found is None:
        raise NotFound
    return found


def _qr(address: str) -> Markup:
    """For the desk's camera: an SVG drawing."""
    code = segno.make(address, micro=False, error="m")
    return Markup(code.svg_inline(scale=4, border=2, dark="#000", light="#fff", omitsize=True))  # noqa: S704 - ours


DOOR = "/e/{slug}/desk/door"
routes: list[BaseRoute] = [
    route("/e/{slug}/today", today_page, member),
    route("/e/{slug}/today", saying, member, methods=["POST"]),
    route("/e/{slug}/meetings/{id}/absence", reporting, at_meeting, methods=["POST"]),
    route("/e/{slug}/absences/{id}/answer", answering, member, methods=["POST"]),
    route("/e/{slug}/absences/{id}/end", ending, member, methods=["POST"]),
    route("/e/{slug}/absences/{id}/stand-ins", proposing, member, methods=["POST"]),
    route("/e/{slug}/stand-ins/{id}/agreement", agreeing, member, methods=["POST"]),
    route("/e/{slug}/stand-ins/{id}/decline", turning_down, member, methods=["POST"]),
    route(DOOR, door_page, desk),
    route(DOOR + "/{id}", guest_page, desk),
    route(DOOR + "/{id}", noting, desk, methods=["POST"]),
    route("/e/{slug}/desk/absences/{id}/stand-ins", filling, desk, methods=["POST"]),
    route("/e/{slug}/desk/displays", displays_page, desk),
    route("/e/{slug}/desk/displays", opening, desk, methods=["POST"]),
    route("/e/{slug}/desk/displays/{id}/removal", revoking, desk, methods=["POST"]),
    route("/display/{token}", screen, with_address),
    WebSocketRoute("/display/{token}/live", follow),
]
