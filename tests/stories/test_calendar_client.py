"""Story C: a calendar program polls, with what it knows; it never sees HTML, a cookie or a password prompt."""

import asyncio
import gzip

from icalendar import Calendar

from app import feeds
from app.known import TRUSTED_SECONDS
from events.releasing import release_programme
from events.rooms import add_room, add_track
from events.schedule import Details, create_session, edit_session
from tests.conftest import SECRET
from tests.matchmaking.conftest import Fair
from tests.stories.conftest import Site


async def test_public_feeds_answer_programs_as_they_expect(site: Site, fair: Fair) -> None:
    event, path = fair.event, f"/e/{fair.event.slug}"
    hall = await add_room(event, "Hall", by=fair.organiser)
    track = await add_track(event, "Bioeconomy", by=fair.organiser)
    talk = await create_session(
        event, Details(title="Lignin; resins, and more", track=track), room=hall,
        start=fair.at("14:00"), end=fair.at("14:45"), by=fair.organiser,
    )  # fmt: skip
    await create_session(event, Details(title="Elsewhere"), start=fair.at("14:00"), end=fair.at("15:00"), by="test")
    program = site.browser(site.base_url)

    hidden = await program.get(f"{path}/feed.ics")
    assert len(Calendar.from_ical(hidden.content).events) == 1, "before the release: the event itself"

    await release_programme(event, "v1", by=fair.organiser)
    await asyncio.sleep(TRUSTED_SECONDS)  # by another process than the site's
    for address, titles in (
        (f"{path}/feed.ics", {"Lignin; resins, and more", "Elsewhere"}),
        (f"{path}/tracks/{track.id}/feed.ics", {"Lignin; resins, and more"}),
        (f"{path}/rooms/{hall.id}/feed.ics", {"Lignin; resins, and more"}),
    ):
        answer = await program.get(address)
        assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
        assert "set-cookie" not in answer.headers
        events = Calendar.from_ical(answer.content).events
        assert {str(one["SUMMARY"]) for one in events} - {event.title} == titles
        assert (await program.get(address)).content == answer.content
        assert (await program.get(address, headers={"If-None-Match": answer.headers["etag"]})).status_code == 304
        assert (await program.head(address)).headers["etag"] == answer.headers["etag"]
        for method in ("OPTIONS", "PROPFIND", "PUT"):
            refused = await program.request(method, address, headers={"Sec-Fetch-Site": "none", "Origin": ""})
            assert refused.status_code == 405, method
            assert "GET" in refused.headers["allow"]

    before = await program.get(f"{path}/feed.ics")
    talk = await type(talk).get(id=talk.id)
    await edit_session(talk, Details(title="Lignin in resins", track=track), version=talk.version, by=fair.organiser)
    await asyncio.sleep(TRUSTED_SECONDS)
    after = await program.get(f"{path}/feed.ics", headers={"If-None-Match": before.headers["etag"]})
    assert after.status_code == 200
    old, new = ({str(e["UID"]): e for e in Calendar.from_ical(a.content).events} for a in (before, after))
    changed = [uid for uid in new if new[uid].to_ical() != old[uid].to_ical()]
    assert [str(new[uid]["SUMMARY"]) for uid in changed if "event" not in uid] == ["Lignin in resins"]
    assert all(new[uid]["SEQUENCE"] == old[uid]["SEQUENCE"] for uid in changed), "a better title is no news"
    for uid in changed:
        assert new[uid]["LAST-MODIFIED"].dt > old[uid]["LAST-MODIFIED"].dt


async def test_personal_feed_is_secret_and_can_be_renewed(site: Site, fair: Fair) -> None:
    anna = await fair.delegate("Anna")
    annas, program = await site.signed_in(fair[anna]), site.browser(site.base_url)
    page = await annas.get(f"/e/{fair.event.slug}/calendars")
    feed = await feeds.open_feed(fair[anna], fair.event.scope, key=SECRET)
    address = f"/feeds/{feeds.token_of(feed, key=SECRET)}.ics"
    assert address in page.text
    zipped = await program.get(address, headers={"Accept-Encoding": "gzip"})
    assert zipped.headers["content-encoding"] == "gzip"
    assert gzip.compress(zipped.content, 6, mtime=0), "decoded by the client"
    assert "private" in zipped.headers["cache-control"]

    await annas.post(f"/e/{fair.event.slug}/calendars/renewal")
    gone = await program.get(address)
    assert (gone.status_code, gone.headers["content-type"]) == (410, "text/plain; charset=utf-8")
    unknown = await program.get("/feeds/aaaaaaaaaaaaaaaa.ics")
    assert (unknown.status_code, unknown.headers["content-type"]) == (404, "text/plain; charset=utf-8")
    assert address.split("/")[2].removesuffix(".ics") not in site.log.read_text(), "secrets stay out of the log"
