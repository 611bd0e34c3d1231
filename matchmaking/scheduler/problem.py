"""The question put to the scheduler: who can meet when, how many tables there are, and which meetings want a slot."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise

EVERY = -1  # the mask of every slot, however many there are


@dataclass(frozen=True, slots=True)
class Participant:
    """Somebody who meets. Bit t of a mask stands for slot t."""

    blocked: int = 0  # slots in which they cannot meet
    most: int | None = None  # meetings at most
    least: int = 0  # meetings at least: a floor when choosing among requests
    thing: bool = False  # a booth, or a kit: in one place at a time, and it neither waits nor is told anything


@dataclass(frozen=True, slots=True)
class Slot:
    """One meeting length; its index in the problem is its bit in every mask."""

    start: int  # minutes since a moment common to all slots
    end: int
    tables: int  # meetings that fit in at once
    round: int = 0  # gaps count only between two meetings of the same round


@dataclass(frozen=True, slots=True)
class Meeting:
    """Two or more participants who want one slot together."""

    id: int  # the caller's own name for it; unique
    people: tuple[int, ...]  # indices of participants
    allowed: int = EVERY  # slots it may have, before anybody's blocked slots are taken off
    fixed: int | None = None  # the slot it must keep
    current: int | None = None  # the slot it has today
    table: int | None = None  # the table it has today, from 0 within its round; kept while its slot is
    weight: int = 1  # points, for choosing among requests
    own: int = 0  # slots in which it takes none of the tables: it has one of its own, or is online
    asked: bool = False  # a request: nobody has agreed yet, and it may be passed over
    # Sets of participants who can stand in for each other: a delegation, the interpreters of a language. Of each as
    # many attend as are among `people`; who, the plan may choose. A fixed meeting keeps its people.
    pools: tuple[tuple[int, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Limit:
    """Nobody meets in more than `most` of these slots. A participant's fixed meetings stand all the same."""

    slots: int  # a mask
    most: int
    with_blocked: bool = False  # slots that a participant has blocked count as well: what is left is a real pause
    standing: bool = False  # whoever has more in these slots today may have as many


class Aim(StrEnum):
    """What counts first, once everything has a slot."""

    WAITS = "waits"  # few breaks
    EVEN = "even"  # nobody has many of them
    STAY = "stay"  # meetings keep the slots that they have today


@dataclass(frozen=True, slots=True)
class Problem:
    """All there is to know. Raises ValueError where the parts contradict each other."""

    participants: tuple[Participant, ...]
    slots: tuple[Slot, ...]  # in order of time, none overlapping another
    meetings: tuple[Meeting, ...]
    precedences: tuple[tuple[int, int], ...] = ()  # (earlier, later): indices of meetings
    homogeneity: int | None = None  # breaks of any two participants differ by at most this
    blocked_is_idle: bool = False  # the literature's rule: a blocked slot between two meetings is waiting too
    limits: tuple[Limit, ...] = ()
    aim: Aim = Aim.WAITS

    def __post_init__(self) -> None:
        _check_slots(self.slots)
        _check_meetings(self)
        _check_precedences(self)

    def possible_slots(self) -> list[int]:
        """For each meeting the mask of slots it could have if it were the only one; 0: none."""
        every = (1 << len(self.slots)) - 1
        return [self._possible(meeting) & every for meeting in self.meetings]

    def open_slots(self) -> list[int]:
        """The possible slots less those without tables, and those that fixed meetings of the same people hold."""
        tableless = sum(1 << t for t, slot in enumerate(self.slots) if not slot.tables)
        held = [0] * len(self.participants)
        opens = self.possible_slots()
        for meeting, mask in zip(self.meetings, opens, strict=True):
            if meeting.fixed is not None:
                for person in meeting.people:
                    held[person] |= mask
        for index, meeting in enumerate(self.meetings):
            lost = tableless & ~meeting.own
            if meeting.fixed is None:
                for person in meeting.people:
                    lost |= held[person]
            opens[index] &= ~lost
        return opens

    def _possible(self, meeting: Meeting) -> int:
        mask = meeting.allowed if meeting.fixed is None else meeting.allowed & 1 << meeting.fixed
        for person in meeting.people:
            mask &= ~self.participants[person].blocked
        return mask

    def meetings_of(self) -> list[list[int]]:
        """For each participant the indices of their meetings."""
        found: list[list[int]] = [[] for _ in self.participants]
        for index, meeting in enumerate(self.meetings):
            for person in meeting.people:
                found[person].append(index)
        return found

    def choices(self, opens: Sequence[int]) -> list[int]:
        """For each participant the slots in which one of their meetings could be, by the `opens` of the meetings."""
        found = [0] * len(self.participants)
        for meeting, mask in zip(self.meetings, opens, strict=True):
            for person in meeting.people:
                found[person] |= mask
        return found

    def rooms(self, opens: Sequence[int]) -> list[tuple[int, int]]:
        """For each participant how many of their meetings have a slot at all, and how many they have room for."""
        found = []
        for participant, mine, choice in zip(self.participants, self.meetings_of(), self.choices(opens), strict=True):
            room = choice.bit_count() if participant.most is None else min(participant.most, choice.bit_count())
            found.append((sum(opens[meeting] != 0 for meeting in mine), room))
        return found

    def only(self, meetings: Mapping[int, Meeting]) -> "Problem":
        """With these meetings for those at their indices, and no others."""
        place = {index: at for at, index in enumerate(meetings)}
        order = tuple((place[one], place[other]) for one, other in self.precedences if {one, other} <= place.keys())
        return replace(self, meetings=tuple(meetings.values()), precedences=order)

    def attended(self, people: tuple[tuple[int, ...], ...]) -> "Problem":
        """With the people whom a plan sends (`Plan.people`), for whoever asks what it means for them."""
        pairs = zip(self.meetings, people, strict=True) if people else ()
        return replace(self, meetings=tuple(replace(one, people=come) for one, come in pairs)) if people else self

    def round_masks(self) -> list[int]:
        """The slots of each round that has any, in order of time."""
        return _rounds(self.slots)

    def seen_through(self, person: int) -> int:
        """Slots that are no gap between two meetings of this participant: a session is not waiting."""
        if self.participants[person].thing:
            return (1 << len(self.slots)) - 1
        return 0 if self.blocked_is_idle else self.participants[person].blocked

    def limits_each(self) -> list[tuple[tuple[int, int], ...]]:
        """For each participant the sets of slots (masks) in which they meet at most so often."""
        fixed, today = [0] * len(self.participants), [0] * len(self.participants)
        for meeting in self.meetings:
            for person in meeting.people:
                fixed[person] |= 0 if meeting.fixed is None else 1 << meeting.fixed
                today[person] |= 0 if meeting.current is None else 1 << meeting.current
        return [
            () if one.thing else tuple((limit.slots, _room(limit, one, *held)) for limit in self.limits)
            for one, *held in zip(self.participants, fixed, today, strict=True)
        ]


def slots_in(mask: int) -> list[int]:
    return [slot for slot in range(mask.bit_length()) if mask >> slot & 1]


def in_a_row(slots: tuple[Slot, ...], most: int) -> list[Limit]:
    """Nobody has more than so many meetings of a round without a free slot between."""
    windows = [slots[first : first + most + 1] for first in range(len(slots) - most)]
    return [
        Limit((1 << most + 1) - 1 << first, most)
        for first, window in enumerate(windows)
        if window[0].round == window[-1].round
    ]


def spared(slots: tuple[Slot, ...], free: int) -> list[Limit]:
    """Everybody who meets in a round has so many of its slots without a meeting and without a session."""
    return [Limit(mask, max(0, mask.bit_count() - free), with_blocked=True) for mask in _rounds(slots)]


def _rounds(slots: tuple[Slot, ...]) -> list[int]:
    masks: dict[int, int] = {}
    for index, slot in enumerate(slots):
        masks[slot.round] = masks.get(slot.round, 0) | 1 << index
    return list(masks.values())


def _room(limit: Limit, participant: Participant, fixed: int, today: int) -> int:
    blocked = (participant.blocked & limit.slots).bit_count() if limit.with_blocked else 0
    held = fixed | today if limit.standing else fixed
    return max(0, limit.most - blocked, (held & limit.slots).bit_count())


def _check_slots(slots: tuple[Slot, ...]) -> None:
    seen = set()
    for before, after in pairwise(slots):
        if after.start < before.end:
            raise ValueError(f"{after} starts before {before} ends")
        seen.add(before.round)
        if after.round != before.round and after.round in seen:
            raise ValueError(f"round {after.round} goes on after another round began")
    for slot in slots:
        if slot.end < slot.start or slot.tables < 0:
            raise ValueError(f"{slot} ends before it starts or has fewer than no tables")


def _check_meetings(problem: Problem) -> None:
    if len({meeting.id for meeting in problem.meetings}) < len(problem.meetings):
        raise ValueError("two meetings have the same id")
    for meeting in problem.meetings:
        if len(set(meeting.people)) < max(2, len(meeting.people)):
            raise ValueError(f"{meeting} needs two or more different people")
        if not all(0 <= person < len(problem.participants) for person in meeting.people):
            raise ValueError(f"{meeting} names nobody's index")
        if meeting.pools:
            _check_pools(problem, meeting)
        for slot in (meeting.fixed, meeting.current):
            if slot is not None and not 0 <= slot < len(problem.slots):
                raise ValueError(f"{meeting} names no slot's index")


def _check_pools(problem: Problem, meeting: Meeting) -> None:
    pooled = [person for pool in meeting.pools for person in pool]
    if len(set(pooled)) < len(pooled) or not all(0 <= person < len(problem.participants) for person in pooled):
        raise ValueError(f"{meeting} has somebody in two pools, or nobody's index in one")
    if not all({*pool} & {*meeting.people} for pool in meeting.pools):
        raise ValueError(f"{meeting} has a pool of which nobody attends")


def _check_precedences(problem: Problem) -> None:
    for pair in problem.precedences:
        if not all(0 <= meeting < len(problem.meetings) for meeting in pair):
            raise ValueError(f"precedence {pair} names no meeting's index")
