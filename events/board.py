"""The desk's board: a day as columns of rooms and rows of a quarter of an hour, and what has no time yet."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from app.web import route
from events.models import Event
from events.pages import desk_page
from events.programme import Item, RoomTag, programme
from events.scope import Place, desk

MINUTES = 15
STEP = timedelta(minutes=MINUTES)
OPENS, CLOSES = time(8), time(18)  # more when a session needs it
USUAL = 45  # minutes of a session that has had no time yet


@dataclass(frozen=True, slots=True)
class Card:
    """An item on the board. Rows and lanes are counted from 1; in the tray it has no row."""

    item: Item
    minutes: int
    span: int
    row: int = 0
    lane: int = 1  # beside others at the same time in a shared room


@dataclass(frozen=True, slots=True)
class Column:
    room: RoomTag | None
    cards: tuple[Card, ...]


@dataclass(frozen=True, slots=True)
class Board:
    steps: tuple[datetime, ...]  # the last one is the day's end
    columns: tuple[Column, ...]
    tray: tuple[Card, ...]


async def board_page(request: Request, place: Place) -> Response:
    days = place.event.days()
    asked = {day.isoformat(): day for day in days}
    shown = await programme(place.event)
    first_used = next((day.date for day in shown.days if day.date in days), days[0])
    day = asked.get(request.query_params.get("day", ""), first_used)
    items = [item for item in shown.items if item.start and item.start.astimezone(place.event.tz).date() == day]
    return desk_page(
        request,
        place,
        "events/board.html",
        day=day,
        days=days,
        rooms=shown.rooms,
        board=board(place.event, day, [item for item in items if not item.cancelled], shown.rooms, shown.unscheduled),
    )


def board(event: Event, day: date, items: Sequence[Item], rooms: Sequence[RoomTag], tray: Sequence[Item]) -> Board:
    """A room a column; what has a time but no room stands in a last column of its own."""
    steps = _steps(event, day, items)
    inside = {room: [item for item in items if item.room == room] for room in (*rooms, None)}
    if rooms and not inside[None]:
        del inside[None]
    return Board(
        steps=steps,
        columns=tuple(
            Column(room, _in_lanes([_card(item, steps[0]) for item in items])) for room, items in inside.items()
        ),
        tray=tuple(Card(item, USUAL, USUAL // MINUTES) for item in tray),
    )


def _steps(event: Event, day: date, items: Sequence[Item]) -> tuple[datetime, ...]:
    """From the full hour before the first session to the one after the last: instants, whatever the clocks do."""
    opens, closes = (datetime.combine(day, clock, event.tz).timestamp() for clock in (OPENS, CLOSES))
    starts = [item.start.timestamp() for item in items if item.start]
    ends = [item.end.timestamp() for item in items if item.end]
    first = min([opens, *starts]) // 3600 * 3600
    last = -(-max([closes, *ends]) // 3600) * 3600
    count = int((last - first) // STEP.total_seconds())
    return tuple(datetime.fromtimestamp(first, event.tz) + n * STEP for n in range(count + 1))


def _card(item: Item, opens: datetime) -> Card:
    assert item.start is not None
    assert item.end is not None
    row = (item.start - opens) // STEP
    span = -((opens - item.end) // STEP) - row
    return Card(item, int((item.end - item.start) / timedelta(minutes=1)), span, row + 1)


def _in_lanes(cards: Iterable[Card]) -> tuple[Card, ...]:
    """Each in the first lane that is free when it starts."""
    ends: list[int] = []
    placed: list[Card] = []
    for card in sorted(cards, key=lambda card: card.row):
        lane = next((n for n, end in enumerate(ends) if end <= card.row), len(ends))
        ends[lane : lane + 1] = [card.row + card.span]
        placed.append(replace(card, lane=lane + 1))
    return tuple(placed)


routes: list[BaseRoute] = [route("/e/{slug}/desk/board", board_page, desk)]
