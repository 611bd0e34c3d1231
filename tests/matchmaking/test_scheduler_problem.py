"""The question: what contradicts itself is refused, and open slots are what remains for a meeting."""

import pytest

from matchmaking.scheduler.problem import Meeting, Participant, Problem, Slot

FREE = Participant()
FOUR = tuple(Slot(start=20 * t, end=20 * t + 20, tables=2) for t in range(4))


def problem(*meetings: Meeting, people: tuple[Participant, ...] = (FREE, FREE, FREE)) -> Problem:
    return Problem(people, FOUR, meetings)


@pytest.mark.parametrize(
    "wrong",
    [
        (Meeting(1, (0, 1)), Meeting(1, (1, 2))),
        (Meeting(1, (0,)),),
        (Meeting(1, (0, 0)),),
        (Meeting(1, (0, 3)),),
        (Meeting(1, (0, -1)),),
        (Meeting(1, (0, 1), fixed=4),),
        (Meeting(1, (0, 1), current=-1),),
    ],
)
def test_problem_refuses_meetings_that_name_nothing(wrong: tuple[Meeting, ...]) -> None:
    with pytest.raises(ValueError, match=r"Meeting|same id"):
        problem(*wrong)


@pytest.mark.parametrize(
    "slots",
    [
        (Slot(0, 20, 1), Slot(10, 30, 1)),
        (Slot(20, 10, 1),),
        (Slot(0, 20, -1),),
        (Slot(0, 20, 1, round=0), Slot(20, 40, 1, round=1), Slot(40, 60, 1, round=0)),
    ],
)
def test_problem_refuses_slots_out_of_order(slots: tuple[Slot, ...]) -> None:
    with pytest.raises(ValueError, match=r"Slot|round"):
        Problem((FREE, FREE), slots, ())


def test_problem_refuses_a_precedence_of_nothing() -> None:
    with pytest.raises(ValueError, match="precedence"):
        Problem((FREE, FREE), FOUR, (Meeting(1, (0, 1)),), precedences=((0, 1),))


def test_open_slots_are_allowed_and_blocked_by_nobody() -> None:
    people = (Participant(blocked=0b0001), Participant(blocked=0b1000), FREE)
    asked = problem(Meeting(1, (0, 1)), Meeting(2, (1, 2), allowed=0b1100), Meeting(3, (0, 2), fixed=0), people=people)
    assert asked.possible_slots() == [0b0110, 0b0100, 0b0000]


def test_open_slots_leave_out_what_a_fixed_meeting_holds() -> None:
    asked = problem(Meeting(1, (0, 1), fixed=2), Meeting(2, (1, 2)), Meeting(3, (0, 2), fixed=2))
    assert asked.open_slots() == [0b0100, 0b1011, 0b0100]
    assert asked.possible_slots()[1] == 0b1111


def test_rounds_are_masks_in_order_of_time() -> None:
    slots = (Slot(0, 1, 1, round=7), Slot(1, 2, 1, round=7), Slot(2, 3, 1, round=3))
    assert Problem((), slots, ()).round_masks() == [0b011, 0b100]
