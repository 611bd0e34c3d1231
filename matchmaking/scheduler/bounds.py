"""What no plan can beat: how many meetings fit at most, and how many breaks there are at least.

Counting is free, matching nearly so. Two linear programmes (HiGHS through SciPy: highspy and OR-Tools cannot share a
process) see more: `fitting` relaxes who meets when, `waited` relaxes that two must meet at once and keeps each
participant's own day; where that programme would be too large, `priced` comes close to what it says.
"""

import time
from collections import Counter
from dataclasses import dataclass
from math import ceil, floor, inf

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import maximum_bipartite_matching

from matchmaking.scheduler.priced import BEFORE, MEETING, WAITING, priced
from matchmaking.scheduler.problem import Problem

LARGEST = 60_000  # variables: beyond, a linear programme takes longer than it is worth
ROUNDING = 1e-6


def counted(problem: Problem) -> int:
    """Meetings that fit at most, by everybody's own slots and limits, and by tables and people in each slot."""
    opens = problem.open_slots()
    possible = fitting = sum(mask != 0 for mask in opens)
    seats = 0
    for wanted, room in _rooms(problem, opens):
        seats += min(wanted, room)
        fitting = min(fitting, possible - max(0, wanted - room))
    free = Counter(t for choice in _choices(problem, opens) for t in range(choice.bit_length()) if choice >> t & 1)
    rooms = [slot.tables + _own(problem, t) for t, slot in enumerate(problem.slots)]
    return min(fitting, seats // 2, sum(min(room, free[t] // 2) for t, room in enumerate(rooms)))


def _own(problem: Problem, slot: int) -> int:
    """Meetings that would take none of the slot's tables."""
    return sum(meeting.own >> slot & 1 for meeting in problem.meetings)


def paired(problem: Problem) -> int:
    """Meetings that fit at most, if in each slot those met that can be met in most pairs: largest fractional matchings.

    A matching of the bipartite double cover, halved; of a group only its first two people count.
    """
    opens, most, everybody = problem.open_slots(), 0, len(problem.participants)
    for t, slot in enumerate(problem.slots):
        pairs = [one.people[:2] for one, mask in zip(problem.meetings, opens, strict=True) if mask >> t & 1]
        if not pairs:
            continue
        one, other = np.array(pairs).T
        ends = np.concatenate([one, other]), np.concatenate([other, one])
        cover = csr_matrix((np.ones(2 * len(pairs), dtype=bool), ends), shape=(everybody, everybody))
        met = int((maximum_bipartite_matching(cover, perm_type="column") >= 0).sum()) // 2
        most += min(met, slot.tables + _own(problem, t))
    return min(most, sum(mask != 0 for mask in opens))


def fitting(problem: Problem, *, seconds: float) -> int | None:
    """Meetings that fit at most, by the time-indexed linear programme; None: too large, or out of time."""
    opens = problem.open_slots()
    if sum(mask.bit_count() for mask in opens) > LARGEST:
        return None
    programme = _Programme()
    for index, meeting in enumerate(problem.meetings):
        for t in range(len(problem.slots)):
            if opens[index] >> t & 1:
                variable = programme.variable(cost=-1, upper=1)
                programme.add(("meeting", index), variable, 1, upper=1)
                if not meeting.own >> t & 1:
                    programme.add(("tables", t), variable, 1, upper=problem.slots[t].tables)
                for person in meeting.people:
                    most = problem.participants[person].most
                    programme.add(("busy", person, t), variable, 1, upper=1)
                    programme.add(("most", person), variable, 1, upper=inf if most is None else most)
    least = programme.least(seconds)
    return None if least is None else -ceil(least - ROUNDING)


def matching(problem: Problem, *, penalty: int, seconds: float) -> tuple[list[int], int]:
    """The heaviest b-matching: requests (indices) to choose if slots did not matter, and the points no choice beats.

    Everybody has at most `most` of them and no more than they have slots for; what somebody lacks to their floor
    costs `penalty` points a meeting. Out of time, the chosen may be too few; the bound holds.
    """
    opens = problem.open_slots()
    meetings_of = problem.meetings_of()
    programme = _Programme()
    tables = sum(slot.tables + _own(problem, t) for t, slot in enumerate(problem.slots))
    for index, meeting in enumerate(problem.meetings):
        request = programme.variable(cost=-meeting.weight, upper=float(opens[index] != 0), whole=True)
        programme.add("tables", request, 1, upper=tables)
        if meeting.fixed is not None and opens[index]:
            programme.add(("fixed", index), request, 1, lower=1)
    for person, (_, room) in enumerate(_rooms(problem, opens)):
        room = max(room, sum(problem.meetings[one].fixed is not None for one in meetings_of[person]))
        for request in meetings_of[person]:
            programme.add(("room", person), request, 1, upper=room)
    for person, least in enumerate(floors(problem)):
        if least:
            lacking = programme.variable(cost=penalty, upper=least)
            programme.add(("floor", person), lacking, 1, lower=least)
            for request in meetings_of[person]:
                programme.add(("floor", person), request, 1)
    programme.least(seconds)
    requests = range(len(problem.meetings))
    bound = min(-programme.bound, float(sum(meeting.weight for meeting in problem.meetings)))
    return [request for request in requests if programme.values[request] > 0.5], floor(bound + ROUNDING)


def floors(problem: Problem) -> list[int]:
    """For each participant how many meetings they should have at least, of those they could have."""
    rooms = _rooms(problem, problem.open_slots())
    pairs = zip(problem.participants, rooms, strict=True)
    return [min(participant.least, possible, room) for participant, (possible, room) in pairs]


@dataclass(frozen=True, slots=True)
class Waited:
    """At least so many breaks in any plan that places every meeting, if `possible` there is one."""

    breaks: int
    possible: bool = True


def waited(problem: Problem, *, seconds: float) -> Waited:
    """The flow relaxation: each participant's day is a path through (slot, meetings so far, phase).

    Participants whose days look alike flow together; what couples them is the number of seats in each slot.
    """
    opens = _settled(problem)
    if not all(opens):
        return Waited(0, possible=False)
    days = Counter(_days(problem, opens))
    if not all(day.fits for day in days):
        return Waited(0, possible=False)
    largest = max((len(meeting.people) for meeting in problem.meetings), default=0)
    seats = [largest * (slot.tables + _own(problem, t)) for t, slot in enumerate(problem.slots)]
    if sum(day.meetings * day.open.bit_count() * 4 for day in days) > LARGEST:
        enough = time.monotonic() + seconds
        breaks = priced(list(days), list(days.values()), problem.slots, seats, stop=lambda: time.monotonic() > enough)
        return Waited(0, possible=False) if breaks is None else Waited(breaks)
    programme = _Programme()
    for day, people in days.items():
        if not _flow(programme, problem, day, people, seats):
            return Waited(0, possible=False)
    least = programme.least(seconds)
    return Waited(0 if least is None else max(0, ceil(least - ROUNDING)), possible=not programme.infeasible)


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


def _flow(programme: "_Programme", problem: Problem, day: _Day, people: int, seats: list[int]) -> bool:
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


def _rooms(problem: Problem, opens: list[int]) -> list[tuple[int, int]]:
    """For each participant how many of their meetings have a slot at all, and how many they have room for."""
    rooms = []
    choices = _choices(problem, opens)
    for participant, mine, choice in zip(problem.participants, problem.meetings_of(), choices, strict=True):
        room = choice.bit_count() if participant.most is None else min(participant.most, choice.bit_count())
        rooms.append((sum(opens[meeting] != 0 for meeting in mine), room))
    return rooms


def _choices(problem: Problem, opens: list[int]) -> list[int]:
    """For each participant the slots in which one of their meetings could be."""
    choices = [0] * len(problem.participants)
    for meeting, mask in zip(problem.meetings, opens, strict=True):
        for person in meeting.people:
            choices[person] |= mask
    return choices


@dataclass(frozen=True, slots=True)
class Proof:
    """The best slots found (None: none), the fewest breaks possible, and whether all meetings can be placed."""

    slots: list[int] | None
    breaks: int
    possible: bool
    complete: bool  # nothing is left to prove


class _Programme:
    """A linear programme, collected term by term."""

    def __init__(self) -> None:
        self.costs: list[float] = []
        self.uppers: list[float] = []
        self.rows: dict[object, int] = {}
        self.limits: list[tuple[float, float]] = []
        self.at_row: list[int] = []
        self.at_column: list[int] = []
        self.factors: list[float] = []
        self.whole: list[bool] = []
        self.infeasible = False
        self.values: list[float] = []
        self.bound = -inf  # no cost is lower

    def variable(self, *, cost: float, upper: float, whole: bool = False) -> int:
        self.costs.append(cost)
        self.uppers.append(upper)
        self.whole.append(whole)
        return len(self.costs) - 1

    def add(self, row: object, variable: int, factor: float, *, lower: float = -inf, upper: float = inf) -> None:
        """Add a term to the row of that name; its limits are those given with its first term."""
        index = self.rows.setdefault(row, len(self.limits))
        if index == len(self.limits):
            self.limits.append((lower, upper))
        self.at_row.append(index)
        self.at_column.append(variable)
        self.factors.append(factor)

    def least(self, seconds: float) -> float | None:
        """The least cost, or None where there is none or time ran out."""
        if not self.costs:
            self.bound = 0.0
            return 0.0
        shape = len(self.limits), len(self.costs)
        matrix = csr_matrix((self.factors, (self.at_row, self.at_column)), shape=shape)
        lower, upper = zip(*self.limits, strict=True)
        found = milp(
            np.array(self.costs),
            integrality=np.array(self.whole, dtype=int),
            bounds=Bounds(0, np.array(self.uppers)),
            constraints=LinearConstraint(matrix, np.array(lower), np.array(upper)),
            options={"time_limit": max(0.01, seconds)},
        )
        self.infeasible = found.status == 2
        self.values = [0.0] * len(self.costs) if found.x is None else found.x.tolist()
        if any(self.whole) and found.mip_dual_bound is not None:
            self.bound = float(found.mip_dual_bound)
        elif found.status == 0:
            self.bound = float(found.fun)
        return float(found.fun) if found.status == 0 else None
