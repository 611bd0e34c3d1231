"""Deadlines of calls in their network's calendar: the page, the feed that programs poll, and the news of its pilots."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from events.networks.calls.announcing import Terms, draft_call, edit_call, open_call
from events.networks.calls.models import Call
from events.networks.calls.proposals.deciding import publish
from events.networks.keeping import Words, add_series
from events.networks.models import Pilot
from events.networks.news import news

Conference = Any  # see conftest.py
Browser = Any
WARSAW = ZoneInfo("Europe/Warsaw")
FEED = "/networks/vanguard/feed.ics"


@pytest.fixture
async def terms(conference: Conference) -> Terms:
    """Until midnight of New Year's Eve in Warsaw, when London still has an hour."""
    year = datetime.now(UTC).year + 1
    return Terms(
        language="pl", titles={"pl": "Otwarty konkurs ofert"}, texts={"pl": "Treść"}, eligibility={}, budget=150_000_00,
        currency="PLN", most=None, deadline=datetime(year + 1, 1, 1, 0, 0, tzinfo=WARSAW), zone="Europe/Warsaw",
        pilots=[await Pilot.get(code="BIO")],
    )  # fmt: skip


async def test_deadline_stands_in_the_calendar_once_the_call_is_open(
    conference: Conference, browser: Browser, terms: Terms
) -> None:
    nobody, year = await browser(), terms.deadline.year
    call = await draft_call(conference.network, terms, by=conference.organiser)
    pages = ["", f"?year={year}"]
    for query in pages:
        assert call.path not in (await nobody.get(f"/networks/vanguard/calendar{query}")).text, "a draft is nobody's"
    await open_call(call, by=conference.organiser)
    for query in pages:
        page = (await nobody.get(f"/networks/vanguard/calendar{query}")).text
        assert f'href="{call.path}" lang="pl"' in page
        assert f'id="month-{year}-01-01"' in page, "by the call's own clock"
    for query in (f"?year={year - 1}", f"?year={conference.event.first_day.year}&kind=conference"):
        assert call.path not in (await nobody.get(f"/networks/vanguard/calendar{query}")).text


async def test_deadline_is_in_the_feed_of_the_network_and_moves_there(
    conference: Conference, browser: Browser, terms: Terms
) -> None:
    await add_series(conference.network, "tour", Words(titles={"en": "Tour"}), by="test")
    nobody = await browser()
    call = await draft_call(conference.network, terms, by=conference.organiser)
    before = await nobody.get(FEED)
    assert f"UID:call-{call.id}@" not in before.text
    call = await open_call(call, by=conference.organiser)
    opened = await nobody.get(FEED, if_none_match=before.headers["etag"], accept_language="en")
    assert opened.status_code == 200
    first = _deadline(opened.text, call)
    assert first["SUMMARY"] == "Deadline: Otwarty konkurs ofert"
    assert first["DTEND"].dt == terms.deadline
    assert f"1 January {terms.deadline.year}, 00:00 (Warsaw)" in first["DESCRIPTION"]
    assert first["TRANSP"] == "TRANSPARENT", "nobody is busy because of it"
    later = replace(terms, deadline=terms.deadline + timedelta(days=7))
    await edit_call(call, later, version=call.version, by=conference.organiser)
    moved = await nobody.get(FEED, if_none_match=opened.headers["etag"], accept_language="en")
    second = _deadline(moved.text, call)
    assert second["DTEND"].dt == later.deadline
    assert second["SEQUENCE"] > first["SEQUENCE"]
    assert second["LAST-MODIFIED"].dt >= first["LAST-MODIFIED"].dt
    assert "call-" not in (await nobody.get("/networks/vanguard/series/tour/feed.ics")).text


async def test_followers_of_a_pilot_hear_that_a_call_is_open_and_what_came_of_it(
    conference: Conference, terms: Terms
) -> None:
    (bio,), yesterday = terms.pilots, datetime.now(UTC) - timedelta(days=1)
    call = await draft_call(conference.network, terms, by=conference.organiser)
    assert await news([bio.id], yesterday) == []
    await open_call(call, by=conference.organiser)
    (opened,) = await news([bio.id], yesterday)
    assert (opened.words, opened.url) == ("Open call: Otwarty konkurs ofert", call.path)
    await Call.filter(id=call.id).update(deadline=datetime.now(UTC) - timedelta(minutes=1))
    await publish(call, by=conference.organiser)
    (decided,) = await news([bio.id], yesterday)
    assert decided.words == "Results of a call: Otwarty konkurs ofert"
    assert decided.key != opened.key, "who was told of the call is told of its results"
    assert await news([bio.id], decided.at) == []


def _deadline(feed: str, call: Call) -> Any:
    (found,) = [
        one for one in Calendar.from_ical(feed.encode()).events if str(one["UID"]).startswith(f"call-{call.id}@")
    ]
    return found
