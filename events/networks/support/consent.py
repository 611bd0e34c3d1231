"""Whom an adviser may act for now: people whose office they work for, and who have allowed it."""

from collections.abc import Collection
from dataclasses import dataclass

from app import db
from app.models import Person


@dataclass(frozen=True, slots=True)
class Leave:
    """Somebody allows an office to act for them."""

    person: int
    office: str  # its name


async def leaves(people: Collection[int], *, adviser: Person) -> list[Leave]:
    """Of these people (ids), in order. On PostgreSQL the rows stay locked until the block ends, on SQLite everything
    does: whoever forbids it, or ends the adviser's work, is answered after what was done before, and nothing follows.
    """
    if not people:
        return []
    places = ", ".join(f"${number}" for number in range(2, len(people) + 2))
    found = await db.rows(
        "SELECT c.person_id AS person, o.name AS office FROM support_client c "  # noqa: S608
        "JOIN adviser a ON a.office_id = c.office_id AND a.person_id = $1 "
        "JOIN support_office s ON s.id = c.office_id JOIN organisation o ON o.id = s.organisation_id "
        f"WHERE c.allowed_at IS NOT NULL AND c.person_id IN ({places}) ORDER BY c.id"
        + (" FOR SHARE OF c, a" if db.is_postgres() else ""),
        adviser.id, *people,
    )  # fmt: skip
    return [Leave(int(row["person"]), str(row["office"])) for row in found]
