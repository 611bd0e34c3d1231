"""Calendars to subscribe to: the event's public feeds, and the page that offers a person their own."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from tortoise.queryset import QuerySet

from app import db, polls
from app.config import Settings
from app.feeds import address_of, newest_feed, nobody, open_feed, revoke, rotate
from app.i18n import _, language, speaking
from app.ical.vevent import KEPT_CANCELLED, etag
from app.known import Found, Known
from app.polls import Contents, News
from app.subscribing import Subscription
from app.texts import said
from app.web import GuardedRoute, route, see_other
from events import ical
from events.models import Event, Participant, Room, Track
from events.networks.models import Pilot
from events.pages import event_page
from events.scope import Place, member, visitor

NOTHING_YET = datetime(2000, 1, 1, tzinfo=UTC)  # before anything a client may have kept

# One statement, and none that the ORM must build first. `passed` and `coming` are ends of cancelled sessions, which
# stay in the calendar for a while after.
NEWS = """
SELECT event.id, event.network_id, event.language, topic.revision, topic.at,
    (SELECT max("end") FROM session WHERE event_id = event.id AND status = 'cancelled' AND "end" <= $2) AS passed,
    (SELECT min("end") FROM session WHERE event_id = event.id AND status = 'cancelled' AND "end" > $2) AS coming
FROM event LEFT JOIN topic ON topic.scope = 'event:' || event.id AND topic.name = 'event:' || event.id WHERE slug = $1
"""


_own_languages: dict[str, str] = {}  # slug → language, as the newest read of its news found it

Part = Track | Room | Pilot | Participant
ONLY: Mapping[type[Part], str] = {
    Track: "track_id",
    Room: "room_id",
    Pilot: "pilots__id",
    Participant: "speakers__id",
}


Pick = Callable[[str], QuerySet[Any]]
"""The parts that the event of this slug has calendars of."""


def feed(pick: Pick | None = None) -> Callable[[Request, None], Awaitable[Response]]:
    """The programme, or what of it is in one track or room, by one speaker or about one pilot."""

    async def feed(request: Request, _nobody: None) -> Response:
        async def ask() -> News | Response:
            known: Known = request.app.state.hub.known
            found = await known.recall((request.scope["path"], language()), lambda: _news(request, pick))
            return found or PlainTextResponse("no such calendar", 404)

        with speaking(await _spoken(request)):
            return await polls.answer(request, ask)

    return feed


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


def of_event(model: type[Track] | type[Room]) -> Pick:
    return lambda slug: model.filter(event__slug=slug)


def of_network(slug: str) -> QuerySet[Pilot]:
    """Pilots that the event's network works on."""
    return Pilot.filter(network__events__slug=slug)


def in_programme(slug: str) -> QuerySet[Participant]:
    """Speakers whom the published programme names."""
    return Participant.filter(event__slug=slug, event__version__isnull=False, speaking__start__isnull=False)


async def _spoken(request: Request) -> str:
    """Who asks in no language, as the servers of calendar services do, gets the event's own."""
    slug = request.path_params["slug"]
    if {"accept-language", "cookie"} & set(request.headers):
        return language()
    if slug not in _own_languages:
        event = await Event.get_or_none(slug=slug)
        return event.language if event else language()
    return _own_languages[slug]


async def _news(request: Request, pick: Pick | None) -> Found[News | None]:
    slug, base_url, path = request.path_params["slug"], request.app.state.settings.base_url, request.scope["path"]
    part: Part | None = await pick(slug).filter(id=request.path_params["id"]).first() if pick else None
    rows = await db.rows(NEWS, slug, datetime.now(UTC) - KEPT_CANCELLED)
    if not rows or (pick and not part):
        return Found(None)
    row = rows[0]
    _own_languages[slug] = row["language"]
    event_id, passed, coming = row["id"], *(row[name] and db.instant(row[name]) for name in ("passed", "coming"))
    gone = passed and passed + KEPT_CANCELLED
    moved = row["revision"] or 0, str(row["at"])  # a restored database counts its revisions again

    async def read() -> Contents:
        event = await Event.get(id=event_id)
        entries = await ical.entries(event, **({ONLY[type(part)]: part.id} if part else {}))
        occasion = await ical.occasion(event.scope)
        assert occasion is not None
        title = said(event, "title")
        name = f"{title}: {_name(part)}" if part else title
        return Contents(name, [occasion], entries, source=base_url + path)

    return Found(
        News(
            etag("public", path, *moved, str(gone), _name(part) if part else "", language()),
            max([db.instant(row["at"]) if row["at"] else NOTHING_YET, *([gone] if gone else [])]),
            f"{slug}.ics",
            read,
        ),
        scopes=[Event.scope_of(event_id), f"network:{row['network_id']}"],
        until=coming and coming + KEPT_CANCELLED,
    )


def _name(part: Part) -> str:
    return part.name_in(language()) if isinstance(part, Pilot) else part.name


routes: list[GuardedRoute] = [
    route("/e/{slug}/feed.ics", feed(), nobody),
    route("/e/{slug}/tracks/{id:int}/feed.ics", feed(of_event(Track)), nobody),
    route("/e/{slug}/rooms/{id:int}/feed.ics", feed(of_event(Room)), nobody),
    route("/e/{slug}/pilots/{id:int}/feed.ics", feed(of_network), nobody),
    route("/e/{slug}/speakers/{id:int}/feed.ics", feed(in_programme), nobody),
    route("/e/{slug}/calendars", subscribe_page, visitor),
    route("/e/{slug}/calendars/renewal", renew, member, methods=["POST"]),
    route("/e/{slug}/calendars/removal", remove, member, methods=["POST"]),
]
