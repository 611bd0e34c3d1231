from datetime import UTC, datetime
from typing import Any

import httpx2
from icalendar import Calendar
from starlette.applications import Starlette

from app.config import Settings
from app.live import Hub
from app.models import Topic
from events import feeds
from events.rooms import add_track

Conference = Any  # see conftest.py
BASE = "http://127.0.0.1:8000"


def program() -> httpx2.AsyncClient:
    app = Starlette(routes=feeds.routes)
    app.state.hub = Hub()
    app.state.settings = Settings(database_url="", base_url=BASE, secret_key=b"for tests only")
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url=BASE)


async def test_whoever_asks_by_date_gets_the_first_release_and_every_change(conference: Conference) -> None:
    await conference.session("Opening", "10:00", "11:00", room=conference.hall)
    async with program() as client:
        before = await client.get("/e/krakow/feed.ics")
        assert [str(event["SUMMARY"]) for event in Calendar.from_ical(before.content).events] == [
            conference.event.title
        ]
        await conference.release()
        since = {"If-Modified-Since": before.headers["last-modified"]}
        after = await client.get("/e/krakow/feed.ics", headers=since)
        assert after.status_code == 200
        assert len(Calendar.from_ical(after.content).events) == 2
        same = {"If-None-Match": after.headers["etag"]}
        assert (await client.get("/e/krakow/feed.ics", headers=same)).status_code == 304
        await conference.session("Closing", "16:00", "17:00", room=conference.hall)
        assert (await client.get("/e/krakow/feed.ics", headers=same)).status_code == 200


async def test_part_of_another_event_is_no_calendar_here(conference: Conference, make: Any) -> None:
    other = await make("other", "tampere")
    track = await add_track(other.event, "Energy", by=other.organiser)
    async with program() as client:
        assert (await client.get(f"/e/tampere/tracks/{track.id}/feed.ics")).status_code == 200
        for path in (f"krakow/tracks/{track.id}", f"krakow/rooms/{other.hall.id}", "nowhere"):
            assert (await client.get(f"/e/{path}/feed.ics")).status_code == 404


async def test_a_restored_database_that_counts_its_revisions_again_has_other_calendars(conference: Conference) -> None:
    await conference.session("Opening", "10:00", "11:00", room=conference.hall)
    await conference.release()
    async with program() as client:
        before = await client.get("/e/krakow/feed.ics")
    await Topic.filter(name=conference.event.scope).update(at=datetime.now(UTC))
    async with program() as client:
        same = {"If-None-Match": before.headers["etag"]}
        assert (await client.get("/e/krakow/feed.ics", headers=same)).status_code == 200
