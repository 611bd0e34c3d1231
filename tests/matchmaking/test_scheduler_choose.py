"""Choosing among requests: never a rule broken, never beyond the bound, and the floor before the points."""

import itertools
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matchmaking.scheduler.bounds import floors
from matchmaking.scheduler.choose import FLOOR, Choice, choose, chosen
from matchmaking.scheduler.generate import generate
from matchmaking.scheduler.plan import today
from matchmaking.scheduler.problem import Meeting, Participant, Problem, Slot
from matchmaking.scheduler.solve import solve
from matchmaking.scheduler.violations import Rule


def pick(problem: Problem) -> Choice:
    return choose(problem, seed=1, seconds=10, stop=lambda: False)


def sound(problem: Problem, slots: tuple[int | None, ...]) -> bool:
    plan = replace(today(problem), slots=slots)
    return not [violation for violation in plan.violations(problem) if violation.rule is not Rule.NO_TABLE]


def lacking(problem: Problem, slots: tuple[int | None, ...]) -> int:
    """Meetings that people lack to their floor."""
    placed = [meeting for meeting, slot in zip(problem.meetings, slots, strict=True) if slot is not None]
    had = [sum(person in meeting.people for meeting in placed) for person in range(len(problem.participants))]
    return sum(max(0, floor - count) for floor, count in zip(floors(problem), had, strict=True))


def points(problem: Problem, slots: tuple[int | None, ...]) -> int:
    placed = [meeting for meeting, slot in zip(problem.meetings, slots, strict=True) if slot is not None]
    heaviest = max((meeting.weight for meeting in problem.meetings), default=1)
    return sum(meeting.weight for meeting in placed) - FLOOR * heaviest * lacking(problem, slots)


def test_choose_prefers_the_heavier_of_two_that_exclude_each_other() -> None:
    people = (Participant(), Participant(), Participant())
    meetings = (Meeting(1, (0, 1), weight=5), Meeting(2, (0, 2), weight=9))
    found = pick(Problem(people, (Slot(0, 20, 5),), meetings))
    assert found == Choice((None, 0), points=9, bound=9, short=0, penalty=90)


def test_choose_puts_the_floor_before_the_points() -> None:
    """One table twice: the heavy request of 0 and 1, or the light one that 2 and 3 need."""
    people = (Participant(), Participant(), Participant(least=1), Participant(least=1))
    meetings = (Meeting(1, (0, 1), weight=900), Meeting(2, (2, 3), weight=10), Meeting(3, (0, 2), weight=950))
    found = pick(Problem(people, (Slot(0, 20, 1),), meetings))
    assert found.slots == (None, 0, None)
    assert found.short == 0


def test_choose_keeps_fixed_requests() -> None:
    people = (Participant(), Participant(), Participant())
    meetings = (Meeting(1, (0, 1), weight=5, fixed=0), Meeting(2, (0, 2), weight=9))
    assert pick(Problem(people, (Slot(0, 20, 5),), meetings)).slots == (0, None)


def test_choose_reaches_the_bound_where_slots_are_many() -> None:
    asked = generate(people=60, slots=16, choice=1.75, table_use=0.95)
    asked = replace(asked, participants=tuple(replace(p, most=8, least=3) for p in asked.participants))
    found = pick(asked)
    assert sound(asked, found.slots)
    assert found.points == points(asked, found.slots)
    assert found.points >= 0.995 * found.bound
    assert found.short == 0


def test_chosen_requests_can_be_scheduled() -> None:
    asked = generate(people=30, slots=16, choice=1.75, table_use=0.6)
    asked = replace(asked, participants=tuple(replace(p, most=8) for p in asked.participants))
    kept = chosen(asked, pick(asked))
    plan = solve(kept, seed=1, deadline_seconds=2)
    assert plan.placed == len(kept.meetings)
    assert plan.violations(kept) == []


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_choose_is_sound_and_its_bound_holds(data: st.DataObject) -> None:
    draw = data.draw
    count = draw(st.integers(1, 3))
    people = tuple(
        Participant(draw(st.integers(0, 2**count - 1)) & draw(st.integers(0, 2**count - 1)), most, least)
        for most, least in draw(
            st.lists(st.tuples(st.sampled_from([None, 1, 2]), st.integers(0, 2)), min_size=2, max_size=5)
        )
    )
    pairs = list(itertools.combinations(range(len(people)), 2))
    wanted = draw(st.lists(st.tuples(st.sampled_from(pairs), st.integers(0, 9)), max_size=5))
    asked = Problem(
        people,
        tuple(Slot(t, t + 1, draw(st.integers(0, 2))) for t in range(count)),
        tuple(Meeting(n, pair, weight=weight) for n, (pair, weight) in enumerate(wanted)),
    )
    found = pick(asked)
    assert sound(asked, found.slots)
    assert found.points == points(asked, found.slots)

    def every() -> Iterator[tuple[int | None, ...]]:
        return itertools.product([None, *range(count)], repeat=len(asked.meetings))

    best = max(points(asked, slots) for slots in every() if sound(asked, slots))
    assert found.points <= best <= found.bound
    assert found.short == min(lacking(asked, slots) for slots in every() if sound(asked, slots)), "the floor holds"


@pytest.mark.parametrize(("slots", "use"), [(16, 0.4), (16, 0.95), (8, 0.95), (7, 0.9)])
def test_a_thousand_people_with_seven_wishes_each_get_what_the_bound_allows(slots: int, use: float) -> None:
    asked = generate(people=1000, meetings_each=7, slots=slots, choice=2, table_use=use, seed=5)
    asked = replace(asked, participants=tuple(replace(p, most=8, least=1) for p in asked.participants))
    end = time.process_time() + 5
    found = choose(asked, seed=1, seconds=3, stop=lambda: time.process_time() > end)
    assert time.process_time() < end
    assert sound(asked, found.slots)
    assert found.points >= 0.995 * found.bound
    assert found.short == 0
