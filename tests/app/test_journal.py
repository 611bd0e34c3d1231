"""The spine: gate, revisions, rollback, topics; on both databases."""

import asyncio

import pytest

from app import journal
from app.journal import changing
from app.models import Change, Person, Topic


async def person(name: str = "Anna") -> Person:
    async with changing("people", by="test") as changes:
        made = await Person.create(email=f"{name.lower()}@example.org", name=name)
        changes.record("person.created", made, topics=[])
    return made


async def test_facts_of_a_block_share_its_revision(database: str) -> None:
    anna = await person()
    async with changing("event:3", by=anna) as changes:
        changes.record("person.seen", anna, topics=["event:3", None, "person:1"], data={"name": "Anna"})
        changes.record("person.met", anna, topics=["desk:3"])
    facts = await journal.changes_since("event:3", 0)
    assert [(f.kind, f.revision, f.by, f.topics) for f in facts] == [
        ("person.seen", 1, f"person:{anna.id}", ["event:3", "person:1"]),
        ("person.met", 1, f"person:{anna.id}", ["desk:3"]),
    ]
    assert facts[0].data == {"name": "Anna"}


async def test_block_that_raises_leaves_nothing(database: str) -> None:
    anna = await person()
    with pytest.raises(ZeroDivisionError):
        async with changing("event:3", by=anna) as changes:
            anna.name = "Bea"
            await anna.save()
            changes.record("person.renamed", anna, topics=["event:3"])
            raise ZeroDivisionError
    assert (await Person.get(id=anna.id)).name == "Anna"
    assert await journal.revision("event:3") == 0
    assert not await Topic.filter(scope="event:3")


async def test_block_that_records_nothing_writes_nothing(database: str) -> None:
    anna = await person()
    async with changing("event:3", by=anna):
        anna.name = "Bea"
        await anna.save()
    assert (await Person.get(id=anna.id)).name == "Anna"
    assert await journal.revision("event:3") == 0


async def test_blocks_do_not_nest(database: str) -> None:
    anna = await person()
    with pytest.raises(RuntimeError, match="do not nest"):
        async with changing("event:3", by=anna):
            async with changing("event:4", by=anna):
                pass


async def test_parallel_blocks_take_the_gate_in_turn(database: str) -> None:
    anna = await person()

    async def write() -> None:
        async with changing("event:3", by=anna) as changes:
            seen = await Change.filter(scope="event:3").count()
            changes.record("person.counted", anna, topics=["event:3"], data={"seen": seen})

    await asyncio.gather(*(write() for _ in range(20)))
    facts = await journal.changes_since("event:3", 0)
    assert [f.revision for f in facts] == list(range(1, 21))
    assert [f.data["seen"] for f in facts] == list(range(20))


async def test_topic_remembers_its_last_revision_and_the_first_unsettled_change(database: str) -> None:
    anna = await person()
    for _ in range(2):
        async with changing("event:3", by=anna) as changes:
            changes.record("person.seen", anna, topics=["event:3", "person:9"])
    async with changing("event:3", by=anna) as changes:
        changes.record("person.seen", anna, topics=["desk:3"])
    assert await journal.revision_for("event:3", ["event:3"]) == 2
    assert await journal.revision_for("event:3", ["event:3", "desk:3"]) == 3
    waiting = await Topic.get(name="person:9")
    assert (waiting.revision, waiting.settled) == (2, 0)
    assert waiting.unsettled_since < waiting.at
    assert (await Topic.get(name="desk:3")).settled == 3


async def test_wakers_hear_of_commits_only(database: str) -> None:
    anna = await person()
    heard: list[str] = []
    journal.wakers.add(heard.append)
    try:
        async with changing("event:3", by=anna) as changes:
            changes.record("person.seen", anna, topics=[])
            assert heard == []
        with pytest.raises(ZeroDivisionError):
            async with changing("event:3", by=anna) as changes:
                changes.record("person.seen", anna, topics=[])
                raise ZeroDivisionError
    finally:
        journal.wakers.discard(heard.append)
    assert heard == ["event:3"]
