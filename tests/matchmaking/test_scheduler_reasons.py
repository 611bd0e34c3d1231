"""Why a meeting has no slot."""

from matchmaking.scheduler.problem import Meeting, Participant, Problem, Slot
from matchmaking.scheduler.reasons import LostOut, NoCommonSlot, OverCommitted, TablesFull, unplaced

TWO = (Slot(0, 20, 1), Slot(20, 40, 1))
ANY = Participant()


def test_no_common_slot_when_two_are_never_free_together() -> None:
    asked = Problem((Participant(blocked=0b01), Participant(blocked=0b10)), TWO, (Meeting(5, (0, 1)),))
    assert unplaced(asked, (None,)) == (NoCommonSlot(5, None),)


def test_no_common_slot_names_the_fixed_slot() -> None:
    asked = Problem((Participant(blocked=0b01), ANY), TWO, (Meeting(5, (0, 1), fixed=0),))
    assert unplaced(asked, (None,)) == (NoCommonSlot(5, 0),)


def test_over_committed_counts_accepted_meetings_and_slots() -> None:
    people = (ANY, ANY, ANY, ANY)
    asked = Problem(people, TWO, tuple(Meeting(n, (0, n)) for n in (1, 2, 3)))
    assert unplaced(asked, (0, 1, None)) == (OverCommitted(3, 0, 3, 2),)


def test_over_committed_counts_the_limit_of_the_participant() -> None:
    asked = Problem((Participant(most=1), ANY, ANY), TWO, (Meeting(1, (0, 1)), Meeting(2, (0, 2))))
    assert unplaced(asked, (0, None)) == (OverCommitted(2, 0, 2, 1),)


def test_tables_full_lists_the_slots_both_are_free_in() -> None:
    meetings = (Meeting(1, (0, 1)), Meeting(2, (2, 3)), Meeting(3, (4, 5)))
    asked = Problem((ANY,) * 6, TWO, meetings)
    assert unplaced(asked, (0, 1, None)) == (TablesFull(3, (0, 1)),)


def test_lost_out_names_the_meetings_that_hold_the_slots() -> None:
    meetings = (Meeting(1, (0, 1), allowed=0b01), Meeting(2, (0, 2)), Meeting(3, (1, 2), allowed=0b10))
    asked = Problem((ANY,) * 3, (Slot(0, 20, 9), Slot(20, 40, 9)), meetings)
    assert unplaced(asked, (0, 1, None)) == (LostOut(3, (2,)),)


def test_placed_meetings_need_no_reason() -> None:
    assert unplaced(Problem((ANY, ANY), TWO, (Meeting(1, (0, 1)),)), (0,)) == ()
