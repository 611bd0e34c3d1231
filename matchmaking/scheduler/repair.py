"""Mends a timetable that people already hold, on the day: what still can stand stands, and few people are told anew."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from random import Random

from matchmaking.scheduler.construct import SAMPLE, fill, in_the_way, leaves_room, some_in
from matchmaking.scheduler.fewest import Fewest, fewest
from matchmaking.scheduler.neighbourhood import must_hear, unsettled
from matchmaking.scheduler.plan import Bound, Plan, Status, touched
from matchmaking.scheduler.pools import sure
from matchmaking.scheduler.problem import Meeting, Problem, slots_in
from matchmaking.scheduler.tables import seat
from matchmaking.scheduler.timetable import FREE, Chain, Timetable
from matchmaking.scheduler.waiting import totals

PROVING = 0.4  # seconds


@dataclass(frozen=True, slots=True)
class Changes:
    """What happened since the timetable was made. Participants and slots are the problem's indices."""

    gone: frozenset[int] = frozenset()  # will not come: their meetings fall out
    blocked: Mapping[int, int] = field(default_factory=dict)  # participant -> more slots in which they cannot meet
    tables: Mapping[int, int] = field(default_factory=dict)  # slot -> tables there are now
    begun: int = 0  # slots too near or past: nothing moves into them, and what can stay there stays


@dataclass(frozen=True, slots=True)
class Repair:
    """The mended plan, of the problem as it is now, and who (indices) must be told something new: another time or
    table, or that somebody is gone. No plan with as many meetings touches fewer than `least`."""

    problem: Problem
    plan: Plan
    touched: frozenset[int]
    least: int


def repair(problem: Problem, today: Plan, changes: Changes, *, seed: int = 1, seconds: float = PROVING) -> Repair:
    """Keep as many of today's meetings as can be, then touch the fewest people, then move the fewest meetings.

    Meetings without a slot today stay without. A plan takes milliseconds; `seconds` limit the search for a better one
    and for a proof that there is none.
    """
    started, asked = time.monotonic(), problem
    problem = stood_in(problem, today, changes)
    now = changed(problem, today, changes)
    pairs = [(before.people, after.people) for before, after in zip(asked.meetings, problem.meetings, strict=True)]
    hit = {person for before, after in pairs if changes.gone & {*after} or before != after for person in before}
    newcomers = {person for before, after in pairs for person in {*after}.difference(before)}
    heard = frozenset(hit | newcomers) - changes.gone
    mending = _Mending(now, heard, Random(seed))  # noqa: S311 - a schedule, not a secret
    mending.place_all()
    found = tuple(None if slot == FREE else slot for slot in mending.timetable.slot)
    best = fewest(now, found, heard=heard, seconds=seconds, seed=seed)
    if any(one.pools for one in now.meetings):  # others of the pools might make do with fewer
        best = replace(best, least=min(best.least, len((heard | must_hear(now)) - newcomers)))
    plan = replace(_plan(now, best, seed), seconds=time.monotonic() - started)
    return Repair(now, plan, heard | touched(now, plan), best.least)


def _plan(now: Problem, best: Fewest, seed: int) -> Plan:
    breaks, idle = totals(now, best.slots)
    ids = tuple(meeting.id for meeting in now.meetings)
    status = Status.UNKNOWN if None in best.slots else Status.FEASIBLE
    bound = Bound(len(ids), touched=best.least)
    people = tuple(meeting.people for meeting in now.meetings) if any(one.pools for one in now.meetings) else ()
    return Plan(ids, best.slots, seat(now, best.slots), breaks, idle, bound, status, 0.0, seed, people=people)


def stood_in(problem: Problem, today: Plan, changes: Changes) -> Problem:
    """With somebody else of the same pool for whoever is gone or cannot any more, where one is free then."""
    busy = {
        (person, slot)
        for meeting, slot in zip(problem.meetings, today.slots, strict=True)
        if slot is not None
        for person in meeting.people
    }

    def free(person: int, slot: int) -> bool:
        blocked = problem.participants[person].blocked | changes.blocked.get(person, 0)
        return not blocked >> slot & 1 and person not in changes.gone

    meetings = list(problem.meetings)
    for index, slot in enumerate(today.slots):
        meeting = meetings[index]
        if slot is None:
            continue
        for out in {*meeting.people}.difference(sure(meeting)):
            pool = next(pool for pool in meeting.pools if out in pool)
            able = [one for one in pool if free(one, slot) and (one, slot) not in busy]
            if able and not free(out, slot):
                busy.add((able[0], slot))
                meeting = replace(meeting, people=tuple(able[0] if one == out else one for one in meeting.people))
        meetings[index] = meeting
    return replace(problem, meetings=tuple(meetings))


def changed(problem: Problem, today: Plan, changes: Changes) -> Problem:
    """The problem as it is now: the meetings that have a slot today and whose people still come."""
    held = zip(problem.meetings, today.slots, today.tables, strict=True)
    kept = {
        index: _as_it_is_now(replace(meeting, current=slot, table=table), problem, changes)
        for index, (meeting, slot, table) in enumerate(held)
        if slot is not None and not changes.gone & {*meeting.people}
    }
    people = (
        replace(participant, blocked=participant.blocked | changes.blocked.get(person, 0))
        for person, participant in enumerate(problem.participants)
    )
    slots = (replace(slot, tables=changes.tables.get(t, slot.tables)) for t, slot in enumerate(problem.slots))
    return replace(problem.only(kept), participants=tuple(people), slots=tuple(slots))


def _as_it_is_now(meeting: Meeting, problem: Problem, changes: Changes) -> Meeting:
    """Pinned, if its slot has begun and it can stay there; else kept out of the slots that have begun."""
    assert meeting.current is not None
    stays = not any(changes.blocked.get(person, 0) >> meeting.current & 1 for person in meeting.people)
    if changes.begun >> meeting.current & 1 and stays:
        return replace(meeting, fixed=meeting.current)
    return replace(meeting, allowed=meeting.allowed & ~changes.begun)


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

    def _ways(self, meeting: int, slot: int, chains: int) -> Iterator[_Way]:
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
        for other in others or self._leavers(slot):
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
        """Meetings of a full slot that could make room: of whoever has been touched anyway, then some others."""
        at = self.timetable.at
        theirs = {at[person][slot] for person in self.touched} - {FREE}
        near = sorted(theirs, key=self._untouched)[:SAMPLE]
        return near + [one for one in some_in(self.timetable, slot, self.random) if one not in near]

    def _untouched(self, meeting: int) -> int:
        return len({*self.timetable.people[meeting]} - self.touched)

    def _second(self, meeting: int, slot: int, first: Chain) -> Iterator[_Way]:
        cost = self._new_to(first)
        self.timetable.swap(first)
        ways = list(self._ways(meeting, slot, 1))
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
