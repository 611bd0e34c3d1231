"""The scheduler's answer: a slot and a table for each meeting, how good that is, and what it breaks (nothing)."""

from dataclasses import dataclass
from enum import StrEnum

from matchmaking.scheduler.problem import Problem
from matchmaking.scheduler.violations import Violation, violations
from matchmaking.scheduler.waiting import totals


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
        return violations(problem, self.slots, self.tables, self.people)


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


def _places(plan: Plan) -> dict[int, tuple[int, int | None]]:
    triples = zip(plan.ids, plan.slots, plan.tables, strict=True)
    return {meeting: (slot, table) for meeting, slot, table in triples if slot is not None}
