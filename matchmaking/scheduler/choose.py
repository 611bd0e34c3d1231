"""Chooses among more requests than fit: the most points, with a floor of meetings for everybody; then places them."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from math import log
from random import Random

from matchmaking.scheduler.bounds import floors, matching
from matchmaking.scheduler.construct import construct, insert, must_leave
from matchmaking.scheduler.plan import Bound
from matchmaking.scheduler.pools import relaxed
from matchmaking.scheduler.problem import Problem, slots_in
from matchmaking.scheduler.timetable import FREE, Timetable

FLOOR = 10  # a meeting lacking to somebody's floor weighs as much as so many of the heaviest requests
HOT = 0.3  # of exchanging: temperature as a share of the mean weight
STEPS = 100  # exchanges tried for each request
RENEWED = 200  # exchanges between two looks at who is out
ENOUGH = 0.999  # of the bound


@dataclass(frozen=True, slots=True)
class Choice:
    """The requests chosen, by index, and how good that is. `slots` has a slot for each of them, None for the others.

    Points are the weights of the chosen requests, less `penalty` for every meeting that somebody lacks to their floor.
    """

    slots: tuple[int | None, ...]
    points: int
    bound: int  # no choice has more points
    short: int  # meetings lacking to floors, of those that could be had
    penalty: int = 0

    def limits(self, meetings: int) -> Bound:
        """What no choice that leaves as many people short can beat, in points of requests alone."""
        return Bound(meetings, points=self.bound + self.penalty * self.short)


def choose(problem: Problem, *, seed: int, seconds: float, stop: Callable[[], bool]) -> Choice:
    """Weigh `Meeting.weight` between `Participant.least` and `Participant.most`; fixed requests are chosen anyway.

    First the heaviest b-matching: which requests, if slots did not matter. Then a slot for each of them, and for
    others where one could not be placed; then exchanges of lighter requests for heavier ones, until `stop()`.
    `seconds` limit the b-matching. Give `chosen(problem, choice)` to `solve` for the fewest breaks.
    """
    choosing = _Choosing(problem, Random(seed))  # noqa: S311 - a choice, not a secret
    wanted, bound = matching(relaxed(problem), penalty=choosing.penalty, seconds=seconds)
    fixed = {index for index, meeting in enumerate(problem.meetings) if meeting.fixed is not None}
    choosing.place(sorted(fixed.union(wanted)), stop)
    choosing.exchange(bound, stop)
    choosing.raise_floors()
    slots = tuple(None if slot == FREE else slot for slot in choosing.timetable.slot)
    return Choice(slots, choosing.points, bound, choosing.short(), choosing.penalty)


def chosen(problem: Problem, choice: Choice) -> Problem:
    """Only the chosen requests, with the slots they were placed in to begin from."""
    places = enumerate(zip(problem.meetings, choice.slots, strict=True))
    return problem.only({index: meeting for index, (meeting, slot) in places if slot is not None})


class _Choosing:
    def __init__(self, problem: Problem, random: Random) -> None:
        self.problem, self.random = problem, random
        self.weight = [meeting.weight for meeting in problem.meetings]
        self.penalty = FLOOR * max(self.weight, default=1)
        self.floor = floors(problem)
        self.timetable = Timetable(problem)
        self.points = -self.penalty * sum(self.floor)

    def place(self, wanted: list[int], stop: Callable[[], bool]) -> None:
        """The wanted requests, then whatever still fits, the most valuable first."""
        construct(self.timetable, wanted, random=self.random, stop=stop)
        self.points = self._count()
        for meeting in sorted(self._unplaced(), key=self._worth, reverse=True):
            if stop():
                return
            self._insert(meeting)

    def exchange(self, bound: int, stop: Callable[[], bool]) -> None:
        """Force requests in and lighter ones out, cooling down; keep the best choice met."""
        best, slots = self.points, self.timetable.slot[:]
        hot, steps = HOT * sum(self.weight) / max(1, len(self.weight)), STEPS * len(self.weight)
        for done in range(0, steps, RENEWED):
            waiting = self._unplaced()
            if best >= ENOUGH * bound or not waiting or stop():
                break
            for _ in range(RENEWED):
                meeting = self.random.choice(waiting)
                slot = self.random.choice(slots_in(self.timetable.open[meeting]))
                self._force(meeting, slot, hot * (1 - done / steps))
                if self.points > best:
                    best, slots = self.points, self.timetable.slot[:]
        if self.points < best:
            self.timetable.load_slots(slots)
            self.points = best

    def raise_floors(self) -> None:
        """Nobody keeps a meeting beyond their floor that would be somebody's first, where one exchange can help."""
        mine = self.problem.meetings_of()
        for person in range(len(mine)):
            for meeting in mine[person]:
                if self.timetable.busy[person].bit_count() >= self.floor[person]:
                    break
                for slot in slots_in(self.timetable.open[meeting]):
                    self._force(meeting, slot, 0.0)

    def short(self) -> int:
        return sum(
            max(0, least - mask.bit_count()) for least, mask in zip(self.floor, self.timetable.busy, strict=True)
        )

    def _count(self) -> int:
        placed = sum(self.weight[one] for one, slot in enumerate(self.timetable.slot) if slot != FREE)
        return placed - self.penalty * self.short()

    def _worth(self, meeting: int) -> int:
        """Points that placing the meeting would bring now."""
        busy = self.timetable.busy
        lacking = sum(busy[person].bit_count() < self.floor[person] for person in self.timetable.people[meeting])
        return self.weight[meeting] + self.penalty * lacking

    def _unplaced(self) -> list[int]:
        return [one for one, slot in enumerate(self.timetable.slot) if slot == FREE and self.timetable.open[one]]

    def _insert(self, meeting: int) -> bool:
        worth = self._worth(meeting)
        placed = insert(self.timetable, meeting, self.random)
        self.points += worth * placed
        return placed

    def _force(self, meeting: int, slot: int, temperature: float) -> None:
        """Place the request there, if what is lost by it is bearable; whoever left may return."""
        if self.timetable.slot[meeting] != FREE or self._insert(meeting):
            return
        out = must_leave(self.timetable, meeting, slot, Counter(), self.random)
        if out is None or not self.timetable.bears(meeting, slot, out):
            return
        if any(self.problem.meetings[other].fixed is not None for other in out):
            return
        before = self.points
        home = [self.timetable.slot[other] for other in out]
        for other in out:
            self.timetable.remove(other)
            self.points -= self._worth(other)
        self.points += self._worth(meeting)
        self.timetable.place(meeting, slot)
        if self.points - before >= temperature * log(1 - self.random.random()):
            for other in out:
                self._insert(other)
            return
        self.timetable.remove(meeting)
        for other, there in zip(out, home, strict=True):
            self.timetable.place(other, there)
        self.points = before
