"""What an event has by its kind: navigation, defaults, attendance, questions."""

from datetime import timedelta
from typing import Any

import pytest

from app import journal
from app.errors import NotFound, Refused
from events.attendance import attendance, certificate, note_attendance
from events.bookings import book
from events.kinds import NATURES
from events.models import Event, EventKind
from events.partaking_models import Attendance, Question
from events.questions import answer as answer_question
from events.questions import ask, questions, remove_question

Conference = Any  # see conftest.py
Browser = Any


async def become(event: Event, kind: EventKind, *, days_ago: int = 0) -> None:
    back = timedelta(days=days_ago)
    event.kind, event.first_day, event.last_day = kind, event.first_day - back, event.last_day - back
    await event.save()


def test_every_kind_has_its_nature() -> None:
    assert NATURES.keys() == {kind.value for kind in EventKind}


@pytest.mark.parametrize("kind", EventKind)
async def test_navigation_offers_what_the_kind_has(
    sqlite_conference: Conference, browser: Browser, kind: EventKind
) -> None:
    conference = sqlite_conference
    await become(conference.event, kind)
    member = await browser(await (await conference.delegate("Anna")).person)
    desk = await browser(conference.organiser)
    page, desk_page = (await member.get("/e/krakow")).text, (await desk.get("/e/krakow/desk")).text
    nature = NATURES[kind.value]
    assert ('href="/e/krakow/questions"' in page) == nature.questions
    assert ('href="/e/krakow/attendance"' in page) == nature.attendance
    assert ('href="/e/krakow/desk/attendance"' in desk_page) == nature.attendance
    assert ("Held here" in page) == nature.parts
    new = (await desk.get("/e/krakow/desk/sessions/new")).text
    assert (f'value="{nature.seats}"' in new) == (nature.seats is not None)


async def test_attendance_is_confirmed_taken_back_and_shown(conference: Conference, browser: Browser) -> None:
    anna, jan = await conference.delegate("Anna"), await conference.delegate("Jan")
    session = await conference.session("Printing metal", "09:00", "10:30", room=conference.hall, capacity=20)
    await conference.release()
    await book(session, anna, by=await anna.person)
    with pytest.raises(Refused, match="has not begun"):
        await note_attendance(conference.event, [anna.id], [anna.id], by=conference.organiser)
    hers = await browser(await anna.person)
    assert "not confirmed yet" in (await hers.get("/e/krakow/attendance")).text
    await become(conference.event, EventKind.TRAINING, days_ago=40)
    desk = await browser(conference.organiser)
    noted = await desk.post("/e/krakow/desk/attendance", shown=[anna.id, jan.id], present=[anna.id])
    assert noted.status_code == 303
    page = (await hers.get("/e/krakow/attendance")).text
    assert "Confirmation of attendance" in page
    assert "Printing metal" in page
    assert (await certificate(anna)).hours == 1.5  # type: ignore[union-attr]
    assert await certificate(jan) is None
    await desk.post("/e/krakow/desk/attendance", shown=[jan.id], present=[jan.id])
    noted_now = [bool(noted) for _guest, noted in await attendance(conference.event)]
    assert noted_now == [True, True, False], "who is not shown stays"
    await desk.post("/e/krakow/desk/attendance", shown=[anna.id])
    assert await certificate(anna) is None
    kinds = [fact.kind for fact in await journal.changes_since(conference.event.scope, 0)]
    assert kinds.count("attendance.confirmed") == 2
    assert kinds[-1] == "attendance.withdrawn"


async def test_attendance_of_strangers_is_not_noted(conference: Conference, browser: Browser, make: Any) -> None:
    other = await make("berry", "kajaani")
    stranger = await other.delegate("Stranger")
    pending = await conference.delegate("Pending", approved=False)
    await become(conference.event, EventKind.WORKSHOP, days_ago=40)
    ids = [stranger.id, pending.id]
    assert await note_attendance(conference.event, ids, ids, by=conference.organiser) == (0, 0)
    assert not await Attendance.exists()
    desk = await browser(conference.organiser)
    for wrong in ("x", "9" * 20, "-1"):
        assert (await desk.post("/e/krakow/desk/attendance", shown=[wrong])).status_code == 409


async def test_question_is_asked_answered_and_removed(conference: Conference, browser: Browser) -> None:
    await become(conference.event, EventKind.EXCHANGE)
    anna, jan = await conference.delegate("Anna"), await conference.delegate("Jan")
    hers, his = await browser(await anna.person), await browser(await jan.person)
    assert (await hers.post("/e/krakow/questions", text=" ")).status_code == 422
    assert (await hers.post("/e/krakow/questions", text="Who has a pilot line?")).status_code == 303
    question = await Question.get()
    assert "no answer yet" in (await his.get("/e/krakow/questions")).text
    assert (await his.post(f"/e/krakow/questions/{question.id}/answer", text="")).status_code == 422
    assert (await his.post(f"/e/krakow/questions/{question.id}/answer", text="We do.")).status_code == 303
    page = (await hers.get("/e/krakow/questions")).text
    assert "We do." in page
    assert "Jan, Jan Ltd" in page
    assert (await his.post(f"/e/krakow/desk/questions/{question.id}/removal")).status_code == 404
    desk = await browser(conference.organiser)
    assert (await desk.post(f"/e/krakow/desk/questions/{question.id}/removal")).status_code == 303
    assert not await Question.exists()
    with pytest.raises(NotFound):
        await answer_question(question, "Too late", jan, by=conference.organiser)
    with pytest.raises(NotFound):
        await remove_question(question, by=conference.organiser)


async def test_questions_without_an_answer_come_first(sqlite_conference: Conference) -> None:
    conference = sqlite_conference
    anna = await conference.delegate("Anna")
    old = await ask(anna, "Old", by=conference.organiser)
    new = await ask(anna, "New", by=conference.organiser)
    assert [one.text for one in await questions(conference.event)] == ["New", "Old"]
    await answer_question(new, "Yes", anna, by=conference.organiser)
    assert [one.id for one in await questions(conference.event)] == [old.id, new.id]


async def test_participants_see_each_other_and_strangers_nothing(
    sqlite_conference: Conference, browser: Browser
) -> None:
    conference = sqlite_conference
    anna = await conference.delegate("Anna")
    await conference.delegate("Łukasz")
    page = (await (await browser(await anna.person)).get("/e/krakow/here?page=7")).text
    assert "Łukasz Ltd · Małopolska" in page
    nobody = await browser()
    assert (await nobody.get("/e/krakow/here")).status_code == 303
