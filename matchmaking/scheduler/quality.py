"""How good a plan is, in numbers an organiser can read: beside today's timetable, and beside first-fit."""

from collections import Counter
from dataclasses import dataclass, replace

from matchmaking.scheduler.plan import Plan, today
from matchmaking.scheduler.problem import Meeting, Problem
from matchmaking.scheduler.tables import seat
from matchmaking.scheduler.waiting import totals, waiting


@dataclass(frozen=True, slots=True)
class WorstOff:
    """The participant (an index) with the most breaks; of equals, the most idle minutes; then the fewest meetings."""

    participant: int
    breaks: int
    idle: int
    placed: int
    accepted: int


@dataclass(frozen=True, slots=True)
class Measures:
    """One timetable in numbers. People count who have at least one accepted meeting."""

    placed: int
    breaks: int
    idle: int  # minutes
    breaks_each: tuple[int, ...]  # people with no break, with one, with two …
    idle_each: tuple[int, ...]  # people with no idle minute, up to half an hour, up to an hour …
    worst_off: WorstOff | None
    evenness: float  # Jain's index of placed of accepted meetings: 1 when everybody gets the same share
    table_changes: int  # of a participant, from one meeting to the next in a round


@dataclass(frozen=True, slots=True)
class Report:
    """The plan, what no plan can beat, and two timetables to compare it with."""

    accepted: int
    placeable: int  # at most
    gap: int  # breaks above their proven minimum
    proven: bool  # no plan places more or waits less often
    plan: Measures
    today: Measures | None  # None where no meeting has a slot yet
    first_fit: Measures


IDLE_STEP = 30  # minutes in a bar of the idle histogram


def report(problem: Problem, plan: Plan) -> Report:
    problem, plan = _without_passed(problem, plan)
    before, come = today(problem), problem.attended(plan.people)
    everything = plan.placed == len(plan.ids)
    gap = plan.breaks - plan.bound.breaks if everything else plan.breaks
    return Report(
        accepted=len(problem.meetings),
        placeable=plan.bound.placed,
        gap=gap,
        proven=plan.placed == plan.bound.placed and gap == 0,
        plan=measure(come, plan.slots, plan.tables),
        today=measure(problem, before.slots, before.tables) if before.placed else None,
        first_fit=_measure_first_fit(problem),
    )


def _without_passed(problem: Problem, plan: Plan) -> tuple[Problem, Plan]:
    """Requests that were not chosen are nobody's meetings."""
    pairs = enumerate(zip(problem.meetings, plan.slots, strict=True))
    kept = [index for index, (one, slot) in pairs if slot is not None or not one.asked]
    if len(kept) == len(problem.meetings):
        return problem, plan
    some = problem.only({index: problem.meetings[index] for index in kept})
    return some, replace(
        plan,
        ids=tuple(plan.ids[index] for index in kept),
        slots=tuple(plan.slots[index] for index in kept),
        tables=tuple(plan.tables[index] for index in kept),
        people=tuple(plan.people[index] for index in kept if plan.people),
        bound=replace(plan.bound, placed=min(plan.bound.placed, len(kept))),
    )


def measure(problem: Problem, slots: tuple[int | None, ...], tables: tuple[int | None, ...]) -> Measures:
    accepted = [len(mine) for mine in problem.meetings_of()]
    placed = [0] * len(accepted)
    for meeting, slot in zip(problem.meetings, slots, strict=True):
        if slot is not None:
            for person in meeting.people:
                placed[person] += 1
    waits = waiting(problem, slots)
    involved = [p for p, count in enumerate(accepted) if count and not problem.participants[p].thing]
    worst = max(involved, key=lambda person: (*waits[person], -placed[person]), default=None)
    breaks, idle = totals(problem, slots)
    return Measures(
        placed=sum(slot is not None for slot in slots),
        breaks=breaks,
        idle=idle,
        breaks_each=_histogram([waits[person][0] for person in involved]),
        idle_each=_histogram([-(-waits[person][1] // IDLE_STEP) for person in involved]),
        worst_off=None if worst is None else WorstOff(worst, *waits[worst], placed[worst], accepted[worst]),
        evenness=jain([placed[person] / accepted[person] for person in involved]),
        table_changes=_table_changes(problem, slots, tables),
    )


def jain(shares: list[float]) -> float:
    """Jain, Chiu, Hawe: A Quantitative Measure of Fairness (DEC TR-301, 1984); 1 is even, 1/n is all for one."""
    squares = sum(share * share for share in shares)
    return sum(shares) ** 2 / (len(shares) * squares) if squares else 1.0


def first_fit(problem: Problem) -> tuple[int | None, ...]:
    """What booking by hand gives: each meeting, in the order given, takes the first slot that is still free."""
    busy = [0] * len(problem.participants)
    left = [0 if p.most is None else p.most for p in problem.participants]
    unlimited = [p.most is None for p in problem.participants]
    load = [0] * len(problem.slots)
    slots: list[int | None] = []
    limits = problem.limits_each()
    for meeting, mask in zip(problem.meetings, problem.open_slots(), strict=True):
        free = mask
        for person in meeting.people:
            free &= ~busy[person] if unlimited[person] or left[person] > 0 else 0
        seats = (t for t, slot in enumerate(problem.slots) if meeting.own >> t & 1 or load[t] < slot.tables)
        found = next((t for t in seats if free >> t & 1 and _bearable(meeting, t, busy, limits)), None)
        slots.append(found)
        if found is not None:
            load[found] += 1 - (meeting.own >> found & 1)
            for person in meeting.people:
                busy[person] |= 1 << found
                left[person] -= 1
    return _in_order(problem, slots)


def _bearable(meeting: Meeting, slot: int, busy: list[int], limits: list[tuple[tuple[int, int], ...]]) -> bool:
    """Whether everybody keeps the pauses that they must have."""
    return all(
        (busy[person] & slots | slots & 1 << slot).bit_count() <= most
        for person in meeting.people
        for slots, most in limits[person]
    )


def _in_order(problem: Problem, slots: list[int | None]) -> tuple[int | None, ...]:
    """First-fit knows no order: whatever came too early falls out."""
    for earlier, later in problem.precedences:
        first, second = slots[earlier], slots[later]
        if first is not None and second is not None and first >= second:
            slots[later] = None
    return tuple(slots)


def _measure_first_fit(problem: Problem) -> Measures:
    slots = first_fit(problem)
    return measure(problem, slots, seat(problem, slots))


def _histogram(values: list[int]) -> tuple[int, ...]:
    counts = Counter(values)
    return tuple(counts[value] for value in range(max(counts, default=-1) + 1))


def _table_changes(problem: Problem, slots: tuple[int | None, ...], tables: tuple[int | None, ...]) -> int:
    sat: dict[tuple[int, int], int | None] = {}  # round, participant -> table
    changes = 0
    for index in sorted((i for i, slot in enumerate(slots) if slot is not None), key=lambda i: slots[i] or 0):
        number = problem.slots[slots[index] or 0].round
        if tables[index] is None:
            continue
        for person in problem.meetings[index].people:
            changes += sat.get((number, person), tables[index]) != tables[index]
            sat[number, person] = tables[index]
    return changes
