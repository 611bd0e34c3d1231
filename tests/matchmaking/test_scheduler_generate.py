"""Generated events: the sizes asked for, the same again for the same seed, and as full as asked."""

from statistics import fmean, pstdev

import pytest

from matchmaking.scheduler.bounds import counted, paired
from matchmaking.scheduler.generate import generate
from matchmaking.scheduler.solve import Progress, solve


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


def test_generate_spreads_meetings_as_published_events_do() -> None:
    counts = [len(mine) for mine in generate(people=500, seed=2).meetings_of()]
    assert 0.5 < pstdev(counts) / fmean(counts) < 0.75  # published: 0.64, 0.68


def test_generate_lets_only_two_sides_meet() -> None:
    made = generate(people=50, two_sided=True)
    assert all(min(meeting.people) < 20 <= max(meeting.people) for meeting in made.meetings)
    assert len(made.meetings) == 200


def test_generate_makes_rounds_that_some_leave_out() -> None:
    made = generate(people=60, rounds=2, meetings_each=5)
    morning, afternoon = made.round_masks()
    assert (morning, afternoon) == ((1 << 10) - 1, (1 << 20) - (1 << 10))
    away = [
        one for one in made.participants if one.blocked & morning == morning or one.blocked & afternoon == afternoon
    ]
    assert 15 <= len(away) <= 45


def test_generate_gives_hosts_tables_and_people_colleagues() -> None:
    made = generate(people=80, hosts=0.25, delegations=0.3, meetings_each=6, table_use=0.9)
    hosted = [meeting for meeting in made.meetings if meeting.own]
    assert 0.2 < len(hosted) / len(made.meetings) < 0.7
    assert 0.8 < (len(made.meetings) - len(hosted)) / sum(slot.tables for slot in made.slots) <= 0.9
    assert 0.1 < sum(len(meeting.people) == 3 for meeting in made.meetings) / len(made.meetings) < 0.3


def test_generated_events_of_every_kind_are_solved_whole() -> None:
    made = generate(people=60, two_sided=True, rounds=2, hosts=0.2, delegations=0.2, meetings_each=5, table_use=0.8)
    plan = solve(made, seed=1, deadline_seconds=1)
    assert plan.violations(made) == []
    assert plan.placed == plan.bound.placed


@pytest.mark.parametrize(("people", "use"), [(200, 0.4), (200, 0.95), (1_000, 0.95), (200, 1.0)])
@pytest.mark.parametrize("seed", [1, 3, 4])
def test_everybody_finds_a_place_at_crowded_and_at_full_tables(people: int, use: float, seed: int) -> None:
    """At 1.0 there is not one table more than meetings. No annealing: it ends with the first complete plan."""
    made, told = generate(people=people, table_use=use, seed=seed), list[Progress]()
    first = solve(made, seed=seed, deadline_seconds=60, progress=told.append, cancelled=lambda: _whole(told))
    assert first.placed == len(made.meetings)
    assert first.violations(made) == []
    if use == 1.0:
        assert sum(slot.tables for slot in made.slots) == len(made.meetings)


@pytest.mark.parametrize("seed", [2, 5])
def test_what_full_tables_leave_out_is_proven_but_for_little(seed: int) -> None:
    """With seed 5 those free in two of the slots cannot fill the tables: two meetings are out by matching, and one more
    by a linear programme, if there is time for it."""
    made = generate(people=50, table_use=1.0, seed=seed)
    plan = solve(made, seed=seed, deadline_seconds=15)
    assert plan.violations(made) == []
    assert plan.bound.placed - plan.placed <= 2
    assert plan.bound.placed in {2: (200,), 5: (197, 198)}[seed]
    assert paired(made) == {2: 200, 5: 198}[seed]


def _whole(told: list[Progress]) -> bool:
    return bool(told) and told[-1].placed == told[-1].meetings
