"""How few breaks there are at least in any plan of all meetings: each participant's own day as a flow.

That two must meet at once is relaxed, that nobody is in two places is not. Where the linear programme would be too
large, `priced` comes close to what it says.
"""

import time
from collections import Counter
from dataclasses import dataclass
from math import ceil

from matchmaking.scheduler.alone import waiting_anyway
from matchmaking.scheduler.bounds import places
from matchmaking.scheduler.priced import BEFORE, MEETING, WAITING, priced
from matchmaking.scheduler.problem import Problem
from matchmaking.scheduler.programme import LARGEST, ROUNDING, Programme


@dataclass(frozen=True, slots=True)
class Waited:
    """At least so many breaks in any plan that places every meeting, if `possible` there is one.

    `alone`: participants who have one whatever all others do.
    """

    breaks: int
    possible: bool = True
    alone: tuple[int, ...] = ()


def waited(problem: Problem, *, seconds: float) -> Waited:
    """The flow relaxation: each participant's day is a path through (slot, meetings so far, phase).

    Participants whose days look alike flow together; what couples them is the number of seats in each slot. Who waits
    by themselves is counted exactly as well: the flow only knows how many of their meetings fit where.
    """
    opens = _settled(problem)
    if not all(opens):
        return Waited(0, possible=False)
    days = Counter(_days(problem, opens))
    if not all(day.fits for day in days):
        return Waited(0, possible=False)
    largest = max((len(meeting.people) for meeting in problem.meetings), default=0)
    seats = [largest * room for room in places(problem)]
    alone = tuple(waiting_anyway(problem, opens))
    if sum(day.meetings * day.open.bit_count() * 4 for day in days) > LARGEST:
        enough = time.monotonic() + seconds
        breaks = priced(list(days), list(days.values()), problem.slots, seats, stop=lambda: time.monotonic() > enough)
        return Waited(0, possible=False) if breaks is None else Waited(max(breaks, len(alone)), alone=alone)
    programme = Programme()
    for day, people in days.items():
        if not _flow(programme, problem, day, people, seats):
            return Waited(0, possible=False)
    least = programme.least(seconds)
    breaks = max(len(alone), ceil((least or 0) - ROUNDING))
    return Waited(breaks, possible=not programme.infeasible, alone=alone)


@dataclass(frozen=True, slots=True)
class _Day:
    """All that tells one participant's possible days from another's."""

    meetings: int
    open: int  # slots in which one of their meetings could be
    unseen: int
    forced: int  # slots that a meeting must have
    demands: frozenset[tuple[int, int]]  # (slots, so many meetings that fit nowhere else)
    least: tuple[int, ...]  # meetings had before slot t, for each t and at the end of the day
    most: tuple[int, ...]
    fits: bool  # within the participant's limit


def _settled(problem: Problem) -> list[int]:
    """Open slots when every meeting is placed: one that is left a single slot, or comes later, narrows others."""
    opens, meetings_of, before = problem.open_slots(), problem.meetings_of(), None
    while before != opens and all(opens):
        before = opens[:]
        for index, mask in enumerate(before):
            if mask.bit_count() == 1:
                for other in {other for person in problem.meetings[index].people for other in meetings_of[person]}:
                    opens[other] &= ~mask if other != index else -1
        for earlier, later in problem.precedences:
            opens[later] &= -(opens[earlier] & -opens[earlier]) << 1
            opens[earlier] &= (1 << max(0, opens[later].bit_length() - 1)) - 1
    return opens


def _days(problem: Problem, opens: list[int]) -> list[_Day]:
    days = []
    for person, mine in enumerate(problem.meetings_of()):
        masks = [opens[meeting] for meeting in mine]
        choice = 0
        for mask in masks:
            choice |= mask
        demands = {(mask, sum(not other & ~mask for other in masks)) for mask in masks if mask != choice}
        forced = sum({mask for mask in masks if mask.bit_count() == 1})
        most = problem.participants[person].most
        fits = most is None or len(mine) <= most
        unseen, slots = problem.seen_through(person), len(problem.slots)
        days.append(_Day(len(mine), choice, unseen, forced, frozenset(demands), *_so_far(masks, choice, slots), fits))
    return days


def _so_far(masks: list[int], choice: int, slots: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """How many meetings must, and can, lie before each slot: some fit only before it, some only after."""
    least, most = [], []
    for t in range(slots + 1):
        before, after = choice & (1 << t) - 1, choice >> t
        least.append(max(sum(not mask >> t for mask in masks), len(masks) - after.bit_count()))
        most.append(min(sum(bool(mask & (1 << t) - 1) for mask in masks), before.bit_count()))
    return tuple(least), tuple(most)


def _flow(programme: "Programme", problem: Problem, day: _Day, people: int, seats: list[int]) -> bool:
    """Add the day's flow, slot after slot; False where no path leads through it."""
    states = {(0, BEFORE)}
    for t, slot in enumerate(problem.slots):
        last_of_round = t + 1 == len(problem.slots) or problem.slots[t + 1].round != slot.round
        reached = set()
        for had, phase in states:
            for meets in (True, False):
                now = had + meets
                allowed = day.open >> t & 1 if meets else not day.forced >> t & 1
                if not allowed or not day.least[t + 1] <= now <= day.most[t + 1]:
                    continue
                after = _phase(phase, meets=meets, unseen=bool(day.unseen >> t & 1), over=last_of_round)
                arc = programme.variable(cost=int(meets and phase == WAITING), upper=people)
                programme.add((day, t, had, phase), arc, -1, lower=-people * (t == 0), upper=-people * (t == 0))
                if t + 1 < len(problem.slots):
                    programme.add((day, t + 1, now, after), arc, 1, lower=0, upper=0)
                if meets:
                    programme.add(("seats", t), arc, 1, upper=seats[t])
                    for mask, least in day.demands:
                        if mask >> t & 1:
                            programme.add((day, mask), arc, 1, lower=least * people)
                reached.add((now, after))
        states = reached
    return bool(states)


def _phase(phase: int, *, meets: bool, unseen: bool, over: bool) -> int:
    if over:
        return BEFORE
    if meets:
        return MEETING
    return WAITING if phase == MEETING and not unseen else phase
