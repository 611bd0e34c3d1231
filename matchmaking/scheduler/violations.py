"""What a timetable breaks (nothing), found without the solver's own model."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from matchmaking.scheduler.problem import Problem
from matchmaking.scheduler.waiting import waiting

Slots = tuple[int | None, ...]


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


def violations(problem: Problem, slots: Slots, tables: Slots, people: tuple[tuple[int, ...], ...]) -> list[Violation]:
    """Every rule broken by these slots, tables and people (none: those asked) of the problem's meetings."""
    if unknown := [*_unknown_slots(problem, slots), *_wrong_people(problem, people)]:
        return unknown
    problem = problem.attended(people)
    return [
        *_wrong_slots(problem, slots),
        *_double_bookings(problem, slots),
        *_overfull(problem, slots),
        *_without_pause(problem, slots),
        *_wrong_order(problem, slots),
        *_uneven(problem, slots),
        *_wrong_tables(problem, slots, tables),
    ]


def _unknown_slots(problem: Problem, slots: Slots) -> Iterator[Violation]:
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


def _wrong_slots(problem: Problem, slots: Slots) -> Iterator[Violation]:
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


def _double_bookings(problem: Problem, slots: Slots) -> Iterator[Violation]:
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


def _overfull(problem: Problem, slots: Slots) -> Iterator[Violation]:
    pairs = zip(problem.meetings, slots, strict=True)
    load = Counter(slot for meeting, slot in pairs if slot is not None and not meeting.own >> slot & 1)
    for index, slot in enumerate(problem.slots):
        if load[index] > slot.tables:
            yield Violation(Rule.TABLES, tuple(i for i, t in enumerate(slots) if t == index), slot=index)


def _without_pause(problem: Problem, slots: Slots) -> Iterator[Violation]:
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


def _wrong_order(problem: Problem, slots: Slots) -> Iterator[Violation]:
    for earlier, later in problem.precedences:
        first, second = slots[earlier], slots[later]
        if first is not None and second is not None and first >= second:
            yield Violation(Rule.ORDER, (earlier, later))


def _uneven(problem: Problem, slots: Slots) -> Iterator[Violation]:
    breaks = [count for count, _ in waiting(problem, slots)]
    if problem.homogeneity is not None and breaks and max(breaks) - min(breaks) > problem.homogeneity:
        yield Violation(Rule.HOMOGENEITY, participant=breaks.index(max(breaks)))


def _wrong_tables(problem: Problem, slots: Slots, tables: Slots) -> Iterator[Violation]:
    holders: dict[tuple[int, int], int] = {}
    for index, (slot, table) in enumerate(zip(slots, tables, strict=True)):
        own = slot is not None and problem.meetings[index].own >> slot & 1
        if table is None and (slot is None or own):
            continue
        if slot is None or table is None or not 0 <= table < problem.slots[slot].tables:
            yield Violation(Rule.NO_TABLE, (index,), slot=slot)
        elif (other := holders.setdefault((slot, table), index)) != index:
            yield Violation(Rule.TABLE_TWICE, (other, index), slot=slot)
