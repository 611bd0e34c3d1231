"""An office acts for whom it helps and who allows it now, within their own limits; nobody else does."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from app.errors import Forbidden, Refused
from app.models import Change, Person
from events.networks.support.assigning import choose, forbid, hand_over
from events.networks.support.offices import add_adviser, close_office, dismiss_adviser, open_office
from matchmaking.bookmarks.marking import mark
from matchmaking.bookmarks.models import Mark
from matchmaking.colleagues import leave_meeting
from matchmaking.conditions import Terms, change_conditions
from matchmaking.keeping import keepers
from matchmaking.meetings import accept, cancel, decline, request_meeting, reschedule
from matchmaking.models import Meeting, MeetingStatus
from matchmaking.outcomes.saying import say
from matchmaking.outcomes.verdict import Said
from matchmaking.profiles import write_profile
from matchmaking.round_models import Mode, Round
from matchmaking.times import keep_free, tick_rounds
from tests.matchmaking.support.conftest import Help


async def asked(help: Help) -> Meeting:
    """Mikko waits for Anna."""
    return await request_meeting(help.mikko, help.anna, message="", by=help.fair[help.mikko])


async def test_adviser_accepts_and_the_journal_says_for_whom_and_which_office(help: Help) -> None:
    await help.allowed()
    agreed = await accept(await asked(help), by=help.ewa)
    assert agreed.placed
    fact = await Change.filter(kind="meeting.accepted").get()
    assert fact.by == f"person:{help.ewa.id}"
    assert (fact.data["on_behalf_of"], fact.data["office"]) == ([help.anna.id], "Centrum")


async def test_adviser_asks_declines_cancels_moves_and_ticks(help: Help) -> None:
    await help.allowed()
    meeting = await request_meeting(help.anna, help.mikko, message="", by=help.ewa)
    assert meeting.asker_id == help.anna.id
    await cancel(meeting, by=help.ewa)
    await decline(await asked(help), by=help.ewa)
    await tick_rounds(help.anna, [], by=help.ewa)
    await tick_rounds(help.anna, [help.morning], by=help.ewa)
    again = await request_meeting(help.anna, help.mikko, message="", by=help.ewa)
    agreed = await accept(again, by=help.fair[help.mikko])
    moved = await reschedule(agreed, slot=await help.fair.slot("10:40"), version=agreed.version, by=help.ewa)
    assert moved.slot
    assert moved.slot.start == help.fair.at("10:40")
    assert [one.id for one in await keepers(moved) if one] == [help.anna.id], "the time is kept for the client"
    told = await Change.filter(by=f"person:{help.ewa.id}", scope=help.fair.event.scope)
    assert {(*fact.data["on_behalf_of"], fact.data["office"]) for fact in told} == {(help.anna.id, "Centrum")}


ACTS: dict[str, Callable[[Help, Meeting, Person], Awaitable[object]]] = {
    "accept": lambda help, meeting, by: accept(meeting, by=by),
    "decline": lambda help, meeting, by: decline(meeting, by=by),
    "request": lambda help, meeting, by: request_meeting(help.anna, help.mikko, message="", by=by),
    "tick": lambda help, meeting, by: tick_rounds(help.anna, [], by=by),
}


@pytest.mark.parametrize("act", ACTS)
async def test_nobody_acts_without_consent(help: Help, act: str) -> None:
    meeting = await asked(help)
    with pytest.raises(Forbidden):
        await ACTS[act](help, meeting, help.ewa)


async def left(help: Help) -> None:
    await dismiss_adviser(help.adviser, by=help.fair.organiser)


async def withdrawn(help: Help) -> None:
    await forbid(await help.client(), by=help.fair[help.anna])


async def gone(help: Help) -> None:
    await choose(None, by=help.fair[help.anna])


async def closed(help: Help) -> None:
    await close_office(help.office, by=help.fair.organiser)


async def handed_over(help: Help) -> None:
    """To an office in which Ewa advises too: it asks anew."""
    other = await open_office("Inne", help.fair.regions[1], by=help.fair.organiser)
    await add_adviser(other, help.ewa.email, by=help.fair.organiser)
    await hand_over([await help.client()], office=other, adviser=None, by=help.ewa)


@pytest.mark.parametrize("end", [left, withdrawn, gone, closed, handed_over])
@pytest.mark.parametrize("act", ACTS)
async def test_nobody_acts_once_the_right_has_ended(
    help: Help, end: Callable[[Help], Awaitable[None]], act: str
) -> None:
    await help.allowed()
    meeting = await asked(help)
    await end(help)
    with pytest.raises(Forbidden):
        await ACTS[act](help, meeting, help.ewa)
    assert not await Change.filter(by=f"person:{help.ewa.id}", scope=help.fair.event.scope).exists()


async def test_an_office_may_nothing_else(help: Help) -> None:
    """Profile, outcomes, time kept free and leaving a meeting are the client's own."""
    await help.allowed()
    agreed = await accept(await asked(help), by=help.ewa)
    with pytest.raises(Forbidden):
        await write_profile(help.anna, about="", languages=[], interests=[], version=None, by=help.ewa)
    with pytest.raises(Forbidden):
        await keep_free(help.anna, (await help.fair.slot("10:40")).span, by=help.ewa)
    with pytest.raises(Forbidden):
        await leave_meeting(agreed, help.anna, by=help.ewa)
    with pytest.raises(Forbidden):
        await say(agreed, help.anna, Said.HELD, by=help.ewa)


async def test_an_office_acts_for_its_client_and_not_for_the_partner(help: Help) -> None:
    await help.allowed()
    meeting = await request_meeting(help.anna, help.mikko, message="", by=help.ewa)
    with pytest.raises(Forbidden):
        await accept(meeting, by=help.ewa)
    with pytest.raises(Forbidden):
        await cancel(await asked_by_mikko_of_another(help), by=help.ewa)


async def asked_by_mikko_of_another(help: Help) -> Meeting:
    other = await help.fair.delegate("Jan", help.morning)
    return await request_meeting(help.mikko, other, message="", by=help.fair[help.mikko])


async def test_an_office_may_what_its_client_may_and_no_more(help: Help) -> None:
    """The desk passes over locks and the gates of rounds; an office does not."""
    await help.allowed()
    meeting = await asked(help)
    await Round.filter(id=help.morning.id).update(mode=Mode.SCHEDULE)
    with pytest.raises(Refused):
        await accept(meeting, by=help.ewa)
    await Round.filter(id=help.morning.id).update(mode=Mode.ACCEPTING)
    terms = Terms(pending=20, request_minutes=600, most_meetings=None, pause_minutes=0, locked=True)
    await change_conditions(help.fair.event, terms, by=help.fair.organiser)
    with pytest.raises(Refused):
        await accept(meeting, by=help.ewa)
    with pytest.raises(Refused):
        await request_meeting(help.anna, help.mikko, message="", by=help.ewa)
    assert (await Meeting.get(id=meeting.id)).status == MeetingStatus.REQUESTED


async def test_what_a_client_thinks_of_somebody_is_not_told_to_the_office(help: Help) -> None:
    await help.allowed()
    await mark(help.anna, help.mikko, Mark.NOT, by=help.fair[help.anna])
    with pytest.raises(Refused) as refused:
        await request_meeting(help.anna, help.mikko, message="", by=help.ewa)
    assert str(refused.value) == "Mikko takes no requests: they set their limit of meetings to none."


async def test_consent_that_ends_at_the_same_moment_leaves_one_of_two_worlds(help: Help) -> None:
    """Whichever comes first: nothing is done in the client's name after the answer to the withdrawal."""
    client = await help.allowed()
    meeting = await asked(help)
    results = await asyncio.gather(
        accept(meeting, by=help.ewa), forbid(client, by=help.fair[help.anna]), return_exceptions=True
    )
    assert isinstance(results[0], Meeting | Forbidden)
    assert (await help.client()).allowed_at is None
    with pytest.raises(Forbidden):
        await cancel(meeting, by=help.ewa)
