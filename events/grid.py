"""A day of the programme as rows of time and columns of rooms, where that can be read. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from events.programme import Day, Item, RoomTag

MOST_COLUMNS, MOST_ROWS = 23, 150  # what static/css/places.css has classes for


@dataclass(frozen=True, slots=True)
class Cell:
    """Where an item stands: rows are counted from 2, columns from 2; no column means across all of them."""

    item: Item
    row: int
    rows: int
    column: int | None


@dataclass(frozen=True, slots=True)
class Grid:
    """`columns` are rooms; a room in which things are at once has several, None is what has no room."""

    columns: tuple[RoomTag | None, ...]
    ticks: tuple[datetime, ...]  # of row 2, 3, …
    cells: tuple[Cell, ...]


def grid(day: Day, rooms: Sequence[RoomTag]) -> Grid | None:
    """None where a list reads better: one column, or more than a page can hold."""
    ticks = sorted({instant for item in day.items for instant in (item.start, item.end) if instant})
    # Where something else goes on meanwhile, what has no room stands beside it.
    across = [i for i in day.items if not i.room and not any(_at_once(i, o) for o in day.items if o is not i)]
    lanes: list[tuple[RoomTag | None, list[Item]]] = []
    for room in (*rooms, None):
        lanes += [(room, lane) for lane in _lanes(i for i in day.items if i.room == room and i not in across)]
    if not 2 <= len(lanes) <= MOST_COLUMNS or len(ticks) > MOST_ROWS:
        return None
    row = {instant: n for n, instant in enumerate(ticks, 2)}
    column = {item.id: n for n, (_room, lane) in enumerate(lanes, 2) for item in lane}
    cells = (
        Cell(item, row[item.start], row[item.end] - row[item.start], column.get(item.id))
        for item in day.items
        if item.start and item.end
    )
    return Grid(tuple(room for room, _lane in lanes), tuple(ticks), tuple(cells))


def _lanes(items: Iterable[Item]) -> list[list[Item]]:
    """Items, by start, in as few columns as they need; each in the first that is free."""
    lanes: list[list[Item]] = []
    for item in items:
        free = (lane for lane in lanes if not _at_once(lane[-1], item))
        if (lane := next(free, None)) is not None:
            lane.append(item)
        else:
            lanes.append([item])
    return lanes


def _at_once(a: Item, b: Item) -> bool:
    return bool(a.start and a.end and b.start and b.end and a.start < b.end and b.start < a.end)
