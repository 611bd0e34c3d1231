"""What a process remembers: until a commit, ours or another's, and no longer than it hears of commits."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from app import journal, known
from app.known import Found, Known
from tests.app.plumbing import EVENT, make_person, tell
from tests.app.test_live import elsewhere


class Shown:
    """Something that is read: how often, and what it says now."""

    def __init__(self, *scopes: str, until: datetime | None = None) -> None:
        self.value, self.reads, self.scopes, self.until = "old", 0, scopes or (EVENT,), until

    async def read(self) -> Found[str]:
        self.reads += 1
        value = self.value
        await asyncio.sleep(0.01)
        return Found(value, self.scopes, self.until)


@asynccontextmanager
async def following() -> AsyncIterator[Known]:
    """A memory that hears of commits as a server's does."""
    made = Known()
    journal.wakers.add(made.moved)
    await made.look()
    task = asyncio.create_task(made.follow())
    try:
        yield made
    finally:
        task.cancel()
        journal.wakers.discard(made.moved)


async def test_nothing_is_read_twice_until_a_commit_in_its_scope(database: str) -> None:
    shown = Shown()
    async with following() as memory:
        for _ in range(5):
            assert await memory.recall("a", shown.read) == "old"
        assert shown.reads == 1
        await tell(await make_person("Anna"), scope="event:4")
        await memory.recall("a", shown.read)
        assert shown.reads == 1, "another event is no concern of it"
        shown.value = "new"
        await tell(scope=EVENT)
        assert await memory.recall("a", shown.read) == "new"


async def test_commit_during_a_read_is_not_forgotten(database: str) -> None:
    shown = Shown()
    async with following() as memory:
        early = asyncio.create_task(memory.recall("a", shown.read))
        await asyncio.sleep(0)  # it has read, and thinks
        shown.value = "new"
        await tell(scope=EVENT)
        assert await memory.recall("a", shown.read) == "new", "who asks after the commit sees it"
        await early
        assert await memory.recall("a", shown.read) == "new"


async def test_many_who_ask_at_once_are_one_read(database: str) -> None:
    shown = Shown()
    async with following() as memory:
        assert set(await asyncio.gather(*(memory.recall("a", shown.read) for _ in range(50)))) == {"old"}
    assert shown.reads == 1


async def test_failed_read_is_told_to_all_and_tried_again(database: str) -> None:
    async def failing() -> Found[str]:
        raise ConnectionError

    shown = Shown()
    async with following() as memory:
        told = await asyncio.gather(*(memory.recall("a", failing) for _ in range(3)), return_exceptions=True)
        assert [type(one) for one in told] == [ConnectionError] * 3
        assert await memory.recall("a", shown.read) == "old"


async def test_another_process_is_seen_within_three_seconds(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = Shown()
    async with following() as memory:
        await memory.recall("a", shown.read)
        shown.value = "new"
        await elsewhere(database)
        written = asked = time.monotonic()
        async with asyncio.timeout(30):
            while await memory.recall("a", shown.read) == "old":
                assert asked - written < known.TRUSTED_SECONDS, "counted when it was asked, however slow the machine"
                await asyncio.sleep(0.02)
                asked = time.monotonic()


async def test_nothing_is_believed_while_the_journal_cannot_be_looked_at(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = 100.0
    monkeypatch.setattr(known, "time", SimpleNamespace(monotonic=lambda: clock))
    shown, memory = Shown(), Known()
    await memory.look()
    for _ in range(2):
        await memory.recall("a", shown.read)
    assert shown.reads == 1
    clock += known.TRUSTED_SECONDS
    for _ in range(2):
        await memory.recall("a", shown.read)
    assert shown.reads == 3
    await memory.look()
    await memory.recall("a", shown.read)
    assert shown.reads == 3, "no commit was missed"


async def test_what_changes_of_its_own_is_read_then(database: str) -> None:
    shown = Shown(until=datetime.now(UTC) + timedelta(seconds=0.3))
    async with following() as memory, asyncio.timeout(30):
        while shown.reads < 2:
            await memory.recall("a", shown.read)
            await asyncio.sleep(0.02)
    assert shown.until
    assert datetime.now(UTC) >= shown.until, "and not before"


async def test_memory_has_an_end(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known, "MOST", 3)
    shown = Shown()
    async with following() as memory:
        for key in "abcd":
            await memory.recall(key, shown.read)
        assert len(memory._kept) == 3
        assert not memory._reading
