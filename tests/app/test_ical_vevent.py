import hashlib
import html
import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from urllib.parse import unquote
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar, Event
from icalendar.prop import vUnknown

from app.ical.vevent import (
    COLOURS,
    SERIALIZER,
    calendar,
    etag,
    is_kept,
    public_uid,
    umbrella,
    vevent,
)
from app.source import Entry, Occasion

START = datetime(2026, 9, 3, 8, 0, tzinfo=UTC)
ENTRY = Entry(
    subject="session:12",
    summary="Opening",
    start=START,
    end=START + timedelta(minutes=45),
    zone="Europe/Warsaw",
    sequence=3,
    created=datetime(2026, 5, 1, 9, 0, 1, tzinfo=UTC),
    changed=datetime(2026, 6, 1, 9, 0, 2, tzinfo=UTC),
)
FULL = replace(
    ENTRY,
    location="Aula A",
    description=("What it is about.", "", "Who speaks."),
    categories=("Hydrogen", "Keynote"),
    url="https://pilotmatch.example/e/days/sessions/12",
    online_url="https://meet.example/x;a,b?q=1",
    geo=(50.0647, 19.945),
)
OCCASION = Occasion(
    name="Pilot Days",
    slug="days",
    url="https://pilotmatch.example/e/days",
    place="Kraków",
    zone="Europe/Warsaw",
    first_day=date(2026, 9, 3),
    last_day=date(2026, 9, 4),
)
UID = "session-12@pilotmatch.example"
# Everything that has broken out of a property, a line or a component somewhere.
NASTY = [
    "a\r\nBEGIN:VALARM\r\nACTION:DISPLAY\r\nEND:VALARM",
    "a\nATTENDEE:mailto:e@x.org",
    "a\rATTENDEE:mailto:e@x.org",
    "END:VEVENT",
    "a;X=1:b",
    'quo"te, semi; back\\slash : colon',
    r"C:\New\network\,\;",
    "\x00\x07\x0b\x0c\x1b\x7f",
    "nel\x85ls\u2028ps\u2029",
    "\ufeffbom",
    "\ud800 alone",
    "x" * 66 + "🧪🧪🧪",
    "ż" * 200,
    "e\u0301" * 60,
    "  ",
    "",
]
any_text = st.one_of(st.sampled_from(NASTY), st.text(alphabet=st.characters(), max_size=120))


def feed(*blocks: bytes) -> bytes:
    return calendar("Agenda", blocks)


def parse(block: bytes) -> Event:
    [event] = Calendar.from_ical(feed(block)).events
    assert not event.errors
    assert not event.subcomponents
    return event


def plain(text: str) -> str:
    """What of a text a calendar can hold; written apart from the code under test."""
    kept = []
    for character in text.replace("\r\n", "\n"):
        if character in "\n\r\x0b\x0c\x85\u2028\u2029":
            kept.append("\n")
        elif character == "\t":
            kept.append(" ")
        elif 0xD800 <= ord(character) < 0xE000:
            kept.append("\ufffd")
        elif not (ord(character) < 0x20 or 0x7F <= ord(character) < 0xA0 or character == "\ufeff"):
            kept.append(character)
    return "".join(kept).strip()


def one_line(text: str) -> str:
    return plain(text).replace("\n", " ")


def test_vevent_carries_every_field():
    event = parse(vevent(FULL, uid=UID))
    assert dict(event) == {
        "UID": UID,
        "SEQUENCE": 3,
        "DTSTART": event["DTSTART"],
        "DTEND": event["DTEND"],
        "DTSTAMP": event["DTSTAMP"],
        "CREATED": event["CREATED"],
        "LAST-MODIFIED": event["LAST-MODIFIED"],
        "SUMMARY": "Opening",
        "CLASS": "PUBLIC",
        "STATUS": "CONFIRMED",
        "TRANSP": "OPAQUE",
        "LOCATION": "Aula A",
        "DESCRIPTION": "What it is about.\n\nWho speaks.\nhttps://meet.example/x;a,b?q=1\nhttps://pilotmatch.example/e/days/sessions/12",
        "CATEGORIES": event["CATEGORIES"],
        "GEO": event["GEO"],
        "URL": "https://pilotmatch.example/e/days/sessions/12",
        "CONFERENCE": "https://meet.example/x;a,b?q=1",
    }
    assert (event.start, event.end) == (FULL.start, FULL.end)
    assert event["CREATED"].dt == FULL.created
    assert list(map(str, event["CATEGORIES"].cats)) == ["Hydrogen", "Keynote"]


def test_vevent_bytes_of_an_unchanged_entry_stay_the_same():
    """Changing them is fine: raise SERIALIZER and write down the new digest with it."""
    blocks = vevent(FULL, uid=UID), umbrella(OCCASION, uid="u@x", changed=START)
    assert (SERIALIZER, hashlib.sha256(feed(*blocks)).hexdigest()[:16]) == (1, "578bc9b54920098f")


def test_vevent_of_bare_entry_has_required_properties_and_no_empty_one(lint_calendar):
    block = vevent(replace(ENTRY, summary="", description=("", " "), categories=("", "\x00")), uid=UID)
    assert set(parse(block)) == {
        *("UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "STATUS", "SEQUENCE", "LAST-MODIFIED", "CREATED"),
        *("TRANSP", "CLASS"),
    }
    assert lint_calendar(feed(block)) == []


@pytest.mark.parametrize("minutes", [0, -30])
def test_vevent_ends_after_it_starts(minutes):
    event = parse(vevent(replace(ENTRY, end=START + timedelta(minutes=minutes)), uid=UID))
    assert event.end - event.start == timedelta(minutes=1)


@pytest.mark.parametrize("zone", ["Europe/Warsaw", "Europe/Helsinki", "Asia/Kathmandu", "America/St_Johns", "UTC"])
@pytest.mark.parametrize("wall", ["2026-03-29T02:30", "2026-10-25T02:30", "2028-02-29T00:00", "1999-12-31T23:59"])
def test_vevent_says_the_same_instant_in_utc_without_tzid(zone, wall):
    start = datetime.fromisoformat(wall).replace(tzinfo=ZoneInfo(zone))
    block = vevent(replace(ENTRY, start=start, end=start.astimezone(UTC) + timedelta(hours=1)), uid=UID)
    assert b"TZID" not in block
    assert parse(block).start == start.astimezone(UTC)


def test_vevent_stamp_is_the_last_change_wherever_the_process_runs():
    changed = datetime(2026, 6, 1, 11, 0, 2, tzinfo=timezone(timedelta(hours=2)))
    assert vevent(replace(ENTRY, changed=changed), uid=UID) == vevent(ENTRY, uid=UID)
    event = parse(vevent(ENTRY, uid=UID))
    assert event["DTSTAMP"].dt == event["LAST-MODIFIED"].dt == ENTRY.changed


def test_vevent_cancelled_is_struck_out_and_frees_the_time():
    event = parse(vevent(replace(ENTRY, cancelled=True), uid=UID, cancelled="Odwołane"))
    assert event["SUMMARY"] == "Odwołane: Opening"
    assert (event["STATUS"], event["TRANSP"], event["UID"]) == ("CANCELLED", "TRANSPARENT", UID)


def test_vevent_restored_is_confirmed_with_the_same_uid():
    event = parse(vevent(replace(ENTRY, cancelled=False, sequence=5), uid=UID))
    assert (event["STATUS"], event["SEQUENCE"], event["UID"]) == ("CONFIRMED", 5, UID)


@pytest.mark.parametrize(("transparent", "private"), [(True, False), (False, True)])
def test_vevent_of_marks_is_transparent_and_of_meetings_private(transparent, private):
    event = parse(vevent(replace(ENTRY, transparent=transparent, private=private), uid=UID))
    assert event["TRANSP"] == ("TRANSPARENT" if transparent else "OPAQUE")
    assert event["CLASS"] == ("PRIVATE" if private else "PUBLIC")


def test_vevent_online_has_a_conference_and_the_link_in_its_text_once():
    block = vevent(
        replace(ENTRY, online_url="https://meet.example/a", description=("Join: https://meet.example/a",)), uid=UID
    )
    event = parse(block)
    assert event["CONFERENCE"].params == {"VALUE": "URI", "FEATURE": "VIDEO"}
    assert event["DESCRIPTION"] == "Join: https://meet.example/a"


def test_vevent_without_online_url_tells_no_join_link():
    assert b"meet.example" not in vevent(replace(FULL, online_url=""), uid=UID)


def test_vevent_link_that_begins_another_is_still_written():
    text = "See https://pilotmatch.example/e/days/sessions/123"
    event = parse(vevent(replace(ENTRY, url=FULL.url, description=(text,)), uid=UID))
    assert event["DESCRIPTION"] == f"{text}\n{FULL.url}"


@pytest.mark.parametrize("url", ["https://x.example/a,b;c?d=%2C&e=[1]#f", 'https://x.example/ż ó\r\nX:1\\n"<>|'])
def test_vevent_url_is_not_escaped_as_text(url):
    raw = vevent(replace(ENTRY, url=url), uid=UID).replace(b"\r\n ", b"").decode()
    [line] = [line for line in raw.split("\r\n") if line.startswith("URL:")]
    assert "\\" not in line
    assert line.isascii()
    assert unquote(line.removeprefix("URL:"), errors="strict") == unquote(url)


@pytest.mark.parametrize(
    ("geo", "said"),
    [((50.064712, 19.9449), "50.0647;19.9449"), ((-0.000012, 1e-5), "-0.0;0.0"), ((60, 25), "60.0;25.0")],
)
def test_vevent_geo_is_two_floats_without_exponent(geo, said):
    block = vevent(replace(ENTRY, geo=geo), uid=UID)
    assert f"\r\nGEO:{said}\r\n".encode() in block


def test_vevent_writes_text_as_text_not_html():
    block = vevent(replace(ENTRY, description=("a < b & c", html.unescape("&lt;i&gt;"))), uid=UID)
    assert parse(block)["DESCRIPTION"] == "a < b & c\n<i>"
    assert b"X-ALT-DESC" not in block


@pytest.mark.parametrize("field", ["summary", "location", "description", "categories", "url", "online_url"])
@pytest.mark.parametrize("value", NASTY, ids=ascii)
def test_vevent_field_cannot_add_properties_or_components(field, value, lint_calendar):
    wrapped = (value, "b") if field in ("description", "categories") else value
    block = vevent(replace(FULL, **{field: wrapped}), uid=UID)
    assert set(parse(block)) <= set(parse(vevent(FULL, uid=UID)))
    assert lint_calendar(feed(block)) == []


@given(summary=any_text, location=any_text, lines=st.lists(any_text, max_size=3), url=any_text, online_url=any_text)
def test_vevent_any_text_comes_back_as_it_was(summary, location, lines, url, online_url, lint_calendar):
    block = vevent(
        replace(ENTRY, summary=summary, location=location, description=tuple(lines), url=url, online_url=online_url),
        uid=UID,
    )
    event = parse(block)
    assert lint_calendar(feed(block)) == []
    assert event["SUMMARY"] == (one_line(summary) or "–")
    assert event.get("LOCATION", "") == one_line(location)
    assert str(event.get("DESCRIPTION", "")).startswith(plain("\n".join(lines)))
    assert ("URL" in event, "CONFERENCE" in event) == (url != "", online_url != "")
    assert set(event) <= set(parse(vevent(FULL, uid=UID)))


@given(st.lists(any_text, min_size=1, max_size=4))
def test_vevent_categories_stay_apart(categories):
    raw = vevent(replace(ENTRY, categories=tuple(categories)), uid=UID).replace(b"\r\n ", b"").decode()
    lines = [line.removeprefix("CATEGORIES:") for line in raw.split("\r\n") if line.startswith("CATEGORIES:")]
    expected = [one_line(category) for category in categories if plain(category)]
    assert [word for line in lines for word in unescaped_list(line)] == expected


def text(value: str) -> str:
    """The parser leaves properties alone that RFC 5545 does not define."""
    return ",".join(unescaped_list(value)) if isinstance(value, vUnknown) else value


def unescaped_list(value: str) -> list[str]:
    """TEXT values parted by commas (RFC 5545 3.3.11): the parser's own loses `\\N` in them."""
    words, characters = [""], iter(value)
    for character in characters:
        if character == "\\":
            words[-1] += {"n": "\n"}.get(escaped := next(characters), escaped)
        elif character == ",":
            words.append("")
        else:
            words[-1] += character
    return words


def test_umbrella_is_all_day_with_exclusive_end_and_transparent(lint_calendar):
    block = umbrella(OCCASION, uid="event-3@pilotmatch.example", changed=ENTRY.changed)
    event = parse(block)
    assert b"DTSTART;VALUE=DATE:20260903\r\n" in block
    assert b"DTEND;VALUE=DATE:20260905\r\n" in block
    assert (event["TRANSP"], event["SUMMARY"], event["LOCATION"]) == ("TRANSPARENT", "Pilot Days", "Kraków")
    assert event["DTSTAMP"].dt == event["LAST-MODIFIED"].dt == ENTRY.changed
    assert lint_calendar(feed(block)) == []


def test_calendar_has_its_header_once_and_nothing_that_invites(lint_calendar):
    stream = calendar(
        "Pilot Days, agenda",
        [umbrella(OCCASION, uid="event-3@x", changed=START), vevent(FULL, uid=UID)],
        description="Talks; and meetings",
        colour="navy",
        source="https://pilotmatch.example/e/days.ics",
    )
    parsed = Calendar.from_ical(stream)
    assert {name: text(parsed[name]) for name in parsed if name not in ("REFRESH-INTERVAL", "X-PUBLISHED-TTL")} == {
        "VERSION": "2.0",
        "PRODID": "-//Pilotmatch//Pilotmatch//EN",
        "CALSCALE": "GREGORIAN",
        "NAME": "Pilot Days, agenda",
        "X-WR-CALNAME": "Pilot Days, agenda",
        "X-WR-CALDESC": "Talks; and meetings",
        "COLOR": "navy",
        "X-APPLE-CALENDAR-COLOR": COLOURS["navy"],
        "SOURCE": "https://pilotmatch.example/e/days.ics",
    }
    assert b"\r\nREFRESH-INTERVAL;VALUE=DURATION:PT1H\r\nX-PUBLISHED-TTL:PT1H\r\n" in stream
    assert stream.startswith(b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n")
    assert [event["UID"] for event in parsed.events] == ["event-3@x", UID]
    for word in (b"METHOD", b"ORGANIZER", b"ATTENDEE", b"VALARM", b"DURATION:P", b"VTIMEZONE"):
        assert word not in stream.replace(b"VALUE=DURATION:", b"")
    assert lint_calendar(stream) == []


def test_calendar_of_private_feed_names_no_address_and_no_uid():
    parsed = Calendar.from_ical(calendar("My agenda", [vevent(ENTRY, uid=UID)]))
    assert "SOURCE" not in parsed
    assert "URL" not in parsed
    assert "UID" not in parsed


@given(name=any_text, description=any_text)
def test_calendar_name_cannot_break_out(name, description, lint_calendar):
    stream = calendar(f"N{name}", [vevent(ENTRY, uid=UID)], description=description)
    parsed = Calendar.from_ical(stream)
    assert lint_calendar(stream) == []
    assert [component.name for component in parsed.subcomponents] == ["VEVENT"]
    assert text(parsed["NAME"]) == text(parsed["X-WR-CALNAME"]) == one_line(f"N{name}")


def test_two_renderings_apart_in_time_are_equal_to_the_byte():
    first = feed(vevent(FULL, uid=UID))
    time.sleep(1.1)  # the resolution of a stamp
    assert feed(vevent(FULL, uid=UID)) == first


def test_etag_follows_every_part_and_only_them():
    assert etag("event:3", 41, "en") == etag("event:3", 41, "en")
    tags = [
        etag("event:3", 41, "en"),
        etag("event:3", 42, "en"),
        etag("event:34", 1, "en"),
        etag("event:3", "41", "en"),
    ]
    assert len({*tags}) == len(tags)
    assert all(tag[0] == tag[-1] == '"' and tag[1:-1].isascii() and " " not in tag for tag in tags)


def test_etag_follows_the_serializer(monkeypatch):
    before = etag("event:3")
    monkeypatch.setattr("app.ical.vevent.SERIALIZER", SERIALIZER + 1)
    assert etag("event:3") != before


def test_public_uid_does_not_follow_names_or_times():
    assert public_uid("session:12", domain="pilotmatch.example") == "session-12@pilotmatch.example"
    assert public_uid("meeting:12", domain="pilotmatch.example") != public_uid(
        "session:12", domain="pilotmatch.example"
    )


@pytest.mark.parametrize(
    ("cancelled", "after_end", "kept"),
    [
        (False, timedelta(days=400), True),
        (True, timedelta(0), True),
        (True, timedelta(hours=23, minutes=59), True),
        (True, timedelta(days=1), False),
    ],
)
def test_is_kept_until_a_day_after_a_cancelled_thing(cancelled, after_end, kept):
    assert is_kept(replace(ENTRY, cancelled=cancelled), now=ENTRY.end + after_end) is kept
