"""The whole solver: on every small problem as good as trying everything, never a rule broken, same seed same plan."""

import itertools
import time
from collections import Counter
from dataclasses import replace
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from matchmaking.scheduler.generate import generate
from matchmaking.scheduler.plan import Plan, Status, difference, today
from matchmaking.scheduler.problem import EVERY, Meeting, Participant, Problem, Slot
from matchmaking.scheduler.solve import Phase, Progress, solve
from matchmaking.scheduler.violations import Rule

patient = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def problems(draw: st.DrawFn, *, most_people: int = 7, most_slots: int = 6, most_meetings: int = 10) -> Problem:
    """Rounds, blocked slots, limits, groups, fixed meetings and precedences in any mixture, sound or hopeless."""
    count = draw(st.integers(1, most_slots))
    cut = draw(st.integers(0, count))
    slots = tuple(
        Slot(
            start=30 * t,
            end=30 * t + draw(st.sampled_from([20, 20, 25])),
            tables=draw(st.integers(0, 3)),
            round=t >= cut,
        )
        for t in range(count)
    )
    masks = st.integers(0, (1 << count) - 1)
    people = tuple(
        Participant(blocked=draw(masks) & draw(masks), most=draw(st.sampled_from([None, None, None, 1, 3])))
        for _ in range(draw(st.integers(2, most_people)))
    )
    slot_or_none = st.none() | st.integers(0, count - 1)
    meetings = tuple(
        Meeting(
            id=100 + number,
            people=tuple(
                draw(st.lists(st.integers(0, len(people) - 1), min_size=2, max_size=min(3, len(people)), unique=True))
            ),
            allowed=draw(st.sampled_from([EVERY, EVERY, draw(masks)])),
            fixed=draw(st.sampled_from([None, None, None, draw(slot_or_none)])),
            current=draw(slot_or_none),
        )
        for number in range(draw(st.integers(0, most_meetings)))
    )
    pairs = itertools.combinations(range(len(meetings)), 2)
    precedences = tuple(draw(st.lists(st.sampled_from(list(pairs)), max_size=2))) if len(meetings) > 1 else ()
    return Problem(people, slots, meetings, precedences, blocked_is_idle=draw(st.booleans()))


def faults(problem: Problem, plan: Plan) -> set[Rule]:
    """A second checker, which knows only the problem and counts in sets."""
    found = set()
    held = [
        (meeting, slot, table) for meeting, slot, table in zip(problem.meetings, plan.slots, plan.tables, strict=True)
    ]
    placed = [(meeting, slot, table) for meeting, slot, table in held if slot is not None]
    seats = [(person, slot) for meeting, slot, _ in placed for person in meeting.people]
    if len(seats) > len(set(seats)):
        found.add(Rule.DOUBLE_BOOKING)
    if any(slot not in _bits(meeting.allowed, problem) for meeting, slot, _ in placed):
        found.add(Rule.NOT_ALLOWED)
    if any(slot in _bits(problem.participants[person].blocked, problem) for person, slot in seats):
        found.add(Rule.BLOCKED)
    if any(meeting.fixed not in (None, slot) for meeting, slot, _ in placed):
        found.add(Rule.FIXED)
    meets = Counter(person for person, _ in seats)
    if any(p.most is not None and meets[person] > p.most for person, p in enumerate(problem.participants)):
        found.add(Rule.LIMIT)
    load = Counter(slot for _, slot, _ in placed)
    if any(load[t] > slot.tables for t, slot in enumerate(problem.slots)):
        found.add(Rule.TABLES)
    if len({(slot, table) for _, slot, table in placed}) < len(placed):
        found.add(Rule.TABLE_TWICE)
    if any(table not in range(problem.slots[slot].tables) for _, slot, table in placed):
        found.add(Rule.NO_TABLE)
    if any(slot is None and table is not None for _, slot, table in held):
        found.add(Rule.NO_TABLE)
    order = [(plan.slots[a], plan.slots[b]) for a, b in problem.precedences]
    if any(a is not None and b is not None and a >= b for a, b in order):
        found.add(Rule.ORDER)
    return found


def _bits(mask: int, problem: Problem) -> set[int]:
    return {t for t in range(len(problem.slots)) if mask & 2**t}


def breaks_of(problem: Problem, slots: tuple[int | None, ...]) -> int:
    """Breaks as letters: M meeting, i idle, blocked slots left out; a break is a run of i between two M."""
    total = 0
    for person, participant in enumerate(problem.participants):
        for number in {slot.round for slot in problem.slots}:
            line = ""
            for t, slot in enumerate(problem.slots):
                meets = any(s == t and person in m.people for m, s in zip(problem.meetings, slots, strict=True))
                unseen = t in _bits(participant.blocked, problem) and not problem.blocked_is_idle
                if slot.round == number and (meets or not unseen):
                    line += "M" if meets else "i"
            total += len([run for run in line.strip("i").split("M") if run])
    return total


def sound(problem: Problem, slots: tuple[int | None, ...]) -> bool:
    load = Counter(slots)
    tables = tuple(None if slot is None else slots[:index].count(slot) for index, slot in enumerate(slots))
    full = any(slot is not None and load[slot] > problem.slots[slot].tables for slot in slots)
    return not full and not faults(problem, replace(today(problem), slots=slots, tables=tables))


def everything(problem: Problem) -> tuple[int, int]:
    """By trying all: most meetings placed beside the fixed ones, and fewest breaks with so many."""
    choices = [
        [*range(len(problem.slots)), None] if meeting.fixed is None else [meeting.fixed] for meeting in problem.meetings
    ]
    found = [slots for slots in itertools.product(*choices) if sound(problem, slots)]
    unplaced, breaks = min((slots.count(None), breaks_of(problem, slots)) for slots in found)
    return len(problem.meetings) - unplaced, breaks


@patient
@given(problems(), st.integers(0, 3))
def test_solve_breaks_no_rule_and_both_checkers_agree(problem: Problem, seed: int) -> None:
    plan = solve(problem, seed=seed, deadline_seconds=0.3)
    assert plan.violations(problem) == []
    assert faults(problem, plan) == set()
    assert plan.breaks == breaks_of(problem, plan.slots)
    assert plan.placed <= plan.bound.placed
    if plan.status in (Status.OPTIMAL, Status.FEASIBLE):
        assert plan.placed == len(problem.meetings)
        assert plan.breaks >= plan.bound.breaks
    for meeting, slot in zip(problem.meetings, plan.slots, strict=True):
        assert slot is None or meeting.fixed in (None, slot)


@patient
@given(problems(), st.data())
def test_both_checkers_see_the_same_faults_in_a_spoilt_plan(problem: Problem, data: st.DataObject) -> None:
    slots = st.none() | st.integers(0, len(problem.slots) - 1)
    tables = st.none() | st.integers(-1, 3)
    spoilt = replace(
        today(problem),
        slots=tuple(data.draw(slots) for _ in problem.meetings),
        tables=tuple(data.draw(tables) for _ in problem.meetings),
    )
    seen = {violation.rule for violation in spoilt.violations(problem)}
    assert seen - {Rule.TABLE_TWICE, Rule.NO_TABLE} == faults(problem, spoilt) - {Rule.TABLE_TWICE, Rule.NO_TABLE}
    assert bool(seen) == bool(faults(problem, spoilt))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(problems(most_people=4, most_slots=4, most_meetings=5))
def test_solve_is_as_good_as_trying_everything(problem: Problem) -> None:
    assume(sound(problem, tuple(meeting.fixed for meeting in problem.meetings)))
    plan = solve(problem, seed=1, deadline_seconds=2)
    placed, breaks = everything(problem)
    assert plan.placed == placed
    assert plan.bound.placed >= placed
    if placed == len(problem.meetings):
        assert plan.status is Status.OPTIMAL
        assert (plan.breaks, plan.bound.breaks) == (breaks, breaks)
    else:
        assert plan.status in (Status.INFEASIBLE, Status.UNKNOWN)


@settings(patient, max_examples=50)
@given(problems(), st.integers(0, 99))
def test_same_seed_same_plan(problem: Problem, seed: int) -> None:
    one, two = (solve(problem, seed=seed, deadline_seconds=1) for _ in range(2))
    assume(max(one.seconds, two.seconds) < 0.9)  # on a busy machine the clock may cut the planned work
    assert (one.slots, one.tables) == (two.slots, two.tables)


def crowd(people: int = 30, slots: int = 12, tables: int = 15) -> Problem:
    """Everybody meets the next four in the circle."""
    pairs = [(a, (a + step) % people) for a in range(people) for step in (1, 2, 3, 5)]
    return Problem(
        participants=(Participant(),) * people,
        slots=tuple(Slot(30 * t, 30 * t + 30, tables) for t in range(slots)),
        meetings=tuple(Meeting(id=n, people=pair) for n, pair in enumerate(pairs)),
    )


def test_solve_tells_how_it_gets_on() -> None:
    told: list[Progress] = []
    plan = solve(crowd(), seed=1, deadline_seconds=2, progress=told.append)
    assert [told[0].phase, told[-1].phase] == [Phase.CONSTRUCTING, Phase.SEATING]
    assert [p.seconds for p in told] == sorted(p.seconds for p in told)
    assert (told[-1].placed, told[-1].breaks, told[-1].idle) == (plan.placed, plan.breaks, plan.idle)


def test_solve_cancelled_gives_the_best_so_far_at_once() -> None:
    plan = solve(crowd(40, 9, 18), seed=1, deadline_seconds=60, cancelled=lambda: True)
    assert plan.seconds < 2
    assert plan.violations(crowd(40, 9, 18)) == []


def test_solve_keeps_its_deadline_while_proving() -> None:
    plan = solve(crowd(60, 9, 27), seed=1, deadline_seconds=1.0)
    assert plan.seconds < 3


def test_solve_moves_nothing_without_need() -> None:
    asked = crowd()
    first = solve(asked, seed=1, deadline_seconds=2)
    held = zip(asked.meetings, first.slots, first.tables, strict=True)
    again = replace(asked, meetings=tuple(replace(m, current=s, table=t) for m, s, t in held))
    second = solve(again, seed=2, deadline_seconds=2)
    assert first.breaks == second.breaks == 0
    assert difference(today(again), second) == difference(second, second)


@pytest.mark.parametrize(("limit", "status"), [(0, Status.INFEASIBLE), (1, Status.OPTIMAL)])
def test_solve_keeps_breaks_even(limit: int, status: Status) -> None:
    """Five who all meet each other in five slots: one is off in each slot, and only two of them at the ends."""
    people = (Participant(),) * 5
    meetings = tuple(Meeting(n, pair) for n, pair in enumerate(itertools.combinations(range(5), 2)))
    asked = Problem(people, tuple(Slot(t, t + 1, 2) for t in range(5)), meetings, homogeneity=limit)
    plan = solve(asked, seed=1, deadline_seconds=5)
    assert plan.status is status
    assert bool(plan.violations(asked)) == (status is Status.INFEASIBLE)


@pytest.mark.parametrize("stands", range(5, 60, 6))
def test_a_machine_that_stands_still_for_a_while_changes_nothing_where_time_is_left(
    stands: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At one of its looks at the clock twenty of the sixty seconds are gone."""
    problem = generate(people=20, meetings_each=6, slots=10, table_use=0.6, seed=7)
    looks, monotonic = itertools.count(), time.monotonic
    monkeypatch.setattr(
        "matchmaking.scheduler.solve.time",
        SimpleNamespace(monotonic=lambda: monotonic() + (20 if next(looks) >= stands else 0)),
    )
    late = solve(problem, seed=1, deadline_seconds=60)
    monkeypatch.undo()
    assert late.slots == solve(problem, seed=1, deadline_seconds=60).slots
