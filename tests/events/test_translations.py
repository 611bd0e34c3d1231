"""Events and sessions in several languages: written at the desk, read in the reader's, marked where it is another."""

from dataclasses import fields, replace
from typing import Any

import httpx2
from icalendar import Calendar
from starlette.applications import Starlette
from starlette.middleware import Middleware

from app.config import Settings
from app.guard import Guard
from app.i18n import speaking
from app.live import Hub
from events import feeds, ical
from events.bookings import book
from events.hosting import About, edit_event
from events.models import Event, Session

Conference = Any  # see conftest.py
Browser = Any
BASE = "http://127.0.0.1:8000"
ABOUT = {
    "version": "1", "title": "Days of the forest", "language": "en", "kind": "conference", "zone": "Europe/Warsaw",
    "first_day": "2026-10-06", "last_day": "2026-10-07", "summary": "Two days.",
    "titles-pl": "Dni lasu", "titles-fi": "", "summaries-pl": "Dwa dni.",
}  # fmt: skip
POLISH = {"title": {"pl": "Dni lasu"}}
OWN = ("Metsäpäivät", "Kuoripuheita")


async def at_the_desk(conference: Conference, browser: Browser, **changed: str) -> Any:
    desk = await browser(conference.organiser)
    dates = {"first_day": str(conference.event.first_day), "last_day": str(conference.event.last_day)}
    return await desk.post("/e/krakow/desk/about", **{**ABOUT, **dates, **changed})


async def test_everybody_reads_the_event_in_their_language_else_its_own(
    conference: Conference, browser: Browser
) -> None:
    assert (await at_the_desk(conference, browser)).status_code == 303
    nobody = await browser()
    polish = (await nobody.get("/e/krakow", accept_language="pl")).text
    assert "<h1>Dni lasu</h1>" in polish
    assert "<p>Dwa dni.</p>" in polish
    assert "Dni lasu</title>" in polish
    finnish = (await nobody.get("/e/krakow", accept_language="fi")).text
    assert '<h1 lang="en">Days of the forest</h1>' in finnish
    assert '<p lang="en">Two days.</p>' in finnish
    programme = (await nobody.get("/e/krakow/programme", accept_language="fi")).text
    assert 'lang="en">Days of the forest</a></p>' in programme, "in the head of every other page, too"
    for path in ("/", "/networks/vanguard", "/networks/vanguard/calendar"):
        assert 'lang="en">Days of the forest</a>' in (await nobody.get(path, accept_language="fi")).text
        assert ">Dni lasu</a>" in (await nobody.get(path, accept_language="pl")).text


async def test_the_desk_finds_what_it_wrote(sqlite_conference: Conference, browser: Browser) -> None:
    await at_the_desk(sqlite_conference, browser)
    desk = await browser(sqlite_conference.organiser)
    page = (await desk.get("/e/krakow/desk/about")).text
    assert '<details class="fold" open>' in page
    assert 'value="Dni lasu"' in page
    assert '<details class="fold">' in (await desk.get("/e/krakow/desk/sessions/new")).text


async def test_a_language_that_does_not_exist_is_refused(sqlite_conference: Conference, browser: Browser) -> None:
    for changed in ({"titles-tlh": "Heghlu"}, {"language": "tlh"}):
        refused = await at_the_desk(sqlite_conference, browser, **changed)
        assert refused.status_code == 422
    assert "Not a valid choice" in refused.text
    refused = await at_the_desk(sqlite_conference, browser, **{"titles-tlh": "Heghlu"})
    assert "Texts can be in English, Polski, Suomi." in refused.text
    assert (await Event.get()).title == "Kraków Brokerage Days", "nothing half done"


async def test_two_texts_in_one_language_are_refused(sqlite_conference: Conference, browser: Browser) -> None:
    refused = await at_the_desk(sqlite_conference, browser, language="pl")
    assert refused.status_code == 422
    assert "Polski is the language of the text above: change it there." in refused.text


async def test_a_session_is_told_in_the_readers_language(conference: Conference, browser: Browser) -> None:
    desk = await browser(conference.organiser)
    fields = {
        "title": "Lignina w praktyce", "language": "pl", "abstract": "Co działa.", "minutes": "45", "track": "",
        "titles-en": "Lignin in practice", "abstracts-en": "What works.",
        "start": f"{conference.event.first_day}T10:00",
        "room": str(conference.hall.id),
    }  # fmt: skip
    made = await desk.post("/e/krakow/desk/sessions", **fields)
    assert made.status_code == 303, made.text
    await conference.release()
    session = await Session.get()
    assert session.translations == {"title": {"en": "Lignin in practice"}, "abstract": {"en": "What works."}}
    nobody = await browser()
    here = f"/e/krakow/sessions/{session.id}"
    english = (await nobody.get(here, accept_language="en")).text
    assert "<h1>Lignin in practice</h1>" in english
    assert "<p>What works.</p>" in english
    finnish = (await nobody.get(here, accept_language="fi")).text
    assert '<h1 lang="pl">Lignina w praktyce</h1>' in finnish
    for code, words in (("en", '"session-title"><a'), ("fi", '"session-title" lang="pl"><a')):
        assert words in (await nobody.get("/e/krakow/programme", accept_language=code)).text


async def test_a_session_that_says_no_language_is_in_the_events(
    sqlite_conference: Conference, browser: Browser
) -> None:
    await sqlite_conference.session("Opening", "10:00", "11:00", room=sqlite_conference.hall)
    await sqlite_conference.release()
    nobody = await browser()
    assert (
        '<h1 lang="en">Opening</h1>'
        in (await nobody.get(f"/e/krakow/sessions/{(await Session.get()).id}", accept_language="pl")).text
    )


async def test_a_public_feed_is_in_the_asked_language_else_in_the_events_own(sqlite_database: str, make: Any) -> None:
    conference = await make("vanguard", "metsapaivat")
    about = replace(about_of_event(conference.event), title="Metsäpäivät", language="fi", translations=POLISH)
    event = await edit_event(conference.event, about, version=1, by=conference.organiser)
    await conference.session("Kuoripuheita", "10:00", "11:00", translations={"title": {"pl": "O korze"}})
    await conference.release()
    app = Starlette(routes=feeds.routes, middleware=[Middleware(Guard, base_url=BASE)])
    app.state.hub, app.state.settings = Hub(), Settings(database_url="", base_url=BASE, secret_key=b"for tests only")
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url=BASE) as program:
        for asked, days, talk in ((None, *OWN), ("pl", "Dni lasu", "O korze"), ("en", *OWN)):
            headers = {"Accept-Language": asked} if asked else {}
            answer = await program.get(f"/e/{event.slug}/feed.ics", headers=headers)
            calendar = Calendar.from_ical(answer.content)
            assert {str(entry["SUMMARY"]) for entry in calendar.events} == {days, talk}
            assert str(calendar["X-WR-CALNAME"]) == days
            headers["If-None-Match"] = answer.headers["etag"]
            assert (await program.get(f"/e/{event.slug}/feed.ics", headers=headers)).status_code == 304


async def test_mails_name_the_event_in_the_readers_language_and_their_sender_in_its_own(
    sqlite_conference: Conference,
) -> None:
    event = sqlite_conference.event
    about = replace(about_of_event(event), translations={"title": {"fi": "Krakovan kontaktipäivät"}})
    await edit_event(event, about, version=1, by=sqlite_conference.organiser)
    for code, name in (("fi", "Krakovan kontaktipäivät"), ("pl", "Kraków Brokerage Days")):
        with speaking(code):
            occasion = await ical.occasion(event.scope)
            assert occasion
            assert (occasion.said, occasion.name) == (name, "Kraków Brokerage Days")


async def test_an_agenda_is_in_the_language_of_its_reader(sqlite_conference: Conference, browser: Browser) -> None:
    session = await sqlite_conference.session(
        "Lignin",
        "10:00",
        "11:00",
        room=sqlite_conference.hall,
        language="en",
        translations={"title": {"fi": "Ligniini"}},
    )
    await sqlite_conference.release()
    anna = await sqlite_conference.delegate("Anna")
    await book(session, anna, by=await anna.person)
    hers = await browser(await anna.person)
    assert "Ligniini" in (await hers.get("/e/krakow/agenda", accept_language="fi")).text
    assert "Lignin</a>" in (await hers.get("/e/krakow/agenda", accept_language="pl")).text


def about_of_event(event: Event) -> About:
    return About(**{field.name: getattr(event, field.name) for field in fields(About)})
