"""What comes back by mail is read whatever program wrote it, and whatever it is, it costs little and breaks nothing."""

import base64
import time
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from app.ical.inbound import Attendee, Bounce, Method, Reply, read
from tests.answering import SHAPES, answer, mail

INVITED = Calendar.from_ical(
    b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:m-7@pilotmatch.example\r\nSEQUENCE:3\r\nDTSTART:20270504T082000Z\r\n"
    b"DTEND:20270504T084000Z\r\nORGANIZER:mailto:meetings@pilotmatch.example\r\n"
    b"ATTENDEE:mailto:anna@example.org\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
).events[0]
STAMP = datetime(2027, 5, 1, 10, tzinfo=UTC)
START = datetime(2027, 5, 4, 8, 20, tzinfo=UTC)

# As the programs themselves write it, shortened: Outlook with a zone of its own and a VALARM, Gnus folded within a
# parameter, Google with parameters nobody else has, outlook.com without ORGANIZER and in another zone's time.
OUTLOOK = """BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nPRODID:Microsoft Exchange Server 2010\r\nVERSION:2.0\r
BEGIN:VTIMEZONE\r
TZID:Central European Standard Time\r\nBEGIN:STANDARD\r\nDTSTART:16010101T030000\r\nTZOFFSETFROM:+0200\r
TZOFFSETTO:+0100\r\nRRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10\r\nEND:STANDARD\r\nEND:VTIMEZONE\r
BEGIN:VEVENT\r\nATTENDEE;PARTSTAT=ACCEPTED;CN=Anna:mailto:Anna@example.org\r\nCOMMENT;LANGUAGE=de-DE:\\n\r
UID:m-7@pilotmatch.example\r\nSUMMARY;LANGUAGE=de-DE:Zugesagt: Meeting\r
DTSTART;TZID=Central European Standard Time:20270504T102000\r
DTEND;TZID=Central European Standard Time:20270504T104000\r\nCLASS:PUBLIC\r\nPRIORITY:5\r\nDTSTAMP:20270501T100000Z\r
TRANSP:OPAQUE\r\nSTATUS:CONFIRMED\r\nSEQUENCE:3\r\nX-MICROSOFT-CDO-APPT-SEQUENCE:3\r
BEGIN:VALARM\r\nUID:not-this-one\r\nDESCRIPTION:REMINDER\r\nTRIGGER;RELATED=START:-PT15M\r\nACTION:DISPLAY\r
END:VALARM\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"""
GNUS = """BEGIN:VCALENDAR\nMETHOD:REPLY\nPRODID:Gnus\nVERSION:2.0\nBEGIN:VEVENT
UID:m-7@pilotmatch.exa\n mple\nSEQUENCE:3
DTSTART:20270504T082000Z\nDTEND:20270504T084000Z\nDTSTAMP:20270501T100000Z
ATTENDEE;CN="Zak; Anna";PARTSTAT=ACC\n EPTED:MAILTO:anna@example.org\nEND:VEVENT\nEND:VCALENDAR\n"""
GOOGLE = """BEGIN:VCALENDAR\r\nPRODID:-//Google Inc//Google Calendar 70.9054//EN\r\nVERSION:2.0\r\nCALSCALE:GREGORIAN\r
METHOD:REPLY\r\nBEGIN:VEVENT\r\nDTSTART:20270504T082000Z\r\nDTEND:20270504T084000Z\r\nDTSTAMP:20270501T100000Z\r
ORGANIZER;CN=Tampere:mailto:meetings+tampere@pilotmatch.example\r\nUID:m-7@pilotmatch.example\r
ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=ACCEPTED;CN=anna@e\r
 xample.org;X-NUM-GUESTS=0:mailto:anna@example.org\r
X-GOOGLE-CONFERENCE:https://meet.example\r\nCREATED:20270501T090000Z\r\nSEQUENCE:3\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"""


@pytest.mark.parametrize("text", [OUTLOOK, GNUS, GOOGLE], ids=["outlook", "gnus", "google"])
@pytest.mark.parametrize("shape", ["8bit", "base64", "qp", "single"])
def test_programs_are_understood(text: str, shape: str) -> None:
    found = read(mail(text, shape, "REPLY"))
    assert isinstance(found, Reply)
    assert (found.method, found.uid, found.sequence, found.stamp) == (Method.REPLY, INVITED["UID"], 3, STAMP)
    assert found.start == START
    assert found.attendees == (Attendee("anna@example.org", "ACCEPTED"),)
    assert not found.automatic


@pytest.mark.parametrize("shape", SHAPES)
def test_calendar_is_found_wherever_it_is(shape: str) -> None:
    found = read(answer(INVITED, "TENTATIVE", shape=shape, stamp=STAMP, COMMENT="Ação\\, já"))
    assert isinstance(found, Reply)
    assert (found.comment, found.attendees[0].partstat) == ("Ação, já", "TENTATIVE")


def test_charset_that_nobody_has_or_that_lies_costs_only_the_comment() -> None:
    for charset in (b"punycode", b"x-unknown", b"zlib", b"utf-8", b"iso-8859-99"):
        raw = answer(INVITED, stamp=STAMP, COMMENT="caf\xe9", shape="latin1").replace(b"iso-8859-1", charset)
        found = read(raw)
        assert isinstance(found, Reply)
        assert found.comment == "café"


@pytest.mark.parametrize(
    "raw",
    [
        answer(INVITED, method="REQUEST"),
        answer(INVITED, method="PUBLISH"),
        answer(INVITED).replace(b"method=REPLY", b"method=REQUEST"),
        answer(INVITED).replace(b"METHOD:REPLY\r\n", b""),
        answer(INVITED).replace(b"BEGIN:VEVENT\r\n", b"BEGIN:VEVENT\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\n"),
        answer(INVITED).replace(b"VEVENT", b"VTODO"),
        b"Subject: Re: Meeting\r\n\r\nSee you there!\r\n",
        b"",
        b"\r\n\r\n",
    ],
)
def test_everything_else_is_nothing(raw: bytes) -> None:
    assert read(raw) is None


@pytest.mark.parametrize(
    ("headers", "comment"),
    [
        ("Auto-Submitted: auto-replied (vacation)\r\n", ""),
        ("Precedence: auto_reply\r\n", ""),
        ("X-Autoreply: yes\r\n", ""),
        ("Subject: Automatic reply: Meeting\r\n", ""),
        ("", "Declined because I am out of office"),
        ("Subject: Abwesenheit: Meeting\r\n", ""),
    ],
)
def test_absence_assistants_are_told_from_people(headers: str, comment: str) -> None:
    found = read(answer(INVITED, "DECLINED", headers=headers, COMMENT=comment or "No"))
    assert isinstance(found, Reply)
    assert found.automatic


def test_servers_that_pass_on_a_click_are_people() -> None:
    found = read(answer(INVITED, "DECLINED", headers="Auto-Submitted: auto-generated\r\n"))
    assert isinstance(found, Reply)
    assert not found.automatic


BOUNCE = b"""From: MAILER-DAEMON@mx.example\r\nSubject: Undelivered\r
Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r
I am sorry.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r
Final-Recipient: rfc822; anna@example.org\r\nAction: %s\r\nStatus: 5.1.1\r
Diagnostic-Code: smtp; 550 5.1.1 <anna@example.org>:\r\n    no such user\r\n\r\n--b\r
Content-Type: text/rfc822-headers\r\n\r\nMessage-ID: <m-7.3.abc@pilotmatch.example>\r
Subject: Invitation\r\n\r\n--b--\r\n"""


def test_bounce_names_the_mail_that_came_back() -> None:
    assert read(BOUNCE % b"failed") == Bounce(
        ("<m-7.3.abc@pilotmatch.example>",), "5.1.1 smtp; 550 5.1.1 <anna@example.org>: no such user"
    )
    assert read(BOUNCE % b"delayed") is None


def _bombs() -> dict[str, bytes]:
    event = b"BEGIN:VEVENT\r\nEND:VEVENT\r\n"
    good, plain = answer(INVITED), b"Content-Type: text/calendar"
    many = b"Content-Type: multipart/a; boundary=a\n\n"
    levels = [b"Content-Type: multipart/a; boundary=%d\n\n--%d\n" % (n, n) for n in range(300)]
    nested = b"".join(levels[:19])
    zone = b"BEGIN:VTIMEZONE\r\nTZID:X\r\nBEGIN:STANDARD\r\nDTSTART:00010101T000000\r\nRRULE:FREQ=SECONDLY\r\n"
    zone += b"TZOFFSETFROM:+0000\r\nTZOFFSETTO:+0100\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\nBEGIN:VEVENT"
    coded = plain + b"\nContent-Transfer-Encoding: base64\n\n"
    return {
        "five megabytes": good.replace(b"Accepted.", b"a" * 5_000_000),
        "ten thousand events": good.replace(b"BEGIN:VEVENT", event * 9_500 + b"BEGIN:VEVENT", 1),
        "the same in base64": coded + base64.encodebytes(b"METHOD:REPLY\r\n" + event * 7_000),
        "endless nesting": b"Content-Type: multipart/a; boundary=a\n\n--a\n" * 5_000,
        "nested as deep as we look": nested + b"--17\n\n" * 6_000,
        "lines, each compared with every level": b"".join(levels) + b"\n" * 240_000,
        "thousands of parts": many + b"--a\nContent-Type: text/calendar\n\n" * 6_000,
        "endless parameters": plain + b'; x="' + b";" * 200_000 + b'"\n\nx',
        "many long parameters": (plain + b'; x="' + b";" * 1_900 + b'"\n') * 120,
        "quadratic codec": plain + b"; charset=punycode\n\n\xff" + b"a" * 250_000,
        "quadratic codec in a parameter": plain + b"; charset*=punycode''%ff" + b"a" * 1_900 + b"\n\n\xff",
        "endless folding": good.replace(b"UID:", b"UID:" + b"\r\n x" * 19_000, 1),
        "endless recurrence": good.replace(b"UID:", b"RRULE:FREQ=SECONDLY\r\nUID:"),
        "endless time zone": good.replace(b"BEGIN:VEVENT", zone),
        "thousands of attendees": good.replace(b"UID:", b"ATTENDEE:mailto:a@b\r\n" * 9_000 + b"UID:"),
        "endless comment": good.replace(b"UID:", b"COMMENT:" + b"\\n;," * 60_000 + b"\r\nUID:"),
        "bounces in a bounce": BOUNCE + b"Action: failed\nMessage-ID: <a@b>\nDiagnostic-Code:" * 4_000,
        "spaces": b"Content-Type" + b" " * 240_000,
    }


@pytest.mark.parametrize("name", list(_bombs()))
def test_item_63_bombs_cost_little(name: str) -> None:
    soon_read(_bombs()[name])


def soon_read(raw: bytes) -> Reply | Bounce | None:
    """By the processor's time: a machine that stands still for a while is no fault of a mail."""
    began = time.process_time()
    found = read(raw)
    assert time.process_time() - began < 1
    return found


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_item_63_broken_mails_are_nothing_or_an_answer(data: st.DataObject) -> None:
    raw = bytearray(answer(INVITED, shape=data.draw(st.sampled_from(SHAPES))))
    pieces = [b"BEGIN:VEVENT\r\n", b"END:VEVENT", b";", b":", b'"', b"\r\n ", b"\xff"]
    for _ in range(data.draw(st.integers(1, 8))):
        at = data.draw(st.integers(0, len(raw)))
        raw[at : at + data.draw(st.integers(0, 30))] = data.draw(st.binary(max_size=30) | st.sampled_from(pieces))
    found = soon_read(bytes(raw))
    assert found is None or isinstance(found, Reply)


@settings(max_examples=300, deadline=None)
@given(
    name=st.sampled_from(["UID", "SEQUENCE", "DTSTAMP", "DTSTART", "DTEND", "ATTENDEE", "COMMENT", "DTSTART;TZID=X/Y"]),
    value=st.text(st.characters(codec="utf-8", exclude_characters="\r\n"), max_size=60),
    twice=st.booleans(),
)
def test_properties_that_say_nonsense_are_left_out(name: str, value: str, twice: bool) -> None:
    line = f"{name}:{value}\r\n".encode() * (2 if twice else 1)
    found = soon_read(answer(INVITED).replace(b"ORGANIZER:", line + b"ORGANIZER:"))
    assert found is None or isinstance(found, Reply)
