import email
import email.policy
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.mime.text import MIMEText
from email.utils import getaddresses

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from app.ical.imip import HeaderInjection, invite_mail, plain_mail, prove
from app.ical.itip import Cancel, Mailbox, Request, Wanted, cancel, reconcile, request
from app.source import Entry
from app.text import BadText, clean_line

NOW = datetime(2026, 9, 1, 12, 0, tzinfo=UTC)
START = datetime(2026, 9, 3, 8, 0, tzinfo=UTC)
ENTRY = Entry(
    subject="meeting:7",
    summary="Spotkanie: Żółw & spółka",
    start=START,
    end=START + timedelta(minutes=30),
    zone="Europe/Warsaw",
    sequence=0,
    created=NOW,
    changed=NOW,
    location="Stół 7",
    description=("O wodorze – «plan».",) * 20,
)
ORGANISER = Mailbox("Pilot Days meetings", "event-3@in.pilotmatch.example")
ANNA = Mailbox("Anna Żak", "anna@example.org")
PLAIN = "Thursday 3 September 2026, 10:00–10:30 (Europe/Warsaw)\n\n.\nStół 7\n"
HTML = "<p>Thursday 3 September 2026, 10:00–10:30 (Europe/Warsaw)</p>"
COMMON = ["Content-Type", "MIME-Version", "From", "To", "Subject", "Date", "X-Auto-Response-Suppress", "Message-ID"]
THREAD = ["In-Reply-To", "References"]
INJECTIONS = [
    "hi\r\nBcc: e@x.org",
    "hi\nBcc: e@x.org",
    "hi\rBcc: e@x.org",
    "hi\r\n Bcc: e@x.org",
    "hi\x00",
    "hi\x0b",
    "hi\x0c",
    "hi\x85Bcc: e@x.org",
    "hi\u2028Bcc: e@x.org",
    "hi\u2029Bcc: e@x.org",
    "hi\ud800",
]
ENCODED_WORDS = [
    "=?utf-8?q?hi=0ABcc:_e@x.org?=",
    "=?utf-8?q?hi=0D=0ABcc:_e@x.org?=",
    "=?utf-8?b?aGkKQmNjOiBlQHgub3Jn?=",
    "a =?utf-8?q?b=0AX:1?= c",
    "a=?utf-8?q?b=0AX:1?=c",
    "=?utf 8?q?hi=0ABcc:_e@x.org?=",
    "=?utf-8?q?=?utf-8?q?hi=0ABcc:_e@x.org?=?=",
    "=?x-none?q?hi?=",
    "=?utf-8?x?hi?=",
    "=?utf-8?q?only its head",
    "only its tail?=",
]


def invitation() -> Request:
    [message] = reconcile([Wanted("m-aaaa@pilotmatch.example", ENTRY)], [], now=NOW)
    assert isinstance(message, Request)
    return message


def cancellation() -> Cancel:
    [message] = reconcile([], [replace(invitation().told, left=True)], now=NOW)
    assert isinstance(message, Cancel)
    return message


def invite(message: Request | Cancel | None = None, **changes: object) -> bytes:
    fields = {
        "organiser": ORGANISER,
        "attendee": ANNA,
        "subject": "Spotkanie: Żółw & spółka, stół 7",
        "plain": PLAIN,
        "html": HTML,
        "message_id": "<41.0@pilotmatch.example>",
        "now": NOW,
    }
    return invite_mail(message or invitation(), **(fields | changes))


def plain(**changes: object) -> bytes:
    fields = {
        "sender": ORGANISER,
        "recipient": ANNA,
        "subject": "Sign in",
        "plain": PLAIN,
        "html": HTML,
        "message_id": "<s1@pilotmatch.example>",
        "now": NOW,
    }
    return plain_mail(**(fields | changes))


def read(data: bytes) -> EmailMessage:
    message = email.message_from_bytes(data, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    for part in message.walk():
        assert not part.defects
    return message


def shown_name(data: bytes) -> str:
    """The name in To; the newer parser puts a blank between two encoded words of a name."""
    [(name, _)] = getaddresses([email.message_from_bytes(data)["To"]])
    return str(make_header(decode_header(name)))


@pytest.mark.parametrize("make", [invitation, cancellation])
def test_invite_has_three_alternatives_and_the_calendar_last(make):
    message = make()
    parts = list(read(invite(message)).iter_parts())
    assert [part.get_content_type() for part in parts] == ["text/plain", "text/html", "text/calendar"]
    assert [part["Content-Transfer-Encoding"] for part in parts] == ["base64"] * 3
    assert [part.get_content_charset() for part in parts] == ["utf-8"] * 3
    assert all(part["Content-Disposition"] is None for part in parts)
    assert read(invite(message)).get_content_type() == "multipart/alternative"


@pytest.mark.parametrize(("make", "say"), [(invitation, request), (cancellation, cancel)])
def test_invite_method_is_the_same_in_both_places(make, say):
    message = make()
    part = list(read(invite(message)).iter_parts())[-1]
    stream = part.get_payload(decode=True)
    calendar = Calendar.from_ical(stream)
    assert part["Content-Type"].params == {
        "charset": "utf-8",
        "method": calendar["METHOD"],
        "component": "VEVENT",
    }
    assert calendar["METHOD"] == message.method
    assert len(calendar.events) == len(calendar.subcomponents) == 1
    assert stream == say(message, organiser=ORGANISER, attendee=ANNA, now=NOW)


@pytest.mark.parametrize("make", [invitation, cancellation])
def test_invite_is_from_the_organiser_to_the_attendee(make):
    mail = read(invite(make()))
    [event] = Calendar.from_ical(list(mail.iter_parts())[-1].get_payload(decode=True)).events
    [sender], [recipient] = mail["From"].addresses, mail["To"].addresses
    assert f"mailto:{sender.addr_spec}" == event["ORGANIZER"]
    assert f"mailto:{recipient.addr_spec}" == event["ATTENDEE"]
    assert (sender.display_name, recipient.display_name) == (ORGANISER.name, ANNA.name)


def test_invite_has_these_headers_and_no_other():
    mail = read(invite())
    assert mail.keys() == COMMON
    assert mail["Subject"] == "Spotkanie: Żółw & spółka, stół 7"
    assert mail["Date"].datetime == NOW
    assert mail["X-Auto-Response-Suppress"] == "OOF, AutoReply"
    assert mail["Message-ID"] == "<41.0@pilotmatch.example>"


def test_later_revision_continues_the_thread():
    ids = [f"<{number}.{'x' * 90}@pilotmatch.example>" for number in range(12)]
    mail = read(invite(message_id="<42.1@pilotmatch.example>", references=ids))
    assert mail.keys() == COMMON + THREAD
    assert mail["In-Reply-To"].strip() == ids[-1]
    assert mail["References"].split() == ids
    assert b"=?" not in invite(subject="Meeting", attendee=Mailbox("A", ANNA.address), references=ids)


def test_plain_mail_says_that_it_is_automatic_and_has_no_calendar():
    mail = read(plain())
    assert mail.keys() == [*COMMON, "Auto-Submitted"]
    assert mail["Auto-Submitted"] == "auto-generated"
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]


@pytest.mark.parametrize("text", [PLAIN, "", ".\n..\n", "a\r\nb\nc", "x" * 10_000, "\x00\x07", "--=_pilotmatch--\n"])
def test_bodies_arrive_as_they_were_with_crlf(text):
    parts = list(read(plain(plain=text, html=text)).iter_parts())
    expected = text.replace("\r\n", "\n").replace("\n", "\r\n").encode()
    assert [part.get_payload(decode=True) for part in parts] == [expected] * 2


def test_mail_is_seven_bit_and_short_lined():
    for data in (invite(), plain(subject="ż" * 250, recipient=Mailbox("Ż" * 120, ANNA.address))):
        assert data.isascii()
        lines = data.split(b"\r\n")
        assert max(map(len, lines)) <= 78
        assert not any(octet in line for line in lines for octet in b"\r\n\x00")


def test_same_mail_twice_is_the_same_bytes():
    assert invite() == invite()


@pytest.mark.parametrize("value", INJECTIONS, ids=ascii)
@pytest.mark.parametrize("field", ["subject", "organiser", "attendee", "message_id", "references"])
def test_invite_refuses_control_characters_in_headers(field, value):
    changes = {
        "subject": value,
        "organiser": Mailbox(value, ORGANISER.address),
        "attendee": Mailbox(value, ANNA.address),
        "message_id": f"<{value}@x>",
        "references": [f"<{value}@x>"],
    }
    with pytest.raises(HeaderInjection):
        invite(**{field: changes[field]})


@pytest.mark.parametrize("value", ENCODED_WORDS)
def test_encoded_words_arrive_as_the_text_they_are(value):
    mail = read(plain(subject=value, recipient=Mailbox(value, ANNA.address)))
    assert mail.keys() == [*COMMON, "Auto-Submitted"]
    assert mail["Subject"] == value
    assert shown_name(plain(recipient=Mailbox(value, ANNA.address))) == value


@pytest.mark.parametrize(
    "address",
    [
        "a@example.org,c@example.net",
        "a@example.org>, <c@example.net",
        "a@example.org\r\nBcc: c@example.net",
        "a@example.org c@example.net",
        "a@żółw.example",
        "",
        "a",
        "=?utf-8?q?a=40x=2Corg?=@example.org\n",
    ],
)
def test_mailbox_refuses_what_is_not_one_address(address):
    with pytest.raises(ValueError, match="is not one mail address"):
        Mailbox("Anna", address)


@pytest.mark.parametrize(
    "name", ["", "O'Brien, Anna", 'Anna "Ann" Żak', "Żak <x@y.org>", "a@b.org", "(c)", "a\\b", "x" * 120]
)
def test_name_of_any_shape_arrives(name):
    data = plain(recipient=Mailbox(name, ANNA.address))
    [address] = read(data)["To"].addresses
    assert (shown_name(data), address.addr_spec) == (name, ANNA.address)


@given(subject=st.text(st.characters(), min_size=1, max_size=250), name=st.text(st.characters(), max_size=120))
def test_typed_texts_arrive_as_they_were(subject, name):
    """What the input rule lets through can always be mailed."""
    try:
        subject, name = clean_line(subject, limit=250), clean_line(name, limit=120)
    except BadText:
        return
    data = plain(subject=subject, recipient=Mailbox(name, ANNA.address))
    mail = read(data)
    assert mail.keys() == [*COMMON, "Auto-Submitted"]
    assert mail["Subject"] == subject
    assert [address.addr_spec for address in mail["To"].addresses] == [ANNA.address]
    assert shown_name(data) == name
    assert max(map(len, data.split(b"\r\n"))) <= 998


def test_prove_catches_a_header_that_nobody_meant():
    parts = [MIMEText("a", "plain", "utf-8")]
    meant = {"From": ORGANISER, "To": ANNA, "Subject": "hi"}
    head = b"Content-Type: multipart/alternative; boundary=b\nMIME-Version: 1.0\n"
    said = (
        b"From: Pilot Days meetings <event-3@in.pilotmatch.example>\nTo: =?utf-8?q?Anna_=C5=BBak?= <anna@example.org>\n"
    )
    body = b"\n--b\n" + parts[0].as_bytes() + b"\n--b--\n"
    prove(head + said + b"Subject: hi\n" + body, meant, parts)
    for wrong in (
        said + b"Subject: hi\nBcc: e@x.org\n",
        said,
        said + b"Subject: ho\n",
        said.replace(b"<anna@example.org>", b"<anna@example.org>, e@x.org") + b"Subject: hi\n",
        said.replace(b"anna@", b"eve@") + b"Subject: hi\n",
    ):
        with pytest.raises(HeaderInjection):
            prove(head + wrong + body, meant, parts)
    with pytest.raises(HeaderInjection):
        prove(head + said + b"Subject: hi\n" + re.sub(b"YQ==", b"Yg==", body), meant, parts)


def test_mail_is_read_back_even_if_nothing_was_refused_before(monkeypatch):
    monkeypatch.setattr("app.ical.imip._refuse_controls", lambda value: None)
    with pytest.raises(HeaderInjection, match="instead of"):
        plain(message_id="<a\r\n b@x>")


def test_prove_catches_the_interpreter_that_writes_encoded_words_out_as_headers():
    """CVE-2024-6923: some interpreters do, this one may be patched; either way nothing slips through."""
    mail = EmailMessage(policy=email.policy.SMTP)
    mail["Subject"] = "=?utf-8?q?hi=0ABcc:_e@x.org?="
    try:
        data = mail.as_bytes()
    except (ValueError, email.errors.MessageError):
        return
    with pytest.raises(HeaderInjection):
        prove(data, {"Subject": "=?utf-8?q?hi=0ABcc:_e@x.org?="}, [])
