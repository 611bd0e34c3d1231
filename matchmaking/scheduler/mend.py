"""Mends today's timetable: what cannot stand moves, touching few people; then those who wait get what is free."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace

from matchmaking.scheduler.plan import Plan, today
from matchmaking.scheduler.problem import Meeting, Problem
from matchmaking.scheduler.repair import Changes, repair
from matchmaking.scheduler.solve import Progress, solve


def mend(problem: Problem, *, seed: int, deadline_seconds: float, progress: Callable[[Progress], None]) -> Plan:
    """A plan of all meetings of the problem, in which the fewest people who have a time are given another one.

    Meetings that wait (no `current`) move nobody: they get slots that are still free, if there are any for them.
    """
    problem = replace(problem, meetings=tuple(_turned_out(problem)))
    mended = repair(problem, today(problem), Changes(), seed=seed).plan
    slots = dict(zip(mended.ids, mended.slots, strict=True))
    settled = replace(problem, meetings=tuple(_settled(one, slots.get(one.id)) for one in problem.meetings))
    return solve(settled, seed=seed, deadline_seconds=deadline_seconds, progress=progress)


def _turned_out(problem: Problem) -> Iterator[Meeting]:
    """Where a slot has more meetings than tables, those that lost theirs go, so that nobody else gives way."""
    load = Counter(meeting.current for meeting in problem.meetings)
    for meeting in problem.meetings:
        slot = meeting.current
        loose = meeting.table is None and meeting.fixed is None
        if slot is not None and loose and load[slot] > problem.slots[slot].tables:
            load[slot] -= 1
            yield replace(meeting, allowed=meeting.allowed & ~(1 << slot))
        else:
            yield meeting


def _settled(meeting: Meeting, slot: int | None) -> Meeting:
    if slot is None:
        return meeting
    return replace(meeting, fixed=slot, current=slot, table=meeting.table if slot == meeting.current else None)
