"""Numbers as bars and lines: the coordinates that the desk's drawings are made of. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 320, 120  # of the whole drawing, in its own units
LEFT, TOP, BOTTOM = 34, 16, 22  # for the words around the plot
BASE = HEIGHT - BOTTOM
GAP = 0.25  # of a bar's place
WIDEST = 48  # place of a bar, where there are few
MOST_BARS = 12  # the last one stands for all that is beyond


@dataclass(frozen=True, slots=True)
class Bar:
    """`value`, or more for the last one, was counted `count` times."""

    value: int
    count: int
    more: bool
    x: float
    y: float
    width: float
    height: float

    @property
    def middle(self) -> float:
        return round(self.x + self.width / 2, 1)


@dataclass(frozen=True, slots=True)
class Curve:
    """Two lines over the same seconds, as SVG points; `high` is the value at the top of the plot."""

    reached: str
    bound: str
    high: int
    seconds: float


def histogram(counts: Sequence[int]) -> tuple[Bar, ...]:
    """A bar for each value from 0 on; the highest fills the plot."""
    shown = [*counts[: MOST_BARS - 1], sum(counts[MOST_BARS - 1 :])] if len(counts) > MOST_BARS else list(counts)
    highest = max(shown, default=0) or 1
    place = min(WIDTH / (len(shown) or 1), WIDEST)
    bars = []
    for value, count in enumerate(shown):
        height = round(count / highest * (BASE - TOP), 1)
        last = len(counts) > MOST_BARS and value == MOST_BARS - 1
        x, width = round(place * (value + GAP / 2), 1), round(place * (1 - GAP), 1)
        bars.append(Bar(value, count, last, x, round(BASE - height, 1), width, height))
    return tuple(bars)


def curve(points: Sequence[tuple[float, int, int]]) -> Curve | None:
    """Of (seconds, reached, bound); None: too few to draw a line."""
    if len(points) < 2:
        return None
    seconds = points[-1][0] or 1.0
    high = max(max(reached, bound) for _, reached, bound in points) or 1
    return Curve(
        reached=_line([(at, value) for at, value, _ in points], seconds, high),
        bound=_line([(at, value) for at, _, value in points], seconds, high),
        high=high,
        seconds=seconds,
    )


def _line(points: Sequence[tuple[float, int]], seconds: float, high: int) -> str:
    wide, tall = WIDTH - LEFT, BASE - TOP
    return " ".join(f"{LEFT + at / seconds * wide:.1f},{BASE - value / high * tall:.1f}" for at, value in points)
