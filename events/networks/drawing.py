"""Networks as drawings: the countries of Europe as tiles where a map has them, and members year by year. Pure."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

# Column and row of each country's tile, west to east and north to south.
PLACES = {
    "IS": (0, 0), "NO": (4, 0), "SE": (5, 0), "FI": (6, 0),
    "DK": (4, 1), "EE": (6, 1),
    "IE": (0, 2), "GB": (1, 2), "LV": (6, 2),
    "BE": (2, 3), "NL": (3, 3), "DE": (4, 3), "PL": (5, 3), "LT": (6, 3),
    "FR": (2, 4), "LU": (3, 4), "CZ": (4, 4), "SK": (5, 4), "UA": (6, 4),
    "CH": (3, 5), "AT": (4, 5), "HU": (5, 5), "RO": (6, 5), "MD": (7, 5),
    "PT": (0, 6), "ES": (1, 6), "IT": (3, 6), "SI": (4, 6), "HR": (5, 6), "RS": (6, 6), "BG": (7, 6),
    "BA": (5, 7), "ME": (6, 7), "MK": (7, 7), "TR": (8, 7),
    "MT": (3, 8), "AL": (6, 8), "GR": (7, 8), "CY": (8, 8),
}  # fmt: skip
COLUMNS = 9
TILE, INSET = 40, 2  # units of the drawing
LEVELS = 4  # shades, from few to most

YEAR, GAP, BASE, TOP = 26, 6, 130, 16
MOST_YEARS = 24  # the last ones are drawn


@dataclass(frozen=True, slots=True)
class Tile:
    country: str  # ISO 3166-1
    count: int
    level: int  # 0: nobody, to LEVELS
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class TileMap:
    tiles: tuple[Tile, ...]
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class YearBar:
    """Counts by status in the order they were given, each as (y, height) of its part of the bar."""

    year: int
    counts: tuple[int, ...]
    parts: tuple[tuple[float, float], ...]
    x: int
    width: int = YEAR - GAP

    @property
    def total(self) -> int:
        return sum(self.counts)

    @property
    def middle(self) -> int:
        return self.x + self.width // 2


@dataclass(frozen=True, slots=True)
class YearChart:
    bars: tuple[YearBar, ...]
    width: int
    height: int = BASE + 20
    base: int = BASE


def tile_map(countries: Iterable[str]) -> TileMap:
    """`countries` holds a code for each region. One that Europe's map does not have stands in a row below it."""
    counts = Counter(countries)
    most = max(counts.values(), default=0)
    elsewhere = sorted(counts.keys() - PLACES.keys())
    rows = max(row for _column, row in PLACES.values()) + 1
    places = PLACES | {code: (n % COLUMNS, rows + n // COLUMNS) for n, code in enumerate(elsewhere)}
    tiles = tuple(
        Tile(code, counts[code], _level(counts[code], most), column * TILE + INSET, row * TILE + INSET)
        for code, (column, row) in places.items()
    )
    height = max(row for _column, row in places.values()) + 1
    return TileMap(tiles, COLUMNS * TILE, height * TILE)


def year_chart(years: Sequence[tuple[int, Sequence[int]]]) -> YearChart:
    """A bar for each (year, counts by status); the highest fills the drawing."""
    shown = years[-MOST_YEARS:]
    highest = max((sum(counts) for _year, counts in shown), default=0) or 1
    bars = tuple(
        YearBar(year, tuple(counts), _stacked(counts, highest), n * YEAR + GAP)
        for n, (year, counts) in enumerate(shown)
    )
    return YearChart(bars, len(shown) * YEAR + 2 * GAP)


def _level(count: int, most: int) -> int:
    return -(-count * LEVELS // most) if count else 0


def _stacked(counts: Sequence[int], highest: int) -> tuple[tuple[float, float], ...]:
    """From the base upwards, the first status lowest."""
    parts, below = [], 0
    for count in counts:
        height = round(count / highest * (BASE - TOP), 1)
        below += count
        parts.append((round(BASE - below / highest * (BASE - TOP), 1), height))
    return tuple(parts)
