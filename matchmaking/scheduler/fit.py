"""Why not everything can fit, before anybody tries: people with too few slots, slots with too few tables.

Each answer is a proof (Hall 1935): no timetable places all of these meetings. Standard library only, quick enough
for a page; `bounds` sees more and takes longer.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from matchmaking.scheduler.pools import relaxed
from matchmaking.scheduler.problem import Problem, slots_in


@dataclass(frozen=True, slots=True)
class Committed:
    """A participant (an index) with more meetings than slots for them, or than they want."""

    participant: int
    meetings: int
    room: int


@dataclass(frozen=True, slots=True)
class Crowded:
    """So many meetings can be in these slots only, which have so many tables all together: fewer."""

    slots: tuple[int, ...]
    meetings: int
    seats: int

    @property
    def lacking(self) -> int:
        return self.meetings - self.seats


@dataclass(frozen=True, slots=True)
class Fit:
    """All three empty: nothing counted here stands against a place for everybody."""

    nowhere: tuple[int, ...]  # ids of meetings without any slot
    committed: tuple[Committed, ...]
    crowded: tuple[Crowded, ...]  # no two share a slot

    @property
    def clear(self) -> bool:
        return not (self.nowhere or self.committed or self.crowded)


def fit(problem: Problem) -> Fit:
    problem = relaxed(problem)
    opens = problem.open_slots()
    pairs = zip(problem.meetings, opens, strict=True)
    return Fit(
        nowhere=tuple(meeting.id for meeting, mask in pairs if not mask),
        committed=tuple(_committed(problem, opens)),
        crowded=tuple(_crowded([slot.tables for slot in problem.slots], _in_need(problem, opens))),
    )


def _committed(problem: Problem, opens: list[int]) -> Iterable[Committed]:
    for person, (possible, room) in enumerate(problem.rooms(opens)):
        if possible > room:
            yield Committed(person, possible, room)


def _in_need(problem: Problem, opens: list[int]) -> list[int]:
    """Slots of the meetings that need a table in whichever they get."""
    pairs = zip(problem.meetings, opens, strict=True)
    return [mask for meeting, mask in pairs if mask and not mask & meeting.own]


def _crowded(tables: list[int], masks: list[int]) -> Iterable[Crowded]:
    """What a largest matching of meetings to tables leaves over, with the slots that are too few for it."""
    seated: list[Counter[int]] = [Counter() for _ in tables]  # masks of the meetings in each slot
    left = [mask for mask in sorted(masks, key=int.bit_count) if not _seat(mask, seated, tables)]
    for slots in _apart(_reach(mask, seated) for mask in left):
        inside = [t for t in range(len(tables)) if slots >> t & 1]
        yield Crowded(tuple(inside), sum(not mask & ~slots for mask in masks), sum(tables[t] for t in inside))


def _seat(mask: int, seated: list[Counter[int]], tables: list[int]) -> bool:
    """Into a slot with a free table, along the shortest way of meetings that move on to make room."""
    came_from: dict[int, tuple[int, int]] = {}  # slot -> the slot before, and the mask of who moves from there
    queue = slots_in(mask)
    seen = mask
    for here in queue:
        if seated[here].total() < tables[here]:
            while here in came_from:
                before, moving = came_from[here]
                seated[here][moving] += 1
                seated[before] -= Counter({moving: 1})
                here = before
            seated[here][mask] += 1
            return True
        for other in seated[here]:
            for there in slots_in(other & ~seen):
                came_from[there] = here, other
                queue.append(there)
            seen |= other
    return False


def _reach(mask: int, seated: list[Counter[int]]) -> int:
    """The slots a meeting could come to, were others to make room: all full, and only with meetings of these slots."""
    queue = slots_in(mask)
    for here in queue:
        for other in seated[here]:
            queue.extend(slots_in(other & ~mask))
            mask |= other
    return mask


def _apart(sets: Iterable[int]) -> list[int]:
    """Overlapping sets of slots made one."""
    apart: list[int] = []
    for one in sets:
        for other in [other for other in apart if other & one]:
            apart.remove(other)
            one |= other
        apart.append(one)
    return apart
