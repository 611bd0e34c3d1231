"""Items 1 to 33: the bytes of feeds, and what stays the same while things change."""

import asyncio
import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import vobject
from icalendar import Calendar

from app import polls
from app.ical import vevent
from app.models import Person
from app.source import Entry, Occasion
from events.bookings import book
from events.models import Event, Room, Session
from events.rooms import add_room, add_track, edit_room
from events.schedule import Details, cancel_session, edit_session, move_session, restore_session, unschedule
from matchmaking.meetings import reschedule
from tests.answering import invitation_in
from tests.app.conftest import _faults
from tests.calendar.conftest import Stage
from tests.calendar.test_invites import libical

NASTY = 'Lignin, resins; "more" \\ BEGIN:VALARM <b>ö</b> ' + "🧪" * 40
LINES = "Erste Zeile\nzweite; mit, allem \\n\n" + "é" * 200
INSTANT = datetime(2027, 5, 4, 8, 20, tzinfo=UTC)
ENTRY = Entry("session:1", "Lignin", INSTANT, INSTANT + timedelta(minutes=40), "Europe/Warsaw", 3, INSTANT, INSTANT)


async def nasty(stage: Stage) -> Session:
    track = await add_track(stage.fair.event, "Wood; paper, pulp", by="test")
    anna = await stage.fair.newcomer("Anna; Zak, Dr")
    session = await stage.session(NASTY, abstract=LINES, track=track, speakers=[anna])
    await stage.release()
    return session


def one(**changed: object) -> bytes:
    """A VEVENT of an entry that says something else."""
    return vevent.vevent(replace(ENTRY, **changed), uid="session-1@x")  # type: ignore[arg-type]


def read(stream: bytes) -> Calendar:
    return Calendar.from_ical(stream)


async def streams(stage: Stage) -> list[bytes]:
    """A public and a private feed, and an invitation's calendar part."""
    meeting = await stage.meeting()
    await nasty(stage)
    anna = stage.fair[meeting.asker]
    await Person.filter(id=anna.id).update(invited_by_mail=False)
    return [await stage.feed(), await stage.feed(await stage.private(anna))]


async def test_item_01_crlf_no_bom_utf8(stage: Stage) -> None:
    for stream in await streams(stage):
        assert stream.endswith(b"END:VCALENDAR\r\n")
        assert stream.count(b"\n") == stream.count(b"\r\n") == stream.count(b"\r")
        assert not stream.startswith(b"\xef\xbb\xbf")
        assert stream.decode()


async def test_item_02_no_line_above_75_octets_or_inside_a_character(stage: Stage) -> None:
    for stream in await streams(stage):
        assert _faults(stream) == []


async def test_item_04_texts_come_back_in_every_parser(stage: Stage) -> None:
    await nasty(stage)
    stream = await stage.feed()
    event = next(event for event in read(stream).events if "Lignin" in str(event["SUMMARY"]))
    assert str(event["SUMMARY"]) == NASTY.strip()
    assert LINES in str(event["DESCRIPTION"])
    other = next(one for one in vobject.readOne(stream.decode()).vevent_list if "Lignin" in one.summary.value)
    assert other.summary.value == NASTY.strip()
    assert LINES in other.description.value
    assert other.location.value == str(event["LOCATION"])
    assert libical(stream) == []
    raw = stream.replace(b"\r\n ", b"").decode()
    for location in re.findall(r"(?m)^LOCATION:(.*)\r$", raw):
        assert not re.search(r"(?<!\\)[,;]", location), "calcurse skips the event"


def test_item_06_empty_is_left_out_and_summary_is_not() -> None:
    raw = one(summary="", location="", url="", description=()).decode()
    assert not re.search(r"(?m)^[A-Z-]+(;[^:]*)?:\r$", raw)
    assert "SUMMARY:" in raw
    assert not {"LOCATION", "DESCRIPTION", "URL"} & set(re.findall(r"(?m)^[A-Z]+", raw))


async def test_item_07_names_in_parameters_are_quoted(stage: Stage) -> None:
    await Person.filter(id=stage.fair.organiser.id).update(name="x")
    meeting = await stage.meeting()
    await Person.filter(id=stage.fair[meeting.asker].id).update(name='Zak; "Anna": Dr, PhD')
    await reschedule(meeting, slot=await stage.fair.slot("10:20"), version=meeting.version, by="test")
    mail = next(mail for mail in await stage.mails() if mail.recipient == "anna@example.org")
    cn = invitation_in(bytes(mail.body))["ATTENDEE"].params["CN"]
    assert cn == "Zak; 'Anna': Dr, PhD"


def test_item_08_addresses_are_no_text() -> None:
    raw = one(url="https://x.example/a,b;c?d=1").replace(b"\r\n ", b"")
    assert b"URL:https://x.example/a,b;c?d=1\r\n" in raw


async def test_item_09_calendar_properties(stage: Stage) -> None:
    for stream in await streams(stage):
        assert stream.count(b"BEGIN:VCALENDAR") == 1
        head = stream.partition(b"BEGIN:VEVENT")[0].decode()
        for said in (
            "VERSION:2.0", "PRODID:", "CALSCALE:GREGORIAN", "NAME:", "X-WR-CALNAME:",
            "REFRESH-INTERVAL;VALUE=DURATION:PT1H", "X-PUBLISHED-TTL:PT1H",
        ):  # fmt: skip
            assert head.count(f"\r\n{said}") == 1, said
        assert "\r\nUID" not in head, "vdirsyncer takes the whole feed for one thing"


async def test_item_11_feeds_invite_nobody(stage: Stage) -> None:
    for stream in await streams(stage):
        assert not re.search(rb"(?m)^(METHOD|ORGANIZER|ATTENDEE)[;:]", stream)


async def test_item_13_each_uid_once(stage: Stage) -> None:
    for stream in await streams(stage):
        uids = [str(event["UID"]) for event in read(stream).events]
        assert len(uids) == len(set(uids)) > 1


async def test_item_14_required_properties(stage: Stage) -> None:
    needed = {
        "UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "STATUS", "SEQUENCE", "LAST-MODIFIED", "CREATED",
    }  # fmt: skip
    for stream in await streams(stage):
        for event in read(stream).events:
            assert needed <= set(event)
            assert "DURATION" not in event
            assert event["DTEND"].dt > event["DTSTART"].dt


@pytest.mark.parametrize("minutes", [0, -30])
def test_item_15_nothing_ends_as_it_begins(minutes: int) -> None:
    event = read(b"BEGIN:VCALENDAR\r\n" + one(end=INSTANT + timedelta(minutes=minutes)) + b"END:VCALENDAR\r\n").events[
        0
    ]
    assert event.end - event.start == timedelta(minutes=1)


async def test_item_16_same_instant_everywhere(stage: Stage) -> None:
    await stage.session("Lignin", "14:00", "14:45")
    await stage.release()
    stream = await stage.feed()
    assert b"TZID" not in stream
    assert b"VTIMEZONE" not in stream
    wanted = stage.fair.at("14:00")
    assert wanted.astimezone(ZoneInfo("Europe/Helsinki")).hour == 14
    assert (await stage.events())["Lignin"].start == wanted
    assert any(event.dtstart.value == wanted for event in vobject.readOne(stream.decode()).vevent_list)


def test_item_18_umbrella_of_two_days_ends_exclusively() -> None:
    occasion = Occasion("Days", "days", "/e/days", "Kraków", "Europe/Warsaw", date(2027, 5, 4), date(2027, 5, 5))
    raw = vevent.umbrella(occasion, uid="event-days@x", changed=INSTANT)
    assert b"DTSTART;VALUE=DATE:20270504\r\n" in raw
    assert b"DTEND;VALUE=DATE:20270506\r\n" in raw


def test_item_19_geo_has_dots() -> None:
    assert re.search(rb"\r\nGEO:50\.0\d*;-?19\.\d+\r\n", one(geo=(50.0619, 19.9368)))


async def test_item_20_join_link_only_for_the_entitled(stage: Stage) -> None:
    link = "https://video.example.org/secret-room"
    anna = await stage.fair.newcomer("Anna")
    session = await stage.session("Online", online_url=link)
    await stage.release()
    await book(session, anna, by="test")
    assert link.encode() not in await stage.feed()
    address = await stage.private(stage.fair[anna])
    event = (await stage.events(address))["Online"]
    assert str(event["CONFERENCE"]) == link
    assert event["CONFERENCE"].params["VALUE"] == "URI"
    assert link in str(event["DESCRIPTION"])


async def test_item_21_texts_are_plain(stage: Stage) -> None:
    for stream in await streams(stage):
        assert b"X-ALT-DESC" not in stream
        assert b"STYLED-DESCRIPTION" not in stream
        assert b"&lt;" not in stream
        assert b"&amp;" not in stream


async def test_item_22_only_commitments_make_busy(stage: Stage) -> None:
    public, private = await streams(stage)
    assert b"VALARM\r\n" not in public.replace(b"BEGIN:VALARM <b>", b"")
    assert {str(event["TRANSP"]) for event in read(public).events} == {"TRANSPARENT"}
    busy = {str(event["SUMMARY"]) for event in read(private).events if str(event["TRANSP"]) == "OPAQUE"}
    assert busy == {"Meeting: Mikko, Mikko Ltd"}


async def history(stage: Stage) -> tuple[Session, Room]:
    session = await stage.session("Lignin")
    await stage.release()
    return session, await add_room(stage.fair.event, "Studio", by="test")


async def test_item_23_uid_survives_everything(stage: Stage) -> None:
    session, studio = await history(stage)
    uids = {str((await stage.events())["Lignin"]["UID"])}
    session = await Session.get(id=session.id)
    await edit_session(session, Details(title="Lignin"), version=session.version, by="test")
    session = await Session.get(id=session.id)
    start, end = stage.fair.at("16:00"), stage.fair.at("16:30")
    await move_session(session, room=studio, start=start, end=end, version=session.version, by="test")
    await stage.release("v2")
    uids.add(str((await stage.events())["Lignin"]["UID"]))
    await Event.filter(id=stage.fair.event.id).update(slug="renamed")
    uids.add(str((await stage.events("/e/renamed/feed.ics"))["Lignin"]["UID"]))
    assert len(uids) == 1


async def test_item_24_unchanged_is_byte_identical_seconds_apart(stage: Stage) -> None:
    await history(stage)
    first = await stage.program.get(f"{stage.path}/feed.ics")
    await asyncio.sleep(1.1)
    polls.shelf.clear()
    polls._blocks.clear()
    again = await stage.program.get(f"{stage.path}/feed.ics")
    assert (again.content, again.headers["etag"]) == (first.content, first.headers["etag"])


async def test_item_27_time_raises_the_sequence_and_a_typo_does_not(stage: Stage) -> None:
    session, _ = await history(stage)
    before = (await stage.events())["Lignin"]
    session = await Session.get(id=session.id)
    await edit_session(session, Details(title="Lignin!"), version=session.version, by="test")
    typo = (await stage.events())["Lignin!"]
    assert typo["SEQUENCE"] == before["SEQUENCE"]
    assert typo["LAST-MODIFIED"].dt > before["LAST-MODIFIED"].dt
    assert typo["DTSTAMP"].dt == typo["LAST-MODIFIED"].dt
    session = await Session.get(id=session.id)
    start, end = stage.fair.at("16:00"), stage.fair.at("16:30")
    await move_session(session, room=stage.hall, start=start, end=end, version=session.version, by="test")
    moved = (await stage.events())["Lignin!"]
    assert moved["SEQUENCE"] == typo["SEQUENCE"] + 1
    assert moved["LAST-MODIFIED"].dt > typo["LAST-MODIFIED"].dt
    hall = await Room.get(id=stage.hall.id)
    await edit_room(hall, name="Great hall", capacity=None, shared=False, position=0, by="test")
    renamed = (await stage.events())["Lignin!"]
    assert "Great hall" in str(renamed["LOCATION"])
    assert renamed["LAST-MODIFIED"].dt > moved["LAST-MODIFIED"].dt


async def test_item_28_cancelled_and_restored(stage: Stage) -> None:
    session, _ = await history(stage)
    before = (await stage.events())["Lignin"]
    session = await Session.get(id=session.id)
    await cancel_session(session, version=session.version, by="test")
    gone = (await stage.events())["Cancelled: Lignin"]
    session = await Session.get(id=session.id)
    await restore_session(session, version=session.version, by="test")
    back = (await stage.events())["Lignin"]
    assert before["SEQUENCE"] < gone["SEQUENCE"] < back["SEQUENCE"]
    assert (str(back["STATUS"]), back["UID"]) == ("CONFIRMED", before["UID"])


async def test_item_29_cancelled_stays_a_day_and_goes(stage: Stage) -> None:
    session, _ = await history(stage)
    session = await Session.get(id=session.id)
    await cancel_session(session, version=session.version, by="test")
    event = (await stage.events())["Cancelled: Lignin"]
    assert (str(event["STATUS"]), str(event["TRANSP"])) == ("CANCELLED", "TRANSPARENT")
    over = replace(ENTRY, cancelled=True)
    assert vevent.is_kept(over, now=over.end + timedelta(hours=23))
    assert not vevent.is_kept(over, now=over.end + timedelta(hours=25))


async def test_item_32_sequence_is_the_same_in_feed_and_invitation(stage: Stage) -> None:
    meeting = await stage.meeting()
    invited = {mail.recipient: invitation_in(bytes(mail.body)) for mail in await stage.mails()}
    anna = stage.fair[meeting.asker]
    await Person.filter(id=anna.id).update(invited_by_mail=False)
    (shown,) = [e for title, e in (await stage.events(await stage.private(anna))).items() if "Mikko" in title]
    assert shown["SEQUENCE"] == invited[anna.email]["SEQUENCE"]


async def test_item_33_same_in_every_feed(stage: Stage) -> None:
    track = await add_track(stage.fair.event, "Wood", by="test")
    session = await stage.session("Lignin", track=track, pilots=[stage.fair.pilot])
    await stage.release()
    anna = await stage.fair.newcomer("Anna")
    await book(session, anna, by="test")
    addresses = [
        *(f"{stage.path}/{part}feed.ics" for part in ("", f"tracks/{track.id}/", f"rooms/{stage.hall.id}/")),
        f"{stage.path}/pilots/{stage.fair.pilot.id}/feed.ics", await stage.private(stage.fair[anna]),
    ]  # fmt: skip
    found = [(await stage.events(address))["Lignin"] for address in addresses]
    assert len({(str(event["UID"]), event["SEQUENCE"]) for event in found}) == 1


async def test_item_30_withdrawn_is_gone_at_once_without_a_trace(stage: Stage) -> None:
    session, _ = await history(stage)
    session = await Session.get(id=session.id)
    await unschedule(session, version=session.version, by="test")
    assert b"Lignin" not in await stage.feed()
    assert b"CANCELLED" not in await stage.feed()
