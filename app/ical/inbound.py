"""What a mail that came back says: a calendar program's answer (RFC 5546 3.2.3), a bounce (RFC 3464), or nothing.

Anybody may send such a mail, so it is measured before it is parsed, of its calendar only one VEVENT's few
properties are looked at, and no time zone or recurrence that it brings is evaluated.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import Message
from enum import StrEnum

from icalendar import Component, Event, vCalAddress, vDDDTypes

MOST_BYTES = 256 << 10
MOST_LINES = 20_000
MOST_PARTS = 20  # nested ones: Python's parser compares each line with the boundary of each
MOST_ATTENDEES = 50

CALENDARS = ("text/calendar", "application/ics")
# Python's parser takes quadratic time for the parameters of a long header.
_LONG_HEADER = re.compile(rb"(?im)^content-[a-z-]+[ \t]*:(?:[^\n]|\n[ \t]){2000}")
_FOLD = re.compile(r"\r?\n[ \t]")
_LINE = re.compile(r"\r\n|\n|\r")
_NAME = re.compile(r"[A-Za-z0-9-]+(?=[;:])")
_READ = {"UID", "SEQUENCE", "DTSTAMP", "DTSTART", "DTEND", "ATTENDEE", "COMMENT"}
_LEGACY = ("iso-8859-", "windows-125", "us-ascii")

_AWAY = re.compile(
    r"out[ -]of[ -](the[ -])?office|automatic(ally)? (reply|response|declined)|auto[- ]?reply|on (vacation|leave)"
    r"|abwesenheit|absence|réponse automatique|poza biurem|autoodpowied|poissa|automaattinen",
    re.IGNORECASE,
)
_FAILED = re.compile(rb"(?im)^action[ \t]*:[ \t]*failed\b")
_MESSAGE_ID = re.compile(rb"(?im)^message-id[ \t]*:\s*(<[!-;=?-~]{1,250}>)")
_DIAGNOSTIC = re.compile(rb"(?im)^diagnostic-code[ \t]*:((?:[^\n]|\n[ \t]){1,300})")
_STATUS = re.compile(rb"(?im)^status[ \t]*:[ \t]*([245]\.[0-9]{1,3}\.[0-9]{1,3})")


class Method(StrEnum):
    """What a calendar program sends to an organiser; all else is not for us."""

    REPLY = "REPLY"
    COUNTER = "COUNTER"
    REFRESH = "REFRESH"


@dataclass(frozen=True, slots=True)
class Attendee:
    address: str  # lower case, without mailto:
    partstat: str  # upper case, as it came


@dataclass(frozen=True, slots=True)
class Reply:
    """A calendar program's answer. What it left out, or wrote so that we cannot read it, is None or empty; UTC."""

    method: Method
    uid: str
    sequence: int | None
    stamp: datetime | None  # DTSTAMP
    start: datetime | None
    end: datetime | None
    attendees: tuple[Attendee, ...]
    comment: str = ""
    automatic: bool = False  # an absence assistant wrote it, no human

    def by(self, address: str) -> Attendee | None:
        """Who answers: the one of this address, else the only one (an alias of theirs)."""
        named = [one for one in self.attendees if one.address == address.lower()]
        return named[0] if named else self.attendees[0] if len(self.attendees) == 1 else None


@dataclass(frozen=True, slots=True)
class Bounce:
    """A server could not deliver what we sent, for good. `message_ids` are all that it quotes."""

    message_ids: tuple[str, ...]
    diagnostic: str


def read(raw: bytes) -> Reply | Bounce | None:
    """None for everything that is neither: texts, automatic answers, invitations, what is too large or broken."""
    if not _is_reasonable(raw):
        return None
    try:
        mail = message_from_bytes(raw)
    except RecursionError:
        return None
    if mail.get_content_type() == "multipart/report":
        return _bounce(raw)
    for part in _leaves(mail):
        if part.get_content_type() in CALENDARS:
            return _reply(part, mail)
    return None


def _is_reasonable(raw: bytes) -> bool:
    if len(raw) > MOST_BYTES or raw.count(b"\n") > MOST_LINES:
        return False
    lower = raw.lower()
    return lower.count(b"multipart/") + lower.count(b"message/") <= MOST_PARTS and not _LONG_HEADER.search(raw)


def _bounce(raw: bytes) -> Bounce | None:
    """Read off the lines: the parts of a report may not be encoded (RFC 3464 2.1, RFC 2046 5.2)."""
    if not _FAILED.search(raw):
        return None
    status, said = _STATUS.search(raw), _DIAGNOSTIC.search(raw)
    words = [match[1].decode("ascii", "replace") for match in (status, said) if match]
    ids = dict.fromkeys(found.decode("ascii") for found in _MESSAGE_ID.findall(raw)[:10])
    return Bounce(tuple(ids), " ".join(" ".join(words).split()))


def _leaves(mail: Message) -> Iterator[Message]:
    waiting = [mail]
    while waiting:
        part = waiting.pop()
        if part.is_multipart():
            waiting += reversed(part.get_payload())  # type: ignore[arg-type]
        else:
            yield part


def _reply(part: Message, mail: Message) -> Reply | None:
    """METHOD decides; a Content-Type that says another one is a trick or a fault (RFC 6047 2.4)."""
    method, lines = _only_event(_text(part))
    declared = part.get_param("method")
    if method not in set(Method) or (isinstance(declared, str) and declared.upper() != method):
        return None
    try:
        event = Event.from_ical("\r\n".join(["BEGIN:VEVENT", *lines, "END:VEVENT", ""]).encode())
    except ValueError:
        return None
    comment = str(_first(event, "COMMENT") or "")
    return Reply(
        method=Method(method),
        uid=str(_first(event, "UID") or ""),
        sequence=_whole(event, "SEQUENCE"),
        stamp=_instant(event, "DTSTAMP"),
        start=_instant(event, "DTSTART"),
        end=_instant(event, "DTEND"),
        attendees=tuple(_attendees(event)),
        comment=comment,
        automatic=_is_automatic(mail, comment),
    )


def _text(part: Message) -> str:
    declared = part.get_param("charset")
    part.del_param("charset")  # newer Pythons would decode with it, and some codecs take quadratic time
    data = part.get_payload(decode=True)
    assert isinstance(data, bytes)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        known = isinstance(declared, str) and declared.lower().startswith(_LEGACY)
        try:
            return data.decode(declared if known and isinstance(declared, str) else "cp1252", "replace")
        except LookupError:
            return data.decode("cp1252", "replace")


def _only_event(text: str) -> tuple[str, list[str]]:
    """METHOD, and the lines of the only VEVENT that we read; nothing of a calendar that has none or several."""
    method, events = "", 0
    lines: list[str] = []
    nesting = [""]
    for line in _LINE.split(_FOLD.sub("", text)):
        name = found[0].upper() if (found := _NAME.match(line)) else ""
        if name == "BEGIN":
            nesting.append(line[6:].strip().upper())
            events += nesting[-1] == "VEVENT"
        elif name == "END" and len(nesting) > 1:
            nesting.pop()
        elif name == "METHOD" and nesting == ["", "VCALENDAR"]:
            method = line.partition(":")[2].strip().upper()
        elif name in _READ and nesting == ["", "VCALENDAR", "VEVENT"] and len(lines) < MOST_ATTENDEES:
            lines.append(line)
    return (method, lines) if events == 1 else ("", [])


def _first(event: Component, name: str) -> object:
    found = event.get(name)
    return found[0] if isinstance(found, list) else found


def _instant(event: Component, name: str) -> datetime | None:
    """In UTC; None for a day, a floating time, or one in a zone that only the sender knows."""
    found = _first(event, name)
    if not (isinstance(found, vDDDTypes) and isinstance(found.dt, datetime) and found.dt.tzinfo):
        return None
    try:
        return found.dt.astimezone(UTC)
    except OverflowError:  # the year 0 or 10000
        return None


def _whole(event: Component, name: str) -> int | None:
    found = _first(event, name)
    return int(found) if isinstance(found, int) else None


def _attendees(event: Component) -> Iterator[Attendee]:
    found = event.get("ATTENDEE", [])
    for one in found if isinstance(found, list) else [found]:
        if isinstance(one, vCalAddress):
            yield Attendee(
                str(one).strip().lower().removeprefix("mailto:"), str(one.params.get("PARTSTAT", "")).upper()
            )


def _is_automatic(mail: Message, comment: str) -> bool:
    """RFC 3834 5. Calendar servers write auto-generated when their owner clicked, so that word alone says nothing."""
    said = {name: str(mail.get(name, "")).strip().lower() for name in ("Auto-Submitted", "Precedence")}
    answers = said["Auto-Submitted"].startswith("auto-replied") or said["Precedence"] in ("auto_reply", "auto-reply")
    robot = any(mail.get(name) is not None for name in ("X-Autoreply", "X-Autorespond", "X-Autorespondit"))
    return answers or robot or bool(_AWAY.search(f"{str(mail.get('Subject', ''))[:300]} {comment[:2000]}"))
