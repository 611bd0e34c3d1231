"""Why a meeting has no slot: the facts, for somebody else to put into words. Meetings are named by their ids."""

from collections import Counter
from dataclasses import dataclass

from matchmaking.scheduler.pools import relaxed, sure
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


@dataclass(frozen=True, slots=True)
class Frees:
    """The participant (an index) frees this slot, in which everybody else could."""

    participant: int
    slot: int


@dataclass(frozen=True, slots=True)
class OneMoreTable:
    slot: int


@dataclass(frozen=True, slots=True)
class GivesUp:
    """The participant (an index) gives up this other meeting of theirs."""

    participant: int
    meeting: int


Remedy = Frees | OneMoreTable | GivesUp


def unplaced(problem: Problem, slots: tuple[int | None, ...]) -> tuple[Reason, ...]:
    """One reason for each meeting without a slot: the one that is most useful to know."""
    return tuple(_Reasons(problem, slots).reason(index) for index, slot in enumerate(slots) if slot is None)


def remedies(problem: Problem, slots: tuple[int | None, ...]) -> dict[int, Remedy]:
    """By meeting id the one change that would place it at once, everything else as it is; none where none would."""
    reasons = _Reasons(problem, slots)
    found = ((problem.meetings[index].id, reasons.remedy(index)) for index, slot in enumerate(slots) if slot is None)
    return {meeting: remedy for meeting, remedy in found if remedy}


class _Reasons:
    def __init__(self, problem: Problem, slots: tuple[int | None, ...]) -> None:
        self.problem, self.slots = problem, slots
        self.limits = problem.limits_each()
        anybody = relaxed(problem)
        self.opens = anybody.possible_slots()
        self.meetings_of = anybody.meetings_of()  # those that nobody else can go to
        self.rooms = anybody.rooms(self.opens)
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
        for person in self._persons(index):
            wanted, room = len(self.meetings_of[person]), self.rooms[person][1]
            if wanted > room:
                return OverCommitted(meeting.id, person, wanted, room)
        free = [t for t in common if not self._meeting_others(index, t)]
        if free and all(self.load[t] >= self.problem.slots[t].tables for t in free):
            return TablesFull(meeting.id, tuple(free))
        rivals = {self.held[person, t] for t in common for person in self._meeting_others(index, t)}
        return LostOut(meeting.id, tuple(sorted(rivals)))

    def _meeting_others(self, index: int, slot: int) -> list[int]:
        """Of its people, and of pools that have too few left, those who meet somebody else then."""
        meeting = self.problem.meetings[index]
        found = [person for person in sure(meeting) if (person, slot) in self.held]
        for pool in meeting.pools if meeting.fixed is None else ():
            able = [one for one in pool if not self.problem.participants[one].blocked >> slot & 1]
            taken = [one for one in able if (one, slot) in self.held]
            if len(able) - len(taken) < len({*pool} & {*meeting.people}):
                found += taken
        return found

    def remedy(self, index: int) -> Remedy | None:
        """A table is easier to find than an hour, and an hour easier than to give up a meeting."""
        table = frees = gives_up = None
        for slot in range(len(self.problem.slots)):
            if not self.problem.meetings[index].allowed >> slot & 1 or self.problem.meetings[index].fixed is not None:
                continue
            seat = self._seat(index, slot)
            away = [p for p in self._persons(index) if self.problem.participants[p].blocked >> slot & 1]
            meets = [p for p in self.problem.meetings[index].people if (p, slot) in self.held]
            if not away and not meets and not seat and table is None and self._bears(index, slot):
                table = OneMoreTable(slot)
            if len(away) == 1 and not meets and seat and frees is None and self._bears(index, slot):
                frees = Frees(away[0], slot)
            if not away and len(meets) == 1 and gives_up is None and meets[0] in self._persons(index):
                gives_up = self._gives_up(index, meets[0], slot)
        return table or frees or gives_up

    def _gives_up(self, index: int, person: int, slot: int) -> GivesUp | None:
        """Its table is free then; with a table of its own nothing is won for others."""
        other = self.held[person, slot]
        rival = next(one for one in self.problem.meetings if one.id == other)
        if rival.own >> slot & 1 and not self._seat(index, slot):
            return None
        return GivesUp(person, other) if self._bears(index, slot, freed=person) else None

    def _seat(self, index: int, slot: int) -> bool:
        return bool(self.problem.meetings[index].own >> slot & 1) or self.load[slot] < self.problem.slots[slot].tables

    def _bears(self, index: int, slot: int, *, freed: int | None = None) -> bool:
        """Whether limits and pauses let its people meet then; `freed` has a meeting less in this slot."""
        for person in self._persons(index):
            busy = {t for who, t in self.held if who == person} - ({slot} if person == freed else set())
            most = self.problem.participants[person].most
            if most is not None and len(busy) >= most:
                return False
            if any(sum(mask >> t & 1 for t in {*busy, slot}) > room for mask, room in self.limits[person]):
                return False
        return True

    def _persons(self, index: int) -> list[int]:
        """Without the things that the meeting needs."""
        return [p for p in self.problem.meetings[index].people if not self.problem.participants[p].thing]
