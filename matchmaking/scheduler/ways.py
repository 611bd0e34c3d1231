"""Ways back into a timetable that people hold: through none, one or two chains, touching the fewest people."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from matchmaking.scheduler.construct import SAMPLE, fill, in_the_way, leaves_room, some_in
from matchmaking.scheduler.neighbourhood import must_hear, unsettled
from matchmaking.scheduler.problem import Problem, slots_in
from matchmaking.scheduler.timetable import FREE, Chain, Timetable

ASKED = 60  # people whose meetings are looked at when a full slot needs one to leave
THEN = 4  # meetings tried to leave it after another has


def settle(problem: Problem, *, heard: frozenset[int], random: Random) -> tuple[int | None, ...]:
    """Slots for meetings that all have one today: what can stay stays, the others go where the fewest people (indices)
    have not `heard` of some change anyway."""
    mending = _Mending(problem, heard, random)
    mending.place_all()
    return tuple(None if slot == FREE else slot for slot in mending.timetable.slot)


@dataclass(frozen=True, slots=True)
class _Way:
    """How a meeting gets a slot: the chains that make room, one after the other, and what that costs."""

    slot: int
    chains: tuple[Chain, ...]
    newly_touched: int
    change: float  # of energy, by the chains

    @property
    def cost(self) -> tuple[int, float]:
        return self.newly_touched, self.change


class _Mending:
    def __init__(self, problem: Problem, heard: frozenset[int], random: Random) -> None:
        self.problem, self.random = problem, random
        self.timetable = Timetable(problem)
        self.loose = set(unsettled(problem))
        self.touched = {*heard, *must_hear(problem)}
        self.told = list(self.touched)  # as of the meeting that is being placed
        self.choice = problem.choices(self.timetable.open)

    def place_all(self) -> None:
        waiting = self._keep()
        for meeting in waiting:
            self.touched.update(self.timetable.people[meeting])
        waiting.sort(key=lambda meeting: self.timetable.open[meeting].bit_count())
        left = [meeting for meeting in waiting if not self._place(meeting) and not self._hopeless(meeting)]
        if left:
            fill(self.timetable, left, random=self.random, stop=lambda: False)
            self._go_home()

    def _keep(self) -> list[int]:
        """Leave all meetings where they are that can stay; the others. Who lost their table, or can go elsewhere, gives
        way to others."""
        timetable, meetings = self.timetable, self.problem.meetings
        busy = [0] * len(self.problem.participants)
        for meeting in meetings:
            for person in meeting.people:
                busy[person] |= 1 << (meeting.current or 0)
        elsewhere = []
        for index, meeting in enumerate(meetings):
            mask = timetable.open[index]
            for person in meeting.people:
                mask &= ~busy[person]
            elsewhere.append((meeting.fixed is None, index in self.loose, mask != 0, index))
        order = [index for *_, index in sorted(elsewhere)]
        return [index for index in order if not self._stays(index)]

    def _stays(self, meeting: int) -> bool:
        slot = self.problem.meetings[meeting].current
        timetable = self.timetable
        if slot is None or not timetable.free_slots(meeting) >> slot & 1 or timetable.at_limit(meeting):
            return False
        if timetable.full_for(meeting, slot):
            return False
        timetable.place(meeting, slot)
        return True

    def _place(self, meeting: int) -> bool:
        """Give the meeting a slot the cheapest way, without unplacing another."""
        if self._hopeless(meeting):
            return False
        self.told = list(self.touched)
        slots = slots_in(self.timetable.open[meeting] & self.timetable.window(meeting))
        for chains in (0, 1, 2):
            ways = [way for slot in slots for way in self._ways(meeting, slot, chains)]
            if ways:
                self._go(meeting, min(ways, key=lambda way: way.cost))
                return True
        return False

    def _hopeless(self, meeting: int) -> bool:
        """Whether somebody of the meeting has no room for one more, wherever the others go."""
        timetable = self.timetable
        full = any(not self.choice[person] & ~timetable.busy[person] for person in timetable.people[meeting])
        return full or timetable.at_limit(meeting)

    def _ways(self, meeting: int, slot: int, chains: int, *, leavers: int = SAMPLE) -> Iterator[_Way]:
        """Ways into the slot by so many chains, each of which takes one meeting out of the way."""
        timetable = self.timetable
        others = in_the_way(timetable, meeting, slot)
        full = timetable.full_for(meeting, slot)
        if chains == 0:
            if not others and not full and timetable.bears(meeting, slot, ()):
                yield _Way(slot, (), 0, self._price_of(meeting, slot))
            return
        if len(others) > chains:
            return
        for other in others or self._leavers(slot)[:leavers]:
            for there in slots_in(timetable.open[other] & ~(1 << slot)):
                chain = timetable.chain(other, there)
                if chain is None or not timetable.fits(chain):
                    continue
                if chains == 1:
                    if leaves_room(timetable, chain, meeting):
                        yield _Way(slot, (chain,), self._new_to(chain), chain.change)
                else:
                    yield from self._second(meeting, slot, chain)

    def _leavers(self, slot: int) -> list[int]:
        """Meetings of a full slot that could make room: first those of some who have been touched anyway."""
        at, random = self.timetable.at, self.random
        theirs = {at[person][slot] for person in random.sample(self.told, min(ASKED, len(self.told)))} - {FREE}
        return sorted({*theirs, *some_in(self.timetable, slot, random)}, key=self._untouched)

    def _untouched(self, meeting: int) -> int:
        return len({*self.timetable.people[meeting]} - self.touched)

    def _second(self, meeting: int, slot: int, first: Chain) -> Iterator[_Way]:
        cost = self._new_to(first)
        self.timetable.swap(first)
        ways = list(self._ways(meeting, slot, 1, leavers=THEN))
        self.timetable.swap(first.back())
        for way in ways:
            yield _Way(slot, (first, *way.chains), cost + way.newly_touched, first.change + way.change)

    def _new_to(self, chain: Chain) -> int:
        """People who would hear of a change and have not yet."""
        people = self.timetable.people
        return len({p for one in (*chain.leaving, *chain.coming) for p in people[one]} - self.touched)

    def _price_of(self, meeting: int, slot: int) -> float:
        timetable = self.timetable
        people = timetable.people[meeting]
        return sum(timetable.tariff[p][timetable.busy[p] | 1 << slot] - timetable.energy[p] for p in people)

    def _go(self, meeting: int, way: _Way) -> None:
        for chain in way.chains:
            self.timetable.swap(chain)
            for one in (*chain.leaving, *chain.coming):
                self.touched.update(self.timetable.people[one])
        self.timetable.place(meeting, way.slot)

    def _go_home(self) -> None:
        """Where meetings were moved about in vain, let them return by themselves."""
        timetable = self.timetable
        for meeting, home in enumerate(timetable.current):
            slot = timetable.slot[meeting]
            if home is None or slot in (home, FREE):
                continue
            chain = timetable.chain(meeting, home)
            if chain is not None and timetable.fits(chain) and self._homesick(chain):
                timetable.swap(chain)

    def _homesick(self, chain: Chain) -> bool:
        """Whether the chain brings more meetings home than it takes away from there."""
        current = self.timetable.current
        won = sum((current[one] == chain.there) - (current[one] == chain.here) for one in chain.leaving)
        return won + sum((current[one] == chain.here) - (current[one] == chain.there) for one in chain.coming) > 0
