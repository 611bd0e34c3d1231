"""At least so many breaks, for events too large for a linear programme: everybody's best day when seats have prices.

The Lagrangean relaxation of `bounds.waited`: seats in a slot cost a price instead of being few, so that each
participant's cheapest day is a shortest path of their own. Whatever the prices, the total less what all seats are
worth is a bound (Held, Wolfe, Crowder: Validation of subgradient optimization, Mathematical Programming 6 (1974));
dearer crowded slots make it better. With no prices it counts the breaks that people have whatever the others do.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from matchmaking.scheduler.problem import Slot

BEFORE, MEETING, WAITING = range(3)  # a participant's phase in a round
ROUNDS = 400  # of pricing
BOLDNESS, TIMIDITY = 1.0, 0.02  # of the first step and the last
ROUNDING = 1e-6
NEVER = np.inf
Numbers = NDArray[np.float64]


class Day(Protocol):
    """Of `bounds`: all that tells one participant's possible days from another's."""

    @property
    def open(self) -> int: ...
    @property
    def unseen(self) -> int: ...
    @property
    def forced(self) -> int: ...
    @property
    def least(self) -> tuple[int, ...]: ...
    @property
    def most(self) -> tuple[int, ...]: ...


def priced(
    days: Sequence[Day],
    people: Sequence[int],
    slots: tuple[Slot, ...],
    seats: Sequence[int],
    *,
    stop: Callable[[], bool],
) -> int | None:
    """The best bound met, of so many `people` a day and `seats` a slot; None: somebody has no possible day at all."""
    board = _board(days, slots)
    weights, room = np.array(people, float), np.array(seats, float)
    prices, best = np.zeros(len(slots)), 0.0
    for boldness in np.geomspace(BOLDNESS, TIMIDITY, ROUNDS):
        costs, busy = _cheapest(board, prices)
        if np.isinf(costs).any():
            return None
        worth = float(weights @ costs - prices @ room)
        best = max(best, worth)
        crowding = weights @ busy - room
        crowding[(prices == 0) & (crowding < 0)] = 0
        if stop() or not crowding.any():
            break
        # A step that would close a gap of one break in ten people, were the relaxation smooth.
        step = boldness * (0.1 * weights.sum() + 1) / float(crowding @ crowding)
        prices = np.maximum(0, prices + step * crowding)
    return ceil(best - ROUNDING)


@dataclass(frozen=True, slots=True)
class _Board:
    """The days as arrays: slot first, then day, then meetings had so far where that matters."""

    open: NDArray[np.bool_]
    forced: NDArray[np.bool_]
    unseen: NDArray[np.bool_]
    possible: NDArray[np.bool_]  # after the slot, so many meetings had
    last: list[bool]  # slot of its round


def _board(days: Sequence[Day], slots: tuple[Slot, ...]) -> _Board:
    had = np.arange(max((day.most[-1] for day in days), default=0) + 1)
    least, most = (np.array([getattr(day, name) for day in days]).T[1:, :, None] for name in ("least", "most"))
    return _Board(
        open=_bits([day.open for day in days], len(slots)),
        forced=_bits([day.forced for day in days], len(slots)),
        unseen=_bits([day.unseen for day in days], len(slots)),
        possible=(least <= had) & (had <= most),
        last=[before.round != after.round for before, after in pairwise(slots)] + [True],
    )


def _bits(masks: list[int], slots: int) -> NDArray[np.bool_]:
    return np.array([[bool(mask >> t & 1) for mask in masks] for t in range(slots)])


def _cheapest(board: _Board, prices: Numbers) -> tuple[Numbers, Numbers]:
    """For each day what the cheapest path costs, and in which slots (0 or 1) it has a meeting."""
    slots, days, hads = board.possible.shape
    costs = np.full((3, days, hads), NEVER)
    costs[BEFORE, :, 0] = 0
    came: list[NDArray[np.uint8]] = []
    for t in range(slots):
        costs, origin = _onwards(board, t, costs, prices[t])
        came.append(origin)
    every = np.arange(days)
    had, phase = costs[BEFORE].argmin(axis=1), np.full(days, BEFORE)
    cheapest = costs[BEFORE, every, had]
    busy = np.zeros((days, slots))
    for t in reversed(range(slots)):
        origin = came[t][phase, every, had]
        busy[:, t] = origin >= 3
        had, phase = had - (origin >= 3), origin % 3
    return cheapest, busy


def _onwards(board: _Board, t: int, costs: Numbers, price: float) -> tuple[Numbers, NDArray[np.uint8]]:
    """Costs of the states after the slot, and for each the phase it came from, plus 3 where that took a meeting."""
    rests = np.where(board.forced[t][:, None], NEVER, costs)
    meets = np.full_like(costs, NEVER)
    meets[:, :, 1:] = np.where(board.open[t][:, None], costs[:, :, :-1] + price, NEVER)
    meets[WAITING] += 1
    unseen = board.unseen[t][:, None]
    into: list[list[tuple[int, Numbers]]] = [
        [(BEFORE, rests[BEFORE])],
        [(MEETING, np.where(unseen, rests[MEETING], NEVER)), *((3 + phase, meets[phase]) for phase in range(3))],
        [(WAITING, rests[WAITING]), (MEETING, np.where(unseen, NEVER, rests[MEETING]))],
    ]
    if board.last[t]:
        into = [[way for ways in into for way in ways], [], []]
    after, origin = np.full_like(costs, NEVER), np.zeros(costs.shape, np.uint8)
    for phase, ways in enumerate(into):
        for code, cost in ways:
            better = cost < after[phase]
            after[phase][better] = cost[better]
            origin[phase][better] = code
    after[:, ~board.possible[t]] = NEVER
    return after, origin
