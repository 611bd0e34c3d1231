"""Choosing speakers among hundreds: whom a session has is ticked, others are typed by name and offered in a list."""

import re
from html import unescape
from typing import Any

from app.journal import changing
from events.models import Participant, ParticipantKind, ParticipantStatus, Session
from events.participants import add_speaker
from events.schedule import Details, edit_session

Conference = Any  # see conftest.py
Browser = Any


async def many(conference: Conference, count: int) -> None:
    async with changing(conference.event.scope, by="test") as changes:
        made = [
            Participant(
                event=conference.event, name=f"Delegate {n:03}", kind=ParticipantKind.DELEGATE,
                status=ParticipantStatus.APPROVED, created_at=changes.at,
            )
            for n in range(count)
        ]  # fmt: skip
        await Participant.bulk_create(made)
        changes.record("participant.added", conference.event, topics=[])


def ticks(page: str) -> list[str]:
    return re.findall(r'<input[^>]*name="speakers"[^>]*type="checkbox"', page)


def known(page: str) -> list[str]:
    offered = page[page.index("<datalist") : page.index("</datalist>")]
    return [unescape(name) for name in re.findall(r'<option value="([^"]*)"', offered)]


async def speakers_of(session: Session) -> list[str]:
    return sorted(speaker.name for speaker in await session.speakers.all())


async def test_page_ticks_whom_the_session_has_and_lists_the_rest(
    sqlite_conference: Conference, browser: Browser
) -> None:
    conference = sqlite_conference
    await many(conference, 500)
    anna = await conference.delegate("Anna")
    session = await conference.session("Opening", speakers=[anna])
    page = (await (await browser(conference.organiser)).get(f"/e/krakow/desk/sessions/{session.id}")).text
    assert len(ticks(page)) == 1
    assert len(known(page)) == 502
    new = (await (await browser(conference.organiser)).get("/e/krakow/desk/sessions/new")).text
    assert ticks(new) == []
    assert new.count('name="more_speakers"') == 3


async def test_names_add_and_ticks_keep(conference: Conference, browser: Browser) -> None:
    anna, zofia = await conference.delegate("Anna"), await conference.delegate("Zofia Łącka")
    session = await conference.session("Opening", speakers=[anna])
    organiser, path = await browser(conference.organiser), f"/e/krakow/desk/sessions/{session.id}"
    typed = {"title": "Opening", "track": "", "language": ""}
    both = {"speakers": [str(anna.id)], "more_speakers": ["", " zofia  lacka ", "Anna"]}
    assert (await organiser.post(path, version="1", **typed, **both)).status_code == 303
    assert await speakers_of(session) == ["Anna", "Zofia Łącka"]
    assert (await organiser.post(path, version="2", **typed, speakers=[str(zofia.id)])).status_code == 303
    assert await speakers_of(session) == ["Zofia Łącka"]
    made = await organiser.post(
        "/e/krakow/desk/sessions", minutes="45", room="", start="", **typed, more_speakers=["Anna", "Zofia Łącka"]
    )
    assert made.status_code == 303
    assert await speakers_of(await Session.get(id=int(made.headers["location"].rpartition("/")[2]))) == [
        "Anna",
        "Zofia Łącka",
    ]


async def test_unknown_names_are_said_and_stay_typed(sqlite_conference: Conference, browser: Browser) -> None:
    conference = sqlite_conference
    anna = await conference.delegate("Anna")
    await conference.delegate("Waiting", approved=False)
    session = await conference.session("Opening", speakers=[anna])
    organiser, path = await browser(conference.organiser), f"/e/krakow/desk/sessions/{session.id}"
    typed = {"version": "1", "title": "Opening", "track": "", "language": ""}
    wrong = await organiser.post(path, **typed, more_speakers=["Waiting", "N<b>", "C", "D"])
    assert wrong.status_code == 422
    assert 'id="more_speakers-error"' in wrong.text
    assert "not the only one of that name: Waiting, N&lt;b&gt;, C and D." in wrong.text
    assert wrong.text.count('name="more_speakers"') == 4
    assert 'value="N&lt;b&gt;"' in wrong.text
    assert len(ticks(wrong.text)) == 1  # taken out in this form, not yet in the session: it can be ticked again
    assert await speakers_of(session) == ["Anna"]


async def test_namesakes_are_told_apart(sqlite_conference: Conference, browser: Browser) -> None:
    conference = sqlite_conference
    first = await conference.delegate("Anna")
    second = await add_speaker(conference.event, "ANNA", by=conference.organiser)
    session = await conference.session("Opening")
    organiser, path = await browser(conference.organiser), f"/e/krakow/desk/sessions/{session.id}"
    page = (await organiser.get(path)).text
    assert set(known(page)) == {f"Anna (Anna Ltd, {first.id})", f"ANNA ({second.id})", "Olga"}
    typed = {"title": "Opening", "track": "", "language": ""}
    assert (await organiser.post(path, version="1", **typed, more_speakers=["Anna"])).status_code == 422
    chosen = await organiser.post(path, version="1", **typed, more_speakers=[f"ANNA ({second.id})"])
    assert chosen.status_code == 303
    assert await speakers_of(session) == ["ANNA"]


async def test_speaker_whom_somebody_else_added_is_not_lost(sqlite_conference: Conference, browser: Browser) -> None:
    conference = sqlite_conference
    anna, ben = await conference.delegate("Anna"), await conference.delegate("Ben")
    session = await conference.session("Opening", speakers=[anna])
    await edit_session(session, Details(title="Opening", speakers=[anna, ben]), version=1, by=conference.organiser)
    stale = await (await browser(conference.organiser)).post(
        f"/e/krakow/desk/sessions/{session.id}",
        version="1",
        title="Mine",
        track="",
        language="",
        speakers=[str(anna.id)],
    )
    assert stale.status_code == 409
    assert len(ticks(stale.text)) == 2
