"""Pages of the conference over HTTP: what they show, to whom, and what their forms keep."""

from typing import Any

import pytest

from events import programme_page
from events.bookings import book
from events.models import Participant, ParticipantStatus, Session
from events.participants import return_with_reason
from events.programme import _read as programme_reads
from events.rooms import add_track
from events.schedule import cancel_session

Conference = Any  # see conftest.py
Browser = Any


async def test_programme_is_hidden_before_its_release_and_shown_after_it(
    conference: Conference, browser: Browser
) -> None:
    session = await conference.session("Opening", "09:00", "10:00", room=conference.hall)
    nobody, desk = await browser(), await browser(conference.organiser)
    for path in (f"/e/krakow/sessions/{session.id}", "/e/krakow/programme"):
        assert "Opening" not in (await nobody.get(path)).text
        assert "Opening" in (await desk.get(path)).text
    assert (await nobody.get(f"/e/krakow/sessions/{session.id}")).status_code == 404
    await conference.release()
    for path in ("/", "/e/krakow", f"/e/krakow/sessions/{session.id}", "/e/krakow/programme"):
        page = await nobody.get(path)
        assert page.status_code == 200
    assert "Opening" in page.text
    assert "09:00" in page.text


async def test_unscheduled_session_is_not_public(sqlite_conference: Conference, browser: Browser) -> None:
    conference = sqlite_conference
    await conference.session("Opening", "09:00", "10:00")
    waiting = await conference.session("Secret keynote")
    await conference.release()
    nobody = await browser()
    assert (await nobody.get(f"/e/krakow/sessions/{waiting.id}")).status_code == 404
    assert "Secret keynote" not in (await nobody.get("/e/krakow/programme")).text


async def test_public_programme_is_rendered_once_a_change(sqlite_conference: Conference, browser: Browser) -> None:
    conference = sqlite_conference
    session = await conference.session("Opening", "09:00", "10:00", room=conference.hall)
    await conference.release()
    programme_page._pages.clear()
    nobody = await browser()
    first = await nobody.get("/e/krakow/programme")
    again = await nobody.get("/e/krakow/programme", if_none_match=first.headers["etag"])
    assert (again.status_code, again.content, len(programme_page._pages)) == (304, b"", 1)
    assert "set-cookie" not in first.headers
    await cancel_session(session, version=1, by=conference.organiser)
    changed = await nobody.get("/e/krakow/programme", if_none_match=first.headers["etag"])
    assert changed.status_code == 200
    assert "cancelled" in changed.text
    member = await browser(await (await conference.delegate("Anna")).person)
    personal = await member.get("/e/krakow/programme", if_none_match=changed.headers["etag"])
    assert personal.status_code == 200
    assert "etag" not in personal.headers
    assert "Anna" in personal.text
    assert "Anna" not in (await nobody.get("/e/krakow/programme")).text


async def test_programme_is_filtered_and_odd_filters_mean_none(sqlite_conference: Conference, browser: Browser) -> None:
    conference = sqlite_conference
    track = await add_track(conference.event, "Bio", colour="#336600", by=conference.organiser)
    await conference.session("With track", "09:00", "10:00", room=conference.hall, track=track)
    await conference.session("Without", "09:00", "10:00", room=conference.studio)
    await conference.release()
    nobody = await browser()
    filtered = (await nobody.get(f"/e/krakow/programme?track={track.id}")).text
    assert "With track" in filtered
    assert ">Without<" not in filtered
    for odd in (
        "day=2020-01-01",
        "room=0",
        "track=9' OR 1=1",
        "pilot=%00",
        "day=x&day=y",
        "track=99999999999999999999",
    ):
        page = await nobody.get(f"/e/krakow/programme?{odd}")
        assert page.status_code == 200
        assert ">Without<" in page.text


async def test_addresses_that_nothing_can_have_lead_nowhere(conference: Conference, browser: Browser) -> None:
    nobody = await browser()
    network = f"/networks/{conference.network.code}"
    for odd in ("a" * 2000, "a%00b"):
        for path in (
            f"/e/{odd}", f"/e/{odd}/programme", f"/e/{odd}/calendars", f"/e/{odd}/feed.ics", f"/networks/{odd}",
            f"/networks/{odd}/feed.ics", f"{network}/pilots/{odd}", f"{network}/series/{odd}", f"/regions/{odd}",
        ):  # fmt: skip
            assert (await nobody.get(path)).status_code == 404, path[:40]


async def test_booking_is_made_and_given_back(conference: Conference, browser: Browser) -> None:
    session = await conference.session("Workshop", "09:00", "10:00", room=conference.hall, capacity=1)
    await conference.release()
    anna, bea = await conference.delegate("Anna"), await conference.delegate("Bea")
    first, second = await browser(await anna.person), await browser(await bea.person)
    path = f"/e/krakow/sessions/{session.id}"
    answer = await first.post(f"{path}/booking")
    assert (answer.status_code, answer.headers["location"]) == (303, path)
    assert "in my agenda" in (await first.get(path)).text
    refused = await second.post(f"{path}/booking")
    assert refused.status_code == 409
    assert "The only seat is taken." in refused.text
    told = await second.post(f"{path}/booking", json=True)
    assert told.json() == {
        "error": "The only seat is taken.",
        "hints": ["Join the waiting list: a seat that is given back is offered there first."],
    }
    await first.post(f"{path}/booking/release")
    assert (await second.post(f"{path}/booking")).status_code == 303
    assert (await Session.get(id=session.id)).booked == 1


async def test_join_link_is_for_those_who_have_a_seat(sqlite_conference: Conference, browser: Browser) -> None:
    conference = sqlite_conference
    video = "https://video.example/room"
    seats = await conference.session("Seats", "09:00", "10:00", capacity=5, online_url=video)
    opened = await conference.session("Open", "10:00", "11:00", online_url=video)
    await conference.release()
    anna, pending = await conference.delegate("Anna"), await conference.delegate("Bea", approved=False)
    member, waiting, nobody = await browser(await anna.person), await browser(await pending.person), await browser()

    async def offered(who: Any, session: Session) -> bool:
        return video in (await who.get(f"/e/krakow/sessions/{session.id}")).text

    assert not await offered(nobody, opened)
    assert not await offered(waiting, opened)
    assert await offered(member, opened)
    assert not await offered(member, seats)
    await book(seats, anna, by=conference.organiser)
    assert await offered(member, seats)


async def test_agenda_shows_clashes_and_is_for_approved_participants(
    sqlite_conference: Conference, browser: Browser
) -> None:
    conference = sqlite_conference
    anna, pending = await conference.delegate("Anna"), await conference.delegate("Bea", approved=False)
    await conference.session("Own talk", "09:00", "10:00", room=conference.hall, speakers=[anna])
    marked = await conference.session("Marked", "09:30", "10:30", room=conference.studio)
    await conference.release()
    await book(marked, anna, by=conference.organiser)
    page = await (await browser(await anna.person)).get("/e/krakow/agenda")
    assert page.status_code == 200
    assert "1 clash to sort out" in page.text
    assert (await (await browser(await pending.person)).get("/e/krakow/agenda")).status_code == 403
    assert (await (await browser()).get("/e/krakow/agenda")).headers["location"].startswith("/sign-in?next=")


async def test_registration_says_everything_that_is_wrong_and_keeps_what_was_typed(
    sqlite_conference: Conference, browser: Browser
) -> None:
    conference = sqlite_conference
    person = await conference.person("Cecilia")
    someone = await browser(person)
    assert (await someone.get("/e/krakow/join")).status_code == 200
    wrong = await someone.post(
        "/e/krakow/join",
        organisation="",
        organisation_kind="circus",
        region="0",
        position="Head of <b>",
        kind="organiser",
    )
    assert wrong.status_code == 422
    for field in ("organisation", "organisation_kind", "region", "kind"):
        assert f'id="{field}-error"' in wrong.text
    assert "Head of &lt;b&gt;" in wrong.text
    right = await someone.post(
        "/e/krakow/join",
        organisation="Cecilia Ltd", organisation_kind="company", region=str(conference.region.id),
        position="Head", kind="delegate",
    )  # fmt: skip
    assert (right.status_code, right.headers["location"]) == (303, "/e/krakow")
    made = await Participant.get(person=person)
    assert (made.status, made.position) == (ParticipantStatus.PENDING, "Head")
    await return_with_reason(made, "Which institute?", by=conference.organiser)
    assert "Which institute?" in (await someone.get("/e/krakow")).text
    again = (await someone.get("/e/krakow/join")).text
    assert "Cecilia Ltd" in again


async def test_only_administrators_create_events(sqlite_conference: Conference, browser: Browser) -> None:
    conference = sqlite_conference
    organiser = await browser(conference.organiser)
    assert (await organiser.get("/events/new")).status_code == 403
    conference.organiser.admin = True
    await conference.organiser.save()
    assert (await organiser.get("/events/new")).status_code == 200
    facts = {
        "network": str(conference.network.id), "title": "Two", "slug": "Two!", "kind": "workshop", "country": "pol",
        "zone": "Europe/Helsinki", "first_day": "2030-05-06", "last_day": "2030-05-05",
    }  # fmt: skip
    wrong = await organiser.post("/events/new", **facts)
    assert wrong.status_code == 422
    assert "The last day is before the first." in wrong.text
    assert "Small letters, digits and hyphens" in wrong.text
    right = await organiser.post("/events/new", **{**facts, "slug": "two", "country": "fi", "last_day": "2030-05-06"})
    assert right.headers["location"] == "/e/two/desk"
    assert (await organiser.get("/e/two/desk")).status_code == 200
    taken = await organiser.post("/events/new", **{**facts, "slug": "two", "country": "fi", "last_day": "2030-05-06"})
    assert taken.status_code == 409


@pytest.mark.parametrize("path", ["/e/nowhere", "/e/nowhere/programme", "/e/krakow/sessions/x", "/networks/nowhere"])
async def test_unknown_things_are_not_found(sqlite_conference: Conference, browser: Browser, path: str) -> None:
    assert (await (await browser(sqlite_conference.organiser)).get(path)).status_code == 404


async def test_networks_show_regions_pilots_and_events(sqlite_conference: Conference, browser: Browser) -> None:
    nobody = await browser()
    assert "Vanguard" in (await nobody.get("/networks")).text
    page = (await nobody.get("/networks/vanguard")).text
    assert "Bioeconomy" in page
    assert "Biogospodarka" not in page
    assert "Kraków Brokerage Days" in page
    assert "Biogospodarka" in (await nobody.get("/networks/vanguard", accept_language="pl")).text


async def test_pages_of_lists_take_the_same_queries_for_one_and_three_rows(
    conference: Conference, browser: Browser, counted: Any
) -> None:
    await conference.session("Talk 0", "09:00", "10:00", room=conference.hall)
    await conference.release()
    organiser = await browser(conference.organiser)
    paths = [
        "/", "/networks", "/networks/vanguard", "/e/krakow/programme", "/e/krakow/desk", "/e/krakow/desk/sessions",
        "/e/krakow/desk/board", "/e/krakow/desk/rooms", "/e/krakow/desk/participants", "/e/krakow/desk/journal",
        "/e/krakow/desk/release", "/e/krakow/agenda",
    ]  # fmt: skip
    counts: list[dict[str, int]] = []
    for first in (1, 2):
        for n in range(first, 2 * first):
            speaker = await conference.delegate(f"Speaker {n}")
            await conference.session(
                f"Talk {n}", f"{9 + n}:00", f"{10 + n}:00", room=conference.hall, speakers=[speaker]
            )
        counts.append({})
        for path in paths:
            programme_reads.clear()
            with counted() as statements:
                assert (await organiser.get(path)).status_code == 200
            counts[-1][path] = len(statements)
    assert counts[0] == counts[1]
