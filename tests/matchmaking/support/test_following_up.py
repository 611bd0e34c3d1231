"""Half a year later: asked once, of whoever met somebody and has an office; answered by them, read by their office."""

from datetime import UTC, datetime, timedelta

import pytest

from app.errors import NotFound
from app.models import Mail, Person
from events.models import Event
from events.networks.support.assigning import choose
from matchmaking.meetings import accept, request_meeting
from matchmaking.models import Meeting, MeetingStatus, Seat, SeatRole
from matchmaking.support.following_up import TOO_LATE, answer, ask, due, open_questions
from matchmaking.support.letters import SCOPE
from matchmaking.support.models import CameOf, FollowUp
from matchmaking.support.report import follow_ups_sheet, office_report
from tests.conftest import settings_for
from tests.events.conftest import counting_statements
from tests.matchmaking.support.conftest import Help

SETTINGS = settings_for("sqlite://")
NOW = datetime.now(UTC)


async def met(help: Help, *, days_ago: int) -> None:
    """Anna has met Mikko at an event that ended so long ago."""
    await accept(await request_meeting(help.mikko, help.anna, message="", by=help.fair[help.mikko]), by=anna(help))
    day = (NOW - timedelta(days=days_ago)).date()
    await Event.filter(id=help.fair.event.id).update(first_day=day, last_day=day)


def anna(help: Help) -> Person:
    return help.fair[help.anna]


@pytest.mark.parametrize(("days", "asked"), [(100, 0), (181, 0), (183, 1), (300, 1), (TOO_LATE.days + 1, 0)])
async def test_asked_between_half_a_year_and_a_year_later(help: Help, days: int, asked: int) -> None:
    await met(help, days_ago=days)
    assert len(await due(now=NOW)) == asked


async def test_whoever_sat_at_the_table_is_found_with_one_query(help: Help) -> None:
    """Who asked, who was asked and who came along; not a client who met nobody."""
    carl, dora = [await help.fair.delegate(name, help.morning) for name in ("Carl", "Dora")]
    for one in (carl, dora, help.mikko):
        await choose(help.office, by=help.fair[one])
    await met(help, days_ago=200)
    await Seat.create(meeting=await Meeting.get(), participant=carl, role=SeatRole.COLLEAGUE)
    with counting_statements() as statements:
        found = await due(now=NOW)
    assert [one.name for one in found] == ["Anna", "Mikko", "Carl"]
    assert len(statements) == 1
    await Meeting.all().update(status=MeetingStatus.CANCELLED)
    assert await due(now=NOW) == []


async def test_asked_once_however_many_workers_look(help: Help) -> None:
    await met(help, days_ago=200)
    found = await due(now=NOW)
    assert [one.id for one in found] == [help.anna.id], "Mikko has no office"
    assert [await ask(found, SETTINGS, now=NOW), await ask(found, SETTINGS, now=NOW)] == [1, 0]
    mail = await Mail.get(scope=SCOPE)
    assert (mail.recipient, mail.subject) == ("anna@example.org", "Meet in Tampere: what came of your meetings?")
    assert await due(now=NOW) == []
    assert len(await open_questions(anna(help))) == 1


async def test_who_wants_no_mails_is_asked_on_the_page(help: Help) -> None:
    await met(help, days_ago=200)
    await Person.filter(id=anna(help).id).update(support_mails=False)
    assert await ask(await due(now=NOW), SETTINGS, now=NOW) == 1
    assert not await Mail.filter(scope=SCOPE).exists()
    assert len(await open_questions(anna(help))) == 1


async def test_who_left_meanwhile_or_met_nobody_is_not_asked(help: Help) -> None:
    await met(help, days_ago=200)
    found = await due(now=NOW)
    await choose(None, by=anna(help))
    assert await ask(found, SETTINGS, now=NOW) == 0
    jan = await help.fair.person("Jan")
    await choose(help.office, by=jan)
    assert await due(now=NOW) == []


async def test_answer_is_the_clients_alone_and_stands_in_the_report(help: Help) -> None:
    await met(help, days_ago=200)
    await ask(await due(now=NOW), SETTINGS, now=NOW)
    question = await FollowUp.get()
    with pytest.raises(NotFound):
        await answer(question, CameOf.CONTRACT, note="", by=help.ewa)
    await answer(question, CameOf.TALKING, note="", by=anna(help))
    await answer(question, CameOf.CONTRACT, note="=1+1", by=anna(help))
    report = await office_report(help.office, now=NOW)
    assert (report.asked, report.answered, report.answers[CameOf.CONTRACT]) == (1, 1, 1)
    assert b"contract,'=1+1" in await follow_ups_sheet(help.office)
    assert await open_questions(anna(help)) == []
