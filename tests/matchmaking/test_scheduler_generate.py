"""Generated events: the sizes asked for, the same again for the same seed, and as full as asked."""

import pytest

from matchmaking.scheduler.bounds import counted
from matchmaking.scheduler.generate import generate


@pytest.mark.parametrize(("people", "each", "slots", "use"), [(50, 8, 20, 0.4), (31, 7, 12, 0.95), (200, 4, 16, 0.75)])
def test_generate_makes_the_sizes_asked_for(people: int, each: float, slots: int, use: float) -> None:
    made = generate(people=people, meetings_each=each, slots=slots, table_use=use)
    tables = sum(slot.tables for slot in made.slots)
    assert (len(made.participants), len(made.slots)) == (people, slots)
    assert len(made.meetings) == round(people * each / 2)
    assert use - slots / tables <= len(made.meetings) / tables <= use


def test_generate_leaves_every_participant_room() -> None:
    made = generate(people=80, table_use=0.9)
    assert counted(made) == len(made.meetings)
    assert all(made.open_slots())


def test_generate_blocks_about_the_share_asked_for() -> None:
    made = generate(people=400, blocked=0.12)
    share = sum(participant.blocked.bit_count() for participant in made.participants) / (400 * 20)
    assert 0.05 < share < 0.25
    assert max(participant.blocked.bit_count() for participant in made.participants) <= 8


def test_generate_again_is_the_same_and_another_seed_is_not() -> None:
    assert generate(people=40, seed=4) == generate(people=40, seed=4)
    assert generate(people=40, seed=4) != generate(people=40, seed=5)


def test_generate_weighs_more_requests_than_fit() -> None:
    made = generate(people=40, choice=1.75)
    assert len(made.meetings) == 280
    assert all(100 <= meeting.weight <= 1000 for meeting in made.meetings)
    assert len({meeting.people for meeting in made.meetings}) == 280
