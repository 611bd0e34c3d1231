"""A timetable in the making: after any chains it is what it would be if it were built anew, and no rule is broken."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matchmaking.scheduler.anneal import anneal, cooled
from matchmaking.scheduler.construct import construct
from matchmaking.scheduler.generate import generate
from matchmaking.scheduler.pricing import objectives, price
from matchmaking.scheduler.problem import Meeting, Participant, Problem, Slot
from matchmaking.scheduler.timetable import FREE, Timetable
from matchmaking.scheduler.waiting import totals

EVENT = generate(people=24, meetings_each=6, slots=12, table_use=0.9, seed=2)


def filled(problem: Problem, seed: int = 1) -> Timetable:
    timetable = Timetable(problem)
    construct(timetable, range(len(problem.meetings)), random=Random(seed), stop=lambda: False)
    return timetable


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 71), st.integers(0, 11)), max_size=60), st.integers(0, 9))
def test_chains_leave_the_timetable_as_if_built_anew(moves: list[tuple[int, int]], seed: int) -> None:
    timetable = filled(EVENT, seed)
    for meeting, there in moves:
        if timetable.slot[meeting] not in (FREE, there):
            chain = timetable.chain(meeting, there)
            if chain is not None and timetable.fits(chain):
                energy = sum(timetable.energy)
                timetable.swap(chain)
                assert sum(timetable.energy) - energy == pytest.approx(chain.change)
    anew = Timetable(EVENT)
    anew.load_slots(timetable.slot)
    assert (anew.at, anew.busy, anew.load, anew.price) == (
        timetable.at,
        timetable.busy,
        timetable.load,
        timetable.price,
    )
    assert objectives(timetable.price)[1:3] == totals(EVENT, tuple(timetable.slot))
    assert all(mask >> slot & 1 for mask, slot in zip(timetable.open, timetable.slot, strict=True))
    assert all(load <= slot.tables for load, slot in zip(timetable.load, EVENT.slots, strict=True))


def test_a_chain_swapped_back_is_undone() -> None:
    timetable = filled(EVENT)
    before = timetable.slot[:], timetable.price
    chain = next(
        found for meeting in range(72) if (found := timetable.chain(meeting, (timetable.slot[meeting] + 1) % 12))
    )
    timetable.swap(chain)
    assert (timetable.slot, timetable.price) != before
    timetable.swap(chain.back())
    assert (timetable.slot, timetable.price) == before


def test_a_chain_dearer_than_its_limit_is_given_up() -> None:
    asked = Problem(
        (Participant(),) * 4,
        tuple(Slot(t, t + 1, 2) for t in range(4)),
        (Meeting(1, (0, 1)), Meeting(2, (0, 2))),
    )
    timetable = Timetable(asked)
    timetable.load_slots([0, 1])
    chain = timetable.chain(1, 3)
    assert chain is not None
    assert chain.change > 0
    assert timetable.chain(1, 3, chain.change) is not None
    assert timetable.chain(1, 3, chain.change - 0.1) is None


@given(st.tuples(*[st.integers(0, 9999)] * 5), st.tuples(*[st.integers(0, 9999)] * 5))
def test_prices_add_up_and_compare_objective_after_objective(one: tuple[int, ...], two: tuple[int, ...]) -> None:
    names = ("excess", "breaks", "idle", "squares", "moved")
    first, second = (price(**dict(zip(names, values, strict=True))) for values in (one, two))
    assert objectives(first) == one
    assert (first < second) == (one < two)
    assert objectives(first + second) == tuple(a + b for a, b in zip(one, two, strict=True))


def test_annealing_nothing_changes_nothing() -> None:
    timetable = Timetable(EVENT)
    anneal(timetable, steps=1000, random=Random(1), spent=lambda price: 0.0)
    assert set(timetable.slot) == {FREE}


def test_cooling_goes_with_the_steps_and_with_time_where_they_lag() -> None:
    assert cooled(0, 0) == 0
    assert cooled(1, 0) == 1
    assert cooled(0.5, 0.5) == 0.5
    assert cooled(0.1, 1) == pytest.approx(1)
