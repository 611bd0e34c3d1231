"""Items 34 to 45: what a calendar program and its HTTP library rely on."""

import asyncio
import gc
import gzip
import re
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

import httpx2
from icalendar import Calendar

from app import feeds, polls
from app.models import Feed, Person
from events.hosting import About, edit_event
from events.models import Session
from events.participants import withdraw
from events.rooms import edit_room
from events.schedule import Details, cancel_session, edit_session
from matchmaking.meetings import cancel
from tests.calendar.conftest import Stage


async def addresses(stage: Stage) -> tuple[str, str]:
    """A public feed's, and a private one's."""
    person = (await stage.fair.person("Paula")).id
    return f"{stage.path}/feed.ics", await stage.private(await Person.get(id=person))


async def test_item_34_conditions_answer_304(stage: Stage) -> None:
    for path in await addresses(stage):
        first = await stage.program.get(path)
        tag, modified = first.headers["etag"], first.headers["last-modified"]
        earlier = format_datetime(parsedate_to_datetime(modified) - timedelta(days=1), usegmt=True)
        for said in (tag, f"W/{tag}", f'"a", {tag}', f'W/"a",W/{tag}', "*"):
            answer = await stage.program.get(path, headers={"If-None-Match": said})
            assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", tag)
            assert answer.headers["cache-control"] == first.headers["cache-control"]
        assert (await stage.program.get(path, headers={"If-Modified-Since": modified})).status_code == 304
        wins = {"If-None-Match": '"other"', "If-Modified-Since": modified}
        assert (await stage.program.get(path, headers=wins)).status_code == 200
        wins = {"If-None-Match": tag, "If-Modified-Since": earlier}
        assert (await stage.program.get(path, headers=wins)).status_code == 304


async def test_item_35_head_is_get_and_writing_is_405(stage: Stage) -> None:
    for path in await addresses(stage):
        got, head = await stage.program.get(path), await stage.program.head(path)
        assert head.headers["etag"] == got.headers["etag"]
        assert head.headers["content-type"] == got.headers["content-type"] == "text/calendar; charset=utf-8"
        assert head.content == b""
        for method in ("OPTIONS", "PROPFIND", "PUT", "POST", "REPORT", "DELETE", "MKCALENDAR"):
            answer = await stage.program.request(method, path)
            assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD"), method


async def test_item_36_compressed_equals_plain(stage: Stage) -> None:
    for path in await addresses(stage):
        plain = await stage.program.get(path, headers={"Accept-Encoding": "identity"})
        async with stage.program.stream("GET", path, headers={"Accept-Encoding": "gzip"}) as zipped:
            raw = b"".join([part async for part in zipped.aiter_raw()])
        assert zipped.headers["content-encoding"] == "gzip"
        assert "Accept-Encoding" in zipped.headers["vary"]
        assert gzip.decompress(raw) == plain.content


async def test_item_38_dead_and_unknown_addresses(stage: Stage) -> None:
    _public, path = await addresses(stage)
    paula = await Person.get(name="Paula")
    await feeds.revoke(paula, stage.fair.event.scope)
    dead, unknown = await stage.program.get(path), await stage.program.get(f"/feeds/{'a' * 32}.ics")
    assert (dead.status_code, unknown.status_code) == (410, 404)
    for answer in (dead, unknown, await stage.program.get("/e/nowhere/feed.ics")):
        assert answer.headers["content-type"].startswith("text/plain")
        assert "set-cookie" not in answer.headers
        assert "location" not in answer.headers
    again = await stage.private(paula)
    assert again != path
    assert (await stage.program.get(path)).status_code == 410, "dead for good"


async def test_item_39_rotation_keeps_uids(stage: Stage) -> None:
    meeting = await stage.meeting()
    anna = stage.fair[meeting.asker]
    await Person.filter(id=anna.id).update(invited_by_mail=False)
    old = await stage.private(anna)
    before = Calendar.from_ical(await stage.feed(old))
    feed = await feeds.rotate(anna, stage.fair.event.scope, key=stage.settings.secret_key)
    after = Calendar.from_ical(await stage.feed(feeds.address_of(feed, stage.settings)))
    assert (await stage.program.get(old)).status_code == 410
    assert [event["UID"] for event in after.events] == [event["UID"] for event in before.events]
    assert len(after.events) == 2


async def test_item_41_private_is_private_and_public_is_cacheable(stage: Stage) -> None:
    public, private = [await stage.program.get(path) for path in await addresses(stage)]
    assert "private" in private.headers["cache-control"]
    assert private.headers["x-robots-tag"] == "noindex"
    assert "public" in public.headers["cache-control"]
    assert "max-age" in public.headers["cache-control"]
    assert "private" not in public.headers["cache-control"]


async def test_item_42_no_address_of_others_and_nothing_of_what_one_left(stage: Stage) -> None:
    meeting = await stage.meeting()
    anna, mikko = stage.fair[meeting.asker], stage.fair[meeting.invitee]
    await Person.filter(id=anna.id).update(invited_by_mail=False)
    address = await stage.private(anna)
    assert "Mikko" in (await stage.feed(address)).decode()
    assert b"@example.org" not in await stage.feed(address)
    assert mikko.email.encode() not in await stage.feed(address)
    await cancel(meeting, reason="", by=anna)
    told = Calendar.from_ical(await stage.feed(address)).events
    assert [str(event["STATUS"]) for event in told if "Mikko" in str(event["SUMMARY"])] == ["CANCELLED"]
    await withdraw(meeting.asker, by=anna)
    assert b"@example.org" not in await stage.feed(address)


async def test_item_43_many_programs_are_one_rendering(stage: Stage) -> None:
    """`make bench` has the numbers for 2,000 sessions and 200 programs; here: one rendering, and nobody waits."""
    for number in range(60):
        await stage.session(f"Talk {number}", room=None)
    await stage.release()
    rendered = len(polls.shelf)
    worst = 0.0

    async def watch() -> None:
        nonlocal worst
        while True:
            began = time.thread_time()  # of the event loop's thread: what else the machine does is not counted
            await asyncio.sleep(0.001)
            worst = max(worst, time.thread_time() - began)

    gc.freeze()  # what thousands of tests before this one have left is not swept in the middle of it
    watching = asyncio.create_task(watch())
    answers = await asyncio.gather(*(stage.program.get(f"{stage.path}/feed.ics") for _ in range(50)))
    watching.cancel()
    gc.unfreeze()
    assert {answer.status_code for answer in answers} == {200}
    assert len(polls.shelf) == rendered + 1
    assert worst < 0.1


async def test_item_44_every_link_is_the_same_calendar(stage: Stage) -> None:
    meeting = await stage.meeting()
    await stage.session("Lignin")
    await stage.release()
    page = (await stage.program.get(f"{stage.path}/calendars", headers=await stage.cookie())).text
    own = await stage.private(stage.fair[meeting.asker])
    for path in (f"{stage.path}/feed.ics", own):
        https = f"{stage.settings.base_url}{path}"
        webcal = "webcal://" + https.partition("://")[2]
        assert f'value="{https}"' in page
        assert f'href="{webcal}"' in page
        links = [urlsplit(link.replace("&amp;", "&")) for link in re.findall(r'href="(https://[^"]+)"', page)]
        google = [parse_qs(link.query)["cid"] for link in links if link.netloc == "calendar.google.com"]
        outlook = [parse_qs(link.query)["url"] for link in links if link.netloc == "outlook.office.com"]
        assert [webcal] in google
        assert [https] in outlook
    drawn = re.findall(r"<svg[^>]*segno.*?</svg>", page, re.DOTALL)
    assert len(drawn) == 2
    for svg in drawn:
        ElementTree.fromstring(svg)
        assert "style" not in svg, "the content security policy refuses it"


async def test_item_45_robots_may_read_feeds(stage: Stage) -> None:
    rules = (await stage.program.get("/robots.txt")).text
    refused = re.findall(r"(?m)^Disallow: *(\S+)", rules)
    public, private = await addresses(stage)
    assert refused
    assert not any(path.startswith(rule) for rule in refused for path in (public, private))


async def test_pilot_and_speaker_have_calendars_of_their_own(stage: Stage) -> None:
    anna = await stage.fair.newcomer("Anna")
    other = await stage.fair.newcomer("Mikko")
    await stage.session("Hers", speakers=[anna])
    await stage.session("About pilots", "15:00", "15:30", pilots=[stage.fair.pilot])
    speaker, pilot = f"{stage.path}/speakers/{anna.id}/feed.ics", f"{stage.path}/pilots/{stage.fair.pilot.id}/feed.ics"
    assert (await stage.program.get(speaker)).status_code == 404, "before the release nobody is named"
    await stage.release()
    umbrella = stage.fair.event.title
    assert set(await stage.events(speaker)) == {umbrella, "Hers"}
    assert set(await stage.events(pilot)) == {umbrella, "About pilots"}
    everything = await stage.events()
    assert (await stage.events(speaker))["Hers"].to_ical() == everything["Hers"].to_ical()
    assert (await stage.program.get(speaker.replace(str(anna.id), str(other.id)))).status_code == 404
    assert (await stage.program.get(pilot.replace(f"/{stage.fair.pilot.id}/", "/999/"))).status_code == 404


async def test_feed_of_everything_has_every_event_and_is_never_empty(stage: Stage) -> None:
    paula = await stage.fair.person("Paula")
    address = await stage.private(paula, feeds.ALL)
    assert len(await stage.events(address)) == 1
    second = await stage.fair.second_event("turku")
    for event in (stage.fair.event, second):
        await stage.fair.newcomer("Paula", event=event)
    assert {stage.fair.event.title, second.title} == set(await stage.events(address))


async def test_owner_sees_when_it_was_last_fetched_and_by_what(stage: Stage) -> None:
    meeting = await stage.meeting()
    anna = stage.fair[meeting.asker]
    address = await stage.private(anna)
    for _ in range(3):
        await stage.program.get(address, headers={"User-Agent": "Thunderbird/153\x7f"})
    feed = await Feed.get(person=anna)
    assert feed.used_by == "Thunderbird/153"
    assert feed.used_at is not None
    page = await stage.program.get(f"{stage.path}/calendars", headers=await stage.cookie())
    assert "Thunderbird/153" in page.text


async def test_owner_can_remove_the_address_and_make_a_new_one(stage: Stage) -> None:
    meeting = await stage.meeting()
    address = await stage.private(stage.fair[meeting.asker])
    mine = await stage.cookie() | {"Origin": stage.settings.base_url}
    page = f"{stage.path}/calendars"
    await stage.program.post(f"{page}/removal", headers=mine)
    assert (await stage.program.get(address)).status_code == 410
    assert "/feeds/" not in (await stage.program.get(page, headers=mine)).text
    await stage.program.post(f"{page}/renewal", headers=mine)
    assert "/feeds/" in (await stage.program.get(page, headers=mine)).text
    await stage.program.post("/account/feed", headers=mine)
    everything = await stage.private(stage.fair[meeting.asker], feeds.ALL)
    assert everything in (await stage.program.get("/account", headers=mine)).text
    await stage.program.post("/account/feed/removal", headers=mine)
    assert (await stage.program.get(everything)).status_code == 410


async def test_every_word_that_a_calendar_shows_moves_its_etag(stage: Stage) -> None:
    """Also what others changed about the event, the session or the room: new ETag, new bytes, newer DTSTAMP."""
    meeting = await stage.meeting()
    anna = stage.fair[meeting.asker]
    await Person.filter(id=anna.id).update(invited_by_mail=False)
    session = await stage.session("Lignin", speakers=[meeting.asker])
    await stage.release()
    public, private = f"{stage.path}/feed.ics", await stage.private(anna)
    everything = await stage.private(anna, feeds.ALL)

    async def title() -> None:
        await edit_event(stage.fair.event, replace(about(stage), title="Renamed"), version=1, by="test")

    async def venue() -> None:
        await edit_event(stage.fair.event, replace(about(stage), title="Renamed", venue="Barn"), version=2, by="test")

    async def room() -> None:
        await edit_room(stage.hall, name="Cellar", capacity=None, shared=False, position=0, by="test")

    async def talk() -> None:
        now = await Session.get(id=session.id)
        await edit_session(now, Details(title="Resin", speakers=[meeting.asker]), version=now.version, by="test")

    changes = {title: b"Renamed", venue: b"Barn", room: b"Cellar", talk: b"Resin"}
    for change, word in changes.items():
        before = {path: await stage.program.get(path) for path in (public, private, everything)}
        await stage.known.look()
        await change()
        for path, old in before.items():
            answer = await stage.program.get(path, headers={"If-None-Match": old.headers["etag"]})
            assert answer.status_code == 200, (change, path)
            assert word in answer.content, (change, path)
            assert word not in old.content, (change, path)
            assert parsedate_to_datetime(answer.headers["last-modified"]) >= parsedate_to_datetime(
                old.headers["last-modified"]
            )
            then = {block.uid: block for block in blocks(old.content)}
            for block in blocks(answer.content):
                assert block == then[block.uid] or block.stamp > then[block.uid].stamp, (change, path)


@dataclass(frozen=True)
class Block:
    """One VEVENT as it was sent."""

    raw: str

    @property
    def uid(self) -> str:
        return re.findall(r"(?m)^UID:(.*)\r$", self.raw)[0]

    @property
    def stamp(self) -> str:
        return re.findall(r"(?m)^DTSTAMP:(.*)\r$", self.raw)[0]


def blocks(stream: bytes) -> list[Block]:
    return [Block(raw.partition("END:VEVENT")[0]) for raw in stream.decode().split("BEGIN:VEVENT")[1:]]


def about(stage: Stage) -> About:
    event = stage.fair.event
    return About(
        title=event.title, kind=event.kind, zone=event.zone, first_day=event.first_day, last_day=event.last_day
    )


async def test_what_was_cancelled_leaves_the_calendar_a_day_after_its_end(stage: Stage) -> None:
    """At that moment, for who asks with the ETag of before, by date, and while the server remembers its last look."""
    anna = await stage.fair.newcomer("Anna")
    await Person.filter(id=stage.fair[anna].id).update(invited_by_mail=False)
    session = await stage.session("Lignin", speakers=[anna])
    await stage.release()
    await cancel_session(session, version=session.version, by="test")
    for path in (f"{stage.path}/feed.ics", await stage.private(stage.fair[anna])):
        before, leaves = await _shortly_before_it_leaves(stage, session, path)
        assert b"STATUS:CANCELLED" in before.content, path
        tag, modified = before.headers["etag"], before.headers["last-modified"]
        await asyncio.sleep(max(0.0, (leaves - datetime.now(UTC)).total_seconds()) + 0.05)
        for known in ({"If-None-Match": tag}, {"If-Modified-Since": modified}):
            answer = await stage.program.get(path, headers=known)
            assert answer.status_code == 200, (path, known)
            assert b"CANCELLED" not in answer.content
        again = {"If-None-Match": answer.headers["etag"]}
        assert (await stage.program.get(path, headers=again)).status_code == 304


async def _shortly_before_it_leaves(stage: Stage, session: Session, path: str) -> tuple[httpx2.Response, datetime]:
    """What the address answers then, twice, and when it is; a slow machine is given more time."""
    for seconds in (1.5, 6, 24):
        leaves = datetime.now(UTC) + timedelta(seconds=seconds)
        end = leaves - timedelta(days=1)
        await Session.filter(id=session.id).update(start=end - timedelta(minutes=45), end=end)
        stage.known.forget()
        await stage.known.look()
        before = await stage.program.get(path)
        again = await stage.program.get(path, headers={"If-None-Match": before.headers["etag"]})
        if datetime.now(UTC) < leaves:
            assert again.status_code == 304
            return before, leaves
    raise AssertionError("a machine too slow for any test")
