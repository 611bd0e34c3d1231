"""The annealing step on plain arrays, for Numba to compile; without Numba the same functions run, only slowly.

Same moves as `anneal`, which is the one to read first. It brings its own random numbers, so that the same seed gives
the same timetable, compiled or not.
"""

from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from math import log
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Function = TypeVar("Function", bound=Callable[..., Any])

COMPILED = find_spec("numba") is not None
PARTNERS = 12
MOST_SLOTS = 62  # bits of a busy pattern beside the sign
LONGEST_CHAIN = 60
AT_WAITING, TO_NEIGHBOUR = 0.85, 0.9


def compiled(function: Function) -> Function:
    """Compile where Numba is installed (`pip install pilotmatch[fast]`); the machine code is kept on disk."""
    if not COMPILED:
        return function
    made: Function = import_module("numba").njit(cache=True)(function)
    return made


class Board(NamedTuple):
    """The timetable as arrays; -1 stands for no meeting, no slot, nobody."""

    slot: Ints  # of each meeting
    at: Ints  # participant, slot -> meeting
    busy: Ints  # of each participant, a mask
    energy: Floats  # of each participant
    load: Ints  # of each slot
    capacity: Ints
    open: Ints  # of each meeting, a mask
    current: Ints  # of each meeting
    people: Ints  # of all meetings one after the other
    people_of: Ints  # where each meeting's begin
    unseen: Ints  # of each participant
    rounds: Ints  # masks
    idle: Floats  # energy of an idle slot
    weights: Floats  # of a break, of squared breaks, of a moved meeting, of a break beyond the limit; that limit
    waiting: Ints  # participants with energy; the first `counts[0]` count
    position: Ints  # of each participant in `waiting`
    counts: Ints
    state: NDArray[np.uint64]  # of the random numbers


class Chain(NamedTuple):
    """Room for a chain: its meetings, whether each leaves (1) or comes (0), and its ends."""

    meetings: Ints
    leaves: Ints
    ends: Ints


@compiled
def throw(state: NDArray[np.uint64]) -> float:
    """A random number in [0, 1): xorshift (Marsaglia, Journal of Statistical Software 8 (2003))."""
    x = state[0]
    x ^= x << np.uint64(13)
    x ^= x >> np.uint64(7)
    x ^= x << np.uint64(17)
    state[0] = x
    return float(x >> np.uint64(11)) * 2.0**-53


@compiled
def popcount(mask: int) -> int:
    mask -= mask >> 1 & 0x5555555555555555
    mask = (mask & 0x3333333333333333) + (mask >> 2 & 0x3333333333333333)
    mask = mask + (mask >> 4) & 0x0F0F0F0F0F0F0F0F
    mask += mask >> 8
    mask += mask >> 16
    mask += mask >> 32
    return mask & 127


@compiled
def nth_bit(mask: int, n: int) -> int:
    """Index of the set bit before which there are n others."""
    for _ in range(n):
        mask &= mask - 1
    index = 0
    while not mask >> index & 1:
        index += 1
    return index


@compiled
def energy_of(board: Board, person: int, busy: int) -> float:
    """As `pricing.gaps`, weighed."""
    breaks = 0
    energy = 0.0
    for mask in board.rounds:
        mine = busy & mask
        if not mine:
            continue
        filled = mine
        for shift in (1, 2, 4, 8, 16, 32):
            filled |= filled >> shift
        unseen = board.unseen[person] & mask
        idle = filled & ~((mine & -mine) - 1) & ~mine & ~unseen
        if not idle:
            continue
        after = idle << 1
        after |= (after & unseen) + unseen
        breaks += popcount(mine & after)
        while idle:
            energy += board.idle[nth_bit(idle, 0)]
            idle &= idle - 1
    energy += board.weights[0] * breaks + board.weights[1] * breaks * breaks
    energy += board.weights[3] * max(0.0, breaks - board.weights[4])
    return float(energy)


@compiled
def follow(board: Board, chain: Chain, meeting: int, there: int, limit: float) -> tuple[int, int, int, float]:
    """Find the chain; how many meetings (0: none may move) and ends it has, what it carries there, its energy."""
    here = board.slot[meeting]
    both = 1 << here | 1 << there
    if not board.open[meeting] >> there & 1:
        return 0, 0, 0, 0.0
    chain.meetings[0], chain.leaves[0] = meeting, 1
    size, ends, done, net, change = 1, 0, 0, 0, 0.0
    while done < size:
        one, leaves = chain.meetings[done], chain.leaves[done]
        done += 1
        target = there if leaves else here
        net += 2 * leaves - 1
        if board.current[one] >= 0:
            change += board.weights[2] * ((board.current[one] == board.slot[one]) - (board.current[one] == target))
        for at in range(board.people_of[one], board.people_of[one + 1]):
            person = board.people[at]
            other = board.at[person, target]
            if other < 0:
                change += energy_of(board, person, board.busy[person] ^ both) - board.energy[person]
                chain.ends[ends] = person
                ends += 1
                continue
            known = False
            for k in range(size):
                known = known or chain.meetings[k] == other
            if known:
                continue
            if size == LONGEST_CHAIN or not board.open[other] >> (here if leaves else there) & 1:
                return 0, 0, 0, 0.0
            chain.meetings[size], chain.leaves[size] = other, 1 - leaves
            size += 1
        if change > limit:
            return 0, 0, 0, 0.0
    return size, ends, net, change


@compiled
def swap(board: Board, chain: Chain, size: int, ends: int, here: int, there: int) -> None:
    for k in range(size):
        one, leaves = chain.meetings[k], chain.leaves[k]
        for at in range(board.people_of[one], board.people_of[one + 1]):
            board.at[board.people[at], here if leaves else there] = -1
    for k in range(size):
        one, leaves = chain.meetings[k], chain.leaves[k]
        target = there if leaves else here
        board.slot[one] = target
        board.load[there] += 2 * leaves - 1
        board.load[here] -= 2 * leaves - 1
        for at in range(board.people_of[one], board.people_of[one + 1]):
            board.at[board.people[at], target] = one
    for k in range(ends):
        person = chain.ends[k]
        board.busy[person] ^= 1 << here | 1 << there
        board.energy[person] = energy_of(board, person, board.busy[person])
        watch(board, person)


@compiled
def watch(board: Board, person: int) -> None:
    """Keep the list of those who wait."""
    at, count = board.position[person], board.counts[0]
    if board.energy[person] > 0 and at < 0:
        board.waiting[count], board.position[person] = person, count
        board.counts[0] = count + 1
    elif board.energy[person] <= 0 and at >= 0:
        last = board.waiting[count - 1]
        board.waiting[at], board.position[last] = last, at
        board.position[person] = -1
        board.counts[0] = count - 1


@compiled
def beside(busy: int, unseen: int) -> int:
    """As `pricing.beside`."""
    up, down = busy << 1, busy >> 1
    while up & unseen:
        up = up & ~unseen | (up & unseen) << 1
    while down & unseen:
        down = down & ~unseen | (down & unseen) >> 1
    return up | down


@compiled
def propose(board: Board) -> tuple[int, int]:
    """A meeting and a slot for it, or (-1, -1)."""
    waiting = board.counts[0]
    if waiting and throw(board.state) < AT_WAITING:
        person = board.waiting[int(throw(board.state) * waiting)]
    else:
        person = int(throw(board.state) * len(board.busy))
    busy = board.busy[person]
    edges = busy & ~(busy << 1 & busy >> 1)
    if not edges:
        return -1, -1
    here = nth_bit(edges, int(throw(board.state) * popcount(edges)))
    meeting = board.at[person, here]
    choice = board.open[meeting] & ~(1 << here)
    if throw(board.state) < TO_NEIGHBOUR:
        choice &= beside(busy & ~(1 << here), board.unseen[person]) & ~busy
    if not choice:
        return -1, -1
    return meeting, nth_bit(choice, int(throw(board.state) * popcount(choice)))


@compiled
def step(board: Board, chain: Chain, partner: Chain, temperature: float) -> float:
    """Try one chain, with a partner where a slot is full; the change of energy, 0 where nothing was swapped."""
    meeting, there = propose(board)
    if meeting < 0:
        return 0.0
    here = board.slot[meeting]
    limit = -temperature * log(1.0 - throw(board.state))
    size, ends, net, change = follow(board, chain, meeting, there, limit)
    if not size or change > limit:
        return 0.0
    if board.load[there] + net <= board.capacity[there] and board.load[here] - net <= board.capacity[here]:
        swap(board, chain, size, ends, here, there)
        return change
    if net != 1 and net != -1:
        return 0.0
    full, roomy = (there, here) if net == 1 else (here, there)
    for _ in range(PARTNERS):
        person = int(throw(board.state) * len(board.busy))
        other = board.at[person, full]
        if other < 0 or board.at[person, roomy] >= 0:
            continue
        known = False
        for j in range(size):
            known = known or chain.meetings[j] == other
        if known:
            continue
        size2, ends2, net2, change2 = follow(board, partner, other, roomy, limit - change)
        if size2 and net2 == 1 and change + change2 <= limit:
            swap(board, chain, size, ends, here, there)
            swap(board, partner, size2, ends2, full, roomy)
            return change + change2
    return 0.0


@compiled
def run(board: Board, chain: Chain, partner: Chain, steps: int, temperature: float) -> None:
    """So many steps, or until nobody waits any more."""
    for _ in range(steps):
        if board.counts[0] == 0:
            return
        step(board, chain, partner, temperature)
