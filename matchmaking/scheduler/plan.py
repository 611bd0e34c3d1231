"""The scheduler's answer: a slot and a table for each meeting, how good that is, and what it breaks (nothing)."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise

from matchmaking.scheduler.problem import Problem


class Status(StrEnum):
    OPTIMAL = "optimal"  # every meeting placed, proven that no such plan has fewer breaks
    FEASIBLE = "feasible"  # every meeting placed
    INFEASIBLE = "infeasible"  # proven that not every meeting can be placed; the plan holds those that were
    UNKNOWN = "unknown"  # some meetings are not placed, and nothing proves that they could not be


@dataclass(frozen=True, slots=True)
class Bound:
    """What no plan can beat."""

    placed: int  # at most so many meetings
    breaks: int = 0  # at least so many breaks, of plans that place every meeting
    touched: int = 0  # at least so many people with another time or table than today, of plans that mend
    points: int = 0  # of requests, at most, for any choice that leaves no more people short


class Rule(StrEnum):
    """What a plan may not break."""

    NO_SLOT = "no such slot"
    DOUBLE_BOOKING = "double booking"
    NOT_ALLOWED = "slot not allowed"
    BLOCKED = "blocked slot"
    FIXED = "fixed meeting moved"
    LIMIT = "too many meetings"
    TABLES = "too few tables"
    NO_PAUSE = "too many meetings in these slots"
    ORDER = "wrong order"
    HOMOGENEITY = "breaks too uneven"
    TABLE_TWICE = "table taken twice"
    NO_TABLE = "no such table"
    WHO = "the wrong people"


@dataclass(frozen=True, slots=True)
class Violation:
    """A rule broken, by which meetings (indices), for which participant, in which slot."""

    rule: Rule
    meetings: tuple[int, ...] = ()
    participant: int | None = None
    slot: int | None = None

    def __str__(self) -> str:
        where = "" if self.slot is None else f" in slot {self.slot}"
        who = "" if self.participant is None else f" for participant {self.participant}"
        what = f": meetings {', '.join(map(str, self.meetings))}" if self.meetings else ""
        return f"{self.rule}{where}{who}{what}"


@dataclass(frozen=True, slots=True)
class Plan:
    """Slot and table of each meeting, in the problem's order; None: not placed."""

    ids: tuple[int, ...]
    slots: tuple[int | None, ...]
    tables: tuple[int | None, ...]  # from 0 within the slot's round
    breaks: int  # groups of idle slots between two meetings of a participant in a round, added up
    idle: int  # minutes in them
    bound: Bound
    status: Status
    seconds: float
    seed: int
    points: int = 0  # of the requests chosen, where any were chosen among
    short: int = 0  # meetings that people lack to their floor
    people: tuple[tuple[int, ...], ...] = ()  # who attends each meeting, where there are pools; else as asked

    @property
    def placed(self) -> int:
        return sum(slot is not None for slot in self.slots)

    def violations(self, problem: Problem) -> list[Violation]:
        """Every rule this plan breaks, found without the solver's own model; empty when it is sound."""
        if unknown := [*_unknown_slots(problem, self.slots), *_wrong_people(problem, self.people)]:
            return unknown
        problem = attended(problem, self.people)
        return [
            *_wrong_slots(problem, self.slots),
            *_double_bookings(problem, self.slots),
            *_overfull(problem, self.slots),
            *_without_pause(problem, self.slots),
            *_wrong_order(problem, self.slots),
            *_uneven(problem, self.slots),
            *_wrong_tables(problem, self.slots, self.tables),
        ]


@dataclass(frozen=True, slots=True)
class Move:
    """A meeting, by its id, that changes slot, table or both."""

    meeting: int
    from_slot: int
    to_slot: int
    from_table: int | None
    to_table: int | None


@dataclass(frozen=True, slots=True)
class Difference:
    """What releasing one plan over another means, by meeting ids."""

    added: tuple[int, ...]
    removed: tuple[int, ...]
    moved: tuple[Move, ...]  # to another slot
    reseated: tuple[Move, ...]  # same slot, other table


def difference(before: Plan, after: Plan) -> Difference:
    """Both plans must count the same slots; their meetings may differ."""
    old, new = _places(before), _places(after)
    moves = [Move(i, old[i][0], new[i][0], old[i][1], new[i][1]) for i in new if i in old and old[i] != new[i]]
    return Difference(
        added=tuple(i for i in new if i not in old),
        removed=tuple(i for i in old if i not in new),
        moved=tuple(move for move in moves if move.from_slot != move.to_slot),
        reseated=tuple(move for move in moves if move.from_slot == move.to_slot),
    )


def attended(problem: Problem, sent: tuple[tuple[int, ...], ...]) -> Problem:
    """With the people whom a plan sends (`Plan.people`), for whoever asks what it means for them."""
    if not sent:
        return problem
    pairs = zip(problem.meetings, sent, strict=True)
    return replace(problem, meetings=tuple(replace(meeting, people=people) for meeting, people in pairs))


def today(problem: Problem) -> Plan:
    """The current slots and tables as a plan, to compare with."""
    slots = tuple(meeting.current for meeting in problem.meetings)
    tables = tuple(None if m.current is None else m.table for m in problem.meetings)
    breaks, idle = totals(problem, slots)
    ids = tuple(meeting.id for meeting in problem.meetings)
    return Plan(ids, slots, tables, breaks, idle, Bound(len(ids)), Status.UNKNOWN, 0.0, 0)


def touched(problem: Problem, plan: Plan) -> frozenset[int]:
    """The people (indices) who have a meeting today that gets another slot or table, loses its own, or other people."""
    sent = plan.people or tuple(meeting.people for meeting in problem.meetings)
    places = zip(problem.meetings, plan.slots, plan.tables, sent, strict=True)
    told = {
        person
        for meeting, slot, table, people in places
        if meeting.current is not None
        if (slot, table) != (meeting.current, meeting.table) or {*people} != {*meeting.people}
        for person in (*meeting.people, *people)
    }
    return frozenset(person for person in told if not problem.participants[person].thing)


def totals(problem: Problem, slots: tuple[int | None, ...]) -> tuple[int, int]:
    """Breaks and idle minutes of everybody together."""
    waits = waiting(problem, slots)
    return sum(breaks for breaks, _ in waits), sum(minutes for _, minutes in waits)


def waiting(problem: Problem, slots: tuple[int | None, ...]) -> list[tuple[int, int]]:
    """For each participant their breaks and idle minutes.

    A break lies between two consecutive meetings of the same round with an idle slot between them; a slot that
    the participant has blocked is no idle slot, unless the problem says that it is.
    """
    busy: list[list[int]] = [[] for _ in problem.participants]
    for meeting, slot in zip(problem.meetings, slots, strict=True):
        if slot is not None:
            for person in meeting.people:
                busy[person].append(slot)
    return [_waiting(problem, person, sorted(taken)) for person, taken in enumerate(busy)]


def _waiting(problem: Problem, person: int, taken: list[int]) -> tuple[int, int]:
    breaks = minutes = 0
    unseen = problem.seen_through(person)
    for before, after in pairwise(taken):
        if problem.slots[before].round != problem.slots[after].round:
            continue
        idle = [t for t in range(before + 1, after) if not unseen >> t & 1]
        breaks += bool(idle)
        minutes += sum(problem.slots[t].end - problem.slots[t].start for t in idle)
    return breaks, minutes


def _places(plan: Plan) -> dict[int, tuple[int, int | None]]:
    triples = zip(plan.ids, plan.slots, plan.tables, strict=True)
    return {meeting: (slot, table) for meeting, slot, table in triples if slot is not None}


def _unknown_slots(problem: Problem, slots: tuple[int | None, ...]) -> Iterator[Violation]:
    for index, slot in enumerate(slots):
        if slot is not None and not 0 <= slot < len(problem.slots):
            yield Violation(Rule.NO_SLOT, (index,), slot=slot)


def _wrong_people(problem: Problem, sent: tuple[tuple[int, ...], ...]) -> Iterator[Violation]:
    """Only people of the same pool stand in for each other."""
    if not sent:
        return
    for index, (meeting, people) in enumerate(zip(problem.meetings, sent, strict=True)):
        pools = () if meeting.fixed is not None else meeting.pools
        asked, come = {*meeting.people}, {*people}
        alike = all(len(asked.intersection(pool)) == len(come.intersection(pool)) for pool in pools)
        if len(come) < len(people) or not alike or asked.difference(*pools) != come.difference(*pools):
            yield Violation(Rule.WHO, (index,))


def _wrong_slots(problem: Problem, slots: tuple[int | None, ...]) -> Iterator[Violation]:
    for index, (meeting, slot) in enumerate(zip(problem.meetings, slots, strict=True)):
        if slot is None:
            continue
        if not meeting.allowed >> slot & 1:
            yield Violation(Rule.NOT_ALLOWED, (index,), slot=slot)
        if meeting.fixed is not None and slot != meeting.fixed:
            yield Violation(Rule.FIXED, (index,), slot=slot)
        for person in meeting.people:
            if problem.participants[person].blocked >> slot & 1:
                yield Violation(Rule.BLOCKED, (index,), person, slot)


def _double_bookings(problem: Problem, slots: tuple[int | None, ...]) -> Iterator[Violation]:
    held: dict[tuple[int, int], list[int]] = defaultdict(list)
    meetings: Counter[int] = Counter()
    for index, (meeting, slot) in enumerate(zip(problem.meetings, slots, strict=True)):
        if slot is not None:
            meetings.update(meeting.people)
            for person in meeting.people:
                held[person, slot].append(index)
    for (person, slot), indices in held.items():
        if len(indices) > 1:
            yield Violation(Rule.DOUBLE_BOOKING, tuple(indices), person, slot)
    for person, count in meetings.items():
        most = problem.participants[person].most
        if most is not None and count > most:
            yield Violation(Rule.LIMIT, participant=person)


def _overfull(problem: Problem, slots: tuple[int | None, ...]) -> Iterator[Violation]:
    pairs = zip(problem.meetings, slots, strict=True)
    load = Counter(slot for meeting, slot in pairs if slot is not None and not meeting.own >> slot & 1)
    for index, slot in enumerate(problem.slots):
        if load[index] > slot.tables:
            yield Violation(Rule.TABLES, tuple(i for i, t in enumerate(slots) if t == index), slot=index)


def _without_pause(problem: Problem, slots: tuple[int | None, ...]) -> Iterator[Violation]:
    """Written apart from `Problem.limits_each`, which the search uses."""
    mine = problem.meetings_of()
    for limit in problem.limits:
        for person, participant in enumerate(problem.participants):
            here = [one for one in mine[person] if (slot := slots[one]) is not None and limit.slots >> slot & 1]
            kept = sum(bool(limit.slots >> t & participant.blocked >> t & 1) for t in range(len(problem.slots)))
            room = limit.most - kept if limit.with_blocked else limit.most
            if limit.standing:
                stand = [{problem.meetings[one].fixed, problem.meetings[one].current} for one in mine[person]]
                room = max(room, sum(any(t is not None and limit.slots >> t & 1 for t in both) for both in stand))
            loose = any(problem.meetings[one].fixed is None for one in here)
            if loose and len(here) > room and not participant.thing:
                yield Violation(Rule.NO_PAUSE, tuple(here), person)


def _wrong_order(problem: Problem, slots: tuple[int | None, ...]) -> Iterator[Violation]:
    for earlier, later in problem.precedences:
        first, second = slots[earlier], slots[later]
        if first is not None and second is not None and first >= second:
            yield Violation(Rule.ORDER, (earlier, later))


def _uneven(problem: Problem, slots: tuple[int | None, ...]) -> Iterator[Violation]:
    breaks = [count for count, _ in waiting(problem, slots)]
    if problem.homogeneity is not None and breaks and max(breaks) - min(breaks) > problem.homogeneity:
        yield Violation(Rule.HOMOGENEITY, participant=breaks.index(max(breaks)))


def _wrong_tables(
    problem: Problem, slots: tuple[int | None, ...], tables: tuple[int | None, ...]
) -> Iterator[Violation]:
    holders: dict[tuple[int, int], int] = {}
    for index, (slot, table) in enumerate(zip(slots, tables, strict=True)):
        own = slot is not None and problem.meetings[index].own >> slot & 1
        if table is None and (slot is None or own):
            continue
        if slot is None or table is None or not 0 <= table < problem.slots[slot].tables:
            yield Violation(Rule.NO_TABLE, (index,), slot=slot)
        elif (other := holders.setdefault((slot, table), index)) != index:
            yield Violation(Rule.TABLE_TWICE, (other, index), slot=slot)
