"""Anneals with the compiled kernel, where Numba is installed: the same search as `anneal`, some thirty times faster."""

from collections.abc import Callable

import numpy as np

from matchmaking.scheduler import kernel
from matchmaking.scheduler.anneal import STAY_ENERGY, temperature
from matchmaking.scheduler.pricing import BREAK_ENERGY, UNEVEN_ENERGY
from matchmaking.scheduler.timetable import FREE, Timetable

STEPS_AT_ONCE = 5_000  # between two looks at the clock
LOOKS_A_PRICE = 100  # working out a price takes longer than a look
QUENCHED, QUENCH = 0.95, 0.2  # from this share of the steps on, cold enough to fall into the next hollow


def usable(timetable: Timetable) -> bool:
    """Whether the kernel is compiled and knows all the rules of this problem."""
    problem = timetable.problem
    return kernel.COMPILED and len(problem.slots) <= kernel.MOST_SLOTS and not problem.precedences


def anneal_fast(timetable: Timetable, *, steps: int, seed: int, spent: Callable[[int], float]) -> None:
    """As `anneal`, but looking only every few thousand steps whether the timetable is the best met."""
    board, chain, partner = _board(timetable, seed), _room(timetable), _room(timetable)
    before, price = timetable.slot[:], timetable.price
    best, least = board.slot.copy(), board.energy.sum()
    for look, done in enumerate(range(0, steps, STEPS_AT_ONCE)):
        if look % LOOKS_A_PRICE == LOOKS_A_PRICE - 1:
            timetable.load_slots(best.tolist())
        gone = spent(min(price, timetable.price))
        if gone >= 1 or board.counts[0] == 0:
            break
        heat = temperature(done / steps, gone) if max(done / steps, gone) < QUENCHED else QUENCH
        kernel.run(board, chain, partner, min(STEPS_AT_ONCE, steps - done), heat)
        energy = board.energy.sum()
        if energy < least:
            best, least = board.slot.copy(), energy
    timetable.load_slots(best.tolist())
    if timetable.price > price:
        timetable.load_slots(before)


def _room(timetable: Timetable) -> kernel.Chain:
    seats = 2 * max((len(people) for people in timetable.people), default=2)
    size = kernel.LONGEST_CHAIN + 1
    return kernel.Chain(np.zeros(size, np.int64), np.zeros(size, np.int64), np.zeros(seats * size, np.int64))


def _board(timetable: Timetable, seed: int) -> kernel.Board:
    problem = timetable.problem
    minutes = [slot.end - slot.start for slot in problem.slots]
    limit = float(len(minutes)) if problem.homogeneity is None else float(problem.homogeneity)
    usual = sum(minutes) / max(1, len(minutes)) or 1.0
    people, people_of = _flat([list(people) for people in timetable.people])
    waiting = [person for person, energy in enumerate(timetable.energy) if energy > 0]
    position = np.full(len(timetable.energy), -1, np.int64)
    position[waiting] = np.arange(len(waiting))
    return kernel.Board(
        slot=np.array(timetable.slot, np.int64),
        at=np.array(timetable.at, np.int64),
        busy=np.array(timetable.busy, np.int64),
        energy=np.array(timetable.energy),
        load=np.array(timetable.load, np.int64),
        capacity=np.array(timetable.capacity, np.int64),
        open=np.array(timetable.open, np.int64),
        current=np.array([FREE if slot is None else slot for slot in timetable.current], np.int64),
        people=people,
        people_of=people_of,
        unseen=np.array([problem.seen_through(p) for p in range(len(problem.participants))], np.int64),
        rounds=np.array(problem.round_masks(), np.int64),
        idle=np.array(minutes) / usual,
        weights=np.array([BREAK_ENERGY, 0.5, STAY_ENERGY, UNEVEN_ENERGY, limit]),
        waiting=np.array(waiting + [0] * (len(position) - len(waiting)), np.int64),
        position=position,
        counts=np.array([len(waiting)], np.int64),
        state=np.array([seed * 2 + 0x9E3779B97F4A7C15], np.uint64),  # never zero
    )


def _flat(lists: list[list[int]]) -> tuple[kernel.Ints, kernel.Ints]:
    """All lists one after the other, and where each begins; the last entry is where all end."""
    begins = np.cumsum([0, *map(len, lists)], dtype=np.int64)
    return np.array([one for all_ in lists for one in all_], np.int64), begins
