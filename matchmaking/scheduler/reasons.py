"""Why a meeting has no slot: the facts, for somebody else to put into words. Meetings are named by their ids."""

from collections import Counter
from dataclasses import dataclass

from matchmaking.scheduler.problem import Problem


@dataclass(frozen=True, slots=True)
class NoCommonSlot:
    """There is no slot in which everybody of the meeting can meet, or `fixed` is not one of them."""

    meeting: int
    fixed: int | None


@dataclass(frozen=True, slots=True)
class OverCommitted:
    """A participant (an index) accepted more meetings than they have slots for, or than they want."""

    meeting: int
    participant: int
    meetings: int
    slots: int


@dataclass(frozen=True, slots=True)
class TablesFull:
    """In every slot in which its people are free, other meetings hold all the tables."""

    meeting: int
    slots: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class LostOut:
    """In every common slot somebody of the meeting meets somebody else; those other meetings."""

    meeting: int
    against: tuple[int, ...]


Reason = NoCommonSlot | OverCommitted | TablesFull | LostOut


def unplaced(problem: Problem, slots: tuple[int | None, ...]) -> tuple[Reason, ...]:
    """One reason for each meeting without a slot: the one that is most useful to know."""
    return tuple(_Reasons(problem, slots).reason(index) for index, slot in enumerate(slots) if slot is None)


class _Reasons:
    def __init__(self, problem: Problem, slots: tuple[int | None, ...]) -> None:
        self.problem = problem
        self.opens = problem.possible_slots()
        self.meetings_of = problem.meetings_of()
        pairs = zip(problem.meetings, slots, strict=True)
        self.load = Counter(slot for meeting, slot in pairs if slot is not None and not meeting.own >> slot & 1)
        self.held = {
            (person, slot): meeting.id
            for meeting, slot in zip(problem.meetings, slots, strict=True)
            if slot is not None
            for person in meeting.people
        }

    def reason(self, index: int) -> Reason:
        meeting = self.problem.meetings[index]
        common = [t for t in range(len(self.problem.slots)) if self.opens[index] >> t & 1]
        if not common:
            return NoCommonSlot(meeting.id, meeting.fixed)
        for person in meeting.people:
            wanted, room = len(self.meetings_of[person]), self._room(person)
            if wanted > room:
                return OverCommitted(meeting.id, person, wanted, room)
        free = [t for t in common if not any((person, t) in self.held for person in meeting.people)]
        if free and all(self.load[t] >= self.problem.slots[t].tables for t in free):
            return TablesFull(meeting.id, tuple(free))
        rivals = {self.held[person, t] for t in common for person in meeting.people if (person, t) in self.held}
        return LostOut(meeting.id, tuple(sorted(rivals)))

    def _room(self, person: int) -> int:
        """How many meetings the participant has slots for."""
        choice = 0
        for meeting in self.meetings_of[person]:
            choice |= self.opens[meeting]
        most = self.problem.participants[person].most
        return choice.bit_count() if most is None else min(most, choice.bit_count())
