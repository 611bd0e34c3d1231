"""Invitations (RFC 5546): from what a person should have and what they were told, to what to tell them next."""

import base64
import hashlib
import hmac
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, ClassVar, Self

from icalendar import Calendar, Event, vCalAddress, vDatetime, vInt, vText

from app.ical.vevent import NAMELESS, PRODID, describe, line, put_span
from app.source import Entry

_ATOMS = r"[^@,;:<>()\[\]\\\"\x00-\x20\x7f-\U0010ffff]+"
_ADDRESS = re.compile(f"{_ATOMS}@{_ATOMS}")


class Partstat(StrEnum):
    NEEDS_ACTION = "NEEDS-ACTION"
    ACCEPTED = "ACCEPTED"
    TENTATIVE = "TENTATIVE"
    DECLINED = "DECLINED"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A thing a person should have by mail. `uid` counts the first time only: a told thing keeps its UID."""

    uid: str
    entry: Entry


@dataclass(frozen=True, slots=True)
class Told:
    """What one person was last told about one thing, queued or sent; times in UTC.

    `left` and `held` decide whether it is in their calendar: once the mail that told it has left, that mail
    says so; until then, what stood there before (`held`) still does. `partstat` is their last reply, `replied` when
    they wrote it (its DTSTAMP), `replies` how many there were; `resend` that they asked to be told again.
    """

    uid: str
    subject: str
    sequence: int
    start: datetime
    end: datetime
    summary: str
    location: str
    online_url: str
    company: str = ""
    partstat: Partstat = Partstat.NEEDS_ACTION
    cancelled: bool = False
    left: bool = False
    held: bool = False
    replied: datetime | None = None
    replies: int = 0
    resend: bool = False

    @property
    def in_calendar(self) -> bool:
        return not self.cancelled if self.left else self.held

    def as_json(self) -> dict[str, Any]:
        times = {"start": self.start, "end": self.end, "replied": self.replied}
        return asdict(self) | {name: time and time.isoformat() for name, time in times.items()}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        times = {name: data.get(name) and datetime.fromisoformat(data[name]) for name in ("start", "end", "replied")}
        return cls(**data | times | {"partstat": Partstat(data["partstat"])})


@dataclass(frozen=True, slots=True)
class Request:
    """METHOD:REQUEST, to be mailed. `told` is what the person knows then, `before` what they knew (None: nothing)."""

    method: ClassVar[str] = "REQUEST"
    told: Told
    entry: Entry
    before: Told | None


@dataclass(frozen=True, slots=True)
class Cancel:
    """METHOD:CANCEL, to be mailed. The thing itself may be gone, so `told` is all there is to say."""

    method: ClassVar[str] = "CANCEL"
    told: Told


@dataclass(frozen=True, slots=True)
class Withdraw:
    """Nothing to be mailed: drop what is queued for `told.uid`, and remember `told`."""

    told: Told


Message = Request | Cancel | Withdraw


@dataclass(frozen=True, slots=True)
class DeclineCounter:
    """METHOD:DECLINECOUNTER, to be mailed: the time they proposed does not suit, `told` still holds."""

    method: ClassVar[str] = "DECLINECOUNTER"
    told: Told
    comment: str


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A name to show, empty or of any shape, and the one bare ASCII address that goes with it (RFC 5322 3.4)."""

    name: str
    address: str

    def __post_init__(self) -> None:
        if not _ADDRESS.fullmatch(self.address):
            raise ValueError(f"{self.address!r} is not one mail address")


def reconcile(wanted: Sequence[Wanted], told: Sequence[Told], *, now: datetime) -> list[Message]:
    """What to tell one person, what frees their time first. Applying it and asking again gives nothing.

    Time, place, people and status are news; a better title is not. What is over is let rest. Every message about a UID
    has a higher SEQUENCE than the one before it, whether that one left or not (RFC 5546 2.1.4).
    """
    live = {want.entry.subject: want for want in wanted if not want.entry.cancelled and want.entry.end > now}
    known = {one.subject: one for one in told}
    gone = [one for one in told if not one.cancelled and one.end > now and one.subject not in live]
    news = [want for subject, want in live.items() if _is_news(want.entry, known.get(subject))]
    return [*map(_retract, gone), *(_invite(want, known.get(want.entry.subject)) for want in news)]


def uid_for(key: bytes, subject: str, person_id: int, *, domain: str) -> str:
    """The UID under which one person is invited: whoever knows it may answer for them, so nobody can guess it."""
    digest = hmac.digest(key, f"invitation|{subject}|{person_id}".encode(), hashlib.sha256)
    return f"m-{base64.b32encode(digest).decode().lower()[:32]}@{domain}"


def request(message: Request, *, organiser: Mailbox, attendee: Mailbox, now: datetime) -> bytes:
    """The text/calendar body of an invitation or a change of it (RFC 5546 3.2.2); `now` is its DTSTAMP."""
    told = message.told
    event = describe(message.entry, uid=told.uid)
    event["SEQUENCE"] = vInt(told.sequence)
    event["STATUS"] = vText("CONFIRMED")
    event["TRANSP"] = vText("OPAQUE")
    event["X-MICROSOFT-DISALLOW-COUNTER"] = vText("TRUE")
    return _calendar("REQUEST", event, told.partstat, organiser=organiser, attendee=attendee, now=now)


def cancel(message: Cancel, *, organiser: Mailbox, attendee: Mailbox, now: datetime) -> bytes:
    """The text/calendar body that takes an invitation back (RFC 5546 3.2.5)."""
    told = message.told
    event = Event()
    event["UID"] = vText(told.uid)
    event["SEQUENCE"] = vInt(told.sequence)
    put_span(event, told.start, told.end)
    event["SUMMARY"] = line(told.summary) or NAMELESS
    if location := line(told.location):
        event["LOCATION"] = location
    event["STATUS"] = vText("CANCELLED")
    return _calendar("CANCEL", event, told.partstat, organiser=organiser, attendee=attendee, now=now)


def decline_counter(message: DeclineCounter, *, organiser: Mailbox, now: datetime) -> bytes:
    """The text/calendar body that says no to another time (RFC 5546 3.2.8)."""
    event = Event()
    event["UID"] = vText(message.told.uid)  # and no SEQUENCE: its table has none
    event["COMMENT"] = line(message.comment)
    return _stream("DECLINECOUNTER", event, organiser=organiser, now=now)


def _is_news(entry: Entry, told: Told | None) -> bool:
    if told is None or told.cancelled or told.resend:
        return True
    return not (_same_time(entry, told) and _same_place(entry, told) and entry.company == told.company)


def _same_time(entry: Entry, told: Told) -> bool:
    # In UTC: a local time that comes twice on a clock-change night equals nothing in another zone.
    return (entry.start.astimezone(UTC), entry.end.astimezone(UTC)) == (told.start, told.end)


def _same_place(entry: Entry, told: Told) -> bool:
    return (entry.location, entry.online_url) == (told.location, told.online_url)


def _retract(told: Told) -> Cancel | Withdraw:
    after = replace(told, cancelled=True, left=False, held=told.in_calendar)
    if told.in_calendar and told.partstat is not Partstat.DECLINED:
        return Cancel(replace(after, sequence=told.sequence + 1))
    # Never mailed, or they said no themselves and know it best.
    return Withdraw(replace(after, held=False))


def _invite(want: Wanted, told: Told | None) -> Request:
    entry = want.entry
    new = Told(
        uid=want.uid,
        subject=entry.subject,
        sequence=entry.sequence,
        start=entry.start.astimezone(UTC),
        end=entry.end.astimezone(UTC),
        summary=entry.summary,
        location=entry.location,
        online_url=entry.online_url,
        company=entry.company,
    )
    if told is None:
        return Request(new, entry, None)
    new = replace(new, uid=told.uid, sequence=max(told.sequence + 1, entry.sequence), held=told.in_calendar)
    if not told.cancelled and _same_time(entry, told):
        # Clients overwrite their owner's answer with ours.
        new = replace(new, partstat=told.partstat, replied=told.replied)
    return Request(new, entry, told)


def _calendar(
    method: str, event: Event, partstat: Partstat, *, organiser: Mailbox, attendee: Mailbox, now: datetime
) -> bytes:
    if organiser.address == attendee.address:
        raise ValueError(f"{attendee.address} cannot invite itself")
    event["ATTENDEE"] = _address(attendee)
    event["ATTENDEE"].params |= {
        "CUTYPE": "INDIVIDUAL",
        "ROLE": "REQ-PARTICIPANT",
        "PARTSTAT": partstat.value,
        "RSVP": "TRUE" if method == "REQUEST" and partstat is Partstat.NEEDS_ACTION else "FALSE",
    }
    return _stream(method, event, organiser=organiser, now=now)


def _stream(method: str, event: Event, *, organiser: Mailbox, now: datetime) -> bytes:
    event["DTSTAMP"] = vDatetime(now.astimezone(UTC))  # with METHOD: when the message was made (RFC 5545 3.8.7.2)
    event["ORGANIZER"] = _address(organiser)
    calendar = Calendar()
    calendar["VERSION"] = vText("2.0")
    calendar["PRODID"] = vText(PRODID)
    calendar["CALSCALE"] = vText("GREGORIAN")
    calendar["METHOD"] = vText(method)
    calendar.add_component(event)
    data: bytes = calendar.to_ical(sorted=False)
    return data


def _address(mailbox: Mailbox) -> vCalAddress:
    address = vCalAddress(f"mailto:{mailbox.address}")
    if name := line(mailbox.name).replace('"', "'"):  # a parameter cannot hold it; ^' of RFC 6868 is little known
        address.params["CN"] = name
    return address
