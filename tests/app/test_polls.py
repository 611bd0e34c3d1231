"""Calendars that were served stay served, whatever happens to the database or to us; and memory has an end."""

import asyncio
from typing import Any

import pytest

from app import polls
from app.feeds import rotate
from app.journal import person_topic
from app.polls import Body, News, Shelf
from tests.app.plumbing import EVENT, START, Site, Table, tell
from tests.app.test_feeds import reader
from tests.postgres import Cluster


def body(size: int, owner: str = "") -> Body:
    async def read() -> Any: ...

    return Body(News('"tag"', START, "agenda.ics", read, owner), b"x" * size, b"")


def test_shelf_keeps_the_newest_of_each_address_and_has_an_end() -> None:
    shelf = Shelf(100)
    for number in range(9):
        shelf.put("a", body(60 + number))
    shelf.put("b", body(30))
    assert shelf.get("a") is not None
    assert shelf.get("b") is not None
    assert shelf.get("a") is not None  # asked for last
    shelf.put("c", body(20))
    assert (shelf.get("a") is None, shelf.get("b") is None, shelf.get("c") is None) == (False, True, False)
    shelf.put("d", body(101))
    assert len(shelf) == 0
    assert shelf._size == 0


def test_shelf_drops_what_its_owner_revoked() -> None:
    shelf = Shelf(100)
    shelf.put("a", body(10, "person:7"))
    shelf.put("b", body(10, "person:8"))
    shelf.put("c", body(10))
    shelf.drop_all("person:7")
    assert (shelf.get("a") is None, shelf.get("b") is None, shelf.get("c") is None) == (True, False, False)
    assert shelf._size == 20


@pytest.mark.parametrize("database", ["postgres"], indirect=True)
async def test_calendar_stays_while_the_database_is_away(
    site: Site, database: str, table: Table, cluster: Cluster
) -> None:
    anna, path, program = await reader(site, table)
    first = await program.get(path)
    with cluster.away():
        for _ in range(3):
            again = await program.get(path)
            assert (again.status_code, again.content) == (200, first.content)
            assert again.headers["etag"] == first.headers["etag"]
        known = {"If-None-Match": first.headers["etag"]}
        assert (await program.get(path, headers=known)).status_code == 304
        never = await program.get(f"/feeds/{'a' * 32}.ics")
        assert (never.status_code, never.headers["content-type"]) == (503, "text/plain; charset=utf-8")
    table.put(anna, "meeting:7", summary="News")
    async with asyncio.timeout(20):
        while True:
            try:
                await tell(anna)
                break
            except Exception:  # connections of before
                await asyncio.sleep(0.1)
    for _ in range(50):
        if b"SUMMARY:News" in (await program.get(path)).content:
            return
        await asyncio.sleep(0.1)
    pytest.fail("the news do not come")


async def test_our_mistake_leaves_the_calendar_as_it_was(
    site: Site, table: Table, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    anna, path, program = await reader(site, table)
    first = await program.get(path)

    async def broken(*_args: object) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr(Table, "agendas", broken)
    await tell(anna)
    again = await program.get(path)
    assert (again.status_code, again.content) == (200, first.content)
    assert "ZeroDivisionError" in caplog.text
    polls.shelf.clear()
    assert (await program.get(path)).status_code == 500


async def test_database_that_hangs_is_not_waited_for(site: Site, table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    anna, path, program = await reader(site, table)
    first = await program.get(path)
    monkeypatch.setattr(polls, "PATIENCE", 0.2)

    async def hanging(*_args: object) -> Any:
        await asyncio.sleep(60)

    monkeypatch.setattr(Table, "agendas", hanging)
    await tell(anna)
    again = await asyncio.wait_for(program.get(path), 20)
    assert (again.status_code, again.content) == (200, first.content)


async def test_dead_address_is_not_given_out_again(site: Site, table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither after it was asked for, nor, when the database goes first, because nobody has asked since."""
    anna, path, program = await reader(site, table)
    for language in ("pl", "fi"):
        assert (await program.get(path, headers={"Accept-Language": language})).status_code == 200
    assert len(polls.shelf) >= 2
    await rotate(anna, EVENT, key=site.settings.secret_key)
    for _ in range(50):
        if not any(body.news.owner == person_topic(anna.id) for body in polls.shelf._bodies.values()):
            break
        await asyncio.sleep(0.1)
    else:
        pytest.fail("what was revoked is still kept")
    assert (await program.get(path)).status_code == 410
