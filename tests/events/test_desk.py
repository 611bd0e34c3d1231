"""The desk over HTTP: who may come in, what its forms do, what the board answers, what the journal says."""

from typing import Any

import pytest

from app.journal import changing
from app.models import Mail, MailState
from app.wording import when
from events.models import Event, Participant, ParticipantKind, ParticipantStatus, Room, Session, Track
from events.networks.models import Pilot
from events.participants import appoint
from events.rooms import add_track
from events.schedule import Details, edit_session

Conference = Any  # see conftest.py
Browser = Any

PAGES = [
    "", "/about", "/sessions", "/sessions/new", "/board", "/rooms", "/participants", "/import", "/release", "/journal",
    "/outbox",
]  # fmt: skip


def local(conference: Conference, clock: str) -> str:
    return f"{conference.event.first_day}T{clock}"


@pytest.mark.parametrize("page", PAGES)
async def test_desk_is_there_for_its_staff_only(
    sqlite_conference: Conference, browser: Browser, make: Any, page: str
) -> None:
    conference = sqlite_conference
    elsewhere = await make("berry", "kajaani")
    delegate, helper = await conference.delegate("Anna"), await conference.delegate("Helper")
    await appoint(helper, ParticipantKind.DESK, by=conference.organiser)
    path = f"/e/krakow/desk{page}"
    for person in (conference.organiser, await helper.person):
        assert (await (await browser(person)).get(path)).status_code == 200
    for person in (await delegate.person, elsewhere.organiser):
        stranger = await browser(person)
        refused, unknown = await stranger.get(path), await stranger.get(f"/e/nowhere/desk{page}")
        assert (refused.status_code, refused.text.replace("krakow", "nowhere")) == (404, unknown.text)
    nobody = await browser()
    ways = [(await nobody.get(f"/e/{slug}/desk{page}")).headers["location"] for slug in ("krakow", "nowhere")]
    assert [way.replace("krakow", "nowhere") for way in ways] == [ways[1]] * 2


async def test_other_events_things_are_not_found(sqlite_conference: Conference, browser: Browser, make: Any) -> None:
    conference = sqlite_conference
    other = await make("berry", "kajaani")
    session, guest = await other.session("Theirs", "09:00", "10:00"), await other.delegate("Guest", approved=False)
    track = await add_track(other.event, "Theirs", by=other.organiser)
    organiser = await browser(conference.organiser)
    tried = [
        f"sessions/{session.id}", f"sessions/{session.id}/slot", f"sessions/{session.id}/cancellation",
        f"rooms/{other.hall.id}", f"rooms/{other.hall.id}/removal", f"tracks/{track.id}",
        f"participants/{guest.id}/approval", f"participants/{guest.id}/return", f"participants/{guest.id}/type",
        "sessions/0", "sessions/-1", "sessions/9223372036854775808", "sessions/x", "rooms/%00",
    ]  # fmt: skip
    for path in tried:
        answer = await organiser.post(
            f"/e/krakow/desk/{path}", version=1, name="Mine now", kind="organiser", reason="x"
        )
        assert answer.status_code == 404, path
    assert (await Participant.get(id=guest.id)).status == ParticipantStatus.PENDING
    assert (await Session.get(id=session.id)).version == 1
    assert (await Room.get(id=other.hall.id)).name == "Hall"


async def test_session_is_created_with_everything(conference: Conference, browser: Browser) -> None:
    anna, pilot = await conference.delegate("Anna"), await Pilot.get(network=conference.network)
    organiser = await browser(conference.organiser)
    made = await organiser.post(
        "/e/krakow/desk/sessions",
        title="Opening", kind="talk", pilots=[str(pilot.id)], speakers=[str(anna.id)], track="", language="",
        capacity="20", room=str(conference.hall.id), start=local(conference, "09:00"), minutes="45",
    )  # fmt: skip
    assert made.status_code == 303
    session = await Session.get(title="Opening").prefetch_related("pilots", "speakers")
    assert (session.start, session.end) == (conference.at("09:00"), conference.at("09:45"))
    assert (session.room_id, session.capacity) == (conference.hall.id, 20)
    assert ([p.code for p in session.pilots], [s.name for s in session.speakers]) == (["BIO"], ["Anna"])
    clash = await organiser.post(
        "/e/krakow/desk/sessions", title="Clash", track="", language="", minutes="45",
        room=str(conference.hall.id), start=local(conference, "09:30"),
    )  # fmt: skip
    assert clash.status_code == 409
    assert "“Opening” is in Hall then" in clash.text
    assert 'value="Clash"' in clash.text


async def test_session_form_says_all_that_is_wrong(sqlite_conference: Conference, browser: Browser) -> None:
    organiser = await browser(sqlite_conference.organiser)
    wrong = await organiser.post(
        "/e/krakow/desk/sessions",
        title=" ", track="999", pilots=["999"], speakers=["x"], language="tlh", capacity="0", minutes="1",
        room="999", start="yesterday", online_url="javascript:alert(1)", abstract="Kept <i>text</i>",
    )  # fmt: skip
    assert wrong.status_code == 422
    for field in (
        "title",
        "track",
        "pilots",
        "speakers",
        "language",
        "capacity",
        "minutes",
        "room",
        "start",
        "online_url",
    ):
        assert f'id="{field}-error"' in wrong.text, field
    assert "Kept &lt;i&gt;text&lt;/i&gt;" in wrong.text


async def test_edit_with_an_old_version_is_told_and_keeps_what_was_typed(
    conference: Conference, browser: Browser
) -> None:
    session = await conference.session("Opening", "09:00", "10:00")
    await edit_session(session, Details(title="Welcome"), version=1, by=conference.organiser)
    organiser = await browser(conference.organiser)
    path = f"/e/krakow/desk/sessions/{session.id}"
    stale = await organiser.post(path, version="1", title="Mine", track="", language="")
    assert stale.status_code == 409
    assert "Somebody else changed “Welcome”" in stale.text
    assert 'value="Mine"' in stale.text
    saved = await organiser.post(path, version="2", title="Mine", track="", language="")
    assert (saved.status_code, (await Session.get(id=session.id)).title) == (303, "Mine")


async def test_board_drop_answers_with_the_new_version_or_a_sentence(conference: Conference, browser: Browser) -> None:
    session = await conference.session("Opening", "09:00", "10:00", room=conference.hall)
    await conference.session("Next", "11:00", "12:00", room=conference.studio)
    organiser = await browser(conference.organiser)
    board = (await organiser.get("/e/krakow/desk/board")).text
    assert f'id="session-{session.id}" data-row="5" data-span="4"' in board
    path = f"/e/krakow/desk/sessions/{session.id}/slot"
    drop = {"version": "1", "room": str(conference.studio.id), "start": local(conference, "12:00"), "minutes": "60"}
    assert (await organiser.post(path, json=True, **drop)).json() == {"ok": True, "version": 2}
    stale = await organiser.post(path, json=True, **drop | {"start": local(conference, "14:00")})
    assert (stale.status_code, "Somebody else changed" in stale.json()["error"]) == (409, True)
    taken = await organiser.post(path, json=True, **drop | {"version": "2", "start": local(conference, "11:30")})
    assert taken.status_code == 409
    assert taken.json() == {"error": "“Next” is in Studio then, 11:00–12:00.", "hints": ["Free at that time: Hall."]}
    odd = await organiser.post(path, json=True, **drop | {"version": "2", "start": "soon", "minutes": "0"})
    assert odd.status_code == 422
    assert odd.json()["error"]
    plain = await organiser.post(path, **drop | {"version": "2", "start": local(conference, "11:30")})
    assert plain.status_code == 409
    assert "“Next” is in Studio then" in plain.text
    moved = await organiser.post(path, **drop | {"version": "2", "start": local(conference, "13:00")})
    assert moved.headers["location"] == f"/e/krakow/desk/board?day={conference.event.first_day}"
    assert (await Session.get(id=session.id)).start == conference.at("13:00")


async def test_session_is_taken_off_cancelled_and_restored(sqlite_conference: Conference, browser: Browser) -> None:
    session = await sqlite_conference.session("Opening", "09:00", "10:00")
    organiser = await browser(sqlite_conference.organiser)
    path = f"/e/krakow/desk/sessions/{session.id}"
    for version, verb in ((1, "cancellation"), (2, "restoration"), (3, "slot/removal")):
        assert (await organiser.get(path)).status_code == 200
        assert (await organiser.post(f"{path}/{verb}", version=version)).status_code == 303
    gone = await Session.get(id=session.id)
    assert (gone.start, gone.version) == (None, 4)
    assert (await organiser.post(f"{path}/cancellation")).status_code == 409


async def test_rooms_and_tracks_are_kept_at_the_desk(sqlite_conference: Conference, browser: Browser) -> None:
    conference = sqlite_conference
    organiser = await browser(conference.organiser)
    here = "/e/krakow/desk"
    assert (await organiser.post(f"{here}/rooms", name="Foyer", capacity="", shared="y")).status_code == 303
    foyer = await Room.get(name="Foyer")
    assert (foyer.shared, foyer.capacity) == (True, None)
    again = await organiser.post(f"{here}/rooms", name="Foyer", capacity="5")
    assert (again.status_code, "There is a “Foyer” already." in again.text) == (409, True)
    assert (await organiser.post(f"{here}/rooms", name="", capacity="-3")).text.count('-error"') >= 2
    await organiser.post(f"{here}/rooms/{foyer.id}", name="Lobby", capacity="90")
    changed = await Room.get(id=foyer.id)
    assert (changed.name, changed.shared, changed.capacity) == ("Lobby", False, 90)
    assert (await organiser.post(f"{here}/tracks", **{"track-name": "Bio", "track-colour": "green"})).status_code == 422
    await organiser.post(f"{here}/tracks", **{"track-name": "Bio", "track-colour": "#336600"})
    track = await Track.get(name="Bio")
    assert (await organiser.get(f"{here}/tracks/{track.id}")).status_code == 200
    await organiser.post(f"{here}/tracks/{track.id}/removal")
    await organiser.post(f"{here}/rooms/{foyer.id}/removal")
    assert (await Track.all().count(), await Room.filter(name="Lobby").count()) == (0, 0)
    await conference.session("Opening", "09:00", "10:00", room=conference.hall)
    stays = await organiser.post(f"{here}/rooms/{conference.hall.id}/removal")
    assert (stays.status_code, "Hall is in use by 1 session" in stays.text) == (409, True)


async def test_participants_are_approved_returned_and_appointed(conference: Conference, browser: Browser) -> None:
    asked = await conference.delegate("Anna", approved=False)
    organiser = await browser(conference.organiser)
    here = "/e/krakow/desk/participants"
    assert "Anna" in (await organiser.get(f"{here}?status=pending")).text
    assert "Anna" not in (await organiser.get(f"{here}?status=approved")).text
    assert "Anna" not in (await organiser.get(f"{here}?q=%25")).text
    assert (await organiser.get(f"{here}?page=x")).status_code == 404
    assert (await organiser.post(f"{here}/{asked.id}/return", reason="")).status_code == 422
    await organiser.post(f"{here}/{asked.id}/return", reason="Which institute?")
    assert "Which institute?" in (await organiser.get(f"{here}/{asked.id}")).text
    await organiser.post(f"{here}/{asked.id}/approval")
    await organiser.post(f"{here}/{asked.id}/type", kind="support office")
    anna = await Participant.get(id=asked.id)
    assert (anna.status, anna.kind) == (ParticipantStatus.APPROVED, ParticipantKind.SUPPORT)
    await organiser.post("/e/krakow/desk/speakers", name="Bea", position="Professor")
    bea = await Participant.get(name="Bea")
    assert (bea.kind, bea.person_id) == (ParticipantKind.SPEAKER, None)


async def test_release_and_journal_tell_what_happened(conference: Conference, browser: Browser) -> None:
    organiser = await browser(conference.organiser)
    empty = await organiser.post("/e/krakow/desk/release", version="v1", note="")
    assert (empty.status_code, "no programme to publish" in empty.text) == (409, True)
    session = await conference.session("Opening", "09:00", "10:00", room=conference.hall)
    assert (await organiser.post("/e/krakow/desk/release", version="v1", note="First")).status_code == 303
    assert (await Event.get(id=conference.event.id)).version == "v1"
    await edit_session(session, Details(title="Welcome"), version=1, by=conference.organiser)
    page = (await organiser.get("/e/krakow/desk/release")).text
    assert "“Welcome” was edited" in page
    journal = (await organiser.get("/e/krakow/desk/journal")).text
    nine = when(conference.at("09:00"), conference.event.tz)
    assert f"“Opening” was created: {nine}, Hall" in journal
    assert "The programme was released as v1" in journal
    assert "Olga" in journal


async def test_event_facts_are_changed(sqlite_conference: Conference, browser: Browser) -> None:
    conference = sqlite_conference
    await conference.session("Opening", "09:00", "10:00")
    organiser = await browser(conference.organiser)
    facts = {
        "title": "New title", "kind": "conference", "zone": "Europe/Warsaw", "venue": "ICE", "city": "Kraków",
        "country": "pl", "first_day": str(conference.event.first_day), "last_day": str(conference.event.last_day),
        "version": "1",
    }  # fmt: skip
    assert 'name="version" value="1"' in (await organiser.get("/e/krakow/desk/about")).text
    shifted = await organiser.post("/e/krakow/desk/about", **facts | {"zone": "Europe/Helsinki"})
    assert (shifted.status_code, "would shift them all" in shifted.text) == (409, True)
    assert (await organiser.post("/e/krakow/desk/about", **facts)).status_code == 303
    assert (await Event.get(id=conference.event.id)).title == "New title"
    stale = await organiser.post("/e/krakow/desk/about", **facts | {"title": "Mine"})
    assert (stale.status_code, "Somebody else changed “New title”" in stale.text) == (409, True)
    assert 'value="Mine"' in stale.text
    assert 'name="version" value="2"' in stale.text
    assert (await organiser.post("/e/krakow/desk/about", **facts | {"version": ""})).status_code == 422
    assert (await Event.get(id=conference.event.id)).title == "New title"


async def test_outbox_shows_this_events_mails_only(sqlite_conference: Conference, browser: Browser) -> None:
    conference = sqlite_conference
    body = (
        b"Subject: Hello\r\nMIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=x\r\n\r\n"
        b"--x\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nSee you at 10:20 <b>\r\n"
        b"--x\r\nContent-Type: text/calendar; charset=utf-8; method=REQUEST\r\n\r\n"
        b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n--x--\r\n"
    )
    mails = []
    for scope in (f"mail:{conference.event.id}", "mail:999"):
        async with changing(scope, by="test") as changes:
            mails.append(
                await Mail.create(
                    scope=scope, message_id=scope, sender="a@example.org", recipient="b@example.org", subject="Hello",
                    body=body, state=MailState.SENT, due_at=changes.at, created_at=changes.at,
                )
            )  # fmt: skip
            changes.record("mail.queued", mails[-1], topics=[])
    organiser = await browser(conference.organiser)
    here = "/e/krakow/desk/outbox"
    assert (await organiser.get(here)).text.count('<tr id="mail-') == 1
    page = (await organiser.get(f"{here}/{mails[0].id}")).text
    assert "See you at 10:20 &lt;b&gt;" in page
    assert "BEGIN:VCALENDAR" in page
    assert (await organiser.get(f"{here}/{mails[1].id}")).status_code == 404
