"""The public programme: by day, room, track and pilot; its bytes are kept for as long as nothing has changed."""

import asyncio
import hashlib
from collections import OrderedDict
from datetime import UTC, date, datetime

from starlette.requests import Request
from starlette.responses import Response

from app.i18n import language
from app.journal import moved
from app.templating import VERSION
from app.web import FLASH
from events.grid import grid
from events.pages import event_page
from events.programme import Programme, in_agenda, programme
from events.scope import Place

WHOLE = 80  # items that one still scrolls through
STEP = 100  # revisions
KEPT = 500  # pages of some ten kilobytes
_pages: OrderedDict[str, bytes] = OrderedDict()
_rendering = asyncio.Lock()


async def programme_page(request: Request, place: Place) -> Response:
    if place.person or not place.event.released or FLASH in request.cookies:
        return await _page(request, place, datetime.now(UTC))
    return await _public(request, place, datetime.now(UTC))


async def _public(request: Request, place: Place, now: datetime) -> Response:
    """One look at the revision answers who has it already; one rendering serves everybody else."""
    tag = await _tag(request, place, now)
    headers = {"ETag": tag, "Cache-Control": "private, no-cache", "Vary": "Cookie, Accept-Language"}
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    async with _rendering:  # all open pages ask at once after a change: the first renders, the others wait for it
        if tag not in _pages:
            _pages[tag] = bytes((await _page(request, place, now)).body)
            while len(_pages) > KEPT:
                _pages.popitem(last=False)
        body = _pages[tag]
    return Response(body, media_type="text/html", headers=headers)


async def _tag(request: Request, place: Place, now: datetime) -> str:
    """What the page depends on. While the event is on, it marks what is running, so the minute counts, by fives.

    A kept page goes live from the revision it was rendered at; the steps keep what it then replays short.
    """
    event = place.event
    heard = await moved(event.scope, event.scope)
    on = event.first_day <= now.astimezone(event.tz).date() <= event.last_day
    minute = int(now.timestamp() // 300) if on else 0
    filters = [request.query_params.get(name, "") for name in ("day", "room", "track", "pilot")]
    parts = (
        VERSION,
        event.id,
        *heard,
        place.revision // STEP,
        language(),
        minute,
        *filters,
    )
    return f'"{hashlib.sha256(repr(parts).encode()).hexdigest()[:32]}"'


async def _page(request: Request, place: Place, now: datetime) -> Response:
    if not place.sees_programme:
        return event_page(request, place, "events/programme_soon.html")
    whole = await programme(place.event)
    chosen = _filters(request, whole, now.astimezone(place.event.tz).date())
    shown = whole.only(**chosen)  # type: ignore[arg-type]  # each filter has the type of its name
    return event_page(
        request,
        place,
        "events/programme.html",
        programme=whole,
        days=[(day, grid(day, whole.rooms)) for day in shown.days],
        chosen=chosen,
        mine=await in_agenda(place.participant),
        now=now,
    )


def _filters(request: Request, whole: Programme, today: date) -> dict[str, date | int | str | None]:
    """Only what there is to choose: anything else in the address means no filter."""
    asked = request.query_params
    days = {day.date.isoformat(): day.date for day in whole.days}
    day = days.get(asked.get("day", ""), None if asked.get("day") == "all" else _first_shown(whole, today))
    room = {str(room.id): room.id for room in whole.rooms}.get(asked.get("room", ""))
    track = {str(track.id): track.id for track in whole.tracks}.get(asked.get("track", ""))
    pilot = {pilot.code: pilot.code for pilot in whole.pilots}.get(asked.get("pilot", ""))
    return {"day": day, "room": room, "track": track, "pilot": pilot}


def _first_shown(whole: Programme, today: date) -> date | None:
    """A big programme opens with today, or its first day; a small one is shown whole."""
    days = [day.date for day in whole.days]
    if len(days) < 2 or len(whole.items) <= WHOLE:
        return None
    return today if today in days else days[0]
