"""Mending keeps whatever can stay and gives those who wait only what is free."""

from dataclasses import replace
from random import Random

import pytest

from matchmaking.scheduler.generate import generate
from matchmaking.scheduler.mend import mend
from matchmaking.scheduler.plan import Plan, difference, today
from matchmaking.scheduler.problem import Meeting, Participant, Problem, Slot
from matchmaking.scheduler.solve import solve

ANY = Participant()


def mended(problem: Problem) -> Plan:
    plan = mend(problem, seed=1, deadline_seconds=0.5, progress=lambda _progress: None)
    assert plan.violations(problem) == []
    return plan


def test_who_waits_does_not_push_anybody() -> None:
    """Both tables are held."""
    held = tuple(Meeting(n, (2 * n, 2 * n + 1), current=0, table=n) for n in range(2))
    full = Problem((ANY,) * 6, (Slot(0, 20, 2),), (*held, Meeting(9, (4, 5))))
    assert mended(full).slots == (0, 0, None)


def test_who_waits_gets_what_is_free_and_moves_nobody() -> None:
    """Meeting 2 fits only where participant 0 already meets somebody who could as well move."""
    meetings = (Meeting(1, (0, 1), current=0, table=0), Meeting(2, (0, 2), allowed=0b001), Meeting(3, (2, 3)))
    plan = mended(Problem((ANY,) * 4, tuple(Slot(20 * t, 20 * t + 20, 1) for t in range(3)), meetings))
    assert plan.slots[:2] == (0, None)
    assert plan.slots[2] in (1, 2)


def test_of_a_full_slot_those_without_a_table_go() -> None:
    """Both could go elsewhere; meeting 1 has lost its table."""
    slots = (Slot(0, 20, 1), Slot(20, 40, 2))
    meetings = (Meeting(1, (0, 1), current=0, table=None), Meeting(2, (2, 3), current=0, table=0))
    assert mended(Problem((ANY,) * 4, slots, meetings)).slots == (1, 0)
    assert mended(Problem((ANY,) * 4, slots, meetings[::-1])).slots == (0, 1)
    roomy = (Slot(0, 20, 2), Slot(20, 40, 2))
    plan = mended(Problem((ANY,) * 4, roomy, meetings))
    assert (plan.slots, plan.tables) == ((0, 0), (1, 0)), "another table of the same slot will do"


@pytest.mark.parametrize("seed", range(4))
def test_a_mended_event_keeps_what_can_stay(seed: int) -> None:
    event = generate(people=40, table_use=0.7, seed=seed)
    plan = solve(event, seed=1, deadline_seconds=0.5)
    places = zip(event.meetings, plan.slots, plan.tables, strict=True)
    held = tuple(replace(one, current=slot, table=table) for one, slot, table in places)
    random = Random(seed)
    away = set(random.sample(range(40), 2))
    people = tuple(
        replace(one, blocked=one.blocked | 0b1100 if person in away else one.blocked)
        for person, one in enumerate(event.participants)
    )
    waiting = {meeting.id for meeting in random.sample(held, 3)}
    meetings = tuple(replace(one, current=None, table=None) if one.id in waiting else one for one in held)
    now = replace(event, participants=people, meetings=meetings)
    change = difference(today(now), mended(now))
    impossible = {
        one.id for one in meetings if one.current is not None and 0b1100 >> one.current & 1 and away & {*one.people}
    }
    told = {move.meeting for move in (*change.moved, *change.reseated)} | set(change.removed)
    assert impossible <= told
    assert set(change.added) <= waiting
    assert len(told) <= 3 * len(impossible), "chains of at most two others for each"
