"""Pages of the conference that are not the desk's: events, programme, session, agenda, registration, live socket."""

from collections.abc import Sequence
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, WebSocketRoute
from starlette.websockets import WebSocket

from app import agenda, sockets
from app.auth import admin, anyone, sign_in_of
from app.errors import NotFound
from app.i18n import _
from app.journal import person_topic
from app.models import Person
from app.source import Entry
from app.web import answer, page, route, see_other, submitted
from app.wording import by_name
from events import attendance_pages, exchange_pages, programme_page
from events.agenda import lay_out
from events.bookings import book, unbook
from events.forms import JoinForm, NewEventForm
from events.hosting import create_event
from events.listing import around, home, participations, with_event
from events.models import Participant, ParticipantKind, Session
from events.networks.calls.reading import calls_of_event, calls_of_session
from events.networks.models import Network, Region
from events.pages import event_page, navigation
from events.participants import register
from events.programme import in_agenda, item
from events.scope import Place, find, member, newcomer, visitor
from events.tasks import Errand, Task
from events.types import types_of
from events.waiting.reading import held_seats, standing_of

__all__ = ["navigation", "routes"]


async def home_page(request: Request, person: Person | None) -> Response:
    now = datetime.now(UTC)
    coming, past, networks = await home(now.date())
    mine = await participations(person, now.date()) if person else []
    tasks = await _tasks(request, mine, now)
    waiting = {one.event_id: [task for task in tasks if task.event == one.event_id] for one in mine}
    errands = await _errands(request, person, now) if person else []
    return page(
        request,
        "events/home.html",
        mine=mine,
        waiting=waiting,
        errands=errands,
        coming=coming,
        past=past,
        networks=networks,
    )


async def event(request: Request, place: Place) -> Response:
    coming = await _coming(request, place)
    mine = await with_event(place.participant) if place.participant else []
    return event_page(
        request,
        place,
        "events/event.html",
        network=place.event.network,
        calls=await calls_of_event(place.event),
        coming=coming,
        tasks=await _tasks(request, mine, datetime.now(UTC)),
        around=await around(place.event),
    )


async def session(request: Request, place: Place) -> Response:
    found = await _session(request, place)
    shown = await item(found)
    mine = found.id in await in_agenda(place.participant)
    speaks = place.participant is not None and any(speaker.id == place.participant.id for speaker in shown.speakers)
    join = place.desk or (place.approved and (mine or shown.capacity is None))
    return event_page(
        request,
        place,
        "events/session.html",
        item=shown,
        free=(shown.seats_left or 0) - await held_seats(found),
        waits=await standing_of(found, place.participant),
        mine=mine,
        speaks=speaks,
        join=join,
        calls=await calls_of_session(found.id),
        now=datetime.now(UTC),
    )


async def make_booking(request: Request, place: Place) -> Response:
    found = await _session(request, place)
    await book(found, place.me, by=place.actor)
    return answer(request, {"ok": True}, url=f"{place.path}/sessions/{found.id}", flash=_("It is in your agenda."))


async def release_booking(request: Request, place: Place) -> Response:
    found = await _session(request, place)
    await unbook(found, place.me, by=place.actor)
    return answer(
        request, {"ok": True}, url=f"{place.path}/sessions/{found.id}", flash=_("It is no longer in your agenda.")
    )


async def my_agenda(request: Request, place: Place) -> Response:
    entries = await agenda.entries(request.app.state.sources, place.actor.id, place.event.scope)
    days = lay_out(entries, place.event.tz)
    return event_page(request, place, "events/agenda.html", days=days, now=datetime.now(UTC))


async def join_page(request: Request, place: Place) -> Response:
    if place.approved:
        return see_other(place.path, flash=_("You take part in this event."))
    form = JoinForm(data=_known(place))
    form.offer(await Region.all(), await types_of(place.event, open_only=True))
    return event_page(request, place, "events/join.html", form=form)


async def join(request: Request, place: Place) -> Response:
    form = await submitted(request, JoinForm)
    form.offer(await Region.all(), await types_of(place.event, open_only=True))
    if not form.validate():
        return event_page(request, place, "events/join.html", status=422, form=form)
    await register(
        place.event,
        place.actor,
        affiliation=form.affiliation(),
        position=form.position.data or "",
        kind=ParticipantKind(form.kind.data),
        type=form.chosen_type(),
        by=place.actor,
    )
    return see_other(place.path, flash=_("You are registered. The organisers will look at it."))


async def new_event_page(request: Request, person: Person) -> Response:
    return await _new_event(request, NewEventForm())


async def new_event(request: Request, person: Person) -> Response:
    form = await submitted(request, NewEventForm)
    networks = by_name(await Network.all())
    form.offer(networks)
    if not form.validate():
        return await _new_event(request, form, status=422)
    network = next(network for network in networks if str(network.id) == form.network.data)
    made = await create_event(network, str(form.slug.data), form.about(), by=person)
    return see_other(f"/e/{made.slug}/desk", flash=_("The event is there. This is its desk."))


async def follow(websocket: WebSocket) -> None:
    """A page's socket: the event's own topic, the person's, the participants' and the desk's for who is one."""
    websocket.state.sign_in = await sign_in_of(websocket)
    websocket.state.person = websocket.state.sign_in.person if websocket.state.sign_in else None
    try:
        place = await visitor(websocket)
    except NotFound:
        return await websocket.close(1008)
    topics = [place.event.scope]  # nothing is said there before the first release
    if place.person:
        topics += [person_topic(place.person.id), f"inbox:{place.person.id}"]  # what moves no calendar of theirs
    if place.approved:
        topics.append(f"members:{place.event.id}")  # what every participant may see and the world may not
    if place.desk:
        topics.append(place.event.desk)
    since = websocket.query_params.get("since", "")
    seen = int(since) if since.isascii() and since.isdigit() and len(since) < 16 else 0
    return await sockets.serve(websocket, scope=place.event.scope, topics=topics, since=seen)


async def _tasks(request: Request, mine: Sequence[Participant], now: datetime) -> Sequence[Task]:
    """What waits for the reader, of all slices."""
    return [task for slice_tasks in request.app.state.tasks for task in await slice_tasks(mine, now)]


async def _errands(request: Request, person: Person, now: datetime) -> Sequence[Errand]:
    """What waits for them beside events, of all slices."""
    return [errand for slice_errands in request.app.state.errands for errand in await slice_errands(person, now)]


async def _coming(request: Request, place: Place) -> list[Entry]:
    """What the reader would give up by leaving, of all slices."""
    if not place.approved:
        return []
    mine = await agenda.entries(request.app.state.sources, place.actor.id, place.event.scope)
    return [entry for entry in mine if not entry.cancelled and entry.end > datetime.now(UTC)]


async def _session(request: Request, place: Place) -> Session:
    """Before the first release, and without a time, a session exists for the desk only."""
    found = await find(Session, place, request.path_params["id"])
    if not place.desk and (not place.event.released or found.start is None):
        raise NotFound
    return found


def _known(place: Place) -> dict[str, str]:
    """What somebody who asks again said before."""
    before = place.participant
    if before is None or before.organisation is None:
        return {}
    return {
        "organisation": before.organisation.name,
        "organisation_kind": before.organisation.kind.value,
        "region": str(before.organisation.region_id),
        "position": before.position,
        "kind": before.kind.value,
        "type": str(before.type_id or ""),
    }


async def _new_event(request: Request, form: NewEventForm, *, status: int = 200) -> Response:
    form.offer(by_name(await Network.all()))
    return page(request, "events/new_event.html", status=status, form=form)


routes: list[BaseRoute] = [
    route("/", home_page, anyone),
    route("/events/new", new_event_page, admin),
    route("/events/new", new_event, admin, methods=["POST"]),
    route("/e/{slug}", event, visitor),
    route("/e/{slug}/programme", programme_page.programme_page, visitor),
    route("/e/{slug}/sessions/{id}", session, visitor),
    route("/e/{slug}/sessions/{id}/booking", make_booking, member, methods=["POST"]),
    route("/e/{slug}/sessions/{id}/booking/release", release_booking, member, methods=["POST"]),
    route("/e/{slug}/agenda", my_agenda, member),
    route("/e/{slug}/join", join_page, newcomer),
    route("/e/{slug}/join", join, newcomer, methods=["POST"]),
    WebSocketRoute("/e/{slug}/live", follow),
    *exchange_pages.routes,
    *attendance_pages.routes,
]
