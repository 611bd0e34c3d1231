"""The annealing step on plain arrays, for Numba to compile; without Numba the same functions run, only slowly.

Same moves as `anneal`, which is the one to read first. It brings its own random numbers, so that the same seed gives
the same timetable, compiled or not.
"""

from collections.abc import Callable
from importlib import import_module
from math import log
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from matchmaking.scheduler.anneal import COMPILER

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Function = TypeVar("Function", bound=Callable[..., Any])

PARTNERS = 24
LONGEST_CHAIN = 60
TO_NEIGHBOUR = 0.93
DEARER = 3.0  # how far a chain may be above its limit before all its ends are found


def _options() -> dict[str, bool]:
    """Nothing here allocates, so nothing is counted: with the counting of references (`_nrt`, which Numba does not
    document; a test tells when it goes) a step takes eight times as long, for every array of the board is counted up
    and down at every call. `nogil` lets two chains run at once."""
    return {"forceinline": True, "nogil": True, "_nrt": False, "cache": _kept()}


def _kept() -> bool:
    """Whether machine code can be kept: beside the package, in the home, or where NUMBA_CACHE_DIR says."""
    try:
        import_module("numba").njit(cache=True)(_kept)
    except RuntimeError:
        return False
    return True


OPTIONS = _options() if COMPILER else {}


def compiled(function: Function) -> Function:
    """Compile where Numba is installed."""
    if not COMPILER:
        return function
    made: Function = import_module("numba").njit(**OPTIONS)(function)
    return made


class Board(NamedTuple):
    """The timetable as arrays; -1 stands for no meeting, no slot, nobody."""

    slot: Ints  # of each meeting
    at: Ints  # participant, slot -> meeting
    busy: Ints  # of each participant, a mask
    energy: Floats  # of each participant
    dear: Floats  # of each participant: their energy counts so many times
    bears: Floats  # of each participant: with no more than this energy they do not count as waiting
    load: Ints  # of each slot
    capacity: Ints
    open: Ints  # of each meeting, a mask
    own: Ints  # of each meeting, a mask: where it takes no table
    current: Ints  # of each meeting
    people: Ints  # of all meetings one after the other
    people_of: Ints  # where each meeting's begin
    unseen: Ints  # of each participant
    limits: Ints  # mask and most, of all participants one after the other
    limits_of: Ints  # where each participant's begin
    rounds: Ints  # masks
    idle: Floats  # energy of an idle slot of each round
    weights: Floats  # of break, squared breaks, moved meeting, break beyond the limit; limit; ruin
    focus: Floats  # share of steps that begin with who waits, and of how many of them the last to begin it is taken
    waiting: Ints  # participants with more energy than they bear; the first `counts[0]` count
    position: Ints  # of each participant in `waiting`
    seen: Ints  # of each meeting, the chain that found it last
    counts: Ints  # of those who wait, and of chains
    state: NDArray[np.uint64]  # of the random numbers
    chain: Ints  # room for two chains: their meetings,
    leaves: Ints  # whether each leaves (1) or comes (0),
    ends: Ints  # and their ends


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
    return popcount((mask & -mask) - 1)


@compiled
def energy_of(board: Board, person: int, busy: int) -> float:
    """As `pricing.gaps`, weighed; an idle slot counts as the usual one of its round."""
    breaks = 0
    energy = 0.0
    for k in range(len(board.rounds)):
        mask = board.rounds[k]
        mine = busy & mask
        if not mine & (mine - 1):
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
        energy += board.idle[k] * popcount(idle)
    for k in range(board.limits_of[person], board.limits_of[person + 1]):
        if popcount(busy & board.limits[2 * k]) > board.limits[2 * k + 1]:
            return float(board.weights[5])
    energy += board.weights[0] * breaks + board.weights[1] * breaks * breaks
    energy += board.weights[3] * max(0.0, breaks - board.weights[4])
    return float(energy * board.dear[person])


@compiled
def follow(board: Board, which: int, meeting: int, there: int, limit: float) -> tuple[int, int, float]:
    """Find the chain; how many meetings (0: none may move) and ends it has, and its energy."""
    here = board.slot[meeting]
    both = 1 << here | 1 << there
    if not board.open[meeting] >> there & 1:
        return 0, 0, 0.0
    board.counts[1] += 1
    mark = board.counts[1]
    board.chain[which, 0], board.leaves[which, 0], board.seen[meeting] = meeting, 1, mark
    size, ends, done, change = 1, 0, 0, 0.0
    while done < size:
        one, leaves = board.chain[which, done], board.leaves[which, done]
        done += 1
        target, source = (there, here) if leaves else (here, there)
        if board.current[one] >= 0:
            change += board.weights[2] * ((board.current[one] == source) - (board.current[one] == target))
        for at in range(board.people_of[one], board.people_of[one + 1]):
            person = board.people[at]
            other = board.at[person, target]
            if other < 0:
                change += energy_of(board, person, board.busy[person] ^ both) - board.energy[person]
                board.ends[which, ends] = person
                ends += 1
            elif board.seen[other] != mark:
                if size == LONGEST_CHAIN or not board.open[other] >> source & 1:
                    return 0, 0, 0.0
                board.chain[which, size], board.leaves[which, size], board.seen[other] = other, 1 - leaves, mark
                size += 1
        if change > limit + DEARER:
            return 0, 0, 0.0
    return (size, ends, change) if change <= limit else (0, 0, 0.0)


@compiled
def taken(board: Board, which: int, size: int, slot: int, there: int) -> int:
    """Tables of the slot that the chain's leavers take or would take there, less those of who comes."""
    net = 0
    for k in range(size):
        takes = 1 - (board.own[board.chain[which, k]] >> slot & 1)
        net += takes if board.leaves[which, k] else -takes
    return net


@compiled
def swap(board: Board, which: int, size: int, ends: int, here: int, there: int) -> None:
    board.load[here] -= taken(board, which, size, here, there)
    board.load[there] += taken(board, which, size, there, there)
    for k in range(size):
        one, leaves = board.chain[which, k], board.leaves[which, k]
        for at in range(board.people_of[one], board.people_of[one + 1]):
            board.at[board.people[at], here if leaves else there] = -1
    for k in range(size):
        one, leaves = board.chain[which, k], board.leaves[which, k]
        target = there if leaves else here
        board.slot[one] = target
        for at in range(board.people_of[one], board.people_of[one + 1]):
            board.at[board.people[at], target] = one
    for k in range(ends):
        person = board.ends[which, k]
        board.busy[person] ^= 1 << here | 1 << there
        board.energy[person] = energy_of(board, person, board.busy[person])
        watch(board, person)


@compiled
def watch(board: Board, person: int) -> None:
    """Keep the list of those who wait."""
    at, count = board.position[person], board.counts[0]
    if board.energy[person] > board.bears[person] and at < 0:
        board.waiting[count], board.position[person] = person, count
        board.counts[0] = count + 1
    elif board.energy[person] <= board.bears[person] and at >= 0:
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
    if waiting and throw(board.state) < board.focus[0]:
        since = throw(board.state)  # the last in the list began last
        for _ in range(1, int(board.focus[1])):
            since = min(since, throw(board.state))
        person = board.waiting[waiting - 1 - int(since * waiting)]
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
def step(board: Board, temperature: float) -> None:
    """Try one chain, with a partner where a slot is full."""
    meeting, there = propose(board)
    if meeting < 0:
        return
    here = board.slot[meeting]
    limit = -temperature * log(1.0 - throw(board.state))  # the Metropolis rule, drawn first
    size, ends, change = follow(board, 0, meeting, there, limit)
    if not size:
        return
    more, fewer = taken(board, 0, size, there, there), taken(board, 0, size, here, there)
    over_there = board.load[there] + more - board.capacity[there]
    over_here = board.load[here] - fewer - board.capacity[here]
    if over_there <= 0 and over_here <= 0:
        swap(board, 0, size, ends, here, there)
        return
    full, roomy = (there, here) if over_there > 0 else (here, there)
    first = board.counts[1]
    for _ in range(PARTNERS):
        person = int(throw(board.state) * len(board.busy))
        other = board.at[person, full]
        if other < 0 or board.at[person, roomy] >= 0 or board.seen[other] == first:
            continue
        size2, ends2, _ = follow(board, 1, other, roomy, limit - change)
        if not size2:
            continue
        sign = 1 if full == there else -1
        back_full, back_roomy = taken(board, 1, size2, full, roomy), taken(board, 1, size2, roomy, roomy)
        net_full, net_roomy = (more, fewer) if sign > 0 else (fewer, more)
        if board.load[full] + sign * net_full - back_full > board.capacity[full]:
            continue
        if board.load[roomy] - sign * net_roomy + back_roomy > board.capacity[roomy]:
            continue
        swap(board, 0, size, ends, here, there)
        swap(board, 1, size2, ends2, full, roomy)
        return


@compiled
def weigh(board: Board) -> None:
    """Work out everybody's energy, and who waits."""
    for person in range(len(board.busy)):
        board.energy[person] = energy_of(board, person, board.busy[person])
        watch(board, person)


@compiled
def insist(board: Board, more: float) -> None:
    """Whoever waits becomes dearer, but for those who must."""
    for k in range(board.counts[0] - 1, -1, -1):
        person = board.waiting[k]
        if board.bears[person] == 0:
            board.energy[person] *= 1 + more / board.dear[person]
            board.dear[person] += more


@compiled
def run(board: Board, steps: int, temperature: float) -> None:
    """So many steps, or until nobody waits any more."""
    for _ in range(steps):
        if board.counts[0] == 0:
            return
        step(board, temperature)
