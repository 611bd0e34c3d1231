"""Story A: request → accept → both pages, both mailboxes, both feeds, over HTTP, sockets and SMTP."""

import asyncio

from icalendar import Calendar

from app import feeds, journal
from matchmaking.meetings import request_meeting
from matchmaking.models import Meeting, MeetingStatus
from tests.conftest import SECRET
from tests.matchmaking.conftest import Fair, sound
from tests.stories.conftest import Site, heard


async def test_a_request_becomes_a_meeting_in_both_calendars(site: Site, fair: Fair) -> None:
    morning = await fair.round("10:00", "11:00", tables=2)
    anna = await fair.delegate("Anna Zak", morning, offers=("lignin",))
    mikko = await fair.delegate("Mikko", morning, region=1, needs=("lignin",))
    annas, mikkos = await site.signed_in(fair[anna]), await site.signed_in(fair[mikko])
    path = f"/e/{fair.event.slug}"
    since = await journal.revision(fair.event.scope)

    async with (
        site.socket(mikkos, f"{path}/live", since=since) as his,
        site.socket(annas, f"{path}/live", since=since) as hers,
    ):
        page = await annas.get(f"{path}/people/{mikko.id}")
        assert "lignin" in page.text
        answer = await annas.post(f"{path}/meetings", data={"invitee": mikko.id, "message": "Lignin for your pilot?"})
        assert answer.status_code == 303

        asked = await heard(his, "meeting.requested")
        assert asked["data"]["names"] == ["Anna Zak", "Mikko"]
        assert "Lignin for your pilot?" in (await mikkos.get(f"{path}/meetings")).text
        assert not await Meeting.filter(slot_id__isnull=False).exists(), "a request holds no slot"

        answer = await mikkos.post(f"{path}/meetings/{asked['id']}/acceptance", data={"slot": "first"})
        assert answer.status_code == 303
        accepted = await heard(hers, "meeting.accepted")
        assert accepted["data"]["table"] == 1

    assert "10:00" in (await annas.get(f"{path}/agenda")).text
    invites = await site.invites(2)
    assert {invite.to for invite in invites} == {fair[anna].email, fair[mikko].email}
    assert {invite.method for invite in invites} == {"REQUEST"}
    assert len({str(invite.event["UID"]) for invite in invites}) == 2, "each answers only for themselves"
    assert len({str(invite.mail["From"]) for invite in invites}) == 1
    assert all(invite.event.start == fair.at("10:00") for invite in invites)
    await sound()


async def test_the_feed_follows_the_meeting(site: Site, fair: Fair) -> None:
    morning = await fair.round("10:00", "11:00", tables=2)
    anna, mikko = [await fair.delegate(name, morning) for name in ("Anna", "Mikko")]
    annas, mikkos = await site.signed_in(fair[anna]), await site.signed_in(fair[mikko])
    await annas.post("/account/calendar", data={"by": "feed"})
    feed = await feeds.open_feed(fair[anna], fair.event.scope, key=SECRET)
    address = f"/feeds/{feeds.token_of(feed, key=SECRET)}.ics"
    before = await annas.get(address)
    assert before.status_code == 200
    assert len(Calendar.from_ical(before.content).events) == 1, "never empty: the event itself"
    assert (await annas.get(address, headers={"If-None-Match": before.headers["etag"]})).status_code == 304

    asked = await request_meeting(anna, mikko, message="", by=fair[anna])
    await mikkos.post(f"/e/{fair.event.slug}/meetings/{asked.id}/acceptance", data={"slot": "first"})
    after = await annas.get(address, headers={"If-None-Match": before.headers["etag"]})
    events = Calendar.from_ical(after.content).events
    assert [event.start for event in events if "Mikko" in str(event["SUMMARY"])] == [fair.at("10:00")]

    invites = await site.invites(1)
    assert invites[0].to == fair[mikko].email, "Anna takes hers from the feed"


async def test_fifty_parallel_accepts_from_two_processes_give_the_last_slot_to_one(site: Site, fair: Fair) -> None:
    only = await fair.round("10:00", "10:20", tables=1)
    pairs = [(await fair.delegate(f"Asker {n}", only), await fair.delegate(f"Guest {n}", only)) for n in range(50)]
    meetings = [await request_meeting(asker, guest, message="", by=fair[asker]) for asker, guest in pairs]
    other = await site.second()
    addresses = [site.base_url, str(other.base_url)]
    clients = [await site.signed_in(fair[guest], at=addresses[n % 2]) for n, (_, guest) in enumerate(pairs)]

    answers = await asyncio.gather(
        *(
            client.post(f"/e/{fair.event.slug}/meetings/{meeting.id}/acceptance", data={"slot": "first"})
            for client, meeting in zip(clients, meetings, strict=True)
        )
    )
    assert sorted(answer.status_code for answer in answers) == [303] + [409] * 49
    assert await Meeting.filter(status=MeetingStatus.ACCEPTED).count() == 1
    assert await Meeting.filter(status=MeetingStatus.REQUESTED).count() == 49
    await sound()


async def test_a_page_that_was_away_gets_exactly_what_it_missed(site: Site, fair: Fair) -> None:
    morning = await fair.round("10:00", "12:00", tables=5)
    anna = await fair.delegate("Anna", morning)
    others = [await fair.delegate(f"Guest {n}", morning) for n in range(5)]
    annas = await site.signed_in(fair[anna])
    since = await journal.revision(fair.event.scope)
    asked = [await request_meeting(other, anna, message="", by=fair[other]) for other in others]

    async with site.socket(annas, f"/e/{fair.event.slug}/live", since=since) as socket:
        ids = [(await heard(socket, "meeting.requested"))["id"] for _ in asked]
    assert ids == [meeting.id for meeting in asked]
