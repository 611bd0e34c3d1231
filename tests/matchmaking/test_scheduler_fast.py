"""The kernel, compiled or not: what it tells of energy is what the pricing tells, and it breaks no rule."""

import time
from dataclasses import replace
from random import Random

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matchmaking.scheduler import fast, kernel
from matchmaking.scheduler.construct import construct
from matchmaking.scheduler.fast import CROWDED, LOOSE, Way, anneal_fast, board_of
from matchmaking.scheduler.generate import generate
from matchmaking.scheduler.plan import Status, today
from matchmaking.scheduler.pricing import beside, objectives
from matchmaking.scheduler.problem import Meeting, Participant, Problem, Slot, in_a_row
from matchmaking.scheduler.solve import solve
from matchmaking.scheduler.tables import seat
from matchmaking.scheduler.timetable import FREE, Timetable
from matchmaking.scheduler.waiting import totals

TEN = tuple(Slot(30 * t, 30 * t + 20 + 5 * (t // 6), 9, round=t // 6) for t in range(10))

compiles = settings(deadline=None)  # the first call compiles, where Numba is installed


def started(problem: Problem) -> Timetable:
    timetable = Timetable(problem)
    construct(timetable, range(len(problem.meetings)), random=Random(1), stop=lambda: False)
    return timetable


def energy(timetable: Timetable) -> float:
    kernel.weigh(board := board_of(timetable, 1))
    return float(board.energy.sum())


@compiles
@given(st.integers(0, 1023), st.integers(0, 1023))
def test_kernel_prices_patterns_as_the_tariff_does(busy: int, blocked: int) -> None:
    asked = Problem((Participant(blocked), Participant()), TEN, (Meeting(1, (0, 1)),), homogeneity=1)
    timetable = Timetable(asked)
    free = busy & ~blocked
    priced = kernel.energy_of(board_of(timetable, 1), 0, free)
    paid = timetable.tariff[0][free]
    idle = objectives(timetable.tariff[0].prices[free])[2] / (sum(slot.end - slot.start for slot in TEN) / len(TEN))
    assert priced == pytest.approx(paid + (LOOSE.idle - 1) * idle)


@compiles
@given(st.integers(0, 1023), st.integers(0, 1023))
def test_kernel_finds_the_same_neighbours(busy: int, unseen: int) -> None:
    assert kernel.beside(busy & ~unseen, unseen) == beside(busy & ~unseen, unseen)


@compiles
@given(st.integers(1, 2**62 - 1), st.data())
def test_kernel_counts_and_finds_bits(mask: int, data: st.DataObject) -> None:
    bits = [t for t in range(62) if mask >> t & 1]
    assert kernel.popcount(mask) == len(bits)
    at = data.draw(st.integers(0, len(bits) - 1))
    assert kernel.nth_bit(mask, at) == bits[at]


def test_kernel_throws_evenly_and_again_the_same() -> None:
    state, again = np.array([7], np.uint64), np.array([7], np.uint64)
    thrown = [kernel.throw(state) for _ in range(2000)]
    assert all(0 <= number < 1 for number in thrown)
    assert 0.45 < sum(thrown) / 2000 < 0.55
    assert thrown == [kernel.throw(again) for _ in range(2000)]


@pytest.mark.parametrize("table_use", [0.4, 0.95])
def test_anneal_fast_improves_and_breaks_no_rule(table_use: float) -> None:
    asked = generate(people=40, table_use=table_use)
    timetable = started(asked)
    before = timetable.price
    anneal_fast(timetable, steps=10_000, seed=1, spent=lambda price: 0.0)
    assert timetable.price < before
    slots = tuple(timetable.slot)
    assert totals(asked, slots) == objectives(timetable.price)[1:3]
    assert all(load <= capacity for load, capacity in zip(timetable.load, timetable.capacity, strict=True))
    assert all(mask >> slot & 1 for mask, slot in zip(timetable.open, timetable.slot, strict=True))
    seats = [(person, slot) for people, slot in zip(timetable.people, slots, strict=True) for person in people]
    assert len(seats) == len(set(seats))


@pytest.mark.parametrize("most", [2, 3])
def test_anneal_fast_keeps_pauses_and_tables_of_ones_own(most: int) -> None:
    """Every third meeting has a table of its own in the first half; the others have few."""
    asked = generate(people=40, table_use=0.9, meetings_each=6)
    own = tuple(replace(m, own=(1 << 10) - 1 if m.id % 3 == 0 else 0) for m in asked.meetings)
    few = tuple(replace(slot, tables=max(1, slot.tables - (2 if t < 10 else 0))) for t, slot in enumerate(asked.slots))
    asked = replace(asked, meetings=own, slots=few, limits=tuple(in_a_row(asked.slots, most)))
    timetable = started(asked)
    before, placed = timetable.price, timetable.placed
    anneal_fast(timetable, steps=20_000, seed=1, spent=lambda price: 0.0)
    assert timetable.price < before
    assert timetable.placed == placed
    slots = tuple(None if slot == FREE else slot for slot in timetable.slot)
    plan = replace(today(asked), slots=slots, tables=seat(asked, slots))
    assert plan.violations(asked) == []


@pytest.mark.parametrize(("workers", "way"), [(1, LOOSE), (1, CROWDED), (2, LOOSE)])
def test_anneal_fast_again_is_the_same(workers: int, way: Way) -> None:
    asked = generate(people=30, table_use=0.6)
    runs = [started(asked), started(asked)]
    for timetable in runs:
        anneal_fast(timetable, steps=6_000, seed=5, spent=lambda price: 0.0, workers=workers, way=way)
    assert runs[0].slot == runs[1].slot


def test_two_chains_give_what_the_better_one_gives() -> None:
    asked = generate(people=60, table_use=0.95)
    alone = [started(asked), started(asked)]
    for seed, timetable in enumerate(alone, start=5):
        anneal_fast(timetable, steps=40_000, seed=seed, spent=lambda price: 0.0)
    both = started(asked)
    anneal_fast(both, steps=40_000, seed=5, spent=lambda price: 0.0, workers=2)
    assert alone[0].slot != alone[1].slot
    assert both.slot == min(alone, key=energy).slot


def test_steps_turn_to_whoever_began_to_wait_last() -> None:
    timetable = started(generate(people=40, table_use=0.95))
    kernel.weigh(board := board_of(timetable, 1, CROWDED._replace(at_waiting=1, recent=1000)))
    last = board.waiting[board.counts[0] - 1]
    proposed = {kernel.propose(board)[0] for _ in range(50)} - {FREE}
    assert proposed
    assert all(last in timetable.people[meeting] for meeting in proposed)


def test_who_waits_becomes_dearer_but_not_who_must() -> None:
    timetable = started(generate(people=40, table_use=0.95))
    must = next(person for person, energy in enumerate(timetable.energy) if energy)
    board = board_of(timetable, 1, CROWDED, waiting_anyway=[must])
    assert board.bears[must] > 0
    board.bears[must] = 0.1  # less than they have: they are helped as others are
    kernel.weigh(board)
    assert must in board.waiting[: board.counts[0]]
    usual = board.energy.copy()
    for _ in range(3):
        kernel.insist(board, 0.5)
    for person, energy in enumerate(usual):
        assert board.dear[person] == (2.5 if energy and person != must else 1)
    assert board.energy == pytest.approx(usual * board.dear)
    assert board.energy == pytest.approx(
        [kernel.energy_of(board, person, busy) for person, busy in enumerate(board.busy)]
    )


def with_somebody_who_must_wait() -> Problem:
    """Participant 30 meets first thing and again two hours later, and nobody between; their partners need not wait."""
    asked = generate(people=30, meetings_each=3, slots=10, blocked=0)
    meetings = (Meeting(901, (30, 31), allowed=1), Meeting(902, (30, 32), allowed=1 << 5))
    day = tuple(Slot(30 * t, 30 * t + 20, 9) for t in range(10))
    return Problem((*asked.participants, *(Participant(),) * 3), day, (*asked.meetings, *meetings))


def test_a_walk_ends_when_only_those_wait_who_must() -> None:
    timetable, looked = started(with_somebody_who_must_wait()), []

    def spent(price: int) -> float:
        looked.append(price)
        return 0.0

    anneal_fast(timetable, steps=200_000_000, seed=1, spent=spent, waiting_anyway=[30])
    assert [person for person, energy in enumerate(timetable.energy) if energy] == [30]
    assert len(looked) < 100  # of 1,250


def test_solving_ends_when_only_those_wait_who_must() -> None:
    began = time.process_time()
    plan = solve(with_somebody_who_must_wait(), seed=1, deadline_seconds=60)
    assert (plan.breaks, plan.bound.breaks, plan.status) == (1, 1, Status.OPTIMAL)
    assert time.process_time() - began < 6  # not of the clock, which other programs share


def test_references_are_not_counted() -> None:
    """`_nrt=False` is no documented option of Numba: if it goes, or stops working, this tells. Without counting nothing
    can be made, not even a view."""

    def rest(numbers: kernel.Ints) -> kernel.Ints:
        return numbers[1:]

    assert len(numba.njit(rest)(np.zeros(2, np.int64))) == 1
    with pytest.raises(numba.core.errors.NumbaError, match="array passed into the function"):
        numba.njit(_nrt=kernel.OPTIONS["_nrt"])(rest)(np.zeros(2, np.int64))


def test_nothing_is_compiled_in_vain_where_it_cannot_be_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(kernel.OPTIONS, "cache", False)
    assert not fast.ready(10)
    assert fast.ready(60)
