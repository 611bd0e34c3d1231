"""Scheduling from wishes: what is agreed stays agreed, nobody is passed over for another's second, the bound holds."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from matchmaking.scheduler.generate import generate
from matchmaking.scheduler.grant import grant
from matchmaking.scheduler.plan import Plan
from matchmaking.scheduler.problem import Meeting, Participant, Problem, Slot
from matchmaking.scheduler.solve import solve

ANY = Participant()


def granted(problem: Problem, seconds: float = 0.5) -> Plan:
    plan = grant(problem, seed=1, deadline_seconds=seconds, progress=lambda _progress: None)
    assert plan.violations(problem) == []
    return plan


def test_what_is_agreed_comes_before_any_wish() -> None:
    """One slot for participant 0: the agreed meeting is worth nothing, the request very much."""
    meetings = (Meeting(1, (0, 1), weight=0), Meeting(2, (0, 2), weight=900, asked=True))
    plan = granted(Problem((ANY,) * 3, (Slot(0, 20, 5),), meetings))
    assert plan.slots == (0, None)
    assert (plan.points, plan.bound.points) == (0, 0)


def test_a_first_meeting_comes_before_a_better_second_one() -> None:
    people = tuple(Participant(least=1) for _ in range(4))
    meetings = (Meeting(1, (0, 1), weight=900, asked=True), Meeting(2, (0, 2), weight=10, asked=True))
    meetings = (*meetings, Meeting(3, (1, 3), weight=20, asked=True))
    plan = granted(Problem(people, (Slot(0, 20, 2),), meetings))
    assert plan.slots == (None, 0, 0)
    assert (plan.points, plan.bound.points, plan.short) == (30, 30, 0)


def test_what_has_a_time_keeps_it_and_its_table() -> None:
    people = (ANY,) * 4
    meetings = (Meeting(1, (0, 1), current=1, table=2, fixed=1), Meeting(2, (0, 2), weight=5, asked=True))
    plan = granted(Problem(people, tuple(Slot(20 * t, 20 * t + 20, 3) for t in range(2)), meetings))
    assert (plan.slots, plan.tables[0]) == ((1, 0), 2)


@settings(max_examples=10, deadline=None)
@given(st.integers(1, 1000))
def test_a_plan_from_wishes_is_sound_and_within_its_bound(seed: int) -> None:
    event = generate(people=30, meetings_each=6, slots=10, choice=2, table_use=0.9, seed=seed)
    meetings = tuple(replace(one, asked=one.id % 5 != 0) for one in event.meetings)
    people = tuple(replace(one, most=7, least=1) for one in event.participants)
    asked = replace(event, meetings=meetings, participants=people)
    plan = granted(asked, 1)
    assert plan.points <= plan.bound.points
    assert plan.points >= 0.75 * plan.bound.points, "the bound knows of no slots, and here they are few"
    agreed = replace(asked, meetings=tuple(one for one in meetings if not one.asked))
    alone = solve(agreed, seed=1, deadline_seconds=0.2)
    kept = dict(zip(plan.ids, plan.slots, strict=True))
    assert sum(kept[one.id] is None for one in agreed.meetings) <= len(agreed.meetings) - alone.placed
