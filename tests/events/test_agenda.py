"""The agenda's layout: entries, clashes and gaps, and nothing lost whatever comes in."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from app.source import Entry
from events.agenda import lay_out

NINE = datetime(2026, 5, 5, 9, tzinfo=UTC)
WARSAW = ZoneInfo("Europe/Warsaw")


def entry(number: int, start: int, minutes: int, *, cancelled: bool = False) -> Entry:
    begin = NINE + timedelta(minutes=start)
    return Entry(
        f"session:{number}", f"Talk {number}", begin, begin + timedelta(minutes=minutes), "Europe/Warsaw",
        0, NINE, NINE, cancelled=cancelled,
    )  # fmt: skip


def shape(*entries: Entry) -> list[list[tuple[int, int]]]:
    """Per day, per stretch: how many entries, how many minutes."""
    return [[(len(s.entries), s.minutes) for s in day.stretches] for day in lay_out(entries, WARSAW)]


def test_neighbours_do_not_clash_and_short_gaps_are_no_gaps() -> None:
    assert shape(entry(1, 0, 30), entry(2, 30, 30), entry(3, 65, 30), entry(4, 125, 30)) == [
        [(1, 30), (1, 30), (1, 30), (0, 30), (1, 30)]
    ]


def test_overlapping_entries_are_one_clash_also_by_way_of_another() -> None:
    assert shape(entry(1, 0, 40), entry(2, 30, 60), entry(3, 80, 20), entry(4, 100, 10)) == [[(3, 100), (1, 10)]]


def test_long_entry_holds_the_clash_open_for_a_short_one_inside() -> None:
    assert shape(entry(1, 0, 120), entry(2, 10, 10), entry(3, 60, 10)) == [[(3, 120)]]


def test_cancelled_entry_takes_no_time() -> None:
    assert shape(entry(1, 0, 60), entry(2, 10, 30, cancelled=True), entry(3, 120, 30)) == [
        [(1, 60), (1, 0), (0, 60), (1, 30)]
    ]


def test_days_are_those_of_the_zone() -> None:
    late = replace(entry(1, 0, 30), start=datetime(2026, 5, 5, 22, 30, tzinfo=UTC))
    late = replace(late, end=late.start + timedelta(minutes=30))
    (day,) = lay_out([late], WARSAW)
    assert day.date.isoformat() == "2026-05-06"


@given(st.lists(st.tuples(st.integers(0, 5000), st.integers(1, 300), st.booleans()), max_size=25))
def test_every_entry_is_shown_once_and_stretches_of_a_day_do_not_overlap(drawn: list[tuple[int, int, bool]]) -> None:
    entries = [entry(n, start, minutes, cancelled=gone) for n, (start, minutes, gone) in enumerate(drawn)]
    days = lay_out(entries, WARSAW)
    shown = [e.subject for day in days for stretch in day.stretches for e in stretch.entries]
    assert sorted(shown) == sorted(e.subject for e in entries)
    for day in days:
        timed = [s for s in day.stretches if not all(e.cancelled for e in s.entries) or not s.entries]
        assert all(a.end <= b.start for a, b in pairwise(timed))
        for stretch in timed:
            for first, second in pairwise(stretch.entries):
                assert any(e.end > second.start for e in stretch.entries if e.start <= first.start)
