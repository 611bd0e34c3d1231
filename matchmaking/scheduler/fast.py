"""Anneals with the compiled kernel, where Numba is installed: the same search as `anneal`, a hundred times faster."""

from collections.abc import Callable

import numpy as np

from matchmaking.scheduler import kernel
from matchmaking.scheduler.anneal import temperature
from matchmaking.scheduler.pricing import BREAK_ENERGY, EVEN_ENERGY, EVENLY_ENERGY, RUINOUS, UNEVEN_ENERGY
from matchmaking.scheduler.problem import Aim
from matchmaking.scheduler.timetable import FREE, Timetable

STEPS_AT_ONCE = 20_000  # between two looks at the clock
IDLE_ENERGY = 2.0  # twice as in `pricing`: on the way to no break at all, short gaps close soonest
LOOKS_A_PRICE = 100  # working out a price takes longer than a look
QUENCHED, QUENCH = 0.95, 0.2  # from this share of the steps on, cold enough to fall into the next hollow


def anneal_fast(timetable: Timetable, *, steps: int, seed: int, spent: Callable[[int], float]) -> None:
    """As `anneal`, but looking only every few thousand steps whether the timetable is the best met."""
    board = board_of(timetable, seed)
    kernel.weigh(board)
    before, price = timetable.slot[:], timetable.price
    best, least = board.slot.copy(), board.energy.sum()
    for look, done in enumerate(range(0, steps, STEPS_AT_ONCE)):
        if look % LOOKS_A_PRICE == LOOKS_A_PRICE - 1:
            timetable.load_slots(best.tolist())
        gone = spent(min(price, timetable.price))
        if gone >= 1 or board.counts[0] == 0:
            break
        heat = temperature(done / steps, gone) if max(done / steps, gone) < QUENCHED else QUENCH
        kernel.run(board, min(STEPS_AT_ONCE, steps - done), heat)
        energy = board.energy.sum()
        if energy < least:
            best, least = board.slot.copy(), energy
    timetable.load_slots(best.tolist())
    if timetable.price > price:
        timetable.load_slots(before)


def board_of(timetable: Timetable, seed: int) -> kernel.Board:
    problem = timetable.problem
    minutes = [slot.end - slot.start for slot in problem.slots]
    limit = float(len(minutes)) if problem.homogeneity is None else float(problem.homogeneity)
    usual = _mean(minutes) or 1.0
    even = EVENLY_ENERGY if problem.aim is Aim.EVEN else EVEN_ENERGY
    people, people_of = _flat([list(people) for people in timetable.people])
    limits, limits_of = _flat([[both for limit in mine for both in limit] for mine in problem.limits_each()])
    rounds = problem.round_masks()
    room = 2, kernel.LONGEST_CHAIN * max((len(people) for people in timetable.people), default=2)
    everybody = len(timetable.energy)
    return kernel.Board(
        slot=np.array(timetable.slot, np.int64),
        at=np.array(timetable.at, np.int64),
        busy=np.array(timetable.busy, np.int64),
        energy=np.zeros(everybody),
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
        * IDLE_ENERGY,
        weights=np.array([BREAK_ENERGY, even, timetable.stay_energy, UNEVEN_ENERGY, limit, RUINOUS]),
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
