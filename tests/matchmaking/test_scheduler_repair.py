"""Repair on the day: what can stay stays, nobody is told anything without need, and no rule is ever broken."""

import time
from dataclasses import replace
from itertools import combinations, product
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matchmaking.scheduler.generate import generate
from matchmaking.scheduler.neighbourhood import must_hear
from matchmaking.scheduler.plan import Plan, difference, today
from matchmaking.scheduler.problem import Meeting, Participant, Problem, Slot
from matchmaking.scheduler.repair import Changes, Repair, repair
from matchmaking.scheduler.solve import solve
from matchmaking.scheduler.violations import Rule

ANY = Participant()
EVENT = generate(people=40, table_use=0.8, seed=3)
PLAN = solve(EVENT, seed=1, deadline_seconds=0.5)
LAST = len(EVENT.slots) - 1


def held(problem: Problem, *slots: int | None) -> Plan:
    """These slots as the plan people hold, each at the first table that is free."""
    tables = tuple(None if slot is None else slots[:at].count(slot) for at, slot in enumerate(slots))
    meetings = zip(problem.meetings, slots, tables, strict=True)
    return today(replace(problem, meetings=tuple(replace(m, current=s, table=t) for m, s, t in meetings)))


def day(*pairs: tuple[int, int], tables: int = 3, slots: int = 4) -> Problem:
    return Problem(
        (ANY,) * 8,
        tuple(Slot(20 * t, 20 * t + 20, tables) for t in range(slots)),
        tuple(Meeting(n, pair) for n, pair in enumerate(pairs)),
    )


def check(found: Repair, changes: Changes) -> None:
    assert found.plan.violations(found.problem) == []
    before = today(found.problem)
    moved = difference(before, found.plan)
    anew = {move.meeting for move in moved.moved} | set(moved.removed)
    told = {person for m in found.problem.meetings if m.id in anew for person in m.people}
    assert told <= found.touched
    assert not found.touched & changes.gone
    assert not moved.added
    assert found.least <= len(found.touched)
    stays = {m.id for m in found.problem.meetings} - anew - {move.meeting for move in moved.reseated}
    for meeting in found.problem.meetings:
        if not found.touched & {*meeting.people}:
            assert meeting.id in stays, "whoever is not touched notices nothing"


def test_a_cancellation_moves_nobody() -> None:
    asked = day((0, 1), (0, 2), (1, 2), (3, 4))
    found = repair(asked, held(asked, 0, 1, 2, 0), Changes(gone=frozenset({3})))
    assert found.plan.ids == (0, 1, 2)
    assert found.plan.slots == (0, 1, 2)
    assert found.touched == {4}


def test_somebody_late_is_met_in_a_free_slot() -> None:
    asked = day((0, 1), (0, 2), (1, 2))
    found = repair(asked, held(asked, 0, 1, 2), Changes(blocked={0: 0b0001}))
    assert found.plan.slots == (3, 1, 2)
    assert found.touched == {0, 1}


def test_another_meeting_gives_way_where_that_is_the_only_way() -> None:
    """Participant 0 has slots 1 and 2 left and meets 2 in slot 1, the only other slot of participant 1."""
    asked = day((0, 1), (0, 2), slots=3)
    people = (ANY, Participant(blocked=0b100), *[ANY] * 6)
    asked = replace(asked, participants=people)
    found = repair(asked, held(asked, 0, 1), Changes(blocked={0: 0b001}))
    assert found.plan.slots == (1, 2)
    assert found.touched == {0, 1, 2}


def test_who_is_touched_anyway_gives_way_before_others() -> None:
    """The first meeting needs slot 1 from 1 and 2, or slot 2 from 0 and 3, who is late as well."""
    asked = day((0, 1), (1, 2), (0, 3), (3, 4), slots=3)
    found = repair(asked, held(asked, 0, 1, 2, 0), Changes(blocked={0: 0b001, 3: 0b001}))
    assert found.plan.slots == (2, 1, 1, 2)
    assert found.touched == {0, 1, 3, 4}


def test_two_meetings_give_way_where_one_is_not_enough() -> None:
    asked = day((0, 1), (0, 2), (1, 3), slots=3)
    only = (replace(asked.meetings[0], allowed=0b011), *asked.meetings[1:])
    asked = replace(asked, meetings=only)
    found = repair(asked, held(asked, 0, 1, 1), Changes(blocked={0: 0b001}))
    assert found.plan.slots == (1, 2, 0) or found.plan.slots == (1, 2, 2)


def test_lost_tables_move_only_as_many_as_they_held() -> None:
    asked = day((0, 1), (2, 3), (4, 5))
    changes = Changes(tables={0: 2})
    found = repair(asked, held(asked, 0, 0, 0), changes)
    check(found, changes)
    assert found.plan.placed == 3
    assert len(difference(today(found.problem), found.plan).moved) == 1


def test_a_slot_that_has_begun_neither_changes_nor_takes_more() -> None:
    asked = day((4, 5), (0, 2), (2, 3), slots=3)
    found = repair(asked, held(asked, 0, 1, 2), Changes(blocked={0: 0b110}, begun=0b001))
    assert found.plan.slots == (0, None, 2)
    assert repair(asked, held(asked, 0, 1, 2), Changes(blocked={0: 0b110})).plan.slots == (0, 0, 2)


def test_who_is_late_for_a_begun_slot_is_met_later() -> None:
    asked = day((0, 1), (2, 3), slots=3)
    found = repair(asked, held(asked, 0, 0), Changes(blocked={0: 0b001}, begun=0b001))
    assert found.plan.slots[1] == 0
    assert found.plan.slots[0] in (1, 2)


def test_what_cannot_be_mended_is_left_out() -> None:
    asked = day((0, 1), (2, 3), slots=2)
    found = repair(asked, held(asked, 0, 0), Changes(blocked={0: 0b11}))
    assert found.plan.slots == (None, 0)
    assert found.touched == {0, 1}


def test_meetings_without_a_slot_today_stay_without() -> None:
    asked = day((0, 1), (2, 3))
    assert repair(asked, held(asked, 0, None), Changes()).plan.ids == (0,)


@settings(max_examples=60, deadline=None)
@given(
    st.frozensets(st.integers(0, 39), max_size=4),
    st.dictionaries(st.integers(0, 39), st.integers(0, 2**LAST), max_size=6),
    st.dictionaries(st.integers(0, LAST), st.integers(5, 12), max_size=5),
    st.integers(0, 6),
)
def test_repair_breaks_no_rule_and_tells_all_it_touches(
    gone: frozenset[int], blocked: dict[int, int], tables: dict[int, int], begun: int
) -> None:
    changes = Changes(gone, blocked, tables, (1 << begun) - 1)
    found = repair(EVENT, PLAN, changes)
    check(found, changes)
    again = repair(EVENT, PLAN, changes).plan
    assert replace(found.plan, seconds=0.0) == replace(again, seconds=0.0)


def test_nothing_changed_touches_nobody() -> None:
    found = repair(EVENT, PLAN, Changes())
    assert found.plan.slots == PLAN.slots
    assert found.plan.tables == PLAN.tables
    assert found.touched == frozenset()


@pytest.mark.parametrize("seed", range(5))
def test_a_late_participant_costs_few_others_a_change(seed: int) -> None:
    """Two hours late: their own meetings move, and hardly anybody else's."""
    late = Random(seed).randrange(40)
    found = repair(EVENT, PLAN, Changes(blocked={late: 0b111111}))
    own = {
        p
        for m, s in zip(EVENT.meetings, PLAN.slots, strict=True)
        if s in range(6) and late in m.people
        for p in m.people
    }
    assert len(found.touched - own) <= 8


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_the_bound_of_people_touched_holds_against_every_timetable(data: st.DataObject) -> None:
    """Six people, three slots: each way to place as many meetings, looked at one by one."""
    pairs = data.draw(st.lists(st.sampled_from(list(combinations(range(6), 2))), min_size=2, max_size=5, unique=True))
    asked = Problem((ANY,) * 6, tuple(Slot(t, t + 1, 2) for t in range(3)), tuple(map(Meeting, range(9), pairs)))
    plan = solve(asked, seed=1, deadline_seconds=0.2)
    masks = st.dictionaries(st.integers(0, 5), st.integers(0, 7), max_size=3)
    changes = Changes(blocked=data.draw(masks), tables=data.draw(st.dictionaries(st.integers(0, 2), st.just(1))))
    found = repair(asked, plan, changes, seconds=5)
    check(found, changes)
    now = found.problem
    best = min(_cost(now, slots) for slots in product([None, 0, 1, 2], repeat=len(now.meetings)) if _sound(now, slots))
    assert (now_placed(found), len(found.touched)) == best
    assert found.least == best[1], "in a small event the proof is always complete"


def now_placed(found: Repair) -> int:
    return len(found.plan.ids) - found.plan.placed


def _cost(now: Problem, slots: tuple[int | None, ...]) -> tuple[int, int]:
    told = set(must_hear(now))
    for meeting, slot in zip(now.meetings, slots, strict=True):
        if slot != meeting.current:
            told |= {*meeting.people}
    return slots.count(None), len(told)


def _sound(now: Problem, slots: tuple[int | None, ...]) -> bool:
    violations = replace(today(now), slots=slots).violations(now)
    return all(one.rule in (Rule.NO_TABLE, Rule.TABLE_TWICE) for one in violations)


@pytest.mark.parametrize("seed", range(5))
def test_whoever_hears_of_it_anyway_makes_room(seed: int) -> None:
    """Of thirty pairs in a full slot 0 and 1 can go elsewhere: they are told that 62 and 63 are gone."""
    pairs = [(n, n + 1) for n in range(0, 62, 2)]
    meetings = tuple(map(Meeting, range(33), [*pairs, (0, 62), (1, 63)]))
    slots = Slot(0, 20, 30), Slot(20, 40, 1), Slot(40, 60, 2)
    asked = Problem((ANY,) * 64, slots, meetings)
    changes = Changes(gone=frozenset({62, 63}), blocked={60: 0b110})
    found = repair(asked, held(asked, *[0] * 30, 1, 2, 2), changes, seed=seed, seconds=0)
    check(found, changes)
    assert found.plan.placed == 31
    assert found.touched == {0, 1, 60, 61}


@pytest.mark.parametrize("what", ["cancelled", "table", "late"])
def test_a_large_event_is_repaired_within_a_second(what: str) -> None:
    """500 people, 2,000 meetings, a twentieth of the tables free. No clock has a part in the plan or its repair."""
    asked = generate(people=500, table_use=0.95, seed=4)
    plan = solve(asked, seed=1, deadline_seconds=0)
    changes = {
        "cancelled": Changes(gone=frozenset(range(0, 500, 20))),
        "table": Changes(tables={t: slot.tables - 1 for t, slot in enumerate(asked.slots)}),
        "late": Changes(blocked={7: 0b1111, 9: 0b1111}),
    }[what]
    began = time.process_time()
    found = repair(asked, plan, changes)
    assert time.process_time() - began < 1
    check(found, changes)
    if what == "cancelled":
        assert found.least == len(found.touched), "those who had a meeting with somebody who is gone, and nobody else"
    if what == "table":
        assert found.plan.placed == 2000
        assert len(found.touched) <= 2 * found.least
