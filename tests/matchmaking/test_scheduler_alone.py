"""Who must wait whatever others do: known cases, and against all days there are."""

from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchmaking.scheduler.alone import waiting_anyway
from matchmaking.scheduler.generate import generate
from matchmaking.scheduler.pricing import gaps
from matchmaking.scheduler.problem import Participant
from matchmaking.scheduler.waits import Waited, waited
from tests.matchmaking.problems import ANY, star


def test_waited_knows_who_waits_because_two_meetings_want_the_same_slot() -> None:
    """Slots 1 to 3 would be a day without a break for three meetings; but two of them can only have slot 3 of it."""
    asked = star(3, 6)
    masks = 0b001001, 0b101000, 0b101111
    tight = replace(asked, meetings=tuple(replace(m, allowed=a) for m, a in zip(asked.meetings, masks, strict=True)))
    assert waited(tight, seconds=5) == Waited(1, alone=(0,))
    booth = replace(tight, participants=(Participant(thing=True), ANY, ANY, ANY))
    assert waited(booth, seconds=5) == Waited(0)


@given(st.lists(st.integers(1, 63), min_size=1, max_size=4), st.integers(0, 63))
def test_waiting_anyway_is_who_has_no_day_without_a_break(masks: list[int], blocked: int) -> None:
    asked = replace(star(len(masks), 6), participants=(Participant(blocked), *[ANY] * len(masks)))
    opens = [mask & ~blocked for mask in masks]
    days = [
        day for day in permutations(range(6), len(masks)) if all(m >> t & 1 for m, t in zip(opens, day, strict=True))
    ]
    breaks = [gaps(sum(1 << t for t in day), blocked)[0] for day in days]
    assert (0 in waiting_anyway(asked, opens)) == (not breaks or min(breaks) > 0)


@pytest.mark.parametrize(("seed", "least"), [(8, 0), (10, 1), (12, 4)])
def test_generated_events_make_some_wait_whatever_is_done(seed: int, least: int) -> None:
    """A meeting for the morning, one for the afternoon, and sessions about noon: zero breaks cannot be asked of all."""
    asked = generate(people=1_000, table_use=0.4, seed=seed)
    assert len(waiting_anyway(asked, asked.open_slots())) == least
