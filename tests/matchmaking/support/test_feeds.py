"""The calendar of an office's clients: whoever advises there has it, it follows meetings and clients, and it dies."""

from icalendar import Calendar

from app import feeds
from events.networks.support.assigning import choose
from events.networks.support.offices import add_adviser, dismiss_adviser, open_office
from matchmaking.meetings import cancel
from tests.calendar.conftest import Stage, stage

__all__ = ["stage"]


async def test_feed_shows_the_clients_meetings_until_one_leaves_or_the_adviser_does(stage: Stage) -> None:
    fair = stage.fair
    meeting = await stage.meeting()
    office = await open_office("Centrum", fair.regions[0], by=fair.organiser)
    ewa = await fair.person("Ewa")
    adviser = await add_adviser(office, ewa.email, by=fair.organiser)
    address = feeds.address_of(
        await feeds.rotate(ewa, f"office:{office.id}", key=stage.settings.secret_key), stage.settings
    )
    first = await stage.program.get(address)
    (found,) = [event for event in Calendar.from_ical(first.content).events if "meeting-" in str(event["UID"])]
    assert {"Anna", "Mikko"} <= set(str(found["SUMMARY"]).replace(",", "").split())
    assert (str(found["TRANSP"]), str(found["CLASS"])) == ("TRANSPARENT", "PRIVATE")
    assert b"@example.org" not in first.content
    known = {"If-None-Match": first.headers["etag"]}
    assert (await stage.program.get(address, headers=known)).status_code == 304
    await cancel(meeting, by=fair.organiser)
    await stage.known.look()
    assert b"STATUS:CANCELLED" in await stage.feed(address)
    for person in (fair[meeting.asker], fair[meeting.invitee]):
        await choose(None, by=person)
    await stage.known.look()
    raw = await stage.feed(address)
    assert b"meeting-" not in raw
    assert len(Calendar.from_ical(raw).events) == 1, "never empty"
    await add_adviser(office, (await fair.person("Jan")).email, by=fair.organiser)  # who stays does not keep it alive
    await dismiss_adviser(adviser, by=fair.organiser)
    await stage.known.look()
    gone = await stage.program.get(address)
    assert (gone.status_code, gone.headers["content-type"]) == (404, "text/plain; charset=utf-8")


async def test_strangers_calendar_of_an_office_is_not_there(stage: Stage) -> None:
    office = await open_office("Centrum", stage.fair.regions[0], by=stage.fair.organiser)
    await add_adviser(office, (await stage.fair.person("Ewa")).email, by=stage.fair.organiser)  # hers would be
    key, olga = stage.settings.secret_key, stage.fair.organiser
    for scope in (f"office:{office.id}", "office:999"):
        address = feeds.address_of(await feeds.rotate(olga, scope, key=key), stage.settings)
        assert (await stage.program.get(address)).status_code == 404
