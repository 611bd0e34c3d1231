"""Tables for spreadsheet programs: CSV that none of them takes for formulas (OWASP, CSV injection)."""

import csv
from collections.abc import Iterable, Sequence
from io import StringIO

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
MARK = "\ufeff"  # by which Excel knows UTF-8

Cell = str | int | None


def sheet(head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """UTF-8 with a byte order mark, lines as in RFC 4180; what a program could run has an apostrophe."""
    out = StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_MINIMAL, lineterminator="\r\n")
    writer.writerow([_safe(cell) for cell in head])
    writer.writerows([_safe(cell) for cell in row] for row in rows)
    return (MARK + out.getvalue()).encode()


def _safe(cell: Cell) -> str | int:
    """Numbers are numbers; blanks before a sign do not save anybody."""
    if cell is None:
        return ""
    if isinstance(cell, int):
        return cell
    return f"'{cell}" if cell.lstrip(" ").startswith(FORMULA) else cell
