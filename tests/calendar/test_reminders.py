"""Reminders come in time, once, in one's language, and one click ends them."""

import asyncio
import re
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default

import pytest

from app import slices
from app.models import Change, Mail, Person, Reminder, ReminderKind
from app.reminders import Due, evenings, forget, messages, requests, send, soon
from events.bookings import book
from matchmaking.meetings import request_meeting, reschedule
from matchmaking.messages.models import Message
from matchmaking.messages.writing import read_up
from matchmaking.messages.writing import send as say
from tests.calendar.conftest import Stage


async def reminded(stage: Stage, found: list[Due], *, now: datetime) -> list[Mail]:
    """The mails that came of it."""
    last = await Mail.all().order_by("-id").first()
    await send(found, slices.SOURCES, stage.settings, now=now)
    return await Mail.filter(id__gt=last.id if last else 0, uid__isnull=True).order_by("id")


async def before(stage: Stage, clock: str) -> list[Mail]:
    now = stage.fair.at(clock)
    return await reminded(stage, await soon(slices.SOURCES, now=now), now=now)


def text(mail: Mail) -> str:
    part = message_from_bytes(bytes(mail.body), policy=default).get_body(("plain",))  # type: ignore[attr-defined]
    return str(part.get_content())


async def test_both_are_reminded_fifteen_minutes_before_and_once(stage: Stage) -> None:
    await stage.meeting()
    assert await before(stage, "09:44") == []
    mails = await before(stage, "09:45")
    assert {mail.recipient for mail in mails} == {"anna@example.org", "mikko@example.org"}
    assert mails[0].subject == "10:00: Meeting: Mikko, Mikko Ltd"
    assert "table 1" in text(mails[0])
    for clock in ("09:45", "09:50", "09:59", "10:00", "10:05"):
        assert await before(stage, clock) == []


async def test_reminders_are_forgotten_a_month_later_and_digests_are_not(stage: Stage) -> None:
    await stage.meeting()
    await before(stage, "09:45")
    person = await Person.get(name="Anna")
    now = stage.fair.at("09:45")
    for key in ("meeting:9", "answer:9"):
        await Reminder.create(person=person, kind=ReminderKind.REQUESTS, key=key, at=now)
    for days, kept in ((29, 4), (31, 1), (400, 1)):
        await forget(now=now + timedelta(days=days))
        assert await Reminder.all().count() == kept
    assert await Change.filter(kind="reminder.forgotten").count() == 1


async def test_what_moved_is_told_again(stage: Stage) -> None:
    meeting = await stage.meeting()
    await before(stage, "09:50")
    slot = await stage.fair.slot("10:20")
    await reschedule(meeting, slot=slot, version=meeting.version, by=stage.fair.organiser)
    assert len(await before(stage, "10:10")) == 2


async def test_each_chooses_how_long_before(stage: Stage) -> None:
    meeting = await stage.meeting()
    await Person.filter(id=stage.fair[meeting.asker].id).update(remind_minutes=60)
    await Person.filter(id=stage.fair[meeting.invitee].id).update(remind_minutes=0)
    assert [mail.recipient for mail in await before(stage, "09:05")] == ["anna@example.org"]
    assert await before(stage, "09:55") == []


async def test_online_is_five_minutes_before_and_has_the_link(stage: Stage) -> None:
    anna = await stage.fair.newcomer("Anna")
    session = await stage.session("Lignin", online_url="https://video.example.org/lignin", capacity=5)
    await stage.session("Marked only", "14:00", "14:30", room=None)
    await stage.release()
    await book(session, anna, by="test")
    assert await before(stage, "13:54") == []
    (mail,) = await before(stage, "13:55")
    assert "https://video.example.org/lignin" in text(mail)


async def test_evening_has_tomorrow_in_order(stage: Stage) -> None:
    meeting = await stage.meeting()
    anna = stage.fair[meeting.asker]
    await Person.filter(id=stage.fair[meeting.invitee].id).update(evening_digest=False)
    session = await stage.session("Lignin", capacity=5)
    await stage.release()
    await book(session, meeting.asker, by="test")
    for clock, count in (("17:59", 0), ("18:00", 1), ("18:10", 0), ("23:50", 0)):
        now = stage.fair.at(clock, day=-1)
        mails = await reminded(stage, await evenings(slices.SOURCES, now=now), now=now)
        assert len(mails) == count, clock
        if mails:
            assert (mails[0].recipient, mails[0].subject) == (anna.email, "Tomorrow: 2 things in your agenda")
            assert text(mails[0]).index("10:00") < text(mails[0]).index("14:00")
    now = stage.fair.at("18:00")
    assert await evenings(slices.SOURCES, now=now) == [], "nothing the day after"


async def test_requests_are_gathered_once_a_day_in_the_daytime(stage: Stage) -> None:
    morning = await stage.fair.round("10:00", "11:00", tables=5)
    mikko = await stage.fair.delegate("Mikko", morning)
    askers = [await stage.fair.delegate(name, morning) for name in ("Anna", "Beñat", "Chiara")]
    first = datetime.now(UTC)
    for asker in askers[:2]:
        await request_meeting(asker, mikko, message="", by=stage.fair[asker])
    noon = (first + timedelta(days=1)).replace(hour=9, minute=0)  # about noon in Helsinki

    async def at(now: datetime) -> list[Mail]:
        return await reminded(stage, await requests(slices.SOURCES, now=now), now=now)

    assert await requests(slices.SOURCES, now=first + timedelta(minutes=50)) == []
    assert await at(noon.replace(hour=1)) == []
    (mail,) = await at(noon)
    assert (mail.recipient, mail.subject) == ("mikko@example.org", "2 people wait for your answer")
    assert "Anna, Beñat" in text(mail)
    await request_meeting(askers[2], mikko, message="", by=stage.fair[askers[2]])
    assert await at(noon + timedelta(hours=5)) == [], "once a day"
    (mail,) = await at(noon + timedelta(days=1, minutes=1))
    assert mail.subject == "3 people wait for your answer"
    assert await at(noon + timedelta(days=2, minutes=2)) == [], "nobody new"


async def test_two_workers_remind_once(stage: Stage) -> None:
    await stage.meeting()
    now = stage.fair.at("09:50")
    found = await soon(slices.SOURCES, now=now)
    await asyncio.gather(*(send(found, slices.SOURCES, stage.settings, now=now) for _ in range(3)))
    assert await Mail.filter(uid__isnull=True).count() == 2
    assert await Reminder.all().count() == 2


async def test_mails_are_not_compared_with_each_other(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of an event's five thousand that took four seconds, in which no page was answered."""
    await stage.meeting()
    monkeypatch.setattr(Due, "__eq__", lambda one, other: pytest.fail("compared"))
    assert len(await before(stage, "09:50")) == 2


async def test_each_in_their_own_language_and_zone_of_the_event(stage: Stage) -> None:
    await stage.meeting()
    mails = await before(stage, "09:50")
    assert all("(Helsinki)" in text(mail) for mail in mails)


@pytest.mark.parametrize("headers", [{}, {"Origin": "https://mail.example"}])
async def test_one_click_ends_them(stage: Stage, headers: dict[str, str]) -> None:
    meeting = await stage.meeting()
    mail = next(one for one in await before(stage, "09:50") if one.recipient == "anna@example.org")
    said = message_from_bytes(bytes(mail.body))
    assert said["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = re.fullmatch(r"<(https?://\S+)>", said["List-Unsubscribe"].replace("\r\n ", ""))
    assert link
    assert link[1] in text(mail)

    page = await stage.program.get(link[1])
    assert page.status_code == 200
    anna = await Person.get(id=stage.fair[meeting.asker].id)
    assert anna.remind_minutes is None, "a mail scanner that opens it changes nothing"
    for wrong in (link[1][:-1] + "a", link[1].replace("-soon-", "-evening-"), link[1].replace("-soon-", "-never-")):
        assert (await stage.program.post(wrong)).status_code == 404, wrong
    done = await stage.program.post(link[1], data={"List-Unsubscribe": "One-Click"}, headers=headers)
    assert (done.status_code, "set-cookie" in done.headers) == (200, False)
    await anna.refresh_from_db()
    assert anna.remind_minutes == 0
    assert (anna.evening_digest, anna.request_digest) == (True, True)
    await reschedule(meeting, slot=await stage.fair.slot("10:20"), version=meeting.version, by=stage.fair.organiser)
    assert [one.recipient for one in await before(stage, "10:10")] == ["mikko@example.org"]


async def test_account_page_switches_them(stage: Stage) -> None:
    await stage.meeting()
    mine = await stage.cookie("Anna") | {"Origin": stage.settings.base_url}
    await stage.program.post("/account/reminders", headers=mine, data={"minutes": "30", "evening": "y"})
    anna = await Person.get(name="Anna")
    assert (anna.remind_minutes, anna.evening_digest, anna.request_digest) == (30, True, False)
    assert '<option selected value="30">' in (await stage.program.get("/account", headers=mine)).text
    await stage.program.post("/account/reminders", headers=mine, data={"minutes": "auto"})
    await anna.refresh_from_db()
    assert (anna.remind_minutes, anna.evening_digest) == (None, False)
    refused = await stage.program.post("/account/reminders", headers=mine, data={"minutes": "-7"})
    assert refused.status_code == 400


async def test_unread_messages_make_one_mail_a_day_that_one_click_ends(stage: Stage) -> None:
    meeting = await stage.meeting()
    anna, mikko = meeting.asker, meeting.invitee
    await say(anna, mikko, "Which table?", by=stage.fair[anna])
    first = await Message.get()
    noon = stage.fair.at("12:00")
    await Message.filter(id=first.id).update(sent_at=noon - timedelta(hours=2))
    (mail,) = await reminded(stage, await messages(slices.SOURCES, now=noon), now=noon)
    assert (mail.recipient, mail.subject) == ("mikko@example.org", "A message waits for you")
    assert "New messages from: Anna." in text(mail)
    assert "Which table?" not in text(mail)
    await say(anna, mikko, "Hello?", by=stage.fair[anna])
    await Message.all().update(sent_at=noon - timedelta(hours=2))
    later = noon + timedelta(hours=3)
    assert await reminded(stage, await messages(slices.SOURCES, now=later), now=later) == []
    tomorrow = noon + timedelta(hours=24, minutes=1)
    assert len(await reminded(stage, await messages(slices.SOURCES, now=tomorrow), now=tomorrow)) == 1
    await read_up(mikko, anna, by=stage.fair[mikko])
    day_after = tomorrow + timedelta(hours=25)
    assert await messages(slices.SOURCES, now=day_after) == []
    await say(anna, mikko, "Once more", by=stage.fair[anna])
    await Message.all().update(sent_at=noon)
    await Person.filter(id=stage.fair[mikko].id).update(message_digest=False)
    assert await messages(slices.SOURCES, now=day_after) == []
