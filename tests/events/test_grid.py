"""The programme's grid: everything stands somewhere, nothing on top of anything else."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from events.grid import Grid, grid
from events.programme import Day, Item, RoomTag

NINE = datetime(2026, 5, 5, 9, tzinfo=UTC)
ROOMS = [RoomTag(n, f"Room {n}", None, False) for n in range(1, 5)]


def item(number: int, start: int, minutes: int, room: int) -> Item:
    begin = NINE + timedelta(minutes=start)
    return Item(
        id=number, title=f"Talk {number}", subtitle="", abstract="", kind="", language="", translations={}, start=begin,
        end=begin + timedelta(minutes=minutes), room=ROOMS[room - 1] if room else None, track=None, pilots=(),
        speakers=(), capacity=None, booked=0, online_url="", cancelled=False, version=1,
    )  # fmt: skip


def laid(*items: Item) -> Grid | None:
    return grid(Day(date(2026, 5, 5), tuple(sorted(items, key=lambda i: i.start or NINE))), ROOMS)


def places(*items: Item) -> list[tuple[int, int, int, int | None]]:
    found = laid(*items)
    assert found is not None
    return [(cell.item.id, cell.row, cell.rows, cell.column) for cell in found.cells]


def test_rows_are_starts_and_ends_and_a_break_spans_all_rooms() -> None:
    assert places(item(1, 0, 45, 1), item(2, 0, 90, 2), item(3, 90, 30, 0), item(4, 45, 45, 1)) == [
        (1, 2, 1, 2), (2, 2, 2, 3), (4, 3, 1, 2), (3, 4, 1, None),
    ]  # fmt: skip


def test_things_at_once_in_one_room_stand_beside_each_other() -> None:
    found = laid(item(1, 0, 60, 1), item(2, 30, 60, 1), item(3, 60, 30, 1), item(4, 0, 30, 2))
    assert found is not None
    assert [room.name if room else "" for room in found.columns] == ["Room 1", "Room 1", "Room 2"]
    assert {cell.item.id: cell.column for cell in found.cells} == {1: 2, 2: 3, 3: 2, 4: 4}


def test_what_has_no_room_but_company_gets_a_column_of_its_own() -> None:
    found = laid(item(1, 0, 60, 1), item(2, 0, 60, 2), item(3, 30, 60, 0))
    assert found is not None
    assert found.columns[-1] is None
    assert found.cells[-1].column == 4


def test_one_room_is_a_list() -> None:
    assert laid(item(1, 0, 60, 1), item(2, 60, 60, 1)) is None


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(1, 8), st.integers(0, 4)), min_size=1, max_size=20))
def test_no_two_cells_cover_one_another(drawn: list[tuple[int, int, int]]) -> None:
    items = [item(n, start * 15, length * 15, room) for n, (start, length, room) in enumerate(drawn)]
    found = laid(*items)
    if found is None:
        return
    assert sorted(cell.item.id for cell in found.cells) == sorted(i.id for i in items)
    columns = range(2, len(found.columns) + 2)
    covered = [
        (row, column)
        for cell in found.cells
        for row in range(cell.row, cell.row + cell.rows)
        for column in ([cell.column] if cell.column else columns)
    ]
    assert len(covered) == len(set(covered))
