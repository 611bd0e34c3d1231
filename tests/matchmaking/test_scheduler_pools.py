"""Who goes is part of the plan: as good as trying every choice of people, never a rule broken, and said by whom."""

import itertools
import json
from collections import Counter
from dataclasses import asdict, replace

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from matchmaking.scheduler.fit import fit
from matchmaking.scheduler.generate import generate
from matchmaking.scheduler.grant import grant
from matchmaking.scheduler.mend import mend
from matchmaking.scheduler.plan import Plan, today, touched
from matchmaking.scheduler.pools import relaxed
from matchmaking.scheduler.problem import Meeting, Participant, Problem, Slot
from matchmaking.scheduler.quality import report
from matchmaking.scheduler.reasons import LostOut, NoCommonSlot, unplaced
from matchmaking.scheduler.repair import Changes, repair
from matchmaking.scheduler.solve import solve
from matchmaking.scheduler.violations import Rule
from matchmaking.solving import How, encode, plan_from, problem_from

ANY = Participant()


def day(slots: int, tables: int = 9) -> tuple[Slot, ...]:
    return tuple(Slot(20 * t, 20 * t + 20, tables) for t in range(slots))


def wrong_people(problem: Problem, plan: Plan) -> set[int]:
    """A second checker: meetings to which others go than may, by exchanging people one by one."""
    found = set()
    for index, meeting in enumerate(problem.meetings):
        come = list(plan.people[index]) if plan.people else list(meeting.people)
        left = [one for one in meeting.people if one not in come]
        new = [one for one in come if one not in meeting.people]
        for pool in () if meeting.fixed is not None else meeting.pools:
            for out in [one for one in left if one in pool]:
                stand_in = next((one for one in new if one in pool), None)
                if stand_in is not None:
                    left.remove(out)
                    new.remove(stand_in)
        if left or new or max(Counter(come).values()) > 1:
            found.add(index)
    return found


def sound(problem: Problem, plan: Plan) -> None:
    assert plan.violations(problem) == []
    assert wrong_people(problem, plan) == set()
    come = problem.attended(plan.people)
    seats = [(one, at) for m, at in zip(come.meetings, plan.slots, strict=True) if at is not None for one in m.people]
    assert len(seats) == len(set(seats))
    assert not any(problem.participants[one].blocked >> at & 1 for one, at in seats)


def test_a_house_sends_whoever_has_time() -> None:
    """All twelve asked the director (0), who has four slots; two colleagues (1, 2) have them too."""
    meetings = tuple(Meeting(n, (0, 3 + n), pools=((0, 1, 2),)) for n in range(12))
    asked = Problem((ANY,) * 15, day(4), meetings)
    alone = solve(replace(asked, meetings=tuple(replace(m, pools=()) for m in meetings)), seed=1, deadline_seconds=0.2)
    assert alone.placed == 4
    plan = solve(asked, seed=1, deadline_seconds=1)
    sound(asked, plan)
    assert plan.placed == 12
    assert Counter(one for people in plan.people for one in people if one < 3) == {0: 4, 1: 4, 2: 4}
    assert report(asked, plan).plan.placed == 12


def test_of_a_pool_as_many_go_as_were_asked() -> None:
    """Two of four; 0 and 1 are never there together."""
    people = (Participant(blocked=0b01), Participant(blocked=0b10), ANY, ANY, ANY)
    asked = Problem(people, day(2), (Meeting(1, (0, 1, 4), pools=((0, 1, 2, 3),)),))
    plan = solve(asked, seed=1, deadline_seconds=0.2)
    sound(asked, plan)
    assert plan.placed == 1
    assert len({*plan.people[0]} & {0, 1, 2, 3}) == 2


def test_interpreters_change_places_where_that_saves_a_meeting() -> None:
    """Interpreter 4 comes only early, 5 only late; each is booked for the wrong meeting."""
    people = (*(Participant(blocked=mask) for mask in (0b10, 0b10, 0b01, 0b01, 0b10, 0b01)),)
    both = Meeting(1, (0, 1, 5), pools=((4, 5),)), Meeting(2, (2, 3, 4), pools=((4, 5),))
    plan = solve(Problem(people, day(2), both), seed=1, deadline_seconds=0.2)
    assert plan.slots == (0, 1)
    assert [people[2] for people in plan.people] == [4, 5]


@pytest.mark.parametrize(
    "people", [((3, 2),), ((0, 1),), ((0, 2, 3),), ((0, 0),), ((2, 1),), ((0,),)], ids=lambda one: str(one[0])
)
def test_both_checkers_see_the_wrong_people(people: tuple[tuple[int, ...], ...]) -> None:
    """0 meets one of 2 and 1, of whom 2 was asked."""
    asked = Problem((ANY,) * 4, day(1), (Meeting(1, (0, 2), pools=((2, 1),)),))
    plan = replace(solve(asked, seed=1, deadline_seconds=0.1), people=people)
    right = {*people[0]} in ({0, 1}, {0, 2}) and len(people[0]) == 2
    assert (Rule.WHO in {one.rule for one in plan.violations(asked)}) is not right
    assert bool(wrong_people(asked, plan)) is not right


def test_a_fixed_meeting_keeps_its_people() -> None:
    asked = Problem((ANY,) * 3, day(1), (Meeting(1, (0, 1), fixed=0, pools=((1, 2),)),))
    plan = solve(asked, seed=1, deadline_seconds=0.1)
    assert plan.slots == (0,)
    sent = replace(plan, people=((0, 2),))
    assert [one.rule for one in sent.violations(asked)] == [Rule.WHO]
    assert wrong_people(asked, sent) == {0}


def test_whoever_is_double_booked_by_a_pool_is_seen() -> None:
    asked = Problem((ANY,) * 4, day(1), (Meeting(1, (0, 2), pools=((2, 3),)), Meeting(2, (1, 3), pools=((2, 3),))))
    plan = solve(asked, seed=1, deadline_seconds=0.1)
    assert plan.placed == 2
    twice = replace(plan, people=((0, 2), (1, 2)))
    assert Rule.DOUBLE_BOOKING in {one.rule for one in twice.violations(asked)}


@st.composite
def houses(draw: st.DrawFn) -> Problem:
    """Up to five people in up to three slots; most meetings have a pool."""
    count = draw(st.integers(1, 3))
    masks = st.integers(0, (1 << count) - 1)
    people = tuple(
        Participant(blocked=draw(masks) & draw(masks), most=draw(st.sampled_from([None, None, 1]))) for _ in range(5)
    )
    meetings = []
    for number in range(draw(st.integers(1, 4))):
        come = draw(st.lists(st.integers(0, 4), min_size=2, max_size=3, unique=True))
        others = draw(st.lists(st.integers(0, 4), max_size=2, unique=True))
        pool = (come[0], *(one for one in others if one not in come))
        meetings.append(Meeting(number, tuple(come), pools=(pool,) if draw(st.integers(0, 3)) else ()))
    return Problem(people, day(count, tables=draw(st.integers(1, 3))), tuple(meetings))


def most_placed(problem: Problem) -> int:
    """By trying every choice of people and slots."""
    best = 0
    sent = itertools.product(*(_choices(meeting) for meeting in problem.meetings))
    for people in sent:
        for slots in itertools.product([*range(len(problem.slots)), None], repeat=len(problem.meetings)):
            plan = replace(today(problem), slots=slots, tables=_tables(slots), people=people)
            if len(slots) - slots.count(None) > best and not plan.violations(problem):
                best = plan.placed
    return best


def _choices(meeting: Meeting) -> list[tuple[int, ...]]:
    if not meeting.pools:
        return [meeting.people]
    (pool,) = meeting.pools
    return [(one, *meeting.people[1:]) for one in pool]


def _tables(slots: tuple[int | None, ...]) -> tuple[int | None, ...]:
    return tuple(None if slot is None else slots[:index].count(slot) for index, slot in enumerate(slots))


BETWEEN_TWO = Problem(
    (ANY,) * 5,
    day(3, tables=2),
    (Meeting(0, (0, 1)), Meeting(1, (0, 1)), Meeting(2, (0, 1), pools=((0,),)), Meeting(3, (0, 2))),
)  # without 0, who is busy, the third would close a gap of 1: a way that costs less than nothing


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(houses())
@example(BETWEEN_TWO)
def test_solve_is_as_good_as_trying_everybody(problem: Problem) -> None:
    plan = solve(problem, seed=1, deadline_seconds=5)
    sound(problem, plan)
    best = most_placed(problem)
    assert plan.placed == best
    assert plan.bound.placed >= best, "a bound is for every choice of people"
    if best == len(problem.meetings):
        assert fit(problem).clear
    assert {one.meeting for one in unplaced(problem.attended(plan.people), plan.slots)} == {
        meeting for meeting, slot in zip(plan.ids, plan.slots, strict=True) if slot is None
    }


def test_bounds_do_not_count_a_pool_against_itself() -> None:
    """Each of the two could be sent to both at once, as far as the bound knows; who waits may have the gap filled."""
    asked = Problem((ANY, ANY, Participant(blocked=0b1), ANY), day(2), (Meeting(1, (0, 2), pools=((2, 3),)),))
    loose = relaxed(asked)
    assert loose.meetings[0].people == (0, 4)
    assert (loose.participants[4].blocked, loose.participants[2].thing) == (0, True)


def test_a_pool_of_which_too_few_can_is_a_reason() -> None:
    away = Participant(blocked=0b1)
    asked = Problem((ANY, away, away), day(1), (Meeting(1, (0, 1), pools=((1, 2),)),))
    assert unplaced(asked, (None,)) == (NoCommonSlot(1, None),)
    assert fit(asked).nowhere == (1,)
    busy = Problem((ANY,) * 5, day(1), (Meeting(1, (0, 1), pools=((1, 2),)), Meeting(2, (1, 3)), Meeting(3, (2, 4))))
    assert unplaced(busy, (None, 0, 0)) == (LostOut(1, (2, 3)),)


def test_a_colleague_stands_in_for_whoever_is_gone() -> None:
    asked = Problem((ANY,) * 4, day(2), (Meeting(1, (0, 1), current=0, table=0, pools=((1, 2),)), Meeting(2, (0, 3))))
    found = repair(asked, today(asked), Changes(gone=frozenset({1})))
    assert found.plan.slots == (0,)
    assert found.plan.people == ((0, 2),)
    assert found.touched == {0, 2}
    assert found.least == 1, "whoever meets somebody else than they thought"


def test_a_mending_sends_a_colleague_before_it_moves_a_meeting() -> None:
    late = Participant(blocked=0b01)
    asked = Problem((ANY, late, ANY), day(2), (Meeting(1, (0, 1), current=0, table=0, pools=((1, 2),)),))
    plan = mend(asked, seed=1, deadline_seconds=0.3, progress=lambda _progress: None)
    sound(asked, plan)
    assert (plan.slots, plan.people) == ((0,), ((0, 2),))
    assert touched(asked, plan) == {0, 1, 2}


def test_requests_to_a_house_are_chosen_for_whoever_has_time() -> None:
    agreed = Meeting(0, (0, 3), pools=((0, 1),))
    requests = tuple(Meeting(n, (0, 3 + n), asked=True, weight=10, pools=((0, 1, 2),)) for n in range(1, 6))
    asked = Problem((ANY,) * 9, day(2), (agreed, *requests))
    plan = grant(asked, seed=1, deadline_seconds=1, progress=lambda _progress: None)
    sound(asked, plan)
    assert (plan.placed, plan.points) == (6, 50)


def test_people_and_pools_go_over_the_pipe() -> None:
    asked = generate(people=12, houses=0.5, delegations=0.5, slots=8, meetings_each=3)
    plan = solve(asked, seed=1, deadline_seconds=0.1)
    told = json.loads(encode(asked, seed=1, seconds=1, how=How.SOLVE))
    assert problem_from(told["problem"]) == asked
    assert plan_from(json.loads(json.dumps(asdict(plan)))) == plan


@pytest.mark.parametrize("use", [0.4, 0.95])
def test_generated_houses_are_scheduled(use: float) -> None:
    asked = generate(people=120, houses=0.4, delegations=0.3, table_use=use, seed=2)
    assert 0.2 < sum(bool(one.pools) for one in asked.meetings) / len(asked.meetings) < 0.5
    assert any(len({*one.pools[0]} & {*one.people}) == 2 for one in asked.meetings if one.pools), "two of a house"
    plan = solve(asked, seed=1, deadline_seconds=1)
    sound(asked, plan)
    assert plan.placed == len(asked.meetings)
    again = solve(asked, seed=1, deadline_seconds=1, cancelled=lambda: True)
    assert again.placed == plan.placed
