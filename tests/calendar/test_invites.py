"""Items 46 to 58: invitations, judged by libical as well."""

import subprocess
from email import message_from_bytes
from pathlib import Path

from icalendar import Calendar

from app.ical.itip import DeclineCounter, Mailbox, Told, decline_counter
from app.models import Invitation, Mail, Person
from events.bookings import book, unbook
from events.models import Session
from events.schedule import Details, edit_session, move_session
from matchmaking.meetings import cancel, reschedule
from tests.answering import answer, invitation_in
from tests.calendar.conftest import Stage
from tests.calendar.parsers import SYSTEM_PYTHON, need_libical

JUDGE = Path(__file__).with_name("restrictions.py")


def libical(stream: bytes) -> list[str]:
    """What libical's check of RFC 5546's tables says; the test is skipped where it is not installed."""
    need_libical()
    told = subprocess.run([SYSTEM_PYTHON, JUDGE], input=stream, capture_output=True)
    assert told.returncode == 0, told.stderr.decode()
    return [line for line in told.stdout.decode().splitlines() if line]


def parts(mail: Mail) -> list:  # type: ignore[type-arg]
    return [part for part in message_from_bytes(bytes(mail.body)).walk() if not part.is_multipart()]


def stream(mail: Mail) -> bytes:
    return next(p.get_payload(decode=True) for p in parts(mail) if p.get_content_type() == "text/calendar")


async def test_item_46_libical_accepts_every_message(stage: Stage) -> None:
    meeting = await stage.meeting()
    first = await stage.mails()
    invited = invitation_in(bytes(first[0].body))
    await reschedule(meeting, slot=await stage.fair.slot("10:20"), version=meeting.version, by=stage.fair.organiser)
    moved = await stage.mails()
    await cancel(meeting, by=stage.fair.organiser)
    gone = await stage.mails()
    told = Told.from_json((await Invitation.first()).told)  # type: ignore[union-attr]
    no = decline_counter(DeclineCounter(told, "Not free"), organiser=Mailbox("", "a@b.example"), now=meeting.created_at)
    for one in (*(stream(mail) for mail in (*first, *moved, *gone)), no):
        assert libical(one) == [], one.decode()
    for method, partstat in (("REPLY", "ACCEPTED"), ("COUNTER", "TENTATIVE")):
        reply = next(
            part.get_payload(decode=True)
            for part in message_from_bytes(answer(invited, partstat, method=method, SUMMARY="Meeting")).walk()
            if part.get_content_type() == "text/calendar"
        )
        assert libical(reply) == [], method  # type: ignore[arg-type]
    assert libical(stream(first[0]).replace(b"METHOD:REQUEST", b"METHOD:PUBLISH")) != [], "or it would see nothing"


async def test_item_47_method_twice_one_event_calendar_last(stage: Stage) -> None:
    await stage.meeting()
    for mail in await stage.mails():
        message = message_from_bytes(bytes(mail.body))
        kinds = [part.get_content_type() for part in parts(mail)]
        assert (message.get_content_type(), kinds) == (
            "multipart/alternative", ["text/plain", "text/html", "text/calendar"],
        )  # fmt: skip
        part, calendar = parts(mail)[-1], Calendar.from_ical(stream(mail))
        assert part.get_param("method") == str(calendar["METHOD"]) == "REQUEST"
        assert part.get_content_charset() == "utf-8"
        assert part.get("Content-Disposition") is None
        assert len(calendar.events) == 1


async def test_item_48_base64_survives_a_server_without_8bitmime(stage: Stage) -> None:
    """Seven bits and short lines leave a relay nothing to rewrite, so DKIM's body hash stands; no relay is asked."""
    await Person.filter(id=stage.fair.organiser.id).update(name="Zażółć")
    await stage.meeting()
    for mail in await stage.mails():
        assert {part["Content-Transfer-Encoding"] for part in parts(mail)} == {"base64"}
        assert bytes(mail.body).isascii()
        assert max(map(len, bytes(mail.body).split(b"\r\n"))) <= 998


async def test_item_49_organiser_is_from_and_stays(stage: Stage) -> None:
    meeting = await stage.meeting()
    seen = set()
    for _ in range(2):
        for mail in await stage.mails():
            message, event = message_from_bytes(bytes(mail.body)), invitation_in(bytes(mail.body))
            organiser = str(event["ORGANIZER"])
            assert organiser == f"mailto:{mail.sender}" == organiser.lower()
            assert f"<{mail.sender}>" in message["From"]
            assert organiser != str(event["ATTENDEE"]).lower()
            seen.add(organiser)
        await meeting.refresh_from_db()
        await reschedule(meeting, slot=await stage.fair.slot("10:40"), version=meeting.version, by="test")
    assert len(seen) == 1


async def test_item_50_each_reads_only_of_themselves(stage: Stage) -> None:
    await stage.meeting()
    mails = await stage.mails()
    other = {"anna@example.org": b"mikko@example.org", "mikko@example.org": b"anna@example.org"}
    for mail in mails:
        event = invitation_in(bytes(mail.body))
        assert str(event["ATTENDEE"]) == f"mailto:{mail.recipient}"
        everything = bytes(mail.body) + b"".join(part.get_payload(decode=True) for part in parts(mail))
        assert other[mail.recipient] not in everything
    assert len({str(invitation_in(bytes(mail.body))["UID"]) for mail in mails}) == 2


async def booked(stage: Stage) -> Session:
    """Anna has a seat in Lignin."""
    anna = await stage.fair.newcomer("Anna")
    session = await stage.session("Lignin", capacity=5)
    await stage.release()
    await book(session, anna, by="test")
    return session


async def test_item_52_better_title_is_not_mailed(stage: Stage) -> None:
    session = await booked(stage)
    assert len(await stage.mails()) == 1
    session = await Session.get(id=session.id)
    await edit_session(session, Details(title="Lignin!", capacity=5), version=session.version, by="test")
    assert await stage.mails() == []


async def test_item_53_cancellation_says_all_it_must(stage: Stage) -> None:
    meeting = await stage.meeting()
    before = {mail.recipient: invitation_in(bytes(mail.body)) for mail in await stage.mails()}
    await cancel(meeting, by=stage.fair.organiser)
    for mail in await stage.mails():
        event, old = invitation_in(bytes(mail.body)), before[mail.recipient]
        assert parts(mail)[-1].get_param("method") == "CANCEL"
        assert b"METHOD:CANCEL" in stream(mail)
        assert (event["UID"], event["SEQUENCE"]) == (old["UID"], old["SEQUENCE"] + 1)
        assert (str(event["STATUS"]), event.start) == ("CANCELLED", old.start)
        assert str(event["ATTENDEE"]) == f"mailto:{mail.recipient}"


async def test_item_54_cancelled_before_it_left_is_never_heard_of(stage: Stage) -> None:
    meeting = await stage.meeting()
    await cancel(meeting, by=stage.fair.organiser)
    assert await stage.mails() == []


async def test_item_56_only_the_one_removed_is_told(stage: Stage) -> None:
    session = await booked(stage)
    mikko = await stage.fair.newcomer("Mikko")
    await book(session, mikko, by="test")
    assert len(await stage.mails()) == 2
    await unbook(session, mikko, by="test")
    (mail,) = await stage.mails()
    assert mail.recipient == "mikko@example.org"
    assert b"METHOD:CANCEL" in stream(mail)


async def test_item_57_headers_and_texts(stage: Stage) -> None:
    meeting = await stage.meeting()
    first = {mail.recipient: mail for mail in await stage.mails()}
    await reschedule(meeting, slot=await stage.fair.slot("10:20"), version=meeting.version, by=stage.fair.organiser)
    for mail in await stage.mails():
        message, before = message_from_bytes(bytes(mail.body)), message_from_bytes(bytes(first[mail.recipient].body))
        assert "Auto-Submitted" not in message
        assert message["X-Auto-Response-Suppress"]
        assert message["Message-ID"] != before["Message-ID"]
        assert message["In-Reply-To"] == message["References"] == before["Message-ID"]
        for part in parts(mail)[:2]:
            text = part.get_payload(decode=True).decode()
            assert "10:20" in text
            assert "(Helsinki)" in text


async def test_item_58_mail_or_feed_never_both(stage: Stage) -> None:
    meeting = await stage.meeting()
    anna = stage.fair[meeting.asker]
    address = await stage.private(anna)
    mine = await stage.cookie() | {"Origin": stage.settings.base_url}
    assert {mail.recipient for mail in await stage.mails()} == {"anna@example.org", "mikko@example.org"}
    assert len(await stage.events(address)) == 1
    for by, method, entries in (("feed", b"METHOD:CANCEL", 2), ("mail", b"METHOD:REQUEST", 1)):
        await stage.program.post("/account/calendar", headers=mine, data={"by": by})
        (mail,) = await stage.mails()
        assert mail.recipient == "anna@example.org"
        assert method in stream(mail)
        assert len(await stage.events(address)) == entries


async def test_move_of_a_session_reaches_who_booked(stage: Stage) -> None:
    session = await Session.get(id=(await booked(stage)).id)
    await stage.mails()
    start, end = stage.fair.at("15:00"), stage.fair.at("15:30")
    await move_session(session, room=stage.hall, start=start, end=end, version=session.version, by="test")
    (mail,) = await stage.mails()
    assert invitation_in(bytes(mail.body)).start == start
