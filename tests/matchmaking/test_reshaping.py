"""Changing a round that people have booked in: first the list, then all of it, or nothing."""

from dataclasses import replace

import pytest

from app import db
from app.errors import Forbidden, Refused
from app.journal import revision
from app.models import Change
from events.types import add_type
from matchmaking.breakage import Breaks, Fate, Why
from matchmaking.matrix import give_type
from matchmaking.meetings import accept, cancel, request_meeting
from matchmaking.models import Meeting
from matchmaking.reshaping import change_tables, close_round, reshape, shape_of
from matchmaking.round_models import Availability, Location, Mode, Round, Slot, Table


async def met(fair, opened, name: str, clock: str | None = None) -> Meeting:
    """Two new people who meet."""
    guest, host = await fair.delegate(f"Guest {name}", opened), await fair.delegate(f"Host {name}", opened)
    asked = await request_meeting(guest, host, message="", by=fair[guest])
    return await accept(asked, slot=await fair.slot(clock) if clock else None, by=fair[host])


async def broken(change) -> Breaks:
    with pytest.raises(Breaks) as found:
        await change
    return found.value


async def now(meeting: Meeting) -> Meeting:
    return await Meeting.get(id=meeting.id).select_related("slot", "table")


async def test_a_change_that_breaks_nothing_is_done_at_once(fair, assert_sound):
    opened = await fair.round("10:00", "11:00", tables=2)
    meeting = await met(fair, opened, "A", "10:20")
    shape = replace(await shape_of(opened), name="Noon", end=fair.at("11:20"), mode=Mode.ASKING, tables=3)
    await reshape(opened, shape, by=fair.organiser)
    opened = await Round.get(id=opened.id)
    assert (opened.name, opened.mode) == ("Noon", Mode.ASKING)
    assert [slot.start for slot in await Slot.filter(round=opened).order_by("start")] == [
        fair.at(clock) for clock in ("10:00", "10:20", "10:40", "11:00")
    ]
    assert (await now(meeting)).slot_id == meeting.slot_id
    assert await Table.filter(round=opened).count() == 3
    before = await revision(fair.event.scope)
    await reshape(opened, shape, by=fair.organiser)
    assert await revision(fair.event.scope) == before, "what changes nothing costs no revision"
    await assert_sound()


async def test_other_slots_are_listed_first_and_then_their_meetings_wait(fair, assert_sound):
    opened = await fair.round("10:00", "11:00", tables=2)
    stays, goes = await met(fair, opened, "A", "10:00"), await met(fair, opened, "B", "10:40")
    before = await revision(fair.event.scope)
    shape = replace(await shape_of(opened), end=fair.at("10:40"))
    found = await broken(reshape(opened, shape, by=fair.organiser))
    assert [(hit.meeting, hit.fate, hit.why) for hit in found.breakage.hits] == [(goes.id, Fate.WAITING, Why.SLOT)]
    assert await revision(fair.event.scope) == before
    assert (await now(goes)).placed
    await reshape(opened, shape, seen=found.breakage.mark, by=fair.organiser)
    assert await revision(fair.event.scope) == before + 1
    assert (await now(stays)).placed
    assert (await now(goes)).waiting
    told = await Change.get(kind="meeting.unscheduled")
    assert {goes.asker.topic, goes.invitee.topic} <= set(told.topics)
    await assert_sound()


async def test_a_list_that_is_old_is_shown_again(fair):
    opened = await fair.round("10:00", "11:00", tables=2)
    await met(fair, opened, "A", "10:40")
    shape = replace(await shape_of(opened), end=fair.at("10:40"))
    old = await broken(reshape(opened, shape, by=fair.organiser))
    await met(fair, opened, "B", "10:40")
    again = await broken(reshape(opened, shape, seen=old.breakage.mark, by=fair.organiser))
    assert "since you looked" in str(again)
    assert len(again.breakage.hits) == 2
    assert await Meeting.filter(slot_id__isnull=True).count() == 0


async def test_a_table_that_goes_sends_its_meeting_to_a_free_one_or_to_wait(fair, assert_sound):
    opened = await fair.round("10:00", "10:40", tables=3)
    first, second, third = [await met(fair, opened, name, "10:00") for name in "ABC"]
    alone = await met(fair, opened, "D", "10:20")
    await cancel(second, by=fair.organiser)
    found = await broken(change_tables(opened, tables=2, by=fair.organiser))
    assert [(hit.meeting, hit.fate) for hit in found.breakage.hits] == [(third.id, Fate.MOVED)]
    await change_tables(opened, tables=2, seen=found.breakage.mark, by=fair.organiser)
    assert (await now(third)).table.number == 2
    found = await broken(change_tables(opened, tables=1, by=fair.organiser))
    assert [(hit.meeting, hit.fate) for hit in found.breakage.hits] == [(third.id, Fate.WAITING)]
    await change_tables(opened, tables=1, seen=found.breakage.mark, by=fair.organiser)
    assert (await now(third)).waiting
    assert (await now(first)).placed
    assert (await now(alone)).placed
    assert (await now(second)).table_id is None
    await assert_sound()


async def test_another_place_is_told_to_everybody_who_meets_there(fair, assert_sound):
    opened = await fair.round("10:00", "10:40", tables=2)
    meeting = await met(fair, opened, "A", "10:00")
    link = "https://meet.example.org/{event}-{meeting}"
    shape = replace(await shape_of(opened), location=Location.ONLINE, link=link)
    found = await broken(reshape(opened, shape, by=fair.organiser))
    assert [(hit.fate, hit.why) for hit in found.breakage.hits] == [(Fate.MOVED, Why.PLACE)]
    await reshape(opened, shape, seen=found.breakage.mark, by=fair.organiser)
    after = await now(meeting)
    assert (after.slot_id, after.table.line, after.sequence) == (meeting.slot_id, True, meeting.sequence + 1)
    await assert_sound()


async def test_a_round_for_other_types_loses_those_of_none(fair, assert_sound):
    opened = await fair.round("10:00", "10:40", tables=2)
    buyers = await add_type(fair.event, "Buyer", open=True, by=fair.organiser)
    meeting = await met(fair, opened, "A", "10:00")
    stays = await fair.delegate("Buyer", opened)
    await give_type(stays, buyers, by=fair.organiser)
    shape = replace(await shape_of(opened), types=[buyers])
    found = await broken(reshape(opened, shape, by=fair.organiser))
    assert [(hit.fate, hit.why) for hit in found.breakage.hits] == [(Fate.WAITING, Why.TYPE)]
    assert found.breakage.ticks == 2
    await reshape(opened, shape, seen=found.breakage.mark, by=fair.organiser)
    assert (await now(meeting)).waiting
    assert await Availability.filter(round=opened).values_list("participant_id", flat=True) == [stays.id]
    await assert_sound()


async def test_a_round_closes_and_its_meetings_wait(fair, assert_sound):
    opened = await fair.round("10:00", "10:20")
    meeting = await met(fair, opened, "A")
    found = await broken(close_round(opened, by=fair.organiser))
    assert [(hit.meeting, hit.fate, hit.why) for hit in found.breakage.hits] == [(meeting.id, Fate.WAITING, Why.ROUND)]
    await close_round(opened, seen=found.breakage.mark, by=fair.organiser)
    assert (await now(meeting)).waiting
    assert not await Round.exists()
    assert not await Slot.exists()
    assert await db.rows("SELECT * FROM occupancy") == []
    await assert_sound()


async def test_only_the_desk_changes_rounds_and_never_what_has_begun(sqlite_fair):
    fair = sqlite_fair
    opened = await fair.round("10:00", "11:00")
    meeting = await met(fair, opened, "A", "10:00")
    shape = replace(await shape_of(opened), start=fair.at("10:20"))
    with pytest.raises(Forbidden):
        await reshape(opened, shape, by=fair[meeting.asker])
    with pytest.raises(Refused, match="from 1 to"):
        await reshape(opened, replace(shape, tables=0), by=fair.organiser)
    with pytest.raises(Refused, match="outside the days"):
        await reshape(opened, replace(shape, end=fair.at("10:00", day=3)), by=fair.organiser)
