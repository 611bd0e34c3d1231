"""Numbers as bars, lines, chains and grids: the coordinates that drawings are made of. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from matchmaking.chain import Link

WIDTH, HEIGHT = 320, 120  # of the whole drawing, in its own units
LEFT, TOP, BOTTOM = 34, 16, 22  # for the words around the plot
BASE = HEIGHT - BOTTOM
GAP = 0.25  # of a bar's place
WIDEST = 48  # place of a bar, where there are few
MOST_BARS = 12  # the last one stands for all that is beyond

STEP, HIGH = 30, 18  # of a chain: from link to link, and of its bar
NAMES, COUNT = 112, 24  # room for what a link or a row is called, and for the figure behind a bar

CELL, HEAD = 34, 18  # of a grid
MOST_CELLS = 12  # rows and columns that are drawn
LEVELS = 4  # shades, from few to most


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


@dataclass(frozen=True, slots=True)
class Ring:
    """A link of a chain as a bar; a missing one is an empty box of the full width."""

    link: Link
    y: int
    width: float
    joined: bool  # with the one before: in neither is somebody missing

    @property
    def middle(self) -> float:
        return self.y + HIGH / 2


@dataclass(frozen=True, slots=True)
class Chain:
    rings: tuple[Ring, ...]
    height: int
    width: int = WIDTH
    left: int = NAMES
    high: int = HIGH


@dataclass(frozen=True, slots=True)
class Cell:
    """`first` and `second` are its two counts, the second a part of the first."""

    x: int
    y: int
    first: int
    second: int
    level: int  # 0: nothing, to LEVELS


@dataclass(frozen=True, slots=True)
class Grid:
    """`rows` and `columns` are (key, place of its label), in the order given; `left_out`: rows without room."""

    rows: tuple[tuple[int, int], ...]
    columns: tuple[tuple[int, int], ...]
    cells: tuple[Cell, ...]
    width: int
    height: int
    left_out: int
    cell: int = CELL


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
    """Of (seconds, reached, bound); None: too few to draw a line, or nothing was ever to be reached."""
    if len(points) < 2 or not any(reached for _, reached, _ in points):
        return None
    seconds = points[-1][0] or 1.0
    high = max(max(reached, bound) for _, reached, bound in points) or 1
    return Curve(
        reached=_line([(at, value) for at, value, _ in points], seconds, high),
        bound=_line([(at, value) for at, _, value in points], seconds, high),
        high=high,
        seconds=seconds,
    )


def chain(links: Sequence[Link]) -> Chain:
    """A bar for each link, upstream first, as long as its number of organisations."""
    most = max((link.organisations for link in links), default=0) or 1
    room = WIDTH - NAMES - COUNT
    rings = []
    for number, link in enumerate(links):
        width = room if link.missing else round(link.organisations / most * room, 1)
        before = links[number - 1] if number else link
        joined = bool(number and link.organisations and before.organisations)
        rings.append(Ring(link, number * STEP, width, joined))
    return Chain(tuple(rings), max(len(links) * STEP - STEP + HIGH, HIGH))


def grid(
    counts: Mapping[tuple[int, int], tuple[int, int]], rows: Sequence[int], columns: Sequence[int], *, names: int = 150
) -> Grid:
    """Rows × columns with two counts in each cell, those with none left blank; `names` is the room for row labels.
    The first MOST_CELLS rows and the last MOST_CELLS columns are drawn: who has most, and what was newest."""
    shown, across = rows[:MOST_CELLS], columns[-MOST_CELLS:]
    most = max((counts.get((row, column), (0, 0))[0] for row in shown for column in across), default=0)
    cells = tuple(
        Cell(names + x * CELL, HEAD + y * CELL, *counts[row, column], _level(counts[row, column][0], most))
        for y, row in enumerate(shown)
        for x, column in enumerate(across)
        if counts.get((row, column), (0, 0))[0]
    )
    return Grid(
        rows=tuple((row, HEAD + y * CELL + CELL // 2) for y, row in enumerate(shown)),
        columns=tuple((column, names + x * CELL + CELL // 2) for x, column in enumerate(across)),
        cells=cells,
        width=names + len(across) * CELL,
        height=HEAD + len(shown) * CELL,
        left_out=len(rows) - len(shown),
    )


def _level(count: int, most: int) -> int:
    return -(-count * LEVELS // most) if count else 0


def _line(points: Sequence[tuple[float, int]], seconds: float, high: int) -> str:
    wide, tall = WIDTH - LEFT, BASE - TOP
    return " ".join(f"{LEFT + at / seconds * wide:.1f},{BASE - value / high * tall:.1f}" for at, value in points)
