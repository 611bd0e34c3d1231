"""A schedule file at the desk: uploaded once, looked at, imported with a second button; broken ones change nothing."""

import json
import re
from typing import Any

import pytest

from app.errors import Refused, Stale
from app.journal import changes_since, revision
from events.interchange.importing import preview_schedule
from events.interchange.reading import read_schedule
from events.interchange.uploading import import_upload, keep_upload, preview
from events.models import Session, SessionStatus
from events.release_models import Upload
from events.schedule import cancel_session, move_session

Conference = Any  # see conftest.py
Browser = Any

PAGE = "/e/krakow/desk/import"


def schedule_xml(conference: Conference, *events: str) -> bytes:
    return (
        "<schedule><conference><title>File</title></conference>"
        f'<day date="{conference.event.first_day}"><room name="Hall">{"".join(events)}</room></day></schedule>'
    ).encode()


def event_xml(key: str, start: str, *, title: str = "") -> str:
    title = title or f"Talk {key}"
    return f'<event id="{key}">\n<title>{title}</title><start>{start}</start><duration>00:30</duration></event>\n'


async def send(browser: Any, document: bytes, *, name: str = "schedule.xml") -> Any:
    return await browser.client.post(PAGE, files={"file": (name, document)})


async def mark_on(browser: Any) -> str:
    found = re.search(r'name="seen" value="(\w+)"', (await browser.get(PAGE)).text)
    return found[1] if found else ""


async def test_file_is_looked_at_then_imported_without_sending_it_again(
    conference: Conference, browser: Browser
) -> None:
    organiser = await browser(conference.organiser)
    assert "Import it" not in (await organiser.get(PAGE)).text
    document = schedule_xml(conference, event_xml("1", "09:00"), event_xml("2", "10:00"), "<event><title/></event>")
    sent = await send(organiser, document)
    assert (sent.status_code, sent.headers["location"]) == (303, PAGE)
    assert await Session.all().count() == 0
    shown = (await organiser.get(PAGE)).text
    assert "Talk 1" in shown
    assert "Line 5: A session without a title was left out." in shown
    imported = await organiser.post(f"{PAGE}/confirmation", seen=await mark_on(organiser))
    assert (imported.status_code, imported.headers["location"]) == (303, "/e/krakow/desk/sessions")
    assert "2%20created" in imported.headers["set-cookie"]
    assert [session.title async for session in Session.all().order_by("start")] == ["Talk 1", "Talk 2"]
    assert not await Upload.exists()
    again = await organiser.post(f"{PAGE}/confirmation", seen="x")
    assert (again.status_code, "There is no file to import." in again.text) == (409, True)


async def test_preview_tells_what_moves_changes_and_goes(sqlite_conference: Conference, browser: Browser) -> None:
    conference = sqlite_conference
    organiser = await browser(conference.organiser)
    first = [event_xml("1", "09:00"), event_xml("2", "10:00"), event_xml("3", "11:00"), event_xml("4", "12:00")]
    await keep_upload(conference.event, "one", schedule_xml(conference, *first), by=conference.organiser)
    await organiser.post(f"{PAGE}/confirmation", seen=await mark_on(organiser))
    third = await Session.get(title="Talk 3")
    await cancel_session(third, version=third.version, by=conference.organiser)
    second = [event_xml("1", "09:30"), event_xml("2", "10:00", title="Else"), event_xml("3", "11:00")]
    await send(organiser, schedule_xml(conference, *second, event_xml("5", "13:00")))
    shown = (await organiser.get(PAGE)).text
    for group in ("New (1)", "Moved (1)", "Changed (1)", "Takes place again (1)", "Cancelled (1)"):
        assert f"<h2>{group}</h2>" in shown
    assert re.search(r"<del>[^<]*09:00–09:30, Hall</del> → <ins>[^<]*09:30–10:00, Hall</ins>", shown)
    await organiser.post(f"{PAGE}/confirmation", seen=await mark_on(organiser))
    states = {session.source: session.status async for session in Session.all()}
    assert [key for key, status in states.items() if status == SessionStatus.CANCELLED] == ["id:4"]
    assert (await Session.get(source="id:1")).start == conference.at("09:30")


async def test_file_that_changes_nothing_offers_no_import(sqlite_conference: Conference, browser: Browser) -> None:
    conference = sqlite_conference
    organiser = await browser(conference.organiser)
    document = schedule_xml(conference, event_xml("1", "09:00"))
    for _time in range(2):
        await send(organiser, document)
        mark = await mark_on(organiser)
        if mark:
            await organiser.post(f"{PAGE}/confirmation", seen=mark)
    assert mark == ""
    assert "The event is what this file says already." in (await organiser.get(PAGE)).text


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        (b"<schedule>\n\n<day>", "Line 3: This is not well-formed XML"),
        (b'{"schedule": {"conference": {"days": 7}}}', "schedule.conference.days: Here stands no list."),
        (b"PK\x03\x04", "Line 1: This is neither a schedule.xml nor a schedule.json file."),
        (b"<schedule>" + b" " * (21 << 20), "This file is larger than 20 MB."),
    ],
)
async def test_broken_file_is_refused_with_its_line_and_changes_nothing(
    sqlite_conference: Conference, browser: Browser, document: bytes, sentence: str
) -> None:
    conference = sqlite_conference
    kept = await keep_upload(
        conference.event, "good", schedule_xml(conference, event_xml("1", "09:00")), by=conference.organiser
    )
    before = await revision(conference.event.scope)
    answer = await send(await browser(conference.organiser), document)
    assert (answer.status_code, sentence in answer.text) == (422, True)
    assert await revision(conference.event.scope) == before
    assert (await Upload.get()).id == kept.id


async def test_file_of_other_days_and_no_file_are_refused(sqlite_conference: Conference, browser: Browser) -> None:
    organiser = await browser(sqlite_conference.organiser)
    other = b'<schedule><day date="2019-05-05"><room name="A">' + event_xml("1", "09:00").encode() + b"</room></day>"
    answer = await send(organiser, other + b"</schedule>")
    assert (answer.status_code, "No session of this file is within the days" in answer.text) == (409, True)
    assert (await organiser.client.post(PAGE, data={})).status_code == 422
    assert (await organiser.client.post(PAGE, files={"file": ("", b"")})).status_code == 422
    assert not await Upload.exists()


async def test_file_may_be_larger_than_any_other_form_but_has_its_limit(
    sqlite_conference: Conference, browser: Browser
) -> None:
    organiser = await browser(sqlite_conference.organiser)
    document = schedule_xml(sqlite_conference, event_xml("1", "09:00"), "<!--" + "x" * (3 << 20) + "-->")
    assert (await send(organiser, document)).status_code == 303
    assert bytes((await Upload.get()).document) == document
    assert (await send(organiser, b"x" * (26 << 20))).status_code == 413
    elsewhere = await organiser.client.post("/e/krakow/desk/rooms", data={"name": "x" * (3 << 20)})
    assert elsewhere.status_code == 413


async def test_only_what_was_looked_at_is_imported(conference: Conference) -> None:
    event, by = conference.event, conference.organiser
    await keep_upload(event, "one", schedule_xml(conference, event_xml("1", "09:00")), by=by)
    seen = await preview(event)
    assert seen
    await import_upload(event, seen=seen.difference.mark, by=by)
    await keep_upload(event, "two", schedule_xml(conference, event_xml("1", "09:00", title="Else")), by=by)
    seen = await preview(event)
    assert seen
    talk = await Session.get(source="id:1")
    at, until = conference.at("15:00"), conference.at("15:30")
    await move_session(talk, room=None, start=at, end=until, version=talk.version, by=by)
    with pytest.raises(Stale, match="has changed since you looked"):
        await import_upload(event, seen=seen.difference.mark, by=by)
    assert (await Session.get(source="id:1")).start == at
    assert await Upload.exists(name="two")


async def test_each_file_takes_the_place_of_the_one_before(conference: Conference) -> None:
    event, by = conference.event, conference.organiser
    for name, clock in (("one", "09:00"), ("two\n\x00", "10:00")):
        await keep_upload(event, name, schedule_xml(conference, event_xml("1", clock)), by=by)
    assert [upload.name async for upload in Upload.all()] == ["two"]
    facts = [(fact.kind, fact.topics) for fact in await changes_since(event.scope, 0) if fact.subject == "upload"]
    assert facts == [("schedule.uploaded", [event.desk])] * 2


async def test_import_that_is_refused_keeps_the_file_and_the_programme(
    sqlite_conference: Conference, browser: Browser
) -> None:
    conference = sqlite_conference
    await conference.session("Ours", "09:00", "10:00", room=conference.hall)
    organiser = await browser(conference.organiser)
    await send(organiser, schedule_xml(conference, event_xml("1", "09:00")))
    refused = await organiser.post(f"{PAGE}/confirmation", seen=await mark_on(organiser))
    assert (refused.status_code, "are in Hall at the same time" in refused.text) == (409, True)
    assert [session.title async for session in Session.all()] == ["Ours"]
    assert await Upload.exists()


async def test_other_events_files_are_their_own(sqlite_conference: Conference, browser: Browser, make: Any) -> None:
    conference, other = sqlite_conference, await make("berry", "kajaani")
    await keep_upload(other.event, "theirs", schedule_xml(other, event_xml("1", "09:00")), by=other.organiser)
    assert "theirs" not in (await (await browser(conference.organiser)).get(PAGE)).text
    with pytest.raises(Refused, match="There is no file to import"):
        await import_upload(conference.event, seen="", by=conference.organiser)


async def test_mark_is_the_same_for_the_same_difference_only(sqlite_conference: Conference) -> None:
    event = sqlite_conference.event
    marks = []
    for title in ("A", "A", "B"):
        document = json.dumps({"schedule": {"conference": {"days": [
            {"date": str(event.first_day), "rooms": {
                room: [{"id": 1, "title": title, "start": "09:00", "duration": "01:00"},
                       {"id": f"{room}2", "title": "Beside", "start": "09:30", "duration": "01:00"}]
                for room in ("Foyer", "Wall", "Yard")
            }}
        ]}}}).encode()  # fmt: skip
        found, _report = await preview_schedule(event, read_schedule(document, zone=event.tz))
        assert len(found.shared) == 3
        marks.append(found.mark)
    assert marks[0] == marks[1] != marks[2]
