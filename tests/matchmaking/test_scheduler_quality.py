"""The quality report, against a day small enough to count by hand."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matchmaking.scheduler.generate import generate
from matchmaking.scheduler.plan import Bound, Plan, Status, today
from matchmaking.scheduler.problem import Meeting, Participant, Problem, Slot
from matchmaking.scheduler.quality import WorstOff, first_fit, jain, measure, report
from matchmaking.scheduler.solve import solve
from matchmaking.scheduler.waiting import totals

ANY = Participant()
DAY = Problem(
    participants=(ANY,) * 5,  # the last one meets nobody
    slots=tuple(Slot(20 * t, 20 * t + 20, 2) for t in range(5)),
    meetings=(Meeting(1, (0, 1)), Meeting(2, (0, 2)), Meeting(3, (0, 3)), Meeting(4, (1, 2))),
)
SLOTS = (0, 2, None, 4)
TABLES = (0, 1, None, 1)


def test_measure_counts_breaks_minutes_and_table_changes() -> None:
    found = measure(DAY, SLOTS, TABLES)
    assert (found.placed, found.breaks, found.idle) == (3, 3, 20 + 60 + 20)
    assert found.breaks_each == (1, 3)
    assert found.idle_each == (1, 2, 1)  # nobody's minutes: 3; up to 30: 0 and 2; up to 60: 1
    assert found.table_changes == 2  # 0 and 1 change, 2 stays


def test_measure_finds_who_is_worst_off() -> None:
    assert measure(DAY, SLOTS, TABLES).worst_off == WorstOff(1, breaks=1, idle=60, placed=2, accepted=2)
    nobody = replace(DAY, meetings=())
    assert measure(nobody, (), ()).worst_off is None


def test_measure_evenness_is_of_shares() -> None:
    found = measure(DAY, SLOTS, TABLES)
    assert found.evenness == pytest.approx((2 / 3 + 1 + 1 + 0) ** 2 / (4 * (4 / 9 + 1 + 1)))


@pytest.mark.parametrize(("shares", "index"), [([1, 1, 1], 1), ([1, 0, 0, 0], 0.25), ([], 1), ([0, 0], 1)])
def test_jain_index(shares: list[float], index: float) -> None:
    assert jain(shares) == pytest.approx(index)


def test_first_fit_takes_the_first_free_slot_with_a_table() -> None:
    assert first_fit(DAY) == (0, 1, 2, 2)
    assert first_fit(replace(DAY, precedences=((3, 0),))) == (None, 1, 2, 2)
    limited = (Participant(most=1), *DAY.participants[1:])
    assert first_fit(replace(DAY, participants=limited)) == (0, None, None, 1)


@settings(max_examples=20, deadline=None)
@given(st.integers(4, 30), st.sampled_from([0.5, 0.8, 1.0]), st.integers(0, 99))
def test_first_fit_breaks_no_rule(people: int, table_use: float, seed: int) -> None:
    problem = generate(people=people, table_use=table_use, seed=seed)
    slots = first_fit(problem)
    plan = replace(today(problem), slots=slots)
    rules = [violation for violation in plan.violations(problem) if violation.rule != "no such table"]
    assert rules == []


def test_report_compares_with_today_and_first_fit() -> None:
    meetings = tuple(replace(m, current=s, table=t) for m, s, t in zip(DAY.meetings, SLOTS, TABLES, strict=True))
    asked = replace(DAY, meetings=meetings)
    plan = solve(asked, seed=1, deadline_seconds=2)
    found = report(asked, plan)
    assert (found.accepted, found.placeable, found.gap, found.proven) == (4, 4, 0, True)
    assert found.today == measure(DAY, SLOTS, TABLES)
    assert found.plan.breaks == 0
    assert found.first_fit.breaks == totals(DAY, first_fit(DAY))[0]
    assert report(DAY, plan).today is None


def test_report_says_how_far_the_proof_is() -> None:
    ids, slots = (1, 2, 3, 4), (0, 2, 3, 4)
    plan = Plan(ids, slots, (0, 0, 0, 0), *totals(DAY, slots), Bound(4, 1), Status.FEASIBLE, 1.0, 1)
    found = report(DAY, plan)
    assert (found.gap, found.proven) == (2, False)
    partly = replace(plan, slots=SLOTS, tables=TABLES, breaks=3)
    assert (report(DAY, partly).gap, report(DAY, partly).proven) == (3, False)
