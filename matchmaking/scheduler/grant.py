"""Schedules from wishes: what is agreed comes first, then the requests that are worth most, then the fewest breaks."""

import time
from collections.abc import Callable
from dataclasses import replace

from matchmaking.scheduler.choose import choose
from matchmaking.scheduler.plan import Bound, Plan, Status
from matchmaking.scheduler.pools import balanced
from matchmaking.scheduler.problem import Meeting, Problem
from matchmaking.scheduler.solve import Progress, solve
from matchmaking.scheduler.tables import seat
from matchmaking.scheduler.waiting import totals

AGREED, CHOOSING = 0.2, 0.4  # shares of the time; the rest is for closing gaps


def grant(problem: Problem, *, seed: int, deadline_seconds: float, progress: Callable[[Progress], None]) -> Plan:
    """A plan of all agreed meetings that fit and of the best choice among the requests (`Meeting.asked`).

    `Plan.points` are the weights of the requests in it; no choice that leaves as many people below their floor has
    more than `Bound.points`.
    """
    started, problem = time.monotonic(), balanced(problem)
    agreed = _solved(problem, lambda one: not one.asked, seed, deadline_seconds * AGREED, progress)
    first, sent = _places(agreed), dict(zip(agreed.ids, agreed.people, strict=False))
    held = tuple(_held(one, first.get(one.id), sent.get(one.id, one.people)) for one in problem.meetings)
    until = time.monotonic() + deadline_seconds * CHOOSING
    among = {index: one for index, one in enumerate(held) if one.asked or one.fixed is not None}
    choosing = replace(problem.only(among), precedences=())
    choice = choose(
        choosing, seed=seed, seconds=deadline_seconds * CHOOSING / 2, stop=lambda: time.monotonic() >= until
    )
    begun = {one.id: slot for one, slot in zip(choosing.meetings, choice.slots, strict=True) if slot is not None}
    left = deadline_seconds - (time.monotonic() - started)
    last = _solved(_begin(problem, begun), lambda one: one.id in begun, seed, max(0.1, left), progress)
    whole = last.placed == len(begun)
    slots = tuple((_places(last) if whole else begun).get(one.id) for one in problem.meetings)
    sent = {one.id: one.people for one in held} | dict(zip(last.ids, last.people, strict=False) if whole else ())
    people = tuple(sent[one.id] for one in problem.meetings)
    bound = replace(choice.limits(len(problem.meetings)), breaks=last.bound.breaks if whole else 0)
    plan = _plan(problem.attended(people), slots, bound, seed=seed, seconds=time.monotonic() - started)
    return replace(plan, short=choice.short, people=people if any(one.pools for one in problem.meetings) else ())


def _solved(
    problem: Problem, which: Callable[[Meeting], bool], seed: int, seconds: float, progress: Callable[[Progress], None]
) -> Plan:
    """Some of the meetings, as if there were no others."""
    some = problem.only({index: one for index, one in enumerate(problem.meetings) if which(one)})
    return solve(some, seed=seed, deadline_seconds=seconds, progress=progress)


def _places(plan: Plan) -> dict[int, int]:
    """Slots by meeting id."""
    return {one: slot for one, slot in zip(plan.ids, plan.slots, strict=True) if slot is not None}


def _held(meeting: Meeting, slot: int | None, people: tuple[int, ...]) -> Meeting:
    """While requests are chosen, what is agreed stays where it was put, and is worth nothing more."""
    return meeting if meeting.asked or slot is None else replace(meeting, fixed=slot, weight=0, people=people)


def _begin(problem: Problem, slots: dict[int, int]) -> Problem:
    """The choice as the timetable to begin from, where a meeting has none."""
    begun = (replace(one, current=slots.get(one.id)) if one.current is None else one for one in problem.meetings)
    return replace(problem, meetings=tuple(begun))


def _plan(problem: Problem, slots: tuple[int | None, ...], bound: Bound, *, seed: int, seconds: float) -> Plan:
    breaks, idle = totals(problem, slots)
    pairs = list(zip(problem.meetings, slots, strict=True))
    agreed = all(slot is not None for one, slot in pairs if not one.asked)
    return Plan(
        ids=tuple(one.id for one in problem.meetings),
        slots=slots,
        tables=seat(problem, slots),
        breaks=breaks,
        idle=idle,
        bound=bound,
        status=Status.FEASIBLE if agreed else Status.UNKNOWN,
        seconds=seconds,
        seed=seed,
        points=sum(one.weight for one, slot in pairs if one.asked and slot is not None),
    )
