"""Bounds with prices: what one participant alone must wait, what crowded slots add, and never above the programme's."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matchmaking.scheduler import waits
from matchmaking.scheduler.generate import generate
from matchmaking.scheduler.problem import Meeting, Participant, Problem, Slot
from matchmaking.scheduler.waits import Waited, waited

ANY = Participant()


@pytest.fixture(autouse=True)
def _no_programme(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waits, "LARGEST", 0)


def pairs(*allowed: int, tables: int = 9, slots: int = 6) -> Problem:
    """Participant 0 meets everybody else, each in the slots of a mask."""
    meetings = tuple(Meeting(n, (0, n), allowed=mask) for n, mask in enumerate(allowed, start=1))
    return Problem((ANY,) * (len(allowed) + 1), tuple(Slot(t, t + 1, tables) for t in range(slots)), meetings)


def test_waited_counts_the_break_that_two_far_meetings_force() -> None:
    asked = pairs(0b000011, 0b110000)
    assert waited(asked, seconds=5) == Waited(1, alone=(0,))
    sitting = replace(asked, participants=(Participant(blocked=0b001100), ANY, ANY))
    assert waited(sitting, seconds=5) == Waited(0)
    assert waited(replace(sitting, blocked_is_idle=True), seconds=5) == Waited(1, alone=(0,))
    over_noon = tuple(replace(slot, round=t // 3) for t, slot in enumerate(asked.slots))
    assert waited(replace(asked, slots=over_noon), seconds=5) == Waited(0)


def test_waited_knows_that_some_days_are_impossible() -> None:
    assert not waited(pairs(0b1, 0b1), seconds=5).possible
    assert waited(pairs(0b1, 0b10), seconds=5).possible


def test_prices_see_that_the_middle_is_crowded() -> None:
    """Three pairs meet twice in three slots with room for six: whoever is squeezed out of the middle waits."""
    meetings = tuple(Meeting(2 * n + k, (2 * n, 2 * n + 1)) for n in range(3) for k in range(2))
    slots = tuple(Slot(t, t + 1, tables) for t, tables in enumerate((3, 1, 3)))
    asked = Problem((ANY,) * 6, slots, meetings)
    assert waited(asked, seconds=5) == Waited(4)  # two pairs, each of both people
    roomy = replace(asked, slots=tuple(replace(slot, tables=3) for slot in slots))
    assert waited(roomy, seconds=5) == Waited(0)


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 10_000), st.sampled_from([0.6, 0.95, 1.0]))
def test_prices_never_say_more_than_the_programme(seed: int, use: float) -> None:
    asked = generate(people=16, slots=9, meetings_each=5, blocked=0.25, table_use=use, seed=seed)
    priced = waited(asked, seconds=5)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(waits, "LARGEST", 10**9)
        exact = waited(asked, seconds=20)
    assert priced.breaks <= exact.breaks or not exact.possible
