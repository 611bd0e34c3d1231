"""The answer: every planted fault is seen, waiting is counted as people count it, and plans can be compared."""

from dataclasses import replace

import pytest

from matchmaking.scheduler.plan import Bound, Move, Plan, Status, difference, today
from matchmaking.scheduler.problem import Meeting, Participant, Problem, Slot
from matchmaking.scheduler.violations import Rule
from matchmaking.scheduler.waiting import totals, waiting

SLOTS = tuple(Slot(start=30 * t, end=30 * t + 20, tables=2, round=t // 4) for t in range(6))
PROBLEM = Problem(
    participants=(Participant(), Participant(blocked=0b000100), Participant(most=2), Participant()),
    slots=SLOTS,
    meetings=(
        Meeting(10, (0, 1), fixed=0, current=0, table=1),
        Meeting(11, (2, 3), allowed=0b111100),
        Meeting(12, (0, 2), current=1, table=0),
        Meeting(13, (1, 3)),
    ),
    precedences=((0, 2),),
)


def plan(slots: tuple[int | None, ...], tables: tuple[int | None, ...]) -> Plan:
    breaks, idle = totals(PROBLEM, slots)
    ids = tuple(meeting.id for meeting in PROBLEM.meetings)
    return Plan(ids, slots, tables, breaks, idle, Bound(4), Status.FEASIBLE, 0.0, 1)


SOUND = plan((0, 3, 1, 1), (1, 0, 0, 1))


def test_a_sound_plan_breaks_no_rule() -> None:
    assert SOUND.violations(PROBLEM) == []
    assert SOUND.placed == 4


@pytest.mark.parametrize(
    ("slots", "tables", "rule"),
    [
        ((0, 3, 1, 0), (1, 0, 0, 0), Rule.DOUBLE_BOOKING),
        ((0, 1, 1, 3), (1, 1, 0, 0), Rule.NOT_ALLOWED),
        ((0, 3, 6, 1), (1, 0, 0, 1), Rule.NO_SLOT),
        ((0, 3, 1, 2), (1, 0, 0, 0), Rule.BLOCKED),
        ((1, 3, 2, 4), (1, 0, 0, 1), Rule.FIXED),
        ((3, 4, 2, 1), (1, 0, 0, 1), Rule.ORDER),
        ((0, 3, 1, 1), (1, 0, 0, 0), Rule.TABLE_TWICE),
        ((0, 3, 1, 1), (1, 0, 0, 2), Rule.NO_TABLE),
        ((0, 3, 1, 1), (1, 0, 0, None), Rule.NO_TABLE),
        ((0, 3, 1, None), (1, 0, 0, 1), Rule.NO_TABLE),
    ],
)
def test_violations_name_each_planted_fault(
    slots: tuple[int | None, ...], tables: tuple[int | None, ...], rule: Rule
) -> None:
    faulty = replace(SOUND, slots=slots, tables=tables)
    assert rule in {violation.rule for violation in faulty.violations(PROBLEM)}


def test_violations_count_tables_limits_and_evenness() -> None:
    narrow = replace(PROBLEM, slots=tuple(replace(slot, tables=1) for slot in SLOTS))
    assert {v.rule for v in SOUND.violations(narrow)} >= {Rule.TABLES}
    strict = replace(PROBLEM, participants=(*PROBLEM.participants[:2], Participant(most=1), Participant()))
    assert {v.rule for v in SOUND.violations(strict)} == {Rule.LIMIT}
    uneven = plan((0, 3, 3, 1), (1, 0, 1, 0))
    assert {v.rule for v in uneven.violations(replace(PROBLEM, homogeneity=0))} >= {Rule.HOMOGENEITY}


def test_a_violation_reads_as_a_sentence() -> None:
    doubled = replace(SOUND, slots=(0, 3, 1, 0), tables=(1, 0, 0, 0)).violations(PROBLEM)
    assert "double booking in slot 0 for participant 1: meetings 0, 3" in map(str, doubled)


def test_waiting_is_idle_slots_between_meetings_of_a_round() -> None:
    slots = (0, 4, 2, 3)  # participant 0: slots 0 and 2; 1: 0 and 3, of which 2 is blocked; 2 and 3: over the rounds
    assert waiting(PROBLEM, slots) == [(1, 20), (1, 20), (0, 0), (0, 0)]
    assert waiting(replace(PROBLEM, blocked_is_idle=True), slots)[1] == (1, 40)


def test_a_blocked_slot_between_two_meetings_is_no_break() -> None:
    assert waiting(PROBLEM, (1, 4, 2, 3))[1] == (0, 0)


def test_difference_tells_added_removed_moved_and_reseated() -> None:
    before = today(PROBLEM)
    assert before.slots == (0, None, 1, None)
    after = plan((0, 3, 2, None), (0, 0, 0, None))
    found = difference(before, after)
    assert found.added == (11,)
    assert found.removed == ()
    assert found.moved == (Move(12, 1, 2, 0, 0),)
    assert found.reseated == (Move(10, 0, 0, 1, 0),)
    assert difference(after, before).removed == (11,)
    assert difference(after, after) == difference(before, before)
