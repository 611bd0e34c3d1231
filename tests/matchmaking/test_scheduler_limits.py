"""Pauses that everybody has, tables of one's own, things that are in one place only, and what counts first: kept by
construction, annealing, proof, mending and first-fit, as a second checker here sees it."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matchmaking.scheduler.generate import generate
from matchmaking.scheduler.mend import mend
from matchmaking.scheduler.plan import Plan, today, touched
from matchmaking.scheduler.pricing import Tariff
from matchmaking.scheduler.problem import Aim, Limit, Meeting, Participant, Problem, Slot, in_a_row, spared
from matchmaking.scheduler.quality import first_fit
from matchmaking.scheduler.repair import Changes, repair
from matchmaking.scheduler.solve import solve
from matchmaking.scheduler.violations import Rule
from matchmaking.scheduler.waiting import waiting

ANY = Participant()


def day(*pairs: tuple[int, ...], slots: int = 4, tables: int = 3, limits: tuple[Limit, ...] = ()) -> Problem:
    shown = tuple(Slot(20 * t, 20 * t + 20, tables) for t in range(slots))
    return Problem((ANY,) * 8, shown, tuple(Meeting(n, pair) for n, pair in enumerate(pairs)), limits=limits)


def longest_run(problem: Problem, plan: tuple[int | None, ...], person: int) -> int:
    """Meetings of one participant without a free slot between."""
    at = {slot for meeting, slot in zip(problem.meetings, plan, strict=True) if person in meeting.people}
    longest = run = 0
    for index, slot in enumerate(problem.slots):
        goes_on = index > 0 and problem.slots[index - 1].round == slot.round
        run = (run if goes_on else 0) + 1 if index in at else 0
        longest = max(longest, run)
    return longest


def free_of(problem: Problem, plan: tuple[int | None, ...], person: int, number: int) -> int | None:
    """Slots of a round in which a participant neither meets nor sits in a session; None: they do not meet in it."""
    at = {slot for meeting, slot in zip(problem.meetings, plan, strict=True) if person in meeting.people}
    mine = [t for t, slot in enumerate(problem.slots) if slot.round == number]
    if not at & {*mine}:
        return None
    return sum(t not in at and not problem.participants[person].blocked >> t & 1 for t in mine)


def test_nobody_meets_more_often_in_a_row_than_they_may() -> None:
    asked = day((0, 1), (0, 2), (0, 3))
    assert longest_run(asked, solve(asked, seed=1, deadline_seconds=0.3).slots, 0) == 3
    paused = replace(asked, limits=tuple(in_a_row(asked.slots, 2)))
    plan = solve(paused, seed=1, deadline_seconds=0.3)
    assert plan.placed == 3
    assert longest_run(paused, plan.slots, 0) == 2
    crowded = replace(plan, slots=(0, 1, 2), tables=(0, 0, 0))
    assert [one.rule for one in crowded.violations(paused)] == [Rule.NO_PAUSE]
    assert first_fit(paused) == (0, 1, 3)


def test_a_round_leaves_free_slots_and_a_session_is_none() -> None:
    """Participant 0 sits in a session in slot 0, so that two meetings leave one slot free."""
    asked = day((0, 1), (0, 2), (0, 3))
    asked = replace(asked, participants=(Participant(blocked=0b0001), *asked.participants[1:]))
    assert solve(asked, seed=1, deadline_seconds=0.3).placed == 3
    spare = replace(asked, limits=tuple(spared(asked.slots, 1)))
    plan = solve(spare, seed=1, deadline_seconds=0.3)
    assert plan.placed == 2
    assert free_of(spare, plan.slots, 0, 0) == 1
    assert any(v.rule is Rule.NO_PAUSE for v in replace(plan, slots=(1, 2, 3), tables=(0, 0, 0)).violations(spare))


def test_what_is_fixed_stands_without_a_pause() -> None:
    asked = day((0, 1), (0, 2), (0, 3), limits=tuple(in_a_row(day().slots, 1)))
    fixed = tuple(replace(m, fixed=m.id) for m in asked.meetings[:2])
    held = replace(asked, meetings=(*fixed, asked.meetings[2]))
    plan = solve(held, seed=1, deadline_seconds=0.3)
    assert plan.slots == (0, 1, 3)
    assert plan.violations(held) == []


def test_a_meeting_with_a_table_of_its_own_takes_none() -> None:
    """One table for three pairs in one slot; two of them are met at their own, or online."""
    asked = day((0, 1), (2, 3), (4, 5), slots=1, tables=1)
    assert solve(asked, seed=1, deadline_seconds=0.3).placed == 1
    own = (asked.meetings[0], *(replace(m, own=1) for m in asked.meetings[1:]))
    plan = solve(replace(asked, meetings=own), seed=1, deadline_seconds=0.3)
    assert (plan.slots, plan.tables) == ((0, 0, 0), (0, None, None))
    assert plan.bound.placed == 3
    tableless = replace(asked, meetings=own, slots=(replace(asked.slots[0], tables=0),))
    assert solve(tableless, seed=1, deadline_seconds=0.3).slots == (None, 0, 0)
    full = replace(plan, tables=(0, 1, None)).violations(replace(asked, meetings=own))
    assert [one.rule for one in full] == [Rule.NO_TABLE]


def test_a_thing_is_in_one_place_and_neither_waits_nor_hears() -> None:
    """Two delegates of one booth (participant 7) are met one after the other; the booth stands empty without harm."""
    asked = day((0, 1, 7), (2, 3, 7), (4, 5))
    booth = (*asked.participants[:7], Participant(thing=True))
    asked = replace(asked, participants=booth)
    plan = solve(asked, seed=1, deadline_seconds=0.3)
    assert plan.slots[0] != plan.slots[1]
    assert waiting(asked, (0, 3, 0))[7] == (0, 0)
    held = replace(asked, meetings=(replace(asked.meetings[0], current=0, table=0), *asked.meetings[1:]))
    assert touched(held, replace(plan, slots=(1, 3, 0), tables=(0, 0, 0))) == {0, 1}


@pytest.mark.parametrize("aim", list(Aim))
def test_what_counts_first_is_what_a_plan_is_better_at(aim: Aim) -> None:
    """A held timetable with waits: only where staying counts first does it stay."""
    event = generate(people=30, table_use=0.5, seed=5)
    poor = solve(event, seed=9, deadline_seconds=1e-9)
    places = zip(event.meetings, poor.slots, poor.tables, strict=True)
    held = replace(event, meetings=tuple(replace(m, current=s, table=t) for m, s, t in places), aim=aim)
    plan = solve(held, seed=1, deadline_seconds=4)
    assert plan.violations(held) == []
    moved = sum(slot != m.current for m, slot in zip(held.meetings, plan.slots, strict=True))
    if aim is Aim.STAY:
        assert moved == 0
    else:
        assert plan.breaks < poor.breaks
        assert moved > 0


def test_evenness_first_prefers_three_who_wait_once_to_one_who_waits_twice() -> None:
    event = day(slots=5)
    for aim, even in ((Aim.EVEN, True), (Aim.WAITS, False)):
        tariff = Tariff(replace(event, aim=aim), 0, ())
        once, twice = 0b00101, 0b10101
        assert tariff[once] < tariff[twice]
        assert (3 * tariff.prices[once] < tariff.prices[twice]) is even


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_every_plan_keeps_every_limit(data: st.DataObject) -> None:
    event = generate(
        people=data.draw(st.integers(6, 24)),
        meetings_each=5,
        slots=10,
        table_use=0.8,
        seed=data.draw(st.integers(1, 50)),
    )
    slots = tuple(replace(slot, round=index // 5) for index, slot in enumerate(event.slots))
    row, spare = data.draw(st.integers(1, 4)), data.draw(st.integers(0, 3))
    own = data.draw(st.integers(0, 1023))
    meetings = tuple(replace(m, own=own) if m.id % 4 == 0 else m for m in event.meetings)
    limits = (*in_a_row(slots, row), *spared(slots, spare))
    asked = replace(event, slots=slots, meetings=meetings, limits=limits)
    plan = solve(asked, seed=1, deadline_seconds=0.1)
    assert plan.violations(asked) == []
    check(asked, plan, row, spare)
    places = zip(asked.meetings, plan.slots, plan.tables, strict=True)
    held = replace(asked, meetings=tuple(replace(m, current=s, table=t) for m, s, t in places))
    mended = repair(held, today(held), Changes(blocked={0: 0b11, 1: 0b1100}))
    assert mended.plan.violations(mended.problem) == []
    check(mended.problem, mended.plan, row, spare)


def check(asked: Problem, plan: Plan, row: int, spare: int) -> None:
    """Nothing here knows of masks of limits."""
    for person in range(len(asked.participants)):
        assert longest_run(asked, plan.slots, person) <= row
        for number in (0, 1):
            free = free_of(asked, plan.slots, person, number)
            assert free is None or free >= spare
    for t, slot in enumerate(asked.slots):
        here = [m for m, at in zip(asked.meetings, plan.slots, strict=True) if at == t and not m.own >> t & 1]
        assert len(here) <= slot.tables


def test_what_stands_may_stand_where_a_limit_came_later() -> None:
    """Three in a row, as they were booked; a fourth beside them there may not be, and who moves keeps to the limit."""
    slots = tuple(Slot(20 * t, 20 * t + 20, 9) for t in range(6))
    row = tuple(replace(limit, standing=True) for limit in in_a_row(slots, 2))
    booked = tuple(Meeting(n, (0, 1 + n), current=n, table=0) for n in range(3))
    waits = Meeting(3, (0, 4), allowed=0b011000)
    asked = Problem((Participant(),) * 5, slots, (*booked, waits), limits=row)
    plan = mend(asked, seed=1, deadline_seconds=0.3, progress=lambda _progress: None)
    assert plan.violations(asked) == []
    assert plan.slots == (0, 1, 2, 4)
    beside = replace(plan, slots=(0, 1, 2, 3))
    assert {one.rule for one in beside.violations(asked)} == {Rule.NO_PAUSE}
    strict = replace(asked, limits=in_a_row(slots, 2))
    assert Rule.NO_PAUSE in {one.rule for one in plan.violations(strict)}
