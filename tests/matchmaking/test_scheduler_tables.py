"""Seating: no table twice, kept tables stay, and people stay put where they can."""

from hypothesis import given
from hypothesis import strategies as st

from matchmaking.scheduler.problem import Meeting, Participant, Problem, Slot
from matchmaking.scheduler.tables import seat

ANY = Participant()


def day(*meetings: Meeting, tables: int = 3, slots: int = 4) -> Problem:
    return Problem((ANY,) * 8, tuple(Slot(t, t + 1, tables, round=t // 2) for t in range(slots)), meetings)


def test_seat_keeps_people_where_they_sat() -> None:
    asked = day(Meeting(1, (0, 1)), Meeting(2, (2, 3)), Meeting(3, (2, 4)), Meeting(4, (0, 5)))
    assert seat(asked, (0, 0, 1, 1)) == (0, 1, 1, 0)


def test_seat_lets_one_give_way_so_that_both_keep_a_table() -> None:
    """Meetings 4 and 5 both know table 0; only meeting 4 knows another one too."""
    asked = day(Meeting(1, (0, 1)), Meeting(2, (2, 3)), Meeting(4, (0, 2)), Meeting(5, (1, 4)))
    assert seat(asked, (0, 0, 1, 1)) == (0, 1, 1, 0)


def test_seat_keeps_the_table_of_whoever_keeps_the_slot() -> None:
    stays = Meeting(1, (0, 1), current=0, table=2)
    moved = Meeting(2, (2, 3), current=1, table=2)
    assert seat(day(stays, moved), (0, 0)) == (2, 0)


def test_seat_prefers_the_fixed_of_two_that_claim_a_table() -> None:
    claims = Meeting(1, (0, 1), current=0, table=1), Meeting(2, (2, 3), fixed=0, table=1)
    assert seat(day(*claims), (0, 0)) == (0, 1)


def test_seat_forgets_a_table_that_is_gone() -> None:
    assert seat(day(Meeting(1, (0, 1), current=0, table=7)), (0,)) == (0,)


def test_seat_begins_each_round_anew() -> None:
    asked = day(Meeting(1, (2, 3)), Meeting(2, (0, 1)), Meeting(3, (0, 4)), Meeting(4, (0, 5)))
    assert seat(asked, (1, 1, 2, 3)) == (0, 1, 0, 0)


def test_seat_leaves_unplaced_meetings_standing() -> None:
    assert seat(day(Meeting(1, (0, 1)), Meeting(2, (2, 3))), (None, 0)) == (None, 0)


@given(st.lists(st.tuples(st.integers(0, 5), st.none() | st.integers(0, 12), st.booleans()), max_size=60), st.data())
def test_seat_gives_every_placed_meeting_its_own_table(
    wanted: list[tuple[int, int | None, bool]], data: st.DataObject
) -> None:
    load = [0] * 6
    meetings, slots = [], []
    for number, (slot, table, stays) in enumerate(wanted):
        if load[slot] == 10:
            continue
        load[slot] += 1
        pair = data.draw(st.lists(st.integers(0, 30), min_size=2, max_size=2, unique=True))
        meetings.append(Meeting(number, tuple(pair), current=slot if stays else None, table=table))
        slots.append(slot)
    asked = Problem((ANY,) * 31, tuple(Slot(t, t + 1, 10) for t in range(6)), tuple(meetings))
    tables = seat(asked, tuple(slots))
    places = list(zip(slots, tables, strict=True))
    assert len(set(places)) == len(places)
    assert all(table in range(10) for table in tables)
