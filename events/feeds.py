"""Calendars to subscribe to: the event's public feeds, and the page that offers a person their own."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from app import db
from app.config import Settings
from app.feeds import Contents, open_feed, respond, rotate, token_of
from app.i18n import _, language
from app.ical.vevent import etag
from app.web import GuardedRoute, route, see_other
from events import ical
from events.models import Event, Room, Track
from events.pages import event_page
from events.scope import Place, member, visitor

NOTHING_YET = datetime(2000, 1, 1, tzinfo=UTC)  # before anything a client may have kept

# Most polls end with this: one statement, and none that the ORM must build first.
NEWS = (
    "SELECT event.id, topic.revision, topic.at FROM event LEFT JOIN topic "
    "ON topic.scope = 'event:' || event.id AND topic.name = 'event:' || event.id WHERE slug = $1"
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A calendar that somebody asks for, and what everybody heard of its event last."""

    event_id: int
    revision: int
    changed: datetime
    part: Track | Room | None


@dataclass(frozen=True, slots=True)
class Address:
    """One calendar, in the words that different programs take."""

    https: str
    webcal: str
    google: str

    @classmethod
    def of(cls, settings: Settings, path: str) -> Self:
        https = settings.base_url + path
        webcal = "webcal://" + https.partition("://")[2]
        return cls(https, webcal, f"https://calendar.google.com/calendar/r?cid={quote(webcal, safe='')}")


async def feed(request: Request, wanted: Wanted | None) -> Response:
    """The programme, or one track or room of it, for calendar programs."""
    if wanted is None:
        return PlainTextResponse("no such calendar", 404)
    part = wanted.part
    settings: Settings = request.app.state.settings
    which = f"{type(part).__name__}:{part.id}" if part else ""

    async def read() -> Contents:
        event = await Event.get(id=wanted.event_id)
        entries = await ical.entries(
            event,
            track=part.id if isinstance(part, Track) else None,
            room=part.id if isinstance(part, Room) else None,
        )
        occasion = await ical.occasion(event.scope)
        assert occasion is not None
        name = f"{event.title}: {part.name}" if part else event.title
        return Contents(name, occasion, entries, source=settings.base_url + request.scope["path"])

    return await respond(
        request,
        tag=etag("public", wanted.event_id, which, wanted.revision, language()),
        changed=wanted.changed,
        public=True,
        filename=f"{request.path_params['slug']}.ics",
        read=read,
    )


async def subscribe_page(request: Request, place: Place) -> Response:
    """All calendars of the event with their addresses; a member's own among them."""
    settings: Settings = request.app.state.settings
    own = None
    if place.approved:
        mine = await open_feed(place.actor, place.event.scope, key=settings.secret_key)
        own = Address.of(settings, f"/feeds/{token_of(mine, key=settings.secret_key)}.ics")
    tracks = await Track.filter(event=place.event).order_by("position", "name")
    return event_page(
        request,
        place,
        "events/feeds.html",
        own=own,
        programme=Address.of(settings, f"{place.path}/feed.ics"),
        tracks=[(track, Address.of(settings, f"{place.path}/tracks/{track.id}/feed.ics")) for track in tracks],
    )


async def renew(request: Request, place: Place) -> Response:
    """A new secret address, for somebody who gave the old one away."""
    settings: Settings = request.app.state.settings
    await rotate(place.actor, place.event.scope, key=settings.secret_key)
    return see_other(f"{place.path}/calendars", flash=_("Your calendar has a new address; the old one is dead."))


async def whole(request: Request) -> Wanted | None:
    return await _wanted(request, None)


def part_of(model: type[Track] | type[Room]) -> Callable[[Request], Awaitable[Wanted | None]]:
    async def part(request: Request) -> Wanted | None:
        found = await model.get_or_none(id=request.path_params["id"], event__slug=request.path_params["slug"])
        return await _wanted(request, found) if found else None

    return part


async def _wanted(request: Request, part: Track | Room | None) -> Wanted | None:
    found = await db.rows(NEWS, request.path_params["slug"])
    if not found:
        return None
    changed = db.instant(found[0]["at"]) if found[0]["at"] else NOTHING_YET
    return Wanted(found[0]["id"], found[0]["revision"] or 0, changed, part)


routes: list[GuardedRoute] = [
    route("/e/{slug}/feed.ics", feed, whole),
    route("/e/{slug}/tracks/{id:int}/feed.ics", feed, part_of(Track)),
    route("/e/{slug}/rooms/{id:int}/feed.ics", feed, part_of(Room)),
    route("/e/{slug}/calendars", subscribe_page, visitor),
    route("/e/{slug}/calendars/renewal", renew, member, methods=["POST"]),
]
