import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from app.errors import Forbidden, NotFound, Refused, Stale
from app.journal import changes_since, revision
from app.models import Change
from events.bookings import book
from events.releasing import release_programme
from events.rooms import add_room
from events.schedule import Details, create_session
from matchmaking.leaving import withdraw
from matchmaking.meetings import accept, cancel, decline, expire_due, request_meeting, reschedule
from matchmaking.models import Meeting, MeetingStatus
from matchmaking.times import keep_free, tick_rounds


async def newest(event) -> Change:
    return (await changes_since(event.scope, await revision(event.scope) - 1))[-1]


@pytest.fixture
async def morning(fair):
    return await fair.round("10:00", "11:00")


@pytest.fixture
async def anna(fair, morning):
    return await fair.delegate("Anna", morning)


@pytest.fixture
async def mikko(fair, morning):
    return await fair.delegate("Mikko", morning, region=1)


@pytest.fixture
async def request_(fair, anna, mikko):
    return await request_meeting(anna, mikko, message="Lignin?", by=fair[anna])


async def test_request_holds_no_slot_and_both_hear_of_it(fair, anna, mikko, request_, assert_sound):
    assert request_.status == MeetingStatus.REQUESTED
    assert request_.slot_id is None
    fact = await newest(fair.event)
    assert fact.kind == "meeting.requested"
    assert set(fact.topics) == {anna.topic, mikko.topic, fair.event.desk}
    await assert_sound()


async def test_accept_takes_the_first_common_slot_and_table(fair, anna, mikko, request_, assert_sound):
    await keep_free(anna, (await fair.slot("10:00")).span, by=fair[anna])
    meeting = await accept(request_, by=fair[mikko])
    assert meeting.slot.start == fair.at("10:20")
    assert meeting.table.number == 1
    assert not meeting.fixed
    assert meeting.sequence == 1
    fact = await newest(fair.event)
    assert fact.kind == "meeting.accepted"
    assert {anna.topic, mikko.topic} <= set(fact.topics)
    assert fact.data["table"] == 1
    assert datetime.fromisoformat(fact.data["start"]) == fair.at("10:20")
    await assert_sound()


async def test_accept_in_a_chosen_slot_fixes_it(fair, mikko, request_, assert_sound):
    meeting = await accept(request_, slot=await fair.slot("10:40"), by=fair[mikko])
    assert meeting.slot.start == fair.at("10:40")
    assert meeting.fixed
    await assert_sound()


async def test_accept_without_a_time_waits_for_the_schedule(fair, mikko, request_, assert_sound):
    meeting = await accept(request_, waiting=True, by=fair[mikko])
    assert meeting.waiting
    assert meeting.slot_id is None
    await assert_sound()


async def test_only_the_invitee_or_the_desk_accepts(fair, anna, mikko, morning, request_):
    other = await fair.delegate("Eve", morning)
    for somebody in (anna, other):
        with pytest.raises(Forbidden):
            await accept(request_, by=fair[somebody])
    await accept(request_, by=fair.organiser)
    assert (await newest(fair.event)).data["on_behalf_of"] == [mikko.id]


async def test_fifty_accepts_for_the_last_slot_make_one_meeting(fair, assert_sound):
    last = await fair.round("15:00", "15:20", tables=1)
    host = await fair.delegate("Host", last)
    guests = [await fair.delegate(f"Guest {number}", last) for number in range(50)]
    requests = [await request_meeting(guest, host, message="", by=fair[guest]) for guest in guests]
    answers = await asyncio.gather(*(accept(request, by=fair[host]) for request in requests), return_exceptions=True)
    won = [answer for answer in answers if isinstance(answer, Meeting)]
    lost = [answer for answer in answers if not isinstance(answer, Meeting)]
    assert len(won) == 1
    assert all(type(answer) is Refused and answer.hints for answer in lost)
    assert await Meeting.filter(status=MeetingStatus.ACCEPTED).count() == 1
    await assert_sound()


async def test_fifty_pairs_at_the_last_table_make_one_meeting(fair, assert_sound):
    last = await fair.round("15:00", "15:20", tables=1)
    requests = []
    for number in range(50):
        guest = await fair.delegate(f"Guest {number}", last)
        host = await fair.delegate(f"Host {number}", last)
        requests.append((await request_meeting(guest, host, message="", by=fair[guest]), fair[host]))
    answers = await asyncio.gather(*(accept(one, by=host) for one, host in requests), return_exceptions=True)
    assert sum(isinstance(answer, Meeting) for answer in answers) == 1
    assert all(isinstance(answer, Meeting) or "All tables are taken" in answer.hints[0] for answer in answers)
    await assert_sound()


async def test_a_refusal_says_why_and_what_is_free(fair, anna, mikko, morning, request_):
    await keep_free(mikko, (await fair.slot("10:00")).span, by=fair[mikko])
    with pytest.raises(Refused) as refused:
        await accept(request_, slot=await fair.slot("10:00"), by=fair[mikko])
    assert "You keep" in str(refused.value)
    assert "10:20" in refused.value.hints[0]
    assert "10:40" in refused.value.hints[0]
    with pytest.raises(Refused, match=r"Mikko is busy at .*10:00"):
        await accept(request_, slot=await fair.slot("10:00"), by=fair.organiser)


async def test_no_common_round_is_named(fair, anna, mikko, request_):
    await tick_rounds(mikko, [], by=fair[mikko])
    with pytest.raises(Refused, match="You and Anna have no free slot in common") as refused:
        await accept(request_, by=fair[mikko])
    assert refused.value.hints == ("You have not ticked “Morning”: tick it, and you can be met there.",)
    with pytest.raises(Refused, match="Mikko and Anna have no free slot in common") as refused:
        await accept(request_, by=fair.organiser)
    assert refused.value.hints == ("Mikko does not meet in “Morning”.",)


async def test_sessions_keep_meetings_away(fair, anna, mikko, request_):
    """Speaking does from the start, a seat once it is booked."""
    hall = await add_room(fair.event, "Hall", capacity=9, by=fair.organiser)
    times = {"start": fair.at("10:00"), "end": fair.at("10:20")}
    await create_session(fair.event, Details(title="Keynote", speakers=[anna]), room=hall, by=fair.organiser, **times)
    times = {"start": fair.at("10:20"), "end": fair.at("10:30")}
    talk = await create_session(
        fair.event, Details(title="Workshop", capacity=5), room=hall, by=fair.organiser, **times
    )
    await release_programme(fair.event, "v1", by=fair.organiser)
    await book(talk, mikko, by=fair[mikko])
    with pytest.raises(Refused, match="Anna is busy"):
        await accept(request_, slot=await fair.slot("10:00"), by=fair[mikko])
    with pytest.raises(Refused, match="You are in “Workshop”"):
        await accept(request_, slot=await fair.slot("10:20"), by=fair[mikko])
    meeting = await accept(request_, by=fair[mikko])
    assert meeting.slot.start == fair.at("10:40")


async def test_a_meeting_at_another_event_counts(fair, anna, mikko, morning, request_, assert_sound):
    other = await fair.second_event("lahti")
    round_there = await fair.round("10:00", "10:40", event=other)
    anna_there = await fair.newcomer("Anna", event=other)
    jan_there = await fair.newcomer("Jan", event=other)
    for one in (anna_there, jan_there):
        await fair.profile(one, offers=(), needs=())
        await tick_rounds(one, [round_there], by=fair[one])
    there = await request_meeting(jan_there, anna_there, message="", by=fair[jan_there])
    await accept(there, by=fair[anna_there])
    meeting = await accept(request_, by=fair[mikko])
    assert meeting.slot.start == fair.at("10:20")
    await assert_sound()


async def test_reschedule_keeps_the_table_and_fixes_the_slot(fair, anna, mikko, request_, assert_sound):
    meeting = await accept(request_, by=fair[mikko])
    moved = await reschedule(meeting, slot=await fair.slot("10:40"), version=meeting.version, by=fair[anna])
    assert moved.slot.start == fair.at("10:40")
    assert moved.table_id == meeting.table_id
    assert moved.fixed
    assert moved.sequence == meeting.sequence + 1
    assert moved.changed_at > meeting.changed_at
    assert (await newest(fair.event)).kind == "meeting.rescheduled"
    await assert_sound()
    again = await reschedule(meeting, slot=await fair.slot("10:40"), version=meeting.version, by=fair[anna])
    assert again.version == moved.version, "moved once"
    with pytest.raises(Stale):
        await reschedule(meeting, slot=await fair.slot("10:00"), version=meeting.version, by=fair[anna])


async def test_reschedule_to_the_same_slot_pins_it(fair, mikko, request_, assert_sound):
    meeting = await accept(request_, by=fair[mikko])
    pinned = await reschedule(meeting, slot=meeting.slot, version=meeting.version, by=fair[mikko])
    assert (pinned.slot_id, pinned.table_id, pinned.fixed) == (meeting.slot_id, meeting.table_id, True)
    await assert_sound()


async def test_a_waiting_meeting_can_be_given_a_time(fair, anna, mikko, request_, assert_sound):
    waiting = await accept(request_, waiting=True, by=fair[mikko])
    meeting = await reschedule(waiting, slot=await fair.slot("10:20"), version=waiting.version, by=fair.organiser)
    assert meeting.placed
    assert set((await newest(fair.event)).data["on_behalf_of"]) == {anna.id, mikko.id}
    await assert_sound()


async def test_a_slot_of_another_event_is_not_found(fair, mikko, request_):
    elsewhere = await fair.second_event("lahti")
    await fair.round("12:00", "12:20", event=elsewhere)
    with pytest.raises(NotFound):
        await accept(request_, slot=await fair.slot("12:00"), by=fair[mikko])


async def test_cancel_frees_slot_and_table_and_tells_both(fair, anna, mikko, request_, assert_sound):
    meeting = await accept(request_, by=fair[mikko])
    cancelled = await cancel(meeting, reason="Ill", by=fair[anna])
    assert cancelled.status == MeetingStatus.CANCELLED
    assert cancelled.sequence == meeting.sequence + 1
    assert cancelled.slot_id == meeting.slot_id, "the calendar still has to say what was cancelled"
    fact = await newest(fair.event)
    assert fact.kind == "meeting.cancelled"
    assert {anna.topic, mikko.topic} <= set(fact.topics)
    await assert_sound()
    again = await request_meeting(mikko, anna, message="", by=fair[mikko])
    assert (await accept(again, by=fair[anna])).slot.start == fair.at("10:00")
    await assert_sound()


async def test_a_request_is_withdrawn_by_its_asker_alone(fair, anna, mikko, request_):
    with pytest.raises(Forbidden):
        await cancel(request_, by=fair[mikko])
    assert (await cancel(request_, by=fair[anna])).status == MeetingStatus.CANCELLED
    with pytest.raises(Refused, match="withdrawn"):
        await accept(request_, by=fair[mikko])


async def test_a_declined_request_stays_declined_until_the_other_asks(fair, anna, mikko, request_):
    await decline(request_, reason="Not our field", by=fair[mikko])
    with pytest.raises(Refused, match="declined already"):
        await accept(request_, by=fair[mikko])
    with pytest.raises(Refused, match="has declined your request"):
        await request_meeting(anna, mikko, message="", by=fair[anna])
    assert await request_meeting(mikko, anna, message="", by=fair[mikko])


async def test_who_has_asked_is_answered_not_asked_again(fair, anna, mikko, request_):
    with pytest.raises(Refused, match="wait for the answer"):
        await request_meeting(anna, mikko, message="", by=fair[anna])
    with pytest.raises(Refused, match="asked you already"):
        await request_meeting(mikko, anna, message="", by=fair[mikko])


async def test_two_who_ask_each_other_at_once_make_one_request(fair, anna, mikko):
    answers = await asyncio.gather(
        request_meeting(anna, mikko, message="", by=fair[anna]),
        request_meeting(mikko, anna, message="", by=fair[mikko]),
        return_exceptions=True,
    )
    assert sorted(type(answer).__name__ for answer in answers) == ["Meeting", "Refused"]


async def test_nobody_is_asked_across_events(fair, anna):
    stranger = await fair.newcomer("Sara", event=await fair.second_event("lahti"))
    with pytest.raises(NotFound):
        await request_meeting(anna, stranger, message="", by=fair[anna])


async def test_requests_expire(fair, anna, mikko, request_):
    assert await expire_due(fair.event, datetime.now(UTC)) == 0
    assert request_.expires_at == fair.at("10:40"), "with the last slot"
    late = request_.expires_at + timedelta(seconds=1)
    assert await expire_due(fair.event, late) == 1
    assert await expire_due(fair.event, late) == 0
    await request_.refresh_from_db()
    assert request_.status == MeetingStatus.EXPIRED
    assert (await newest(fair.event)).kind == "meeting.expired"
    assert await request_meeting(anna, mikko, message="", by=fair[anna])


async def test_an_overdue_request_is_not_accepted(fair, mikko, request_):
    await Meeting.filter(id=request_.id).update(expires_at=datetime.now(UTC))
    with pytest.raises(Refused, match="expired"):
        await accept(request_, by=fair[mikko])


async def test_who_withdraws_leaves_no_meeting_behind(fair, anna, mikko, request_, assert_sound):
    meeting = await accept(request_, by=fair[mikko])
    await withdraw(mikko, by=fair[mikko])
    await meeting.refresh_from_db()
    assert meeting.status == MeetingStatus.CANCELLED
    await assert_sound()
    kinds = [fact.kind for fact in await changes_since(fair.event.scope, await revision(fair.event.scope) - 1)]
    assert kinds == ["meeting.cancelled", "participant.withdrawn"]
    with pytest.raises(Refused, match="cannot be asked"):
        await request_meeting(anna, mikko, message="", by=fair[anna])
