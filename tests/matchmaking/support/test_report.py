"""The office's report: its clients' meetings that are over, with what became of them, safe for spreadsheets."""

from datetime import UTC, datetime, timedelta

from app.i18n import speaking
from events.models import Participant
from events.networks.support.assigning import choose
from matchmaking.meetings import accept, request_meeting
from matchmaking.models import Meeting
from matchmaking.outcomes.saying import say
from matchmaking.outcomes.verdict import Said
from matchmaking.round_models import Slot
from matchmaking.support.report import meetings_sheet, office_report
from tests.matchmaking.support.conftest import Help

NOW = datetime.now(UTC)


async def over(help: Help) -> Meeting:
    """Anna and Mikko have met an hour ago."""
    meeting = await request_meeting(help.mikko, help.anna, message="", by=help.fair[help.mikko])
    agreed = await accept(meeting, by=help.fair[help.anna])
    start = NOW - timedelta(hours=1)
    await Slot.filter(id=agreed.slot_id).update(start=start, end=start + timedelta(minutes=20))
    return agreed


async def test_meeting_is_counted_once_it_is_over_and_said(help: Help) -> None:
    assert (await office_report(help.office, now=NOW)).lines == []
    meeting = await over(help)
    assert (await office_report(help.office, now=NOW - timedelta(minutes=41))).lines == [], "they sat there then"
    (line,) = (await office_report(help.office, now=NOW)).lines
    assert (line.clients, line.meetings, line.held, line.open, line.abroad) == (1, 1, 0, 1, 1)
    await say(meeting, help.anna, Said.FOLLOW_UP, by=help.fair[help.anna])
    (line,) = (await office_report(help.office, now=NOW)).lines
    assert (line.held, line.open, line.useful, line.follow_ups) == (1, 0, 1, 1)
    await say(meeting, help.mikko, Said.MISSED, by=help.fair[help.mikko])
    (line,) = (await office_report(help.office, now=NOW)).lines
    assert (line.held, line.open) == (0, 1), "they disagree"


async def test_what_a_partner_said_is_not_in_the_offices_figures(help: Help) -> None:
    meeting = await over(help)
    await say(meeting, help.mikko, Said.FOLLOW_UP, note="secret", by=help.fair[help.mikko])
    (line,) = (await office_report(help.office, now=NOW)).lines
    assert (line.held, line.useful, line.follow_ups) == (1, 0, 0)
    sheet = (await meetings_sheet(help.office, now=NOW)).decode()
    assert "secret" not in sheet
    assert "follow-up" not in sheet


async def test_sheet_has_names_in_full_and_no_formulas_in_the_readers_language(help: Help) -> None:
    await Participant.filter(id=help.mikko.id).update(name="=cmd|' /C calc'!A0")
    meeting = await over(help)
    await say(meeting, help.anna, Said.HELD, note="for the desk", by=help.fair[help.anna])
    with speaking("pl"):
        head, row = (await meetings_sheet(help.office, now=NOW)).decode("utf-8-sig").splitlines()
    assert "Klient mówi" in head
    assert "'=cmd|' /C calc'!A0" in row
    assert "Anna,Anna Ltd" in row
    assert "zrealizowane" in row
    assert "for the desk" not in row


async def test_who_left_takes_their_meetings_along(help: Help) -> None:
    await over(help)
    await choose(None, by=help.fair[help.anna])
    assert (await office_report(help.office, now=NOW)).lines == []
