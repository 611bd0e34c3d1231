"""Who goes where several could (`Meeting.pools`): chosen evenly before there is a timetable, and anew within it.

The search for slots knows `Meeting.people` only; between two searches `send` lets others of the pools go. Bounds are
worked out for `relaxed`, and so hold for every choice.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from random import Random

from matchmaking.scheduler.construct import insert, must_leave
from matchmaking.scheduler.problem import Meeting, Participant, Problem, slots_in
from matchmaking.scheduler.timetable import FREE, RUIN, Timetable

ROUNDS = 20  # of asking every pool again
FORCED = 300  # meetings forced in, at most


def choosable(problem: Problem) -> list[int]:
    """The meetings (indices) to which somebody else could go."""
    return [index for index, one in enumerate(problem.meetings) if one.pools and one.fixed is None]


def relaxed(problem: Problem) -> Problem:
    """As if nobody of a pool could be sent to two meetings at once: what cannot be had even so, cannot be had at all.

    Whoever a pool sends is somebody new, who can when enough of the pool can. The pool's own people wait for nothing:
    a meeting that they are sent to may fill any gap.
    """
    free, sent = set[int](), list[Participant]()
    meetings = list(problem.meetings)
    for index in choosable(problem):
        meeting = meetings[index]
        people = list(sure(meeting))
        for pool in meeting.pools:
            count = len({*pool} & {*meeting.people})
            people += range(len(problem.participants) + len(sent), len(problem.participants) + len(sent) + count)
            sent += [Participant(blocked=_too_few(problem, pool, count), thing=True)] * count
            free.update(pool)
        meetings[index] = replace(meeting, people=tuple(people), pools=())
    own = (replace(one, thing=one.thing or index in free) for index, one in enumerate(problem.participants))
    return replace(problem, participants=(*own, *sent), meetings=tuple(meetings)) if sent else problem


def balanced(problem: Problem) -> Problem:
    """Those of a pool go who have most room left, where the meeting has no slot yet."""
    waiting = dict.fromkeys(index for index in choosable(problem) if problem.meetings[index].current is None)
    if not waiting:
        return problem
    slots, meetings = (1 << len(problem.slots)) - 1, list(problem.meetings)
    room = [(slots & ~one.blocked).bit_count() for one in problem.participants]
    room = [
        free if one.most is None else min(free, one.most) for one, free in zip(problem.participants, room, strict=True)
    ]
    for index, meeting in enumerate(meetings):
        for person in sure(meeting) if index in waiting else meeting.people:
            room[person] -= 1
    for index in waiting:
        meetings[index] = meeting = _evenly(problem, meetings[index], room)
        for person in {*meeting.people}.difference(sure(meeting)):
            room[person] -= 1
    return replace(problem, meetings=tuple(meetings))


def sure(meeting: Meeting) -> tuple[int, ...]:
    """The people who attend whomever the pools send."""
    others = {person for pool in meeting.pools for person in pool} if meeting.fixed is None else set[int]()
    return tuple(person for person in meeting.people if person not in others)


def _too_few(problem: Problem, pool: tuple[int, ...], count: int) -> int:
    """The slots in which fewer of the pool can."""
    able = [
        sum(not problem.participants[one].blocked >> slot & 1 for one in pool) for slot in range(len(problem.slots))
    ]
    return sum(1 << slot for slot, here in enumerate(able) if here < count)


def _evenly(problem: Problem, meeting: Meeting, room: list[int]) -> Meeting:
    """Only who can at some time at which the others can; of equals, who was asked."""
    common = meeting.allowed & (1 << len(problem.slots)) - 1
    for person in sure(meeting):
        common &= ~problem.participants[person].blocked
    people = list(sure(meeting))
    for pool in meeting.pools:
        keys = {
            one: (not common & ~problem.participants[one].blocked, -room[one], one not in meeting.people)
            for one in pool
        }
        people += sorted(pool, key=keys.__getitem__)[: len({*pool} & {*meeting.people})]
    return replace(meeting, people=tuple(people))


def send(timetable: Timetable, *, random: Random, stop: Callable[[], bool]) -> None:
    """Let others of the pools go wherever that places a meeting or makes the timetable better, until it does not."""
    sending = _Sending(timetable, random)
    for _ in range(ROUNDS):
        found = [sending.improve(meeting) for meeting in sending.meetings if not stop()]
        if not any(found):
            break
    sending.force(stop)


class _Sending:
    def __init__(self, timetable: Timetable, random: Random) -> None:
        self.timetable, self.random = timetable, random
        self.problem = timetable.problem
        self.meetings = choosable(self.problem)
        self.open = relaxed(self.problem).open_slots()  # for any choice
        self.lost = [one.blocked for one in self.problem.participants]
        for meeting in self.problem.meetings:
            for person in meeting.people if meeting.fixed is not None else ():
                self.lost[person] |= 1 << (meeting.fixed or 0)

    def improve(self, meeting: int) -> bool:
        """Whether there was a better slot, or better people; it keeps what it had otherwise."""
        timetable = self.timetable
        slot, people, price = timetable.slot[meeting], timetable.people[meeting], timetable.price
        if slot != FREE:
            timetable.remove(meeting)
        ways = [way for there in slots_in(self._open(meeting)) if (way := self._way(meeting, there))]
        if not ways:
            return slot == FREE and self._insert(meeting)
        _, there, sent = min(ways)
        self._go(meeting, sent)
        timetable.place(meeting, there)
        if slot == FREE or timetable.price < price:
            return True
        timetable.remove(meeting)
        self._go(meeting, people)
        timetable.place(meeting, slot)
        return False

    def force(self, stop: Callable[[], bool]) -> None:
        """Those that still wait go in with anybody, who is in their way goes out and in again; the fullest stays."""
        timetable, ejected = self.timetable, Counter[int]()
        waiting = [one for one, slot in enumerate(timetable.slot) if slot == FREE and self.open[one]]
        most, best = timetable.placed, (timetable.slot[:], timetable.people[:])
        for _ in range(FORCED):
            if not waiting or stop():
                break
            meeting = waiting.pop(self.random.randrange(len(waiting)))
            if not self.improve(meeting):
                waiting += self._force(meeting, ejected)
            if timetable.placed > most:
                most, best = timetable.placed, (timetable.slot[:], timetable.people[:])
        if timetable.placed < most:
            for meeting, people in enumerate(best[1]):
                self._go(meeting, people)
            timetable.load_slots(best[0])

    def _force(self, meeting: int, ejected: Counter[int]) -> list[int]:
        """Who waits now: those who had to leave, or the meeting itself."""
        timetable, random, asked = self.timetable, self.random, self.problem.meetings[meeting]
        slot = random.choice(slots_in(self.open[meeting]))
        people = list(sure(asked))
        for pool in asked.pools if asked.fixed is None else ():
            able = [one for one in pool if not self.lost[one] >> slot & 1]
            people += random.sample(able, min(len(able), len({*pool} & {*asked.people})))
        if len(people) < len(asked.people):
            return [meeting]
        self._go(meeting, tuple(people))
        out = must_leave(timetable, meeting, slot, ejected, random)
        if out is None or not timetable.bears(meeting, slot, out):
            return [meeting]
        if any(self.problem.meetings[other].fixed is not None for other in out):
            return [meeting]
        for other in out:
            timetable.remove(other)
            ejected[other] += 1
        timetable.place(meeting, slot)
        return out

    def _open(self, meeting: int) -> int:
        """Slots in which those are free who must attend, and a table is."""
        timetable, mask = self.timetable, self.open[meeting] & self.timetable.window(meeting)
        for person in sure(self.problem.meetings[meeting]):
            mask &= ~timetable.busy[person] if self._may_have_more(person) else 0
        return sum(1 << slot for slot in slots_in(mask) if not timetable.full_for(meeting, slot))

    def _way(self, meeting: int, slot: int) -> tuple[float, int, tuple[int, ...]] | None:
        """The energy that the cheapest people add there, the slot and the people; None where too few can."""
        asked = self.problem.meetings[meeting]
        people, energy = list(sure(asked)), sum(self._added(person, slot) for person in sure(asked))
        for pool in asked.pools:
            able = [one for one in pool if not (self.lost[one] | self.timetable.busy[one]) >> slot & 1]
            costs = sorted((self._added(one, slot), one) for one in able if self._may_have_more(one))
            count = len({*pool} & {*asked.people})
            if len(costs) < count:
                return None
            people += [one for _, one in costs[:count]]
            energy += sum(cost for cost, _ in costs[:count])
        return (energy, slot, tuple(people)) if energy < RUIN else None

    def _added(self, person: int, slot: int) -> float:
        timetable = self.timetable
        return timetable.tariff[person][timetable.busy[person] | 1 << slot] - timetable.energy[person]

    def _may_have_more(self, person: int) -> bool:
        return self.timetable.busy[person].bit_count() < self.timetable.most[person]

    def _insert(self, meeting: int) -> bool:
        """With somebody else of a pool and others making room, if that goes."""
        before = self.timetable.people[meeting]
        for pool in self.problem.meetings[meeting].pools:
            for out in {*pool} & {*before}:
                for one in {*pool} - {*before}:
                    self._go(meeting, tuple(one if person == out else person for person in before))
                    if insert(self.timetable, meeting, self.random):
                        return True
        self._go(meeting, before)
        return insert(self.timetable, meeting, self.random)

    def _go(self, meeting: int, people: tuple[int, ...]) -> None:
        if self.problem.meetings[meeting].fixed is not None:
            return
        self.timetable.people[meeting] = people
        self.timetable.open[meeting] = self.open[meeting]
        for person in people:
            self.timetable.open[meeting] &= ~self.lost[person]
