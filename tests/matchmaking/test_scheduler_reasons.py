"""Why a meeting has no slot, and the smallest change that would give it one."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from matchmaking.scheduler.generate import generate
from matchmaking.scheduler.plan import today
from matchmaking.scheduler.problem import Meeting, Participant, Problem, Slot, in_a_row
from matchmaking.scheduler.quality import first_fit
from matchmaking.scheduler.reasons import (
    Frees,
    GivesUp,
    LostOut,
    NoCommonSlot,
    OneMoreTable,
    OverCommitted,
    Remedy,
    TablesFull,
    remedies,
    unplaced,
)
from matchmaking.scheduler.violations import Rule

TWO = (Slot(0, 20, 1), Slot(20, 40, 1))
ANY = Participant()


def test_no_common_slot_when_two_are_never_free_together() -> None:
    asked = Problem((Participant(blocked=0b01), Participant(blocked=0b10)), TWO, (Meeting(5, (0, 1)),))
    assert unplaced(asked, (None,)) == (NoCommonSlot(5, None),)


def test_no_common_slot_names_the_fixed_slot() -> None:
    asked = Problem((Participant(blocked=0b01), ANY), TWO, (Meeting(5, (0, 1), fixed=0),))
    assert unplaced(asked, (None,)) == (NoCommonSlot(5, 0),)


def test_over_committed_counts_accepted_meetings_and_slots() -> None:
    people = (ANY, ANY, ANY, ANY)
    asked = Problem(people, TWO, tuple(Meeting(n, (0, n)) for n in (1, 2, 3)))
    assert unplaced(asked, (0, 1, None)) == (OverCommitted(3, 0, 3, 2),)


def test_over_committed_counts_the_limit_of_the_participant() -> None:
    asked = Problem((Participant(most=1), ANY, ANY), TWO, (Meeting(1, (0, 1)), Meeting(2, (0, 2))))
    assert unplaced(asked, (0, None)) == (OverCommitted(2, 0, 2, 1),)


def test_tables_full_lists_the_slots_both_are_free_in() -> None:
    meetings = (Meeting(1, (0, 1)), Meeting(2, (2, 3)), Meeting(3, (4, 5)))
    asked = Problem((ANY,) * 6, TWO, meetings)
    assert unplaced(asked, (0, 1, None)) == (TablesFull(3, (0, 1)),)


def test_lost_out_names_the_meetings_that_hold_the_slots() -> None:
    meetings = (Meeting(1, (0, 1), allowed=0b01), Meeting(2, (0, 2)), Meeting(3, (1, 2), allowed=0b10))
    asked = Problem((ANY,) * 3, (Slot(0, 20, 9), Slot(20, 40, 9)), meetings)
    assert unplaced(asked, (0, 1, None)) == (LostOut(3, (2,)),)


def test_placed_meetings_need_no_reason() -> None:
    assert unplaced(Problem((ANY, ANY), TWO, (Meeting(1, (0, 1)),)), (0,)) == ()


def test_the_smallest_change_is_a_table_before_an_hour_before_a_meeting() -> None:
    slots = (Slot(0, 20, 1), Slot(20, 40, 1))
    full = Problem((Participant(),) * 4, slots[:1], (Meeting(1, (0, 1)), Meeting(2, (2, 3))))
    assert remedies(full, (0, None)) == {2: OneMoreTable(0)}
    away = Problem((Participant(0b11), Participant(0b01)), slots, (Meeting(1, (0, 1)),))
    assert remedies(away, (None,)) == {1: Frees(0, 1)}
    busy = Problem((Participant(),) * 3, (replace(slots[0], tables=2),), (Meeting(1, (0, 1)), Meeting(2, (0, 2))))
    assert remedies(busy, (0, None)) == {2: GivesUp(0, 1)}
    both = Problem((Participant(1), Participant(1)), slots[:1], (Meeting(1, (0, 1)),))
    assert remedies(both, (None,)) == {}, "two changes are no smallest one"


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 10_000))
def test_what_is_said_to_help_helps(seed: int) -> None:
    """With the one change made, the meeting stands in a slot, everything else where it was, and no rule is broken."""
    event = generate(people=12, meetings_each=6, slots=7, table_use=1, seed=seed)
    event = replace(event, limits=tuple(in_a_row(event.slots, 3)))
    event = replace(event, participants=tuple(replace(one, most=5) for one in event.participants))
    slots = first_fit(event)
    for meeting, remedy in remedies(event, slots).items():
        index = next(at for at, one in enumerate(event.meetings) if one.id == meeting)
        assert any(_sound(*_changed(event, slots, index, t, remedy)) for t in range(len(event.slots)))
        assert not any(_sound(event, _with(slots, index, t)) for t in range(len(event.slots))), "nothing was needed"


def _changed(
    event: Problem, slots: tuple[int | None, ...], index: int, slot: int, remedy: Remedy
) -> tuple[Problem, tuple[int | None, ...]]:
    people, times = list(event.participants), list(event.slots)
    after = _with(slots, index, slot)
    match remedy:
        case Frees(person, at):
            people[person] = replace(people[person], blocked=people[person].blocked & ~(1 << at))
        case OneMoreTable(at):
            times[at] = replace(times[at], tables=times[at].tables + 1)
        case GivesUp(_, other):
            after = _with(after, next(at for at, one in enumerate(event.meetings) if one.id == other), None)
    return replace(event, participants=tuple(people), slots=tuple(times)), after


def _with(slots: tuple[int | None, ...], index: int, slot: int | None) -> tuple[int | None, ...]:
    return (*slots[:index], slot, *slots[index + 1 :])


def _sound(event: Problem, slots: tuple[int | None, ...]) -> bool:
    rules = {one.rule for one in replace(today(event), slots=slots).violations(event)}
    return rules <= {Rule.NO_TABLE}
