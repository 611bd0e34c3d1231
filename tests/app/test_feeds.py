"""Calendar programs poll: conditions, methods, compression, rotation and one render for all; over real HTTP."""

import asyncio
import gzip
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any

from icalendar import Calendar

from app import polls
from app.feeds import open_feed, rotate, token_of
from app.journal import changing
from app.models import Change, Feed, Person
from tests.app.plumbing import EVENT, START, Site, Table, make_person, tell


async def address(site: Site, person: Person, scope: str = EVENT) -> str:
    key = site.settings.secret_key
    return f"/feeds/{token_of(await open_feed(person, scope, key=key), key=key)}.ics"


async def reader(site: Site, table: Table, **person: Any) -> tuple[Person, str, Any]:
    """Somebody with a meeting who takes it from their feed; its address, and their calendar program."""
    anna = await make_person("Anna", **({"invited_by_mail": False} | person))
    table.put(anna, "meeting:7", summary="Anna – Beñat")
    await tell(anna)
    program = site.browser(site.url)
    for name in ("Sec-Fetch-Site", "Origin"):
        del program.headers[name]
    return anna, await address(site, anna), program


async def test_feed_is_a_calendar_of_ones_own(site: Site, table: Table, lint_calendar: Any) -> None:
    _, path, program = await reader(site, table)
    got = await program.get(path)
    assert got.status_code == 200
    assert got.headers["content-type"] == "text/calendar; charset=utf-8"
    assert got.headers["cache-control"] == "private, no-cache"
    assert got.headers["x-robots-tag"] == "noindex"
    assert got.headers["content-disposition"] == 'inline; filename="agenda.ics"'
    assert "set-cookie" not in got.headers
    assert lint_calendar(got.content) == []
    calendar = Calendar.from_ical(got.content)
    assert "METHOD" not in calendar
    assert [str(event["UID"]) for event in calendar.events] == [
        "event-krakow@pilotmatch.example", "meeting-7@pilotmatch.example",
    ]  # fmt: skip
    assert all("ORGANIZER" not in event and "ATTENDEE" not in event for event in calendar.events)
    assert calendar.events[1]["DTSTART"].dt == START
    assert b"example.org" not in got.content  # nobody's mail address
    assert path.rpartition("/")[2].removesuffix(".ics").encode() not in got.content


async def test_conditions(site: Site, table: Table) -> None:
    anna, path, program = await reader(site, table)
    first = await program.get(path)
    tag, modified = first.headers["etag"], first.headers["last-modified"]
    later = format_datetime(parsedate_to_datetime(modified) + timedelta(days=1), usegmt=True)
    earlier = format_datetime(parsedate_to_datetime(modified) - timedelta(days=1), usegmt=True)
    current = [
        {"If-None-Match": tag}, {"If-None-Match": f"W/{tag}"}, {"If-None-Match": f'"a", {tag}, "b"'},
        {"If-None-Match": f'W/"a",W/{tag}'}, {"If-None-Match": "*"}, {"If-Modified-Since": modified},
        {"If-Modified-Since": later}, {"If-None-Match": tag, "If-Modified-Since": earlier},
    ]  # fmt: skip
    for said in current:
        for method in ("GET", "HEAD"):
            told = await program.request(method, path, headers=said)
            assert (told.status_code, told.content) == (304, b""), said
            assert (told.headers["etag"], told.headers["cache-control"]) == (tag, "private, no-cache")
            assert told.headers["vary"] == "Accept-Encoding"
            assert "content-length" not in told.headers or told.headers["content-length"] == "0"
    changed = [
        {"If-None-Match": '"other"'}, {"If-None-Match": tag.strip('"')}, {"If-Modified-Since": earlier},
        {"If-None-Match": '"other"', "If-Modified-Since": later}, {"If-Modified-Since": "yesterday"},
        {"If-Modified-Since": "Mon, 99 Foo 2026 99:99:99 GMT"}, {"If-Modified-Since": modified.replace(" GMT", "")},
        {"If-None-Match": ","}, {},
    ]  # fmt: skip
    for said in changed:
        told = await program.get(path, headers=said)
        assert (told.status_code, told.content) == (200, first.content), said
    table.put(anna, "meeting:7", start=START + timedelta(hours=1), end=START + timedelta(hours=2))
    await tell(anna)
    moved = await program.get(path, headers={"If-None-Match": tag})
    assert moved.status_code == 200
    assert moved.headers["etag"] != tag
    assert (await program.get(path, headers={"If-None-Match": moved.headers["etag"]})).status_code == 304


async def test_head_is_get_without_the_body(site: Site, table: Table) -> None:
    _, path, program = await reader(site, table)
    got, head = await program.get(path), await program.head(path)
    assert head.content == b""
    drop = {"date"}
    assert {k: v for k, v in head.headers.items() if k not in drop} == {
        k: v for k, v in got.headers.items() if k not in drop
    }


async def test_compressed_and_plain_are_the_same_calendar(site: Site, table: Table) -> None:
    _, path, program = await reader(site, table)
    plain = await program.get(path, headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    async with program.stream("GET", path, headers={"Accept-Encoding": "br;q=1, GZIP ; q=0.5"}) as zipped:
        raw = b"".join([part async for part in zipped.aiter_raw()])
    assert zipped.headers["content-encoding"] == "gzip"
    assert zipped.headers["vary"] == plain.headers["vary"] == "Accept-Encoding"
    assert len(raw) == int(zipped.headers["content-length"]) < len(plain.content)
    assert gzip.decompress(raw) == plain.content
    for refused in ("gzip;q=0", "gzip; q=0.000, identity", "deflate", ""):
        told = await program.get(path, headers={"Accept-Encoding": refused})
        assert "content-encoding" not in told.headers, refused


async def test_unchanged_feed_is_the_same_bytes_however_often_it_is_rendered(site: Site, table: Table) -> None:
    anna, path, program = await reader(site, table)
    first = await program.get(path)
    polls.shelf.clear()
    polls._blocks.clear()
    await asyncio.sleep(1.1)
    again = await program.get(path)
    assert again.content == first.content
    assert again.headers["etag"] == first.headers["etag"]
    async with changing("people", by=anna) as changes:
        changes.record("person.seen", anna, topics=[])
    assert (await program.get(path, headers={"If-None-Match": first.headers["etag"]})).status_code == 304


async def test_old_address_is_gone_at_once(site: Site, table: Table) -> None:
    anna, path, program = await reader(site, table)
    before = await program.get(path)
    key = site.settings.secret_key
    new = f"/feeds/{token_of(await rotate(anna, EVENT, key=key), key=key)}.ics"
    old = await program.get(path, headers={"If-None-Match": before.headers["etag"]})
    assert (old.status_code, old.headers["content-type"]) == (410, "text/plain; charset=utf-8")
    uids = [
        [str(event["UID"]) for event in Calendar.from_ical(body).events]
        for body in (before.content, (await program.get(new)).content)
    ]
    assert uids[0] == uids[1]
    assert await address(site, anna) == new
    await rotate(anna, EVENT, key=key)
    assert [(await program.get(one)).status_code for one in (path, new)] == [410, 410]
    assert await Feed.filter(person=anna, revoked=False).count() == 1


async def test_unknown_address_is_a_plain_404_whoever_asks(site: Site, table: Table) -> None:
    anna, path, program = await reader(site, table)
    token = path.removeprefix("/feeds/").removesuffix(".ics")
    owner = await site.signed_in(anna)
    wrong = [
        token[:-1], token + "a", token.upper(), "a" * 32, token.replace(token[0], "b" if token[0] != "b" else "c"),
        f"{token}%00", f"{token}/x", f"x/{token}", f"..%2f{token}", "%ff", "x" * 5000, token[::-1], f"{token}%20",
    ]  # fmt: skip
    for bad in wrong:
        for client in (program, owner):
            told = await client.get(f"/feeds/{bad}.ics")
            assert told.status_code == 404, bad
            assert told.headers["content-type"] == "text/plain; charset=utf-8"
            assert "set-cookie" not in told.headers
    assert (await program.get(f"/feeds/x.ics?token={token}")).status_code == 404


async def test_address_is_the_secret_and_cookies_do_not_matter(site: Site, table: Table) -> None:
    _, path, program = await reader(site, table)
    bea = await site.signed_in(await make_person("Bea"))
    assert (await bea.get(path)).content == (await program.get(path)).content
    assert "set-cookie" not in (await bea.get(path)).headers


async def test_fifty_cold_requests_are_one_rendering(site: Site, table: Table) -> None:
    anna, path, _ = await reader(site, table)
    for number in range(300):
        table.put(anna, f"session:{number}", transparent=True)
    await tell(anna)
    table.asked = 0
    programs = [site.browser(site.url) for _ in range(10)]
    answers = await asyncio.gather(*(programs[number % 10].get(path) for number in range(50)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert table.asked <= 10  # twice a rendering; on a slow machine a look at the journal or two come between
    assert await Change.filter(kind="feed.fetched").count() == 1
    assert len(Calendar.from_ical(answers[0].content).events) == 302


async def test_first_reader_who_leaves_does_not_end_the_rendering(site: Site, table: Table) -> None:
    _, path, program = await reader(site, table)
    hurried = asyncio.create_task(program.get(path))
    await asyncio.sleep(0)
    hurried.cancel()
    assert (await site.browser(site.url).get(path)).status_code == 200


async def test_what_is_mailed_is_not_in_the_feed(site: Site, table: Table) -> None:
    anna, path, program = await reader(site, table, invited_by_mail=True)
    table.put(anna, "session:9", transparent=True)
    await tell(anna)
    assert b"session-9@" in (await program.get(path)).content
    assert b"meeting-7@" not in (await program.get(path)).content
    browser = await site.signed_in(anna)
    await browser.post("/account/calendar", data={"by": "feed"})
    assert b"meeting-7@" in (await program.get(path)).content


async def test_person_taken_out_of_a_meeting_loses_it_at_once(site: Site, table: Table) -> None:
    anna, path, program = await reader(site, table)
    assert b"meeting-7@" in (await program.get(path)).content
    table.drop(anna, "meeting:7")
    await tell(anna)
    assert b"meeting-7@" not in (await program.get(path)).content


async def test_cancelled_meeting_stays_struck_out_until_a_day_after(site: Site, table: Table) -> None:
    anna, path, program = await reader(site, table)
    ended = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=25)
    table.put(anna, "meeting:7", cancelled=True)
    table.put(anna, "meeting:8", cancelled=True, start=ended - timedelta(hours=1), end=ended)
    await tell(anna)
    events = Calendar.from_ical((await program.get(path)).content).events
    assert [(str(event["UID"]), str(event["STATUS"])) for event in events[1:]] == [
        ("meeting-7@pilotmatch.example", "CANCELLED")
    ]
    assert str(events[1]["SUMMARY"]).startswith("Cancelled: ")


async def test_feed_of_an_event_that_is_gone_is_a_plain_404(site: Site, table: Table) -> None:
    _, path, program = await reader(site, table)
    table.scopes = ()
    told = await program.get(path)
    assert (told.status_code, told.headers["content-type"]) == (404, "text/plain; charset=utf-8")


async def test_feed_opened_twice_at_once_is_one(site: Site, table: Table) -> None:
    anna = await make_person("Anna")
    key = site.settings.secret_key
    opened = await asyncio.gather(*(open_feed(anna, EVENT, key=key) for _ in range(10)))
    assert len({feed.id for feed in opened}) == 1
    assert await Change.filter(kind="feed.opened").count() == 1
    assert await open_feed(anna, "all", key=key) not in opened
