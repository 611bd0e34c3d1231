"""`python -m tests.bench [--markdown] [bench …]`: run the benches on both databases and print one table."""

import argparse
import os
import platform
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import uvloop

from tests.bench import accepting, fanout, feeds, importing, mailing, matching, pages, push, releasing, scheduling
from tests.bench.rig import Figure, Ground, database
from tests.postgres import Cluster, running

BENCHES: dict[str, Callable[[Ground], Awaitable[list[Figure]]]] = {
    "pages": pages.figures,
    "feeds": feeds.figures,
    "push": push.figures,
    "fanout": fanout.figures,
    "accepting": accepting.figures,
    "mailing": mailing.figures,
    "releasing": releasing.figures,
    "importing": importing.figures,
    "scheduling": scheduling.figures,
    "matching": matching.figures,
}
KINDS = {"sqlite": "SQLite", "postgres": "PostgreSQL"}
Row = tuple[str, ...]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="bench", help=f"some of {', '.join(BENCHES)}; all of them")
    parser.add_argument("--markdown", action="store_true", help="print the table in Markdown")
    asked = parser.parse_args()
    if unknown := set(asked.names) - set(BENCHES):
        parser.error(f"no such bench: {', '.join(sorted(unknown))}")
    with tempfile.TemporaryDirectory() as folder, running() as cluster:
        rows = uvloop.run(run(asked.names or list(BENCHES), Path(folder), cluster))
    print(as_markdown(rows) if asked.markdown else as_text(rows))
    print(f"\n{machine()}")


async def run(names: Sequence[str], folder: Path, cluster: Cluster) -> list[Row]:
    rows: list[Row] = [("", *KINDS.values(), "")]
    for name in names:
        start = time.monotonic()
        found = []
        for kind in KINDS:
            async with database(kind, folder, cluster) as ground:
                found.append(await BENCHES[name](ground))
        rows += [(name.upper(), "", "", ""), *(row(figures) for figures in zip(*found, strict=True))]
        print(f"{name}: {time.monotonic() - start:.0f} s", file=sys.stderr)
    return rows


def machine() -> str:
    loads = ", ".join(f"{load:.1f}" for load in os.getloadavg())
    return f"Python {platform.python_version()}, {os.cpu_count()} cores, load of the last 1, 5, 15 minutes: {loads}"


def row(figures: Sequence[Figure]) -> Row:
    """The same figure on each database."""
    notes = dict.fromkeys(figure.note for figure in figures if figure.note)
    return figures[0].what, *(shown(figure) for figure in figures), "; ".join(notes)


def shown(figure: Figure) -> str:
    if figure.value is None:
        return "–"
    ratio = f" ({_short(figure.ratio)}×)" if figure.ratio is not None else ""
    return f"{_short(figure.value)} {figure.unit}{ratio}"


def _short(value: float) -> str:
    """Three digits."""
    return f"{value:,.{0 if value >= 100 else 1 if value >= 10 else 2}f}"


def as_text(rows: Sequence[Row]) -> str:
    widths = [max(len(line[n]) for line in rows) for n in range(4)]
    lines = [
        f"{what:<{widths[0]}}  {sqlite:>{widths[1]}}  {postgres:>{widths[2]}}  {note}"
        for what, sqlite, postgres, note in rows
    ]
    return "\n".join(line.rstrip() for line in lines)


def as_markdown(rows: Sequence[Row]) -> str:
    head, *others = [f"| {' | '.join(line)} |" for line in rows]
    return "\n".join([head, "|---|---:|---:|---|", *others])


if __name__ == "__main__":
    main()
