"""Second belt: a person, a table or a room is held by one thing in any five minutes, whatever the verbs think.

The primary key on (resource, cell) stands in the database, so even a wrong verb cannot double-book.
Resources are `person:7` (across all events), `table:12`, `room:5`; a holder is `meeting:3` or `session:9`.
"""

from collections.abc import Iterable, Sequence

from app import db
from app.errors import Refused
from app.i18n import _
from app.intervals import Interval, cells

Claim = tuple[str, Interval]


class Occupied(Refused):
    """`resource` is held by `holder` in that time. Verbs say it in words that name the thing."""

    def __init__(self, resource: str, holder: str) -> None:
        super().__init__(_("Somebody took this time a moment ago. Choose another one."))
        self.resource = resource
        self.holder = holder


async def hold(holder: str, claims: Sequence[Claim]) -> None:
    """Hold each resource for its interval, in place of what `holder` held before. Raises Occupied."""
    await release([holder])
    await hold_many([(holder, claims)])


async def hold_many(holders: Iterable[tuple[str, Sequence[Claim]]]) -> None:
    """Hold for many holders that hold nothing yet, in one sorted insert (sorted: two writers cannot deadlock)."""
    claims = [(resource, span, holder) for holder, held in holders for resource, span in held]
    wanted = [(resource, held, holder) for resource, span, holder in claims if (held := cells(span.start, span.end))]
    await _refuse_held(wanted)
    keys = sorted((resource, cell, holder) for resource, held, holder in wanted for cell in held)
    try:
        await db.insert_many("occupancy", ("resource", "cell", "holder"), keys)
    except db.IntegrityError as error:  # another event's block took the person between our look and our insert
        raise Occupied("", "") from error


async def release(holders: Sequence[str]) -> None:
    for first in range(0, len(holders), 500):
        part = holders[first : first + 500]
        marks = ", ".join(f"${n + 1}" for n in range(len(part)))
        await db.execute(f"DELETE FROM occupancy WHERE holder IN ({marks})", *part)  # noqa: S608 - placeholders only


async def holder_of(resource: str, span: Interval) -> str | None:
    """Who holds the resource first within the interval; None: nobody."""
    held = cells(span.start, span.end)
    if not held:
        return None
    taken = await db.rows(
        "SELECT holder FROM occupancy WHERE resource = $1 AND cell BETWEEN $2 AND $3 ORDER BY cell LIMIT 1",
        resource, held[0], held[-1],
    )  # fmt: skip
    return str(taken[0]["holder"]) if taken else None


async def _refuse_held(wanted: Sequence[tuple[str, Sequence[int], str]]) -> None:
    for first in range(0, len(wanted), 100):
        part = wanted[first : first + 100]
        spans = [(f"${3 * n + 1}", f"${3 * n + 2}", f"${3 * n + 3}") for n in range(len(part))]
        condition = " OR ".join(f"(resource = {what} AND cell BETWEEN {low} AND {high})" for what, low, high in spans)
        taken = await db.rows(
            f"SELECT resource, holder FROM occupancy WHERE {condition} ORDER BY resource, cell LIMIT 1",  # noqa: S608
            *(value for resource, held, _holder in part for value in (resource, held[0], held[-1])),
        )
        if taken:
            raise Occupied(taken[0]["resource"], taken[0]["holder"])
