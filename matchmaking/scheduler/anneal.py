"""Makes a timetable better: simulated annealing whose every step swaps a Kempe chain."""

from collections.abc import Callable
from importlib.util import find_spec
from math import log
from random import Random

from matchmaking.scheduler.pricing import beside
from matchmaking.scheduler.timetable import FREE, Chain, Timetable

HOT, COLD = 2.5, 1.2  # energies; a break weighs 5, an idle slot 1
LAG = 0.1  # of the time, before the clock rules the temperature and results depend on the machine
WATCHED = 256  # steps between two looks at temperature, stop and who waits
AT_WAITING = 0.85  # share of steps that begin with a participant who waits
TO_NEIGHBOUR = 0.9  # share of steps that join the participant's own block
COMPILER = find_spec("numba") is not None
MOST_SLOTS = 62  # bits of a busy pattern beside the sign
PARTNERS = 12  # chains tried to balance one that a full slot cannot take


def anneal(timetable: Timetable, *, steps: int, random: Random, spent: Callable[[int], float]) -> None:
    """Leave the timetable as the best (lowest price) met in so many steps.

    `spent`, asked with the lowest price so far, is the share of the time that is gone; 1 ends it.
    """
    walk = _Walk(timetable, random)
    best, slots = timetable.price, timetable.slot[:]
    for done in range(0, steps, WATCHED):
        gone = spent(best)
        if gone >= 1 or not walk.active:
            break
        walk.temperature = HOT * (COLD / HOT) ** cooled(done / steps, gone)
        walk.look_around()
        for _ in range(WATCHED):
            if walk.step() and timetable.price < best:
                best, slots = timetable.price, timetable.slot[:]
    if timetable.price != best:
        timetable.load_slots(slots)


def compiles(timetable: Timetable) -> bool:
    """Whether `fast`, with Numba, can do this: it knows no order of meetings."""
    problem = timetable.problem
    return COMPILER and len(problem.slots) <= MOST_SLOTS and not problem.precedences


def cooled(done: float, gone: float) -> float:
    """How far the cooling is, from 0 to 1: with the steps done, or with the time gone where the steps lag behind it."""
    return max(done, (1 + LAG) * gone - LAG)


class _Walk:
    def __init__(self, timetable: Timetable, random: Random) -> None:
        self.timetable = timetable
        self.random = random.random
        self.temperature = HOT
        self.active = [person for person, busy in enumerate(timetable.busy) if busy]
        self.unseen = [timetable.problem.seen_through(person) for person in range(len(timetable.busy))]
        self.waiting: list[int] = []
        self.settled = any(slot is not None for slot in timetable.current)

    def look_around(self) -> None:
        self.waiting = [person for person in self.active if self.timetable.energy[person] > 0]

    def step(self) -> bool:
        """Try one chain; True where the timetable changed."""
        timetable = self.timetable
        meeting, there = self._propose()
        if there == FREE:
            return False
        limit = -self.temperature * log(1 - self.random())  # what a step may cost: the Metropolis rule, drawn first
        chain = timetable.chain(meeting, there, limit)
        if chain is None or (self.settled and chain.change + self._disturbance(chain) > limit):
            return False
        if timetable.fits(chain):
            timetable.swap(chain)
            return True
        return abs(chain.net) == 1 and timetable.own is None and self._step_in_pairs(chain, limit)

    def _propose(self) -> tuple[int, int]:
        """A meeting and a slot for it: mostly of somebody who waits, mostly beside their other meetings."""
        random, timetable = self.random, self.timetable
        among = self.waiting if self.waiting and random() < AT_WAITING else self.active
        person = among[int(random() * len(among))]
        busy = timetable.busy[person]
        here = self._one_of(busy & ~(busy << 1 & busy >> 1))  # inside a block, a move would only tear it apart
        if here == FREE:
            return FREE, FREE
        meeting = timetable.at[person][here]
        choice = timetable.open[meeting] & ~(1 << here)
        if random() < TO_NEIGHBOUR:
            choice &= beside(busy & ~(1 << here), self.unseen[person]) & ~busy
        return meeting, self._one_of(choice)

    def _one_of(self, slots: int) -> int:
        """A random bit of the mask; FREE where there is none."""
        for _ in range(int(self.random() * slots.bit_count())):
            slots &= slots - 1
        return (slots & -slots).bit_length() - 1

    def _disturbance(self, chain: Chain) -> float:
        current, away = self.timetable.current, 0
        for meeting in chain.leaving:
            away += (current[meeting] == chain.here) - (current[meeting] == chain.there)
        for meeting in chain.coming:
            away += (current[meeting] == chain.there) - (current[meeting] == chain.here)
        return self.timetable.stay_energy * away

    def _step_in_pairs(self, chain: Chain, limit: float) -> bool:
        """Swap a chain that a full slot cannot take, together with one that makes up for it."""
        partner = self._partner(chain, limit - chain.change)
        if partner is None:
            return False
        self.timetable.swap(chain)
        self.timetable.swap(partner)
        return True

    def _partner(self, chain: Chain, limit: float) -> Chain | None:
        """One of a few chains between the same slots that carry one meeting the other way within the limit."""
        timetable, random = self.timetable, self.random
        here, there = (chain.there, chain.here) if chain.net > 0 else (chain.here, chain.there)
        taken = {*chain.leaving, *chain.coming}
        for _ in range(PARTNERS):
            at = timetable.at[int(random() * len(timetable.at))]
            if at[here] == FREE or at[there] != FREE or at[here] in taken:
                continue
            found = timetable.chain(at[here], there, limit)
            if found is not None and found.net == 1:
                return found
        return None
