"""A day of the programme as rows of time and columns of rooms, where it can be one. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from events.programme import Day, Item, RoomTag

MOST_ROOMS, MOST_ROWS = 23, 150  # what static/css/places.css has classes for


@dataclass(frozen=True, slots=True)
class Cell:
    """Where an item stands: rows are counted from 2, columns from 2; no column means across all rooms."""

    item: Item
    row: int
    rows: int
    column: int | None


@dataclass(frozen=True, slots=True)
class Grid:
    rooms: tuple[RoomTag, ...]
    ticks: tuple[datetime, ...]  # of row 2, 3, …
    cells: tuple[Cell, ...]


def grid(day: Day, rooms: Sequence[RoomTag]) -> Grid | None:
    """None where a list reads better: one room, too many, or things at once in one place."""
    used = {item.room.id for item in day.items if item.room}
    columns = {room.id: n for n, room in enumerate((room for room in rooms if room.id in used), 2)}
    ticks = sorted({instant for item in day.items for instant in (item.start, item.end) if instant})
    if not 2 <= len(columns) <= MOST_ROOMS or len(ticks) > MOST_ROWS:
        return None
    row = {instant: n for n, instant in enumerate(ticks, 2)}
    cells = [
        Cell(item, row[item.start], row[item.end] - row[item.start], columns[item.room.id] if item.room else None)
        for item in day.items
        if item.start and item.end
    ]
    if _collide(cells, columns.values()):
        return None
    return Grid(tuple(room for room in rooms if room.id in columns), tuple(ticks), tuple(cells))


def _collide(cells: Iterable[Cell], columns: Iterable[int]) -> bool:
    """What spans all rooms stands in each of their columns."""
    for column in columns:
        inside = sorted((cell.row, cell.rows) for cell in cells if cell.column in (column, None))
        if any(row + rows > following for (row, rows), (following, _rows) in pairwise(inside)):
            return True
    return False
