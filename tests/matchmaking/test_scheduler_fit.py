"""What cannot fit is said, with a proof that an independent count confirms; what can fit is never accused."""

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from matchmaking.scheduler.fit import Committed, Crowded, fit
from matchmaking.scheduler.problem import Meeting, Participant, Problem, Slot

ANY = Participant()


def day(*tables: int) -> tuple[Slot, ...]:
    return tuple(Slot(20 * t, 20 * t + 20, count) for t, count in enumerate(tables))


def pairs(count: int, *, allowed: int) -> tuple[Meeting, ...]:
    return tuple(Meeting(n, (2 * n, 2 * n + 1), allowed=allowed) for n in range(count))


def test_who_agreed_to_too_many_is_named() -> None:
    star = Problem((ANY,) * 4, day(9, 9), tuple(Meeting(n, (0, n)) for n in (1, 2, 3)))
    assert fit(star).committed == (Committed(0, meetings=3, room=2),)
    assert fit(star).crowded == ()


def test_slots_with_too_few_tables_are_named_and_others_are_not() -> None:
    early, anywhere = pairs(5, allowed=0b001), (Meeting(9, (10, 11)),)
    asked = Problem((ANY,) * 12, day(2, 1, 1), early + anywhere)
    (found,) = fit(asked).crowded
    assert found == Crowded((0,), meetings=5, seats=2)
    assert found.lacking == 3


def test_meetings_make_room_for_those_with_less_choice() -> None:
    """The one that may be anywhere must leave the first slot, whichever comes first."""
    meetings = (Meeting(1, (0, 1)), Meeting(2, (2, 3), allowed=0b01), Meeting(3, (4, 5), allowed=0b11))
    assert fit(Problem((ANY,) * 6, day(1, 2), meetings)).clear


def test_a_meeting_without_any_slot_is_no_crowd() -> None:
    found = fit(Problem((Participant(blocked=0b1), ANY), day(1), (Meeting(7, (0, 1)),)))
    assert (found.nowhere, found.committed, found.crowded) == ((7,), (), ())


MASKS = st.lists(st.integers(1, 15), max_size=9)
TABLES = st.lists(st.integers(0, 2), min_size=4, max_size=4)


@given(MASKS, TABLES)
def test_crowds_are_what_no_choice_of_slots_can_avoid(masks: list[int], tables: list[int]) -> None:
    """Hall's condition over every set of slots, counted one by one."""
    meetings = tuple(Meeting(n, (2 * n, 2 * n + 1), allowed=mask) for n, mask in enumerate(masks))
    asked = Problem((ANY,) * (2 * len(masks) or 1), day(*tables), meetings)
    opens = [mask for mask in asked.open_slots() if mask]
    worst = 0
    for size in range(5):
        for chosen in combinations(range(4), size):
            inside = sum(1 << t for t in chosen)
            worst = max(worst, sum(not mask & ~inside for mask in opens) - sum(tables[t] for t in chosen))
    found = fit(asked).crowded
    assert sum(one.lacking for one in found) == worst
    assert all(one.lacking > 0 for one in found)
    slots = [t for one in found for t in one.slots]
    assert len(slots) == len(set(slots))
