"""Mends today's timetable: what cannot stand moves, touching few people; then those who wait get what is free."""

from collections.abc import Callable
from dataclasses import replace

from matchmaking.scheduler.plan import Plan, today
from matchmaking.scheduler.problem import Meeting, Problem
from matchmaking.scheduler.repair import Changes, repair
from matchmaking.scheduler.solve import Progress, solve

REPAIRING = 0.7  # share of the time; the rest is for those who wait


def mend(problem: Problem, *, seed: int, deadline_seconds: float, progress: Callable[[Progress], None]) -> Plan:
    """A plan of all meetings of the problem, in which the fewest people who have a time are given another one.

    Meetings that wait (no `current`) move nobody: they get slots that are still free, if there are any for them.
    """
    seconds = deadline_seconds * REPAIRING
    mended = repair(problem, today(problem), Changes(), seed=seed, seconds=seconds).plan
    slots, sent = dict(zip(mended.ids, mended.slots, strict=True)), dict(zip(mended.ids, mended.people, strict=False))
    settled = problem.attended(tuple(sent.get(one.id, one.people) for one in problem.meetings))
    settled = replace(settled, meetings=tuple(_settled(one, slots.get(one.id)) for one in settled.meetings))
    plan = solve(settled, seed=seed, deadline_seconds=deadline_seconds - seconds, progress=progress)
    return replace(
        plan,
        bound=replace(plan.bound, touched=mended.bound.touched),
        seconds=plan.seconds + mended.seconds,
        people=plan.people or tuple(one.people for one in settled.meetings if sent),
    )


def _settled(meeting: Meeting, slot: int | None) -> Meeting:
    if slot is None:
        return meeting
    return replace(meeting, fixed=slot, current=slot, table=meeting.table if slot == meeting.current else None)
