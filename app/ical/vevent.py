"""Feeds (RFC 5545, 7986): entries become VEVENT bytes to keep, and kept bytes become a calendar to poll."""

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from urllib.parse import quote

from icalendar import Calendar, Event, vDate, vDatetime, vDuration, vInt, vText, vUri
from icalendar.prop import vCategory, vGeo

from app.source import Entry, Occasion

PRODID = "-//Pilotmatch//Pilotmatch//EN"
SERIALIZER = 1  # raise it when the bytes of an unchanged entry change: kept bytes and ETags carry it
ZONES = version("tzdata")
REFRESH = timedelta(hours=1)
KEPT_CANCELLED = timedelta(days=1)

# RFC 7986 wants the CSS name, Apple the number.
COLOURS = {"teal": "#008080", "navy": "#000080", "purple": "#800080"}

_BREAKS = "\n\r\x0b\x0c\x85\u2028\u2029"
_PLAIN = str.maketrans(
    dict.fromkeys([*map(chr, range(0x20)), *map(chr, range(0x7F, 0xA0)), "\ufeff"], "")
    | dict.fromkeys(map(chr, range(0xD800, 0xE000)), "\N{REPLACEMENT CHARACTER}")
    | dict.fromkeys(_BREAKS, "\n")
    | {"\t": " "}
)
_ESCAPES = str.maketrans({"\\": r"\\", ";": r"\;", ",": r"\,", "\n": r"\n"})


def vevent(entry: Entry, *, uid: str, cancelled: str = "Cancelled") -> bytes:
    """One VEVENT for feeds, CRLF at its end. `cancelled` is that word in the reader's language."""
    event = describe(entry, uid=uid)
    event["DTSTAMP"] = vDatetime(entry.changed.astimezone(UTC))  # without METHOD: the last change (RFC 5545 3.8.7.2)
    event["STATUS"] = vText("CANCELLED" if entry.cancelled else "CONFIRMED")
    event["TRANSP"] = vText("TRANSPARENT" if entry.transparent or entry.cancelled else "OPAQUE")
    if entry.cancelled:
        event["SUMMARY"] = Text(f"{cancelled}: {event['SUMMARY']}")
    return _bytes(event)


def umbrella(occasion: Occasion, *, uid: str, changed: datetime) -> bytes:
    """The all-day VEVENT over all days of an event: a calendar without any would be invalid, or keep old data."""
    event = Event()
    event["UID"] = vText(uid)
    event["DTSTART"] = vDate(occasion.first_day, params={"VALUE": "DATE"})
    event["DTEND"] = vDate(occasion.last_day + timedelta(days=1), params={"VALUE": "DATE"})  # exclusive
    event["SEQUENCE"] = vInt(0)
    for name in ("DTSTAMP", "CREATED", "LAST-MODIFIED"):
        event[name] = vDatetime(changed.astimezone(UTC))
    event["SUMMARY"] = line(occasion.said) or NAMELESS
    _put_line(event, "LOCATION", occasion.place)
    _put_uri(event, "URL", occasion.url)
    event["STATUS"] = vText("CONFIRMED")
    event["TRANSP"] = vText("TRANSPARENT")
    return _bytes(event)


def calendar(
    name: str, blocks: Iterable[bytes], *, description: str = "", colour: str = "teal", source: str = ""
) -> bytes:
    """A feed: `blocks` are VEVENTs, at least one, each UID once. `source` is its address, for a public feed only."""
    head = Calendar()
    head["VERSION"] = vText("2.0")
    head["PRODID"] = vText(PRODID)
    head["CALSCALE"] = vText("GREGORIAN")
    head["NAME"] = head["X-WR-CALNAME"] = line(name)
    _put_line(head, "X-WR-CALDESC", description)
    head["COLOR"] = vText(colour)
    head["X-APPLE-CALENDAR-COLOR"] = vText(COLOURS[colour])
    head["REFRESH-INTERVAL"] = vDuration(REFRESH, params={"VALUE": "DURATION"})
    head["X-PUBLISHED-TTL"] = vDuration(REFRESH)
    if source:
        head["SOURCE"] = vUri(_uri(source), params={"VALUE": "URI"})
    return _bytes(head).removesuffix(b"END:VCALENDAR\r\n") + b"".join(blocks) + b"END:VCALENDAR\r\n"


def etag(*parts: str | int) -> str:
    """A strong ETag, quoted, of everything that decides a feed's bytes: its kind, revisions, options, language."""
    digest = hashlib.sha256(repr((SERIALIZER, ZONES, parts)).encode()).digest()
    return f'"{urlsafe_b64encode(digest[:18]).decode()}"'


def public_uid(subject: str, *, domain: str) -> str:
    """The UID of a thing in every feed that shows it. Anyone may know it, so no reply to it counts."""
    return f"{subject.replace(':', '-')}@{domain}"


def is_kept(entry: Entry, *, now: datetime) -> bool:
    """Whether a feed still shows it: what is cancelled stays struck out until a day after it would have ended."""
    return not entry.cancelled or now < entry.end + KEPT_CANCELLED


def expiries(entries: Iterable[Entry], *, now: datetime) -> tuple[datetime | None, datetime | None]:
    """When `is_kept` last changed for one of them, and when it will next."""
    ends = [entry.end + KEPT_CANCELLED for entry in entries if entry.cancelled]
    passed, coming = [end for end in ends if end <= now], [end for end in ends if end > now]
    return max(passed, default=None), min(coming, default=None)


def describe(entry: Entry, *, uid: str) -> Event:
    """What feeds and invitations say alike; DTSTAMP, STATUS and TRANSP are theirs to add."""
    event = Event()
    event["UID"] = vText(uid)
    event["SEQUENCE"] = vInt(entry.sequence)
    put_span(event, entry.start, entry.end)
    event["CREATED"] = vDatetime(entry.created.astimezone(UTC))
    event["LAST-MODIFIED"] = vDatetime(entry.changed.astimezone(UTC))
    event["SUMMARY"] = line(entry.summary) or NAMELESS
    event["CLASS"] = vText("PRIVATE" if entry.private else "PUBLIC")
    _put_line(event, "LOCATION", entry.location)
    if text := _description(entry):
        event["DESCRIPTION"] = Text(text)
    if words := [word for word in map(line, entry.categories) if word]:
        event["CATEGORIES"] = categories = vCategory([])
        categories.cats = [*words]
    if entry.geo:
        latitude, longitude = entry.geo
        event["GEO"] = vGeo((round(latitude, 4), round(longitude, 4)))  # 11 m; finer may be written as 1e-05
    _put_uri(event, "URL", entry.url)
    if entry.online_url:
        event["CONFERENCE"] = vUri(_uri(entry.online_url), params={"VALUE": "URI", "FEATURE": "VIDEO"})
    return event


class Text(vText):
    r"""TEXT as RFC 5545 3.3.11 escapes it; the library's own makes `C:\New` two lines."""

    def to_ical(self) -> bytes:
        return self.translate(_ESCAPES).encode()


NAMELESS = Text("–")  # SUMMARY must say something


def line(value: str) -> Text:
    """TEXT in one line."""
    return Text(_plain(value).replace("\n", " "))


def put_span(event: Event, start: datetime, end: datetime) -> None:
    """DTSTART and DTEND in UTC, at least a minute apart: some clients drop what ends as it begins."""
    event["DTSTART"] = vDatetime(start.astimezone(UTC))
    event["DTEND"] = vDatetime(max(end, start + timedelta(minutes=1)).astimezone(UTC))


def _put_line(component: Calendar | Event, name: str, value: str) -> None:
    if text := line(value):  # an empty property is an error to libical
        component[name] = text


def _put_uri(event: Event, name: str, value: str) -> None:
    if value:
        event[name] = vUri(_uri(value))


def _description(entry: Entry) -> str:
    """The lines, and every link once more at their end: most clients show no CONFERENCE and hide URL."""
    text = "\n".join(entry.description)
    links = [link for link in (entry.online_url, entry.url) if link and link not in text.split()]
    return _plain("\n".join([text, *links]))


def _plain(value: str) -> str:
    """Without control characters and outer blanks, lines parted by \\n: what comes from old rows and from files too."""
    return value.replace("\r\n", "\n").translate(_PLAIN).strip()


def _uri(value: str) -> str:
    """A URI is not escaped like text (RFC 5545 3.3.13), so what cannot stand in one is percent-encoded."""
    return quote(value, safe="%/:?#[]@!$&'()*+,;=-._~", errors="replace")


def _bytes(component: Calendar | Event) -> bytes:
    data: bytes = component.to_ical(sorted=False)
    return data
