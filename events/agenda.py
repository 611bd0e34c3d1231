"""One person's agenda laid out for the eye: what follows what, what lies between, and what cannot both be. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from app.source import Entry

SHORTEST_GAP = timedelta(minutes=10)  # less is the way to the next room


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a day: one entry, several that overlap (a clash), or none (free time)."""

    start: datetime
    end: datetime
    entries: tuple[Entry, ...] = ()

    @property
    def clash(self) -> bool:
        return len(self.entries) > 1

    @property
    def minutes(self) -> int:
        return int((self.end - self.start) / timedelta(minutes=1))


@dataclass(frozen=True, slots=True)
class AgendaDay:
    date: date
    stretches: tuple[Stretch, ...]

    @property
    def clashes(self) -> int:
        return sum(stretch.clash for stretch in self.stretches)


def lay_out(entries: Iterable[Entry], zone: ZoneInfo) -> list[AgendaDay]:
    """The days that have something, in order. What is cancelled is shown, but takes no time."""
    ordered = sorted(entries, key=lambda entry: (entry.start, entry.end, entry.subject))
    by_day = groupby(ordered, key=lambda entry: entry.start.astimezone(zone).date())
    return [AgendaDay(day, tuple(_with_gaps(list(_stretches(of_day))))) for day, of_day in by_day]


def _stretches(entries: Iterable[Entry]) -> Iterator[Stretch]:
    """Entries, by start, that overlap directly or by way of another make one stretch."""
    together: list[Entry] = []
    end: datetime | None = None
    cancelled: list[Stretch] = []
    for entry in entries:
        if entry.cancelled:
            cancelled.append(Stretch(entry.start, entry.start, (entry,)))
            continue
        if end is not None and entry.start >= end:
            yield _stretch(together)
            together = []
        together.append(entry)
        end = max(end, entry.end) if end and len(together) > 1 else entry.end
    if together:
        yield _stretch(together)
    yield from cancelled


def _stretch(entries: Sequence[Entry]) -> Stretch:
    return Stretch(entries[0].start, max(entry.end for entry in entries), tuple(entries))


def _with_gaps(stretches: list[Stretch]) -> Iterator[Stretch]:
    end: datetime | None = None
    for stretch in sorted(stretches, key=lambda stretch: (stretch.start, stretch.end)):
        if end and stretch.start - end >= SHORTEST_GAP:
            yield Stretch(end, stretch.start)
        yield stretch
        end = max(end, stretch.end) if end else stretch.end
