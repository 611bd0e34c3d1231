"""Anneals with the compiled kernel: the same search as `anneal`, a hundred times faster, on as many cores as given."""

from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from math import inf
from typing import NamedTuple

import numpy as np

from matchmaking.scheduler import kernel
from matchmaking.scheduler.anneal import cooled
from matchmaking.scheduler.pricing import BREAK_ENERGY, EVEN_ENERGY, EVENLY_ENERGY, RUINOUS, UNEVEN_ENERGY
from matchmaking.scheduler.problem import Aim, Meeting, Participant, Problem, Slot
from matchmaking.scheduler.timetable import FREE, Timetable

STEPS_AT_ONCE = 20_000  # between two looks at the energy
LOOKS_AT_ONCE = 8  # between two at the clock, and at the other chains
TURNS_A_PRICE = 25  # working out a price takes as long as some turns
QUENCHED, QUENCH = 0.95, 0.2  # from this share of the steps on, cold enough to fall into the next hollow
PATIENCE = 200  # steps for each participant, before whoever waits becomes dearer once more
COMPILING = 15.0  # seconds


class Way(NamedTuple):
    """How hot a walk begins and ends, and what it pays beside breaks."""

    hot: float
    cold: float
    until: float  # the share of the steps in which it cools; then it stays cold
    idle: float  # for an idle slot, times as much as in `pricing`
    even: float  # for squared breaks, likewise
    at_waiting: float  # share of steps that begin with somebody who waits
    recent: int  # so many of them are drawn, and whoever began to wait last is taken
    insists: float  # what whoever waits becomes dearer by once it is cold, again and again; 1 is what all cost


# On the way to no break at all, short gaps close soonest. Who still waits when it is cold is hard to help, and becomes
# dearer until others give way. Where some must wait, better few than shortly. There whoever a chain just made wait is
# helped next, so that chains follow one another before the first is undone.
LOOSE = Way(hot=3.5, cold=1.35, until=0.4, idle=2.0, even=1.0, at_waiting=0.6, recent=1, insists=0.1)
CROWDED = Way(hot=2.2, cold=0.8, until=0.95, idle=0.5, even=0.0, at_waiting=0.9, recent=3, insists=0.0)


def ready(seconds: float) -> bool:
    """Load the machine code, or compile it. False where it could not be kept and takes too long for so few seconds."""
    if not kernel.OPTIONS["cache"] and seconds < 2 * COMPILING:
        return False
    smallest = Problem((Participant(),) * 2, (Slot(0, 1, 1),), (Meeting(1, (0, 1)),))
    kernel.weigh(board := board_of(Timetable(smallest), 1))
    kernel.run(board, 1, LOOSE.hot)
    return True


def anneal_fast(
    timetable: Timetable,
    *,
    steps: int,
    seed: int,
    spent: Callable[[int], float],
    workers: int = 1,
    way: Way = LOOSE,
    waiting_anyway: Collection[int] = (),
) -> None:
    """As `anneal`, but looking only every few thousand steps whether the timetable is the best met.

    Each worker walks a chain of its own, of so many steps; the best of all counts. A break of those who wait whatever
    anybody does is borne.
    """
    before, price, known = timetable.slot[:], timetable.price, inf
    chains = [_Chain(board_of(timetable, seed + number, way, waiting_anyway), way) for number in range(workers)]
    with ThreadPoolExecutor(workers) as pool:
        for turn, done in enumerate(range(0, steps, STEPS_AT_ONCE * LOOKS_AT_ONCE)):
            best = min(chains, key=lambda chain: chain.least)
            if turn % TURNS_A_PRICE == TURNS_A_PRICE - 1 and best.least < known:
                timetable.load_slots(best.slots.tolist())
                known = best.least
            gone = spent(min(price, timetable.price))
            if gone >= 1 or best.nobody_waits():
                break
            some = min(STEPS_AT_ONCE * LOOKS_AT_ONCE, steps - done)
            list(pool.map(partial(_Chain.run, steps=some, so_far=cooled(done / steps, gone)), chains))
    timetable.load_slots(min(chains, key=lambda chain: chain.least).slots.tolist())
    if timetable.price > price:
        timetable.load_slots(before)


class _Chain:
    """A walk, and the best timetable it met."""

    def __init__(self, board: kernel.Board, way: Way) -> None:
        self.board, self.way = board, way
        self.since_dearer = 0
        kernel.weigh(board)
        self.least, self.slots = self.unborne(), board.slot.copy()

    def run(self, *, steps: int, so_far: float) -> None:
        way = self.way
        heat = way.hot * (way.cold / way.hot) ** min(1, so_far / way.until) if so_far < QUENCHED else QUENCH
        for done in range(0, steps, STEPS_AT_ONCE):
            kernel.run(self.board, min(STEPS_AT_ONCE, steps - done), heat)
            if (energy := self.unborne()) < self.least:
                self.least, self.slots = energy, self.board.slot.copy()
        if so_far > way.until:
            self.insist(steps)

    def insist(self, steps: int) -> None:
        self.since_dearer += steps
        if self.since_dearer > PATIENCE * len(self.board.busy):
            kernel.insist(self.board, self.way.insists)
            self.since_dearer = 0

    def unborne(self) -> float:
        """The energy of all, at what it usually costs, beyond what they bear."""
        board = self.board
        return float(np.maximum(board.energy / board.dear - board.bears, 0).sum())

    def nobody_waits(self) -> bool:
        return bool(self.board.counts[0] == 0)


def board_of(timetable: Timetable, seed: int, way: Way = LOOSE, waiting_anyway: Collection[int] = ()) -> kernel.Board:
    problem = timetable.problem
    minutes = [slot.end - slot.start for slot in problem.slots]
    limit = float(len(minutes)) if problem.homogeneity is None else float(problem.homogeneity)
    usual = _mean(minutes) or 1.0
    even = EVENLY_ENERGY if problem.aim is Aim.EVEN else EVEN_ENERGY * way.even
    people, people_of = _flat([list(people) for people in timetable.people])
    limits, limits_of = _flat([[both for limit in mine for both in limit] for mine in problem.limits_each()])
    rounds = problem.round_masks()
    room = 2, kernel.LONGEST_CHAIN * max((len(people) for people in timetable.people), default=2)
    everybody = len(timetable.energy)
    bears = np.zeros(everybody)
    bears[list(waiting_anyway)] = 2 * BREAK_ENERGY + 4 * even + way.idle  # less than two breaks, be they short
    return kernel.Board(
        slot=np.array(timetable.slot, np.int64),
        at=np.array(timetable.at, np.int64),
        busy=np.array(timetable.busy, np.int64),
        energy=np.zeros(everybody),
        dear=np.ones(everybody),
        bears=bears,
        load=np.array(timetable.load, np.int64),
        capacity=np.array(timetable.capacity, np.int64),
        open=np.array(timetable.open, np.int64),
        own=np.array(timetable.own or [0] * len(timetable.slot), np.int64),
        current=np.array([FREE if slot is None else slot for slot in timetable.current], np.int64),
        people=people,
        people_of=people_of,
        unseen=np.array([problem.seen_through(p) for p in range(len(problem.participants))], np.int64),
        limits=limits,
        limits_of=limits_of // 2,
        rounds=np.array(rounds, np.int64),
        idle=np.array([_mean([m for t, m in enumerate(minutes) if mask >> t & 1]) for mask in rounds])
        / usual
        * way.idle,
        weights=np.array([BREAK_ENERGY, even, timetable.stay_energy, UNEVEN_ENERGY, limit, RUINOUS]),
        focus=np.array([way.at_waiting, way.recent]),
        waiting=np.zeros(everybody, np.int64),
        position=np.full(everybody, -1, np.int64),
        seen=np.zeros(len(timetable.slot), np.int64),
        counts=np.zeros(2, np.int64),
        state=np.array([seed * 2 + 0x9E3779B97F4A7C15], np.uint64),  # never zero
        chain=np.zeros(room, np.int64),
        leaves=np.zeros(room, np.int64),
        ends=np.zeros(room, np.int64),
    )


def _mean(numbers: list[int]) -> float:
    return sum(numbers) / max(1, len(numbers))


def _flat(lists: list[list[int]]) -> tuple[kernel.Ints, kernel.Ints]:
    """All lists one after the other, and where each begins; the last entry is where all end."""
    begins = np.cumsum([0, *map(len, lists)], dtype=np.int64)
    return np.array([one for all_ in lists for one in all_], np.int64), begins
