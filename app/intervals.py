"""Half-open stretches of time: what the programme, availability and occupancy reckon with."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

CELL = 300  # seconds: how finely occupancy knows that a person, a room or a table is taken


@dataclass(frozen=True, slots=True, order=True)
class Interval:
    """From `start` up to, not including, `end`; kept in UTC.

    UTC because Python compares two times of one zone by the clock on the wall: on the night the clocks go
    back, 02:30 and the second 02:30 would be one instant (PEP 495). Naive times are a mistake of the caller.
    """

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or self.end.tzinfo is None:
            raise ValueError(f"naive time in {self.start} – {self.end}")
        object.__setattr__(self, "start", self.start.astimezone(UTC))
        object.__setattr__(self, "end", self.end.astimezone(UTC))
        if self.end < self.start:
            raise ValueError(f"ends before it starts: {self.start} – {self.end}")

    def __bool__(self) -> bool:
        """An interval without length holds no instant."""
        return self.start < self.end


def overlaps(a: Interval, b: Interval) -> bool:
    """Whether some instant is in both: neighbours do not overlap, nor does anything without length."""
    return max(a.start, b.start) < min(a.end, b.end)


def merge(intervals: Iterable[Interval]) -> list[Interval]:
    """The same time in as few intervals as possible, in order; neighbours become one."""
    merged: list[Interval] = []
    for interval in sorted(filter(None, intervals)):
        if merged and interval.start <= merged[-1].end:
            merged[-1] = Interval(merged[-1].start, max(merged[-1].end, interval.end))
        else:
            merged.append(interval)
    return merged


def subtract(whole: Interval, taken: Iterable[Interval]) -> list[Interval]:
    """What is left of `whole`, in order."""
    left, start = [], whole.start
    for cut in merge(taken):
        if start < (end := min(cut.start, whole.end)):
            left.append(Interval(start, end))
        start = max(start, cut.end)
    if start < whole.end:
        left.append(Interval(start, whole.end))
    return left


def cells(start: datetime, end: datetime) -> range:
    """The five-minute cells from `start` to `end`, counted from the epoch.

    Start and end go to the nearest cell each, so of two neighbours the second begins with the cell after the
    first one's last, whatever the minute they meet at. Less than half a cell may have none.
    """
    interval = Interval(start, end)
    return range(_nearest(interval.start), _nearest(interval.end))


def _nearest(instant: datetime) -> int:
    return int((instant.timestamp() + CELL / 2) // CELL)
