"""Story B: the organiser moves a session; pages move, who is concerned gets one new invitation, feeds follow."""

from icalendar import Calendar

from app import journal
from events.bookings import book
from events.releasing import release_programme
from events.rooms import add_room
from events.schedule import Details, create_session
from tests.matchmaking.conftest import Fair
from tests.stories.conftest import Site, heard


async def test_a_move_reaches_pages_mailboxes_and_feeds(site: Site, fair: Fair) -> None:
    event, path = fair.event, f"/e/{fair.event.slug}"
    hall = await add_room(event, "Hall", by=fair.organiser)
    studio = await add_room(event, "Studio", by=fair.organiser)
    anna, mikko = await fair.delegate("Anna"), await fair.delegate("Mikko")
    talk = await create_session(
        event,
        Details(title="Lignin in resins", speakers=[anna], capacity=10),
        room=hall,
        start=fair.at("14:00"),
        end=fair.at("14:45"),
        by=fair.organiser,
    )
    await create_session(
        event, Details(title="Coffee"), room=studio, start=fair.at("16:00"), end=fair.at("16:30"), by=fair.organiser
    )
    visitor, olga = site.browser(site.base_url), await site.signed_in(fair.organiser)
    assert "Lignin in resins" not in (await visitor.get(f"{path}/programme")).text, "not before the first release"
    assert site.sink.mails == []

    await release_programme(event, "v1", by=fair.organiser)
    talk = await type(talk).get(id=talk.id)
    await book(talk, mikko, by=fair[mikko])
    first = await site.invites(2)
    feed = await visitor.get(f"{path}/feed.ics")
    since = await journal.revision(event.scope)

    async with site.socket(visitor, f"{path}/live", since=since) as page:
        clash = await olga.post(
            f"{path}/desk/sessions/{talk.id}/slot",
            data={"version": talk.version, "room": studio.id, "start": _wall(fair, "16:15"), "minutes": 45},
            headers={"Accept": "application/json"},
        )
        assert clash.status_code == 409
        assert "Coffee" in clash.json()["error"]

        for clock in ("15:00", "15:30"):  # two quick moves make one mail
            talk = await type(talk).get(id=talk.id)
            moved = await olga.post(
                f"{path}/desk/sessions/{talk.id}/slot",
                data={"version": talk.version, "room": studio.id, "start": _wall(fair, clock), "minutes": 30},
                headers={"Accept": "application/json"},
            )
            assert moved.status_code == 200, moved.text
        fact = await heard(page, "session.moved")
        assert fact["id"] == talk.id

    stale = await olga.post(
        f"{path}/desk/sessions/{talk.id}/slot",
        data={"version": 1, "room": hall.id, "start": _wall(fair, "09:00"), "minutes": 30},
        headers={"Accept": "application/json"},
    )
    assert stale.status_code == 409

    invites = await site.invites(4)
    for invite in invites[2:]:
        before = next(one for one in first if one.to == invite.to)
        assert invite.method == "REQUEST"
        assert invite.event["UID"] == before.event["UID"]
        assert invite.event["SEQUENCE"] > before.event["SEQUENCE"]
        assert invite.event.start == fair.at("15:30")
        assert "Studio" in str(invite.event["LOCATION"])

    after = await visitor.get(f"{path}/feed.ics", headers={"If-None-Match": feed.headers["etag"]})
    assert after.status_code == 200
    starts = {str(one["SUMMARY"]): one.start for one in Calendar.from_ical(after.content).events}
    assert starts["Lignin in resins"] == fair.at("15:30")


def _wall(fair: Fair, clock: str) -> str:
    return fair.at(clock).astimezone(fair.event.tz).strftime("%Y-%m-%dT%H:%M")
