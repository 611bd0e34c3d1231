"""Calendars to subscribe to: the event's public feeds, and the page that offers a person their own."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from tortoise.queryset import QuerySet

from app import db
from app.config import Settings
from app.feeds import Contents, address_of, newest_feed, open_feed, respond, revoke, rotate
from app.i18n import _, language
from app.ical.vevent import etag
from app.subscribing import Subscription
from app.web import GuardedRoute, route, see_other
from events import ical
from events.models import Event, Participant, Room, Track
from events.networks.models import Pilot
from events.pages import event_page
from events.scope import Place, member, visitor

NOTHING_YET = datetime(2000, 1, 1, tzinfo=UTC)  # before anything a client may have kept

# Most polls end with this: one statement, and none that the ORM must build first.
NEWS = (
    "SELECT event.id, topic.revision, topic.at FROM event LEFT JOIN topic "
    "ON topic.scope = 'event:' || event.id AND topic.name = 'event:' || event.id WHERE slug = $1"
)


Part = Track | Room | Pilot | Participant
ONLY: Mapping[type[Part], str] = {
    Track: "track_id",
    Room: "room_id",
    Pilot: "pilots__id",
    Participant: "speakers__id",
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """A calendar that somebody asks for, and what everybody heard of its event last."""

    event_id: int
    revision: int
    changed: datetime
    part: Part | None = None


async def feed(request: Request, wanted: Wanted | None) -> Response:
    """The programme, or what of it is in one track or room, by one speaker or about one pilot."""
    if wanted is None:
        return PlainTextResponse("no such calendar", 404)
    part = wanted.part
    settings: Settings = request.app.state.settings
    only = {ONLY[type(part)]: part.id} if part else {}

    async def read() -> Contents:
        event = await Event.get(id=wanted.event_id)
        entries = await ical.entries(event, **only)
        occasion = await ical.occasion(event.scope)
        assert occasion is not None
        name = f"{event.title}: {_name(part)}" if part else event.title
        return Contents(name, [occasion], entries, source=settings.base_url + request.scope["path"])

    return await respond(
        request,
        tag=etag("public", wanted.event_id, str(only), wanted.revision, language()),
        changed=wanted.changed,
        public=True,
        filename=f"{request.path_params['slug']}.ics",
        read=read,
    )


async def subscribe_page(request: Request, place: Place) -> Response:
    """All calendars of the event with their addresses; a member's own among them."""
    settings: Settings = request.app.state.settings
    event, path = place.event, place.path
    own = await newest_feed(place.actor, event.scope) if place.approved else None
    if place.approved and own is None:
        own = await open_feed(place.actor, event.scope, key=settings.secret_key)
    parts: list[tuple[str, Part]] = [
        ("tracks", track) for track in await Track.filter(event=event).order_by("position", "name")
    ]
    if place.sees_programme:
        pilots = Pilot.filter(sessions__event_id=event.id, sessions__start__isnull=False).distinct()
        parts += [("pilots", pilot) for pilot in await pilots.order_by("position")]
    return event_page(
        request,
        place,
        "events/feeds.html",
        feed=own,
        own=Subscription.of(settings, address_of(own, settings), event.title) if own and not own.revoked else None,
        programme=Subscription.of(settings, f"{path}/feed.ics", event.title),
        parts=[
            (part, _name(part), Subscription.of(settings, f"{path}/{kind}/{part.id}/feed.ics", _name(part)))
            for kind, part in parts
        ],
    )


async def renew(request: Request, place: Place) -> Response:
    """A new secret address, for somebody who gave the old one away."""
    settings: Settings = request.app.state.settings
    await rotate(place.actor, place.event.scope, key=settings.secret_key)
    return see_other(f"{place.path}/calendars", flash=_("Your calendar has a new address; the old one is dead."))


async def remove(request: Request, place: Place) -> Response:
    await revoke(place.actor, place.event.scope)
    return see_other(f"{place.path}/calendars", flash=_("The address of your calendar is dead."))


async def whole(request: Request) -> Wanted | None:
    return await _wanted(request, None)


def part_of(model: type[Track] | type[Room]) -> Callable[[Request], Awaitable[Wanted | None]]:
    async def part(request: Request) -> Wanted | None:
        return await _wanted(request, model.filter(event__slug=request.path_params["slug"]))

    return part


async def of_pilot(request: Request) -> Wanted | None:
    """One that the event's network works on."""
    return await _wanted(request, Pilot.filter(network__events__slug=request.path_params["slug"]))


async def of_speaker(request: Request) -> Wanted | None:
    """Somebody whom the published programme names."""
    slug = request.path_params["slug"]
    speakers = Participant.filter(event__slug=slug, event__version__isnull=False, speaking__start__isnull=False)
    return await _wanted(request, speakers)


async def _wanted(request: Request, parts: QuerySet[Any] | None) -> Wanted | None:
    part = await parts.filter(id=request.path_params["id"]).first() if parts else None
    found = await db.rows(NEWS, request.path_params["slug"])
    if not found or (parts and not part):
        return None
    changed = db.instant(found[0]["at"]) if found[0]["at"] else NOTHING_YET
    return Wanted(found[0]["id"], found[0]["revision"] or 0, changed, part)


def _name(part: Part) -> str:
    return part.name_in(language()) if isinstance(part, Pilot) else part.name


routes: list[GuardedRoute] = [
    route("/e/{slug}/feed.ics", feed, whole),
    route("/e/{slug}/tracks/{id:int}/feed.ics", feed, part_of(Track)),
    route("/e/{slug}/rooms/{id:int}/feed.ics", feed, part_of(Room)),
    route("/e/{slug}/pilots/{id:int}/feed.ics", feed, of_pilot),
    route("/e/{slug}/speakers/{id:int}/feed.ics", feed, of_speaker),
    route("/e/{slug}/calendars", subscribe_page, visitor),
    route("/e/{slug}/calendars/renewal", renew, member, methods=["POST"]),
    route("/e/{slug}/calendars/removal", remove, member, methods=["POST"]),
]
