"""Every write is a block of `changing()`: gate, domain rows, facts, commit, wake.

    async with changing(event.scope, by=person) as changes:
        session.place(room, start, end)
        await session.save()
        changes.record("session.moved", session, topics=[event.scope, event.desk], data={...})

The gate is the block's first statement: it locks the scope's one row, so whatever the block reads next is true
until it commits, and revisions have neither gaps nor order surprises (a serial column has both). A block that
raises leaves nothing behind; a block that records nothing is rolled back, so nothing is ever written unseen.
"""

from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tortoise.models import Model

from app import db
from app.models import Change, Journal, Person, Topic

CHANNEL = "pilotmatch"

Actor = Person | str
"""Who did it: a person, or a word for one of us: "worker", "import", "system"."""

wakers: set[Callable[[str], None]] = set()
"""Called with the scope after each commit, in this process; PostgreSQL's NOTIFY tells the others."""


@dataclass(slots=True)
class Changes:
    """The facts of one block. All share `revision` and `at`."""

    scope: str
    revision: int
    by: str
    at: datetime
    facts: list[Change] = field(default_factory=list)

    def record(
        self, kind: str, subject: Model, *, topics: Iterable[str | None], data: Mapping[str, Any] | None = None
    ) -> None:
        """Say what happened. `topics` are who may hear of it: `event:3` everyone, `desk:3` its organisers,
        `person:7` that person, whose calendar it may change; a None among them is passed over.
        `data` is shown to all of them, so it holds nothing that one of them may not see."""
        self.facts.append(
            Change(
                scope=self.scope,
                revision=self.revision,
                kind=kind,
                subject=type(subject).__name__.lower(),
                subject_id=subject.pk,
                by=self.by,
                at=self.at,
                topics=sorted({topic for topic in topics if topic}),
                data=dict(data or {}),
            )
        )


class _NothingRecorded(Exception):
    pass


@asynccontextmanager
async def changing(scope: str, *, by: Actor) -> AsyncIterator[Changes]:
    """One transaction on one scope (see the module). Raises RuntimeError when a block is open already."""
    try:
        async with db.transaction():
            changes = Changes(scope, await _pass_gate(scope), _name(by), datetime.now(UTC))
            yield changes
            if not changes.facts:
                raise _NothingRecorded
            await _write(changes)
    except _NothingRecorded:
        return
    for wake in tuple(wakers):
        wake(scope)


async def revision(scope: str) -> int:
    """The scope's newest revision; 0 before anything happened. Every page asks, so no query is built for it."""
    found = await db.rows("SELECT revision FROM journal WHERE scope = $1", scope)
    return int(found[0]["revision"]) if found else 0


async def revisions(scopes: Collection[str]) -> dict[str, int]:
    """The newest revision of each scope in which anything has happened."""
    return dict(await Journal.filter(scope__in=scopes).values_list("scope", "revision"))


async def revision_for(scope: str, topics: Sequence[str]) -> int:
    """The newest revision of the scope that concerned any of the topics: one indexed read."""
    found = await Topic.filter(scope=scope, name__in=topics).values_list("revision", flat=True)
    return max((int(number) for number in found), default=0)  # type: ignore[call-overload]


async def moved(scope: str, topic: str) -> tuple[int, datetime | None]:
    """The newest revision that concerned the topic, and when that was; (0, None) before any."""
    found = await db.rows("SELECT revision, at FROM topic WHERE scope = $1 AND name = $2", scope, topic)
    return (int(found[0]["revision"]), db.instant(found[0]["at"])) if found else (0, None)


async def changes_since(scope: str, since: int, *, limit: int = 1000) -> list[Change]:
    """The facts after revision `since`, oldest first: about `limit` of them, and never a part of a revision."""
    found = await Change.filter(scope=scope, revision__gt=since).order_by("revision", "id").limit(limit)
    if len(found) < limit:
        return found
    last = found[-1].revision
    return [fact for fact in found if fact.revision < last] + await Change.filter(scope=scope, revision=last).order_by(
        "id"
    )


def person_topic(person_id: int) -> str:
    return f"person:{person_id}"


async def _pass_gate(scope: str) -> int:
    """Take the scope's row lock and its next revision."""
    step = "INSERT INTO journal (scope, revision) VALUES ($1, 1) ON CONFLICT (scope) DO UPDATE"
    found = await db.rows(f"{step} SET revision = journal.revision + 1 RETURNING revision", scope)
    return int(found[0]["revision"])


async def _write(changes: Changes) -> None:
    await Change.bulk_create(changes.facts)
    await _mark_topics(changes)
    if db.is_postgres():
        await db.rows("SELECT pg_notify($1, $2)", CHANNEL, changes.scope)


async def _mark_topics(changes: Changes) -> None:
    """A person's topic stays unsettled until `app.invitations` has compared their calendar."""
    names = sorted({topic for fact in changes.facts for topic in fact.topics})
    now = changes.at
    for first in range(0, len(names), 100):
        part = names[first : first + 100]
        places = ", ".join(f"($1, ${n + 4}, $2, $3, {_settled(name)}, $3)" for n, name in enumerate(part))
        await db.execute(
            "INSERT INTO topic (scope, name, revision, at, settled, unsettled_since) "  # noqa: S608
            f"VALUES {places} ON CONFLICT (scope, name) DO UPDATE SET "
            "revision = excluded.revision, at = excluded.at, "
            "unsettled_since = CASE WHEN topic.settled >= topic.revision THEN excluded.at "
            "ELSE topic.unsettled_since END, "
            "settled = CASE WHEN excluded.settled > 0 THEN excluded.settled ELSE topic.settled END",
            changes.scope, changes.revision, now, *part,
        )  # fmt: skip


def _settled(name: str) -> str:
    return "0" if name.startswith("person:") else "$2"


def _name(by: Actor) -> str:
    return person_topic(by.id) if isinstance(by, Person) else by
