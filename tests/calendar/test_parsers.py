"""Whatever a user can type comes back unchanged from every parser, out of feeds and out of invitations."""

import contextlib
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.ical.itip import Mailbox, Partstat, Request, Told, request
from app.ical.vevent import calendar, vevent
from app.models import Person
from app.source import Entry
from app.text import BadText, clean_line, clean_text
from tests.app.conftest import _faults
from tests.app.test_ical_vevent import NASTY
from tests.calendar.conftest import Stage
from tests.calendar.parsers import PARSERS, Read
from tests.calendar.test_bytes import LINES
from tests.calendar.test_bytes import NASTY as TITLE
from tests.calendar.test_invites import stream

Parser = Callable[[bytes], list[Read]]
INSTANT = datetime(2027, 5, 4, 8, 20, tzinfo=UTC)
TYPED = [
    *NASTY,
    "one\ntwo\r\nthree\rfour",
    "semi; comma, back\\slash \\n \\N \\, \\; colon: \"quotes\" 'single' “curly” ^' ^n",
    "👩‍🔬" * 30,
    "x" * 57 + "👩‍🔬" * 9,
    *("x" * length + "e\u0323\u0302" * 20 for length in range(56, 68)),
    "שלום \u200f עולם \u200e (עברית)",
    "\u202eright to left\u202c",
    "BEGIN:VALARM\nTRIGGER:-PT15M\nACTION:DISPLAY\nEND:VALARM",
    " leading\n  lines\n\n\nand gaps ",
    "<b>bold</b> &amp; &#x41;",
    "=?utf-8?q?encoded?= %0d%0aX:1",
    "\ttab\tinside",
]
parser = pytest.mark.parametrize("parser", PARSERS.values(), ids=PARSERS)


def typed(texts: Iterable[str]) -> list[Entry]:
    """Sessions whose title, place and text are what forms make of these."""
    made = []
    for number, text in enumerate(texts):
        title, abstract = "Talk", ""
        with contextlib.suppress(BadText):
            title = clean_line(text, limit=200) or "Talk"
        with contextlib.suppress(BadText):
            abstract = clean_text(text, limit=20_000)
        end, lines = INSTANT + timedelta(minutes=40), tuple(abstract.split("\n")) if abstract else ()
        made.append(
            Entry(f"t:{number}", title, INSTANT, end, "Europe/Warsaw", 3, INSTANT, INSTANT, title, description=lines)
        )
    return made


def expected(entry: Entry) -> Read:
    """A tab and a byte order mark have no place in iCalendar; nothing else becomes another thing or nothing."""
    texts = [entry.summary, entry.location, "\n".join(entry.description)]
    title, place, text = (one.replace("\t", " ").replace("\ufeff", "").strip() for one in texts)
    return Read(entry.subject, title or "–", place, text, INSTANT)


@parser
def test_what_users_type_comes_back_from_feeds(parser: Parser) -> None:
    entries = typed(TYPED)
    made = calendar("Agenda", [vevent(entry, uid=entry.subject) for entry in entries])
    assert _faults(made) == []
    for entry, found in zip(entries, parser(made), strict=True):
        assert found == expected(entry)


@parser
@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(texts=st.lists(st.text(min_size=40, max_size=90), min_size=20, max_size=40))
def test_anything_comes_back_from_feeds(parser: Parser, texts: list[str]) -> None:
    entries = typed(texts)
    made = calendar("Agenda", [vevent(entry, uid=entry.subject) for entry in entries])
    assert _faults(made) == []
    assert parser(made) == [expected(entry) for entry in entries]


@parser
def test_what_users_type_comes_back_from_invitations(parser: Parser) -> None:
    organiser = Mailbox("Days", "meetings+days@pilotmatch.example")
    for entry in typed([TITLE, LINES, TYPED[-2], TYPED[-5], NASTY[0]]):
        told = Told(entry.subject, entry.subject, 3, entry.start, entry.end, entry.summary, entry.location, "")
        attendee = Mailbox(entry.summary, "anna@example.org")
        made = request(Request(told, entry, None), organiser=organiser, attendee=attendee, now=INSTANT)
        assert _faults(made) == []
        assert parser(made) == [expected(entry)]
    assert told.partstat is Partstat.NEEDS_ACTION


@parser
async def test_feeds_and_invitations_of_the_application_are_read_alike(stage: Stage, parser: Parser) -> None:
    meeting = await stage.meeting()
    await stage.session(TITLE, abstract=LINES, speakers=[meeting.asker])
    await stage.release()
    mails = [mail for mail in await stage.mails() if mail.recipient == "anna@example.org"]
    invited = next(read for mail in mails for read in parser(stream(mail)) if read.summary.endswith("Mikko Ltd"))
    anna = stage.fair[meeting.asker]
    await Person.filter(id=anna.id).update(invited_by_mail=False)
    for address in (f"{stage.path}/feed.ics", await stage.private(anna)):
        found = {one.summary: one for one in parser(timed(await stage.feed(address)))}
        talk = found[clean_line(TITLE, limit=200)]
        assert talk.description.startswith("Speakers: Anna (Anna Ltd)\n" + LINES + "\n")
        assert talk.start == stage.fair.at("14:00")
    assert next(one for one in found.values() if one.summary == invited.summary).start == invited.start


def timed(feed: bytes) -> bytes:
    """Without the all-day entry, whose start is no instant."""
    head, *blocks = feed.split(b"BEGIN:VEVENT")
    return head + b"".join(b"BEGIN:VEVENT" + block for block in blocks if b"VALUE=DATE" not in block)
