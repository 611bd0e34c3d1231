"""Seats a finished timetable: which table each meeting gets, so that few people have to change tables.

Tables of a slot are alike to the solver, which therefore only counts them; numbers come here, slot after slot.
"""

from matchmaking.scheduler.problem import Meeting, Problem


def seat(problem: Problem, slots: tuple[int | None, ...]) -> tuple[int | None, ...]:
    """A table for each placed meeting that has none of its own, from 0 within its round; their count must suffice.

    A meeting that stays in its slot stays at its table. Of the others as many as possible go where one of their
    people sat last in the round: a largest matching in each slot, found by augmenting paths.
    """
    here: list[list[int]] = [[] for _ in problem.slots]
    for meeting, at in enumerate(slots):
        if at is not None and not problem.meetings[meeting].own >> at & 1:
            here[at].append(meeting)
    tables: list[int | None] = [None] * len(slots)
    last: dict[tuple[int, int], int] = {}  # round, participant -> the table they sat at last
    for at, (slot, meetings) in enumerate(zip(problem.slots, here, strict=True)):
        seating = _Seating(slot.tables)
        seating.keep({one: problem.meetings[one] for one in meetings}, at)
        seating.wish({one: [last.get((slot.round, p)) for p in problem.meetings[one].people] for one in meetings})
        seating.fill(meetings)
        for meeting, table in seating.table_of.items():
            tables[meeting] = table
            last.update({(slot.round, person): table for person in problem.meetings[meeting].people})
    return tuple(tables)


class _Seating:
    """Who sits where in one slot."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.taken: dict[int, int] = {}  # table -> meeting
        self.table_of: dict[int, int] = {}
        self.wishes: dict[int, list[int]] = {}

    def keep(self, meetings: dict[int, Meeting], slot: int) -> None:
        """Those that stay in their slot keep their table; a fixed meeting before one that is not."""
        for one in sorted(meetings, key=lambda one: meetings[one].fixed is None):
            meeting = meetings[one]
            if meeting.table is None or slot not in (meeting.fixed, meeting.current):
                continue
            if 0 <= meeting.table < self.count and meeting.table not in self.taken:
                self._take(meeting.table, one)

    def wish(self, wished: dict[int, list[int | None]]) -> None:
        kept = set(self.taken)
        for meeting, tables in wished.items():
            if meeting not in self.table_of:
                usable = {table for table in tables if table is not None and table < self.count}
                self.wishes[meeting] = sorted(usable - kept)
        for meeting in self.wishes:
            self._match(meeting)

    def fill(self, meetings: list[int]) -> None:
        """Whoever has no table yet takes an empty one, in order."""
        empty = iter([table for table in range(self.count) if table not in self.taken])
        for meeting in meetings:
            if meeting not in self.table_of:
                self._take(next(empty), meeting)

    def _match(self, meeting: int) -> None:
        """Give the meeting a wished table, along a shortest path of others who can take another one."""
        reached_by: dict[int, int] = {}  # table -> the meeting that wishes for it
        queue = [meeting]
        for one in queue:
            for table in self.wishes[one]:
                if table not in reached_by:
                    reached_by[table] = one
                    if table not in self.taken:
                        return self._shift(table, reached_by)
                    queue.append(self.taken[table])
        return None

    def _shift(self, free: int, reached_by: dict[int, int]) -> None:
        """Along the path everybody takes the table they reached, leaving their own to the one before."""
        table: int | None = free
        while table is not None:
            meeting = reached_by[table]
            left = self.table_of.get(meeting)
            self._take(table, meeting)
            table = left

    def _take(self, table: int, meeting: int) -> None:
        self.taken[table] = meeting
        self.table_of[meeting] = table
