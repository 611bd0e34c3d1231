"""The desk's pages of sessions: the list, a new one, an old one, its place, and what becomes of it."""

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute
from tortoise.expressions import Q

from app.errors import Refused
from app.i18n import _
from app.web import answer, json, route, see_other, submitted, wants_json
from events.forms import VersionForm
from events.models import Event, Participant, ParticipantStatus, Room, Session, Track
from events.narrowing import Narrows
from events.networks.models import Pilot
from events.pages import desk_page
from events.programme import programme
from events.schedule import (
    cancel_session,
    create_session,
    edit_session,
    move_session,
    restore_session,
    unschedule,
)
from events.scope import Place, desk, find
from events.session_forms import NewSessionForm, SessionForm, SlotForm, details_of
from events.types import types_of

Verb = Callable[..., Awaitable[Session]]


async def sessions_page(request: Request, place: Place) -> Response:
    return desk_page(request, place, "events/desk_sessions.html", programme=await programme(place.event))


async def new_page(request: Request, place: Place) -> Response:
    form = NewSessionForm(data={"capacity": place.event.nature.seats}, zone=place.event.tz)
    return await _new(request, place, form)


async def create(request: Request, place: Place) -> Response:
    form = await submitted(request, NewSessionForm, zone=place.event.tz)
    await _offer(form, place)
    form.offer_rooms(await _rooms(place))
    if not form.validate():
        return await _new(request, place, form, status=422)
    room, start, end = form.place()
    try:
        made = await create_session(place.event, form.details(), room=room, start=start, end=end, by=place.actor)
    except Refused as refused:
        return await _new(request, place, _with(form, refused), status=409)
    return see_other(f"{place.path}/desk/sessions/{made.id}", flash=_("The session is there."))


async def session_page(request: Request, place: Place) -> Response:
    session = await find(Session, place, request.path_params["id"])
    return await _session(request, place, session)


async def edit(request: Request, place: Place) -> Response:
    session = await find(Session, place, request.path_params["id"])
    form, seen = await submitted(request, SessionForm), await submitted(request, VersionForm)
    await session.fetch_related("speakers")
    await _offer(form, place, session)
    if not (form.validate() & seen.validate()):
        return await _session(request, place, session, form=form, status=422)
    try:
        version = int(seen.version.data or 0)
        await edit_session(session, form.details(), version=version, seen=seen.seen.data or "", by=place.actor)
    except Narrows as narrows:
        if wants_json(request):
            return json({"error": str(narrows), "hints": narrows.hints, "seen": narrows.mark}, status=409)
        return await _session(request, place, session, form=_with(form, narrows), mark=narrows.mark, status=409)
    except Refused as refused:
        return await _session(request, place, session, form=_with(form, refused), status=409)
    return see_other(f"{place.path}/desk/sessions/{session.id}", flash=_("Saved."))


async def move(request: Request, place: Place) -> Response:
    """From the board's drop, or from a form; both get the same sentences."""
    session = await find(Session, place, request.path_params["id"])
    slot = await submitted(request, SlotForm, zone=place.event.tz)
    slot.offer_rooms(await _rooms(place))
    if not slot.validate():
        if wants_json(request):
            said = [str(error) for errors in slot.errors.values() for error in errors]
            return json({"error": " ".join(said), "hints": []}, status=422)
        return await _session(request, place, session, slot=slot, status=422)
    room, start, end = slot.place()
    try:
        moved = await move_session(
            session, room=room, start=start, end=end, version=int(slot.version.data or 0), by=place.actor
        )
    except Refused as refused:
        if wants_json(request):
            raise
        return await _session(request, place, session, slot=_with(slot, refused), status=409)
    day = start.astimezone(place.event.tz).date()
    return answer(
        request,
        {"ok": True, "version": moved.version},
        url=f"{place.path}/desk/board?day={day}",
        flash=_("“%(title)s” is moved.") % {"title": moved.title},
    )


async def take_off(request: Request, place: Place) -> Response:
    return await _decide(request, place, unschedule, _("It is off the schedule."))


async def cancel(request: Request, place: Place) -> Response:
    return await _decide(request, place, cancel_session, _("It is cancelled. Everybody who has it is told."))


async def restore(request: Request, place: Place) -> Response:
    return await _decide(request, place, restore_session, _("It takes place again."))


async def _decide(request: Request, place: Place, verb: Verb, flash: str) -> Response:
    session = await find(Session, place, request.path_params["id"])
    seen = await submitted(request, VersionForm)
    version = int(seen.version.data or 0) if seen.validate() else 0
    await verb(session, version=version, by=place.actor)
    return see_other(f"{place.path}/desk/sessions/{session.id}", flash=flash)


def _with(form: Any, refused: Refused) -> Any:
    form.form_errors.append(" ".join((str(refused), *refused.hints)))
    return form


async def _new(request: Request, place: Place, form: NewSessionForm, *, status: int = 200) -> Response:
    await _offer(form, place)
    form.offer_rooms(await _rooms(place))
    return desk_page(request, place, "events/desk_new_session.html", status=status, form=form)


async def _session(
    request: Request,
    place: Place,
    session: Session,
    *,
    form: SessionForm | None = None,
    slot: SlotForm | None = None,
    mark: str = "",
    status: int = 200,
) -> Response:
    """Both forms of a session: what it is, and where and when."""
    await session.fetch_related("pilots", "speakers", "types", "room", "track")
    if form is None:
        form = SessionForm(data=details_of(session))
        await _offer(form, place, session)
    if slot is None:
        slot = SlotForm(zone=place.event.tz, data=_slot_of(session))
        slot.offer_rooms(await _rooms(place))
    shown = {"session": session, "form": form, "slot": slot, "mark": mark}
    return desk_page(request, place, "events/desk_session.html", status=status, **shown)


def _slot_of(session: Session) -> dict[str, Any]:
    known = session.start is not None and session.end is not None
    minutes = int((session.end - session.start).total_seconds() // 60) if known else None  # type: ignore[operator]
    return {
        "version": session.version,
        "room": str(session.room_id or ""),
        "start": session.start,
        "minutes": minutes or 45,
    }


async def _offer(form: SessionForm, place: Place, session: Session | None = None) -> None:
    """The session, if there is one, has its speakers at hand."""
    everybody = Participant.filter(event=place.event, status=ParticipantStatus.APPROVED)
    form.offer(
        tracks=await Track.filter(event=place.event).order_by("position"),
        pilots=await _pilots(place.event, session),
        speakers=await everybody.select_related("organisation"),
        speaking=[speaker.id for speaker in session.speakers] if session else (),
        types=await types_of(place.event),
    )


async def _pilots(event: Event, session: Session | None) -> list[Pilot]:
    """One that is closed only where the session is about it already."""
    named = await session.pilots.all().values_list("id", flat=True) if session else []
    found = Pilot.filter(Q(closed_at__isnull=True) | Q(id__in=list(named)), network_id=event.network_id)
    return await found.order_by("position")


async def _rooms(place: Place) -> list[Room]:
    return await Room.filter(event=place.event).order_by("position", "name")


SESSION = "/e/{slug}/desk/sessions/{id}"
routes: list[BaseRoute] = [
    route("/e/{slug}/desk/sessions", sessions_page, desk),
    route("/e/{slug}/desk/sessions/new", new_page, desk),
    route("/e/{slug}/desk/sessions", create, desk, methods=["POST"]),
    route(SESSION, session_page, desk),
    route(SESSION, edit, desk, methods=["POST"]),
    route(f"{SESSION}/slot", move, desk, methods=["POST"]),
    route(f"{SESSION}/slot/removal", take_off, desk, methods=["POST"]),
    route(f"{SESSION}/cancellation", cancel, desk, methods=["POST"]),
    route(f"{SESSION}/restoration", restore, desk, methods=["POST"]),
]
