"""Answers of calendar programs, as they come by mail: made from the invitation that they answer."""

import base64
import quopri
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from typing import Any

from icalendar import Calendar, Event

LATER = timedelta(minutes=1)


def invitation_in(raw: bytes) -> Event:
    """The VEVENT of a mailed invitation."""
    for part in message_from_bytes(raw).walk():
        if part.get_content_type() == "text/calendar":
            return Calendar.from_ical(part.get_payload(decode=True)).events[0]
    raise AssertionError("no invitation in this mail")


def answer(
    invited: Event,
    partstat: str = "ACCEPTED",
    *,
    method: str = "REPLY",
    attendee: str = "",
    stamp: datetime | None = None,
    shape: str = "8bit",
    headers: str = "",
    **changed: str | None,
) -> bytes:
    """A mail as `shape` of program writes it. `changed` are properties that say something else, None: are missing."""
    return mail(calendar(invited, partstat, method, attendee, stamp, changed), shape, method, headers)


def calendar(
    invited: Event,
    partstat: str,
    method: str,
    attendee: str,
    stamp: datetime | None,
    changed: dict[str, Any],
) -> str:
    said = attendee or str(invited["ATTENDEE"]).removeprefix("mailto:")
    values: dict[str, str | None] = {
        "UID": str(invited["UID"]),
        "SEQUENCE": str(invited["SEQUENCE"]),
        "DTSTAMP": f"{stamp or datetime.now(UTC) + LATER:%Y%m%dT%H%M%SZ}",
        "DTSTART": invited["DTSTART"].to_ical().decode(),
        "DTEND": invited["DTEND"].to_ical().decode(),
        "ORGANIZER": str(invited["ORGANIZER"]),
        f"ATTENDEE;PARTSTAT={partstat}": f"mailto:{said}",
        **changed,
    }
    lines = [f"{name}:{value}" for name, value in values.items() if value is not None]
    head = ["BEGIN:VCALENDAR", "PRODID:-//test//test//EN", "VERSION:2.0", f"METHOD:{method}", "BEGIN:VEVENT"]
    return "\r\n".join([*head, *lines, "END:VEVENT", "END:VCALENDAR", ""])


def mail(text: str, shape: str, method: str, headers: str = "") -> bytes:
    """`text` in a mail. Shapes: 8bit, base64, qp, single, nested, application, latin1, lf."""
    head = f"From: somebody@example.net\r\nTo: meetings@pilotmatch.example\r\nMIME-Version: 1.0\r\n{headers}"
    kind = f'Content-Type: text/calendar; charset="utf-8"; method={method}\r\n'
    if shape == "application":
        kind = 'Content-Type: application/ics; name="invite.ics"\r\n'
    body, coding = text.encode(), "8bit"
    if shape in ("base64", "application"):
        body, coding = base64.encodebytes(body).replace(b"\n", b"\r\n"), "base64"
    elif shape == "qp":
        body, coding = quopri.encodestring(body.replace(b"\r\n", b"\n")).replace(b"\n", b"\r\n"), "quoted-printable"
    elif shape == "latin1":
        kind, body = kind.replace("utf-8", "iso-8859-1"), text.encode("iso-8859-1")
    elif shape == "lf":
        body = text.replace("\r\n", "\n").encode()
    part = f"{kind}Content-Transfer-Encoding: {coding}\r\n\r\n".encode() + body
    if shape == "single":
        return head.encode() + part
    inner = _multipart("alternative", "in", b"Content-Type: text/plain\r\n\r\nAccepted.\r\n", part)
    if shape == "nested":
        text_part = b"Content-Type: text/plain\r\n\r\nSent from my phone\r\n"
        inner = _multipart("mixed", "out", _multipart("related", "mid", inner), text_part)
    return head.encode() + inner


SHAPES = ("8bit", "base64", "qp", "single", "nested", "application", "latin1", "lf")


def _multipart(kind: str, boundary: str, *parts: bytes) -> bytes:
    lines = [f"Content-Type: multipart/{kind}; boundary={boundary}\r\n\r\n".encode()]
    lines += [f"--{boundary}\r\n".encode() + part + b"\r\n" for part in parts]
    return b"".join([*lines, f"--{boundary}--\r\n".encode()])
