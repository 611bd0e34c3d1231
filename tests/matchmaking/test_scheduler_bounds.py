"""Bounds: known cases, and never beyond what a plan reaches (see test_scheduler_solve for all small problems)."""

from dataclasses import replace

from matchmaking.scheduler.bounds import counted, fitting
from matchmaking.scheduler.problem import Meeting, Participant, Problem, Slot
from matchmaking.scheduler.waits import Waited, waited
from tests.matchmaking.problems import ANY, star


def test_counted_knows_slots_limits_and_tables() -> None:
    assert counted(star(4, 5)) == 4
    assert counted(star(4, 3)) == 3
    assert counted(replace(star(4, 5), participants=(Participant(most=2), ANY, ANY, ANY, ANY))) == 2
    pairs = Problem((ANY,) * 6, (Slot(0, 1, 2),), tuple(Meeting(n, (2 * n, 2 * n + 1)) for n in range(3)))
    assert counted(pairs) == 2


def test_counted_knows_that_a_table_needs_two_people() -> None:
    three = Problem((ANY,) * 3, (Slot(0, 1, 9), Slot(1, 2, 9)), tuple(Meeting(n, (n, (n + 1) % 3)) for n in range(3)))
    assert counted(three) == 2


def test_counted_leaves_out_whom_nobody_can_meet() -> None:
    asked = replace(star(3, 4), participants=(ANY, Participant(blocked=0b1111), ANY, ANY))
    assert counted(asked) == 2


def test_fitting_sees_what_counting_does_not() -> None:
    """Participant 0 has three slots for three meetings, but two of them only fit in the first."""
    asked = star(3, 3)
    masks = 0b001, 0b001, 0b110
    tight = replace(asked, meetings=tuple(replace(m, allowed=a) for m, a in zip(asked.meetings, masks, strict=True)))
    assert counted(tight) == 3
    assert fitting(tight, seconds=5) == 2


def test_waited_is_zero_where_everybody_can_have_one_block() -> None:
    assert waited(star(4, 5), seconds=5) == Waited(0)


def test_waited_counts_the_break_that_two_far_meetings_force() -> None:
    asked = star(2, 6)
    early, late = (replace(m, allowed=mask) for m, mask in zip(asked.meetings, (0b000011, 0b110000), strict=True))
    forced = replace(asked, meetings=(early, late))
    assert waited(forced, seconds=5) == Waited(1, alone=(0,))
    sitting = replace(forced, participants=(Participant(blocked=0b001100), ANY, ANY))
    assert waited(sitting, seconds=5) == Waited(0)
    assert waited(replace(sitting, blocked_is_idle=True), seconds=5) == Waited(1, alone=(0,))
    over_noon = tuple(replace(slot, round=t // 3) for t, slot in enumerate(forced.slots))
    assert waited(replace(forced, slots=over_noon), seconds=5) == Waited(0)


def test_waited_proves_that_not_everything_fits() -> None:
    assert not waited(star(4, 3), seconds=5).possible
    asked = star(3, 5)
    late_first = replace(asked, meetings=(replace(asked.meetings[0], allowed=1), *asked.meetings[1:]))
    assert not waited(replace(late_first, precedences=((1, 0),)), seconds=5).possible
    assert not waited(replace(asked, participants=(Participant(most=2), *asked.participants[1:])), seconds=5).possible
