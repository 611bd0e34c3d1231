"""Meetings of three to six people through every stage of the scheduler: placed, mended, and never anybody twice."""

from collections import Counter
from dataclasses import replace
from random import Random

import pytest

from matchmaking.scheduler.fit import fit
from matchmaking.scheduler.plan import Plan
from matchmaking.scheduler.problem import Meeting, Participant, Problem, Slot
from matchmaking.scheduler.reasons import unplaced
from matchmaking.scheduler.repair import Changes, repair
from matchmaking.scheduler.solve import solve

PEOPLE, SLOTS = 24, 8


def crowd(seed: int) -> Problem:
    """Pairs, groups of three to six and interpreted pairs, in a day with room for about all of them."""
    random = Random(seed)
    sizes = [2] * 24 + [3] * 8 + [4, 5, 6, 6]
    meetings = tuple(Meeting(number, tuple(random.sample(range(PEOPLE), size))) for number, size in enumerate(sizes))
    people = tuple(Participant(blocked=1 << random.randrange(SLOTS)) for _ in range(PEOPLE))
    return Problem(people, tuple(Slot(20 * t, 20 * t + 20, tables=6) for t in range(SLOTS)), meetings)


def sound(problem: Problem, plan: Plan) -> None:
    assert plan.violations(problem) == []
    seen = Counter(
        (person, slot)
        for meeting, slot in zip(problem.meetings, plan.slots, strict=True)
        for person in meeting.people
        if slot is not None
    )
    assert max(seen.values()) == 1
    for meeting, slot in zip(problem.meetings, plan.slots, strict=True):
        assert slot is None or not any(problem.participants[one].blocked >> slot & 1 for one in meeting.people)


@pytest.mark.parametrize("seed", range(6))
def test_groups_are_placed_and_mended_as_one(seed: int) -> None:
    problem = crowd(seed)
    plan = solve(problem, seed=seed, deadline_seconds=1)
    sound(problem, plan)
    groups = [slot for meeting, slot in zip(problem.meetings, plan.slots, strict=True) if len(meeting.people) > 2]
    assert sum(slot is not None for slot in groups) > len(groups) // 2
    assert len(unplaced(problem, plan.slots)) == plan.slots.count(None)
    assert fit(problem).nowhere == ()
    held = zip(problem.meetings, plan.slots, plan.tables, strict=True)
    today = replace(problem, meetings=tuple(replace(one, current=slot, table=table) for one, slot, table in held))
    gone = next(one.people[0] for one in problem.meetings if len(one.people) == 6)
    mended = repair(today, plan, Changes(blocked={gone: (1 << SLOTS) - 1}))
    sound(mended.problem, mended.plan)
