"""Story E: an invitation is answered in its reader's calendar, and the answer shows on the other's page."""

import asyncio
import smtplib

from app import journal
from matchmaking.meetings import accept, request_meeting
from matchmaking.models import Meeting, MeetingStatus
from tests.answering import answer
from tests.matchmaking.conftest import Fair, sound
from tests.stories.conftest import Invite, Site, heard

US = "meetings+tampere@pilotmatch.example"


async def hand_over(site: Site, raw: bytes) -> None:
    """As the mail server in front does."""
    await lmtp(site.lmtp_port, raw, US)


async def lmtp(port: int, raw: bytes, to: str) -> None:
    def over() -> None:
        with smtplib.LMTP("127.0.0.1", port) as client:
            assert client.sendmail("somebody@example.net", [to], raw) == {}

    await asyncio.to_thread(over)


async def test_answers_come_back_and_show_on_the_others_page(site: Site, fair: Fair) -> None:
    morning = await fair.round("10:00", "11:00", tables=1)
    anna, mikko = [await fair.delegate(name, morning) for name in ("Anna", "Mikko")]
    meeting = await accept(await request_meeting(anna, mikko, message="", by=fair[anna]), by=fair[mikko])
    annas = await site.signed_in(fair[anna])
    path = f"/e/{fair.event.slug}"
    his = next(one for one in await site.invites(2) if one.to == fair[mikko].email)
    since = await journal.revision(fair.event.scope)

    async with site.socket(annas, f"{path}/live", since=since) as page:
        await hand_over(site, answer(his.event, "ACCEPTED", shape="nested"))
        assert (await heard(page, "meeting.answered"))["data"]["partstat"] == "ACCEPTED"
        for address in (f"{path}/meetings", f"{path}/meetings/{meeting.id}"):
            assert "in their calendar" in (await annas.get(address)).text

        await hand_over(site, b"Subject: Re: Meeting\r\n\r\nSee you!\r\n")
        await hand_over(site, b"Content-Type: text/calendar\r\n\r\n" + b"\xff" * 3000)
        await hand_over(site, answer(his.event, "DECLINED", UID="m-guessed@pilotmatch.example"))
        assert "in their calendar" in (await annas.get(f"{path}/meetings")).text

        await hand_over(site, answer(his.event, "DECLINED", shape="base64", COMMENT="My train is late"))
        await heard(page, "meeting.cancelled")
    assert "My train is late" in (await annas.get(f"{path}/meetings/{meeting.id}")).text
    assert (await Meeting.get(id=meeting.id)).status == MeetingStatus.CANCELLED
    await sound()

    invites = await site.invites(3)
    assert (invites[2].to, invites[2].method) == (fair[anna].email, "CANCEL"), "he knows it best"


async def test_proposed_time_is_one_button_for_the_other(site: Site, fair: Fair) -> None:
    morning = await fair.round("10:00", "11:00", tables=1)
    anna, mikko = [await fair.delegate(name, morning) for name in ("Anna", "Mikko")]
    meeting = await accept(await request_meeting(anna, mikko, message="", by=fair[anna]), by=fair[mikko])
    annas, mikkos = await site.signed_in(fair[anna]), await site.signed_in(fair[mikko])
    path = f"/e/{fair.event.slug}/meetings/{meeting.id}"
    his = next(one for one in await site.invites(2) if one.to == fair[mikko].email)
    slot = await fair.slot("10:20")
    since = await journal.revision(fair.event.scope)

    async with site.socket(annas, f"/e/{fair.event.slug}/live", since=since) as page:
        start, end = (f"{time:%Y%m%dT%H%M%SZ}" for time in (slot.start, slot.end))
        await hand_over(site, answer(his.event, "TENTATIVE", method="COUNTER", DTSTART=start, DTEND=end))
        fact = await heard(page, "meeting.proposed")
    assert "Move it there" not in (await mikkos.get(path)).text, "it is hers to say"
    assert "Move it there" in (await annas.get(path)).text
    moved = await annas.post(
        f"{path}/slot", data={"version": fact["data"]["version"], "slot": fact["data"]["proposed"]}
    )
    assert moved.status_code == 303
    assert "Another time was proposed" not in (await annas.get(path)).text
    invites: list[Invite] = await site.invites(4)
    assert {invite.event.start for invite in invites[2:]} == {slot.start}
