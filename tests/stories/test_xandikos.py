"""The whole loop with a real calendar server: our invitation by LMTP into Xandikos, its owner answers over CalDAV,
its REPLY by SMTP and our LMTP to us, and the other one's open page shows it."""

import asyncio
import re
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest
from icalendar import Calendar

from app import journal
from matchmaking.meetings import accept, request_meeting, reschedule
from matchmaking.models import Meeting, MeetingStatus
from tests.matchmaking.conftest import Fair, sound
from tests.postgres import free_port
from tests.sink import Sink
from tests.stories.conftest import PATIENCE, Site, heard
from tests.stories.test_answers_by_mail import US, hand_over, lmtp

pytest.importorskip("xandikos")

HOME = "/mikko/calendars/calendar/"
ADDRESS = """<?xml version="1.0"?><d:propertyupdate xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><d:set>
<d:prop><c:calendar-user-address-set><d:href>mailto:mikko@example.org</d:href></c:calendar-user-address-set></d:prop>
</d:set></d:propertyupdate>"""


@dataclass
class Xandikos:
    """Mikko's calendar server. What it mails is in `sent`."""

    dav: httpx2.AsyncClient
    lmtp_port: int
    sent: Sink
    site: Site
    taken: int = 0  # mails of ours that it saw

    async def gets(self, invites: int) -> None:
        """The invitations that were mailed to him since, of so many to all."""
        await self.site.invites(invites)
        for mail in self.site.sink.mails[self.taken :]:
            if mail.recipient.startswith("mikko"):
                await lmtp(self.lmtp_port, mail.raw, mail.recipient)
        self.taken = invites

    async def event(self) -> tuple[str, Calendar]:
        """Where the one event in his calendar is, and the calendar it stands in."""
        listed = await self.dav.request("PROPFIND", HOME, headers={"Depth": "1"})
        (path,) = re.findall(rf"{HOME}[^<]+\.ics", listed.text)
        return path, Calendar.from_ical((await self.dav.get(path)).content)

    async def answers(self, partstat: str) -> None:
        """He clicks; his server mails us, and the mail server in front hands it over."""
        path, calendar = await self.event()
        calendar.events[0]["ATTENDEE"].params["PARTSTAT"] = partstat
        before = len(self.sent.mails)
        put = await self.dav.put(path, content=calendar.to_ical(), headers={"Content-Type": "text/calendar"})
        assert put.status_code in (200, 201, 204), put.text
        deadline = time.monotonic() + PATIENCE
        while len(self.sent.mails) == before and time.monotonic() < deadline:
            await asyncio.sleep(0.05)
        (reply,) = self.sent.mails[before:]
        assert reply.recipient == US
        await hand_over(self.site, reply.raw)


@pytest.fixture
async def xandikos(site: Site, fair: Fair, tmp_path: Path) -> AsyncIterator[Xandikos]:
    sent = Sink()
    await sent.up()
    web, lmtp_port, log = free_port(), free_port(), tmp_path / "xandikos.log"
    options = {
        "--directory": tmp_path / "dav", "--state-dir": tmp_path / "state", "--listen-address": "127.0.0.1",
        "--port": web, "--current-user-principal": "/mikko/", "--imip-listen": f"127.0.0.1:{lmtp_port}",
        "--imip-send": "smtp", "--smtp-host": "127.0.0.1", "--smtp-port": sent.port, "--smtp-from": "dav@example.net",
    }  # fmt: skip
    command = [sys.executable, "-m", "xandikos", "serve", "--defaults"]
    command += [str(word) for option in options.items() for word in option]
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output)
    try:
        async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{web}") as dav:
            await until_it_answers(dav, process, log)
            xml = {"Content-Type": "text/xml"}
            said = await dav.request("PROPPATCH", "/mikko/", content=ADDRESS, headers=xml)
            assert "200 OK" in said.text, said.text
            yield Xandikos(dav, lmtp_port, sent, site)
    finally:
        process.terminate()
        await asyncio.to_thread(process.wait, 20)
        await sent.down()


async def until_it_answers(dav: httpx2.AsyncClient, process: "subprocess.Popen[bytes]", log: Path) -> None:
    for _ in range(int(PATIENCE * 10)):
        assert process.poll() is None, log.read_text()
        try:
            await dav.get("/")
            return
        except httpx2.TransportError:
            await asyncio.sleep(0.1)
    raise AssertionError(log.read_text())


async def agreed(fair: Fair) -> Meeting:
    morning = await fair.round("10:00", "11:00", tables=1)
    anna, mikko = [await fair.delegate(name, morning) for name in ("Anna", "Mikko")]
    return await accept(await request_meeting(anna, mikko, message="", by=fair[anna]), by=fair[mikko])


async def test_yes_perhaps_and_a_move_go_round(site: Site, fair: Fair, xandikos: Xandikos) -> None:
    meeting = await agreed(fair)
    annas = await site.signed_in(fair[meeting.asker])
    path = f"/e/{fair.event.slug}"
    await xandikos.gets(2)
    since = await journal.revision(fair.event.scope)
    async with site.socket(annas, f"{path}/live", since=since) as page:
        await xandikos.answers("TENTATIVE")
        assert (await heard(page, "meeting.answered"))["data"]["partstat"] == "TENTATIVE"
        assert "they say: perhaps" in (await annas.get(f"{path}/meetings/{meeting.id}")).text
        await asyncio.sleep(1)  # Xandikos stamps in seconds
        await xandikos.answers("ACCEPTED")
        assert (await heard(page, "meeting.answered"))["data"]["partstat"] == "ACCEPTED"
        assert "in their calendar" in (await annas.get(f"{path}/meetings/{meeting.id}")).text

        current = await Meeting.get(id=meeting.id)
        slot = await fair.slot("10:20")
        await reschedule(current, slot=slot, version=current.version, by=fair[meeting.asker])
        await xandikos.gets(4)
        _path, calendar = await xandikos.event()
        assert calendar.events[0].start == slot.start, "the same entry, moved"
        assert "in their calendar" not in (await annas.get(f"{path}/meetings/{meeting.id}")).text
        await asyncio.sleep(1)
        await xandikos.answers("TENTATIVE")
        assert (await heard(page, "meeting.answered"))["data"]["partstat"] == "TENTATIVE"
    await sound()


async def test_no_goes_round_and_a_cancellation_arrives(site: Site, fair: Fair, xandikos: Xandikos) -> None:
    meeting = await agreed(fair)
    annas = await site.signed_in(fair[meeting.asker])
    path = f"/e/{fair.event.slug}"
    await xandikos.gets(2)
    since = await journal.revision(fair.event.scope)
    async with site.socket(annas, f"{path}/live", since=since) as page:
        await xandikos.answers("DECLINED")
        await heard(page, "meeting.cancelled")
    assert (await Meeting.get(id=meeting.id)).status == MeetingStatus.CANCELLED
    await sound()
    invites = await site.invites(3)
    assert (invites[2].to, invites[2].method) == (fair[meeting.asker].email, "CANCEL")


async def test_item_53_cancellation_is_understood(site: Site, fair: Fair, xandikos: Xandikos) -> None:
    meeting = await agreed(fair)
    await xandikos.gets(2)
    annas = await site.signed_in(fair[meeting.asker])
    await annas.post(f"/e/{fair.event.slug}/meetings/{meeting.id}/cancellation", data={"reason": "Ill"})
    await xandikos.gets(4)
    _path, calendar = await xandikos.event()
    assert str(calendar.events[0]["STATUS"]) == "CANCELLED"
