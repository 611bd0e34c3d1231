"""Waiting for somebody without time: what they have again is offered to one at a time, those who fit best first."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default

import pytest

from app.errors import Refused
from app.models import Mail
from events.models import Participant
from events.waiting.models import WaitState
from matchmaking import cards
from matchmaking.diaries import floor
from matchmaking.drafting import work
from matchmaking.meetings import accept, cancel, request_meeting
from matchmaking.models import Meeting
from matchmaking.round_models import Round
from matchmaking.times import tick_rounds
from matchmaking.waitlist.joining import join_waitlist, leave_waitlist, take_offer
from matchmaking.waitlist.letters import tell
from matchmaking.waitlist.models import MeetingWait
from matchmaking.waitlist.offering import Looking
from tests.conftest import settings_for
from tests.events.conftest import counting_statements
from tests.matchmaking.conftest import Fair, sound
from tests.matchmaking.visiting import visit

__all__ = ["visit"]


async def star(fair: Fair, *fans: str) -> tuple[Participant, Meeting, list[Meeting], Round]:
    """Star has one slot, which Rival has; fans have her yes, and no time. The later they come the better they fit."""
    opened = await fair.round("10:00", "10:20", tables=3)
    one = await fair.delegate("Star", opened, needs=("bark", "lignin", "resin"))
    rival = await fair.delegate("Rival", opened)
    taken = await accept(await request_meeting(rival, one, message="", by=fair[rival]), by=fair[one])
    waiting = []
    for number, name in enumerate(fans):
        fan = await fair.delegate(name, opened, offers=("bark", "lignin", "resin")[:number])
        asked = await request_meeting(fan, one, message="", by=fair[fan])
        waiting.append(await accept(asked, waiting=True, by=fair[one]))
        await join_waitlist(asked, fan, by=fair[fan])
    return one, taken, waiting, opened


async def look() -> None:
    worker = Looking()
    while await worker.work():
        pass


async def offered() -> list[str]:
    found = MeetingWait.filter(state=WaitState.OFFERED).select_related("waiter").order_by("id")
    return [wait.waiter.name for wait in await found]


async def test_the_freed_time_is_kept_for_the_one_who_fits_best(fair, assert_sound):
    one, taken, (first, second), _opened = await star(fair, "Plain", "Fitting")
    await look()
    assert await offered() == []
    await cancel(taken, by=fair[one])
    await look()
    assert await offered() == ["Fitting"]
    await look()
    assert await offered() == ["Fitting"], "the one slot is offered to one"
    with pytest.raises(Refused, match="no free slot in common"):
        await accept_anew(fair, one)
    (wait,) = await MeetingWait.filter(state=WaitState.OFFERED)
    ground = await floor(fair.event)
    assert wait.table_id in ground.tables.taken[wait.slot_id], "nobody else is seated at that table"
    met = await take_offer(second, by=fair[await Participant.get(id=second.asker_id)])
    assert (met.slot_id, (await Meeting.get(id=first.id)).slot_id) == (wait.slot_id, None)
    await look()
    assert await offered() == []
    await assert_sound()


async def accept_anew(fair: Fair, one: Participant) -> None:
    """Somebody else asks the popular one, who would say yes on the spot."""
    other = await fair.delegate("Other", await Round.get())
    await accept(await request_meeting(other, one, message="", by=fair[other]), by=fair[one])


async def test_a_no_and_silence_hand_the_time_on(fair, assert_sound):
    one, taken, meetings, _opened = await star(fair, "Third", "Second", "First")
    third, second, first = meetings
    await cancel(taken, by=fair[one])
    await look()
    assert await offered() == ["First"]
    await leave_waitlist(first, by=fair[await Participant.get(id=first.asker_id)])
    assert await offered() == ["Second"]
    late = datetime.now(UTC) - timedelta(seconds=1)
    await MeetingWait.filter(meeting=second).update(until=late)
    with pytest.raises(Refused, match="run out"):
        await take_offer(second, by=fair[await Participant.get(id=second.asker_id)])
    await look()
    assert await offered() == ["Third"]
    await cancel(third, by=fair[one])
    await look()
    assert await offered() == []
    assert not await MeetingWait.filter(meeting=third).exists()
    await assert_sound()


async def test_a_request_without_a_yes_waits_and_is_offered_nothing(fair):
    one, taken, _none, opened = await star(fair)
    fan = await fair.delegate("Fan", opened)
    asked = await request_meeting(fan, one, message="", by=fair[fan])
    await join_waitlist(asked, fan, by=fair[fan])
    await cancel(taken, by=fair[one])
    await look()
    assert await offered() == []
    await accept(asked, waiting=True, by=fair[one])
    await look()
    assert await offered() == ["Fan"]


async def test_waiting_makes_no_sense_while_a_time_is_free_or_there_is_one(fair):
    one, taken, _none, opened = await star(fair)
    rival = await Participant.get(id=taken.asker_id)
    with pytest.raises(Refused, match="does not wait for a time"):
        await join_waitlist(taken, rival, by=fair[rival])
    await cancel(taken, by=fair[one])
    fan = await fair.delegate("Fan", opened)
    asked = await request_meeting(fan, one, message="", by=fair[fan])
    with pytest.raises(Refused, match="A time is free for both of you"):
        await join_waitlist(asked, fan, by=fair[fan])


async def test_many_workers_and_answers_at_once_offer_no_time_twice_and_lose_none(fair, assert_sound):
    one, taken, meetings, _opened = await star(fair, *(f"Fan {number}" for number in range(6)))
    await cancel(taken, by=fair[one])

    async def act(number: int) -> None:
        meeting, worker = meetings[number], Looking()
        by = fair[await Participant.get(id=meeting.asker_id)]
        for turn in range(4):
            try:
                await worker.work()
                if (number + turn) % 3 == 0:
                    await take_offer(meeting, by=by)
                elif (number + turn) % 3 == 1:
                    await leave_waitlist(meeting, by=by)
                else:
                    await join_waitlist(meeting, await Participant.get(id=meeting.asker_id), by=by)
            except Refused:
                continue
            slots = Counter(await MeetingWait.filter(state=WaitState.OFFERED).values_list("slot_id", flat=True))
            assert max(slots.values(), default=0) <= 1

    await asyncio.gather(*(act(number) for number in range(len(meetings))))
    await look()
    placed = await Meeting.filter(invitee=one, status="accepted", slot_id__isnull=False).count()
    held = len(await offered())
    waiting = await MeetingWait.filter(state=WaitState.WAITING).count()
    assert placed + held <= 1
    assert placed + held == 1 or not waiting, "her time lies idle while somebody waits for it"
    await assert_sound()


async def test_pages_and_mail_tell_the_one_who_is_offered_a_time(fair, visit, database):
    one, taken, (meeting,), _opened = await star(fair, "Fan")
    fan = await Participant.get(id=meeting.asker_id)
    theirs, hers, desk = await visit(fair[fan]), await visit(fair[one]), await visit(fair.organiser)
    assert "You are next." in (await theirs.get("/e/tampere/waiting")).text
    assert "Fan waits for the next time of Star." in (await hers.get(f"/e/tampere/meetings/{meeting.id}")).text
    await cancel(taken, by=fair[one])
    await look()
    for path in ("/e/tampere/waiting", f"/e/tampere/meetings/{meeting.id}"):
        page = (await theirs.get(path)).text
        assert "is kept for the two of you" in page
        assert "data-until=" in page
    assert "time offered" in (await desk.get("/e/tampere/desk/waiting")).text
    settings = settings_for(database)
    await asyncio.gather(*(tell(settings) for _worker in range(3)))
    mail = await Mail.get(recipient="fan@example.org")
    assert mail.subject.startswith("Star has time for you:")
    assert (await hers.post(f"/e/tampere/meetings/{meeting.id}/waiting/offer")).status_code == 403
    taken_now = await theirs.post(f"/e/tampere/meetings/{meeting.id}/waiting/offer")
    assert taken_now.status_code == 303
    assert (await Meeting.get(id=meeting.id)).placed
    await sound()


async def test_when_the_organisers_take_an_offered_time_away_whoever_waits_is_told_and_waits_on(fair, visit, database):
    one, taken, (meeting,), opened = await star(fair, "Fan")
    fan, settings = await Participant.get(id=meeting.asker_id), settings_for(database)
    await cancel(taken, by=fair[one])
    await look()
    await tell(settings)
    theirs, desk = await visit(fair[fan]), await visit(fair.organiser)
    closed = await desk.post(f"/e/tampere/desk/rounds/{opened.id}/closing")
    assert closed.status_code == 303, closed.text
    await look()
    assert await offered() == []
    await asyncio.gather(*(tell(settings) for _worker in range(3)))
    first, second = await Mail.filter(recipient="fan@example.org").order_by("id")
    assert first.subject.startswith("Star has time for you:")
    assert second.subject == "The time kept for you is gone: Star"
    text = message_from_bytes(second.body, policy=default).get_body(("plain",)).get_content()
    assert "You still wait, and the next time that suits you both may be offered to you:" in text
    assert not await tell(settings), "once is enough"
    wait = await MeetingWait.get()
    assert (wait.state, wait.told_at) == (WaitState.WAITING, None)
    assert "is kept for the two of you" not in (await theirs.get("/e/tampere/waiting")).text
    assert (await theirs.post(f"/e/tampere/meetings/{meeting.id}/waiting/offer")).status_code == 409
    assert "the time that was offered is gone" in (await desk.get("/e/tampere/desk/journal")).text
    again = await fair.round("14:00", "14:20", name="Afternoon")
    for each in (one, fan):
        await tick_rounds(each, [again], by=fair[each])
    await look()
    assert await offered() == ["Fan"], "the next time is theirs"
    await sound()


async def test_whoever_let_an_offer_pass_and_joins_again_is_told_of_nothing_that_is_gone(fair, database):
    one, taken, (meeting,), _opened = await star(fair, "Fan")
    fan, settings = await Participant.get(id=meeting.asker_id), settings_for(database)
    again = await cancel(taken, by=fair[one])
    await look()
    await tell(settings)
    await MeetingWait.all().update(until=datetime.now(UTC))
    await look()
    rival = await request_meeting(await Participant.get(id=again.asker_id), one, message="", by=fair.organiser)
    await accept(rival, by=fair.organiser)
    await join_waitlist(meeting, fan, by=fair[fan])
    assert not await tell(settings)
    assert await Mail.filter(recipient="fan@example.org").count() == 1


async def test_looking_and_telling_take_the_same_queries_for_three_as_for_one(sqlite_fair, sqlite_database):
    fair, counts = sqlite_fair, []
    _one, taken, _waiting, _opened = await star(fair, "Ann", "Bea", "Carl")
    held = await Meeting.get(id=taken.id)
    for kept in (3, 1):
        offers = await MeetingWait.all().order_by("id").limit(kept)
        await MeetingWait.exclude(id__in=[wait.id for wait in offers]).delete()
        await MeetingWait.all().update(state=WaitState.WAITING, slot_id=None, table_id=None, until=None)
        cards._kept.clear()
        with counting_statements() as looking:
            assert not await Looking().work()
        until = datetime.now(UTC) + timedelta(minutes=30)
        await MeetingWait.all().update(
            state=WaitState.OFFERED, slot_id=held.slot_id, table_id=held.table_id, until=until, told_at=None
        )
        with counting_statements() as telling:
            assert await tell(settings_for(sqlite_database))
        counts.append((len(looking), len(telling)))
    assert await Mail.filter(subject__startswith="Star has time").count() == 3 + 1
    assert counts[0] == counts[1]


async def test_from_the_page_of_somebody_without_time_one_asks_and_waits(fair, visit):
    one, _taken, _none, opened = await star(fair)
    fan = await fair.delegate("Fan", opened)
    theirs = await visit(fair[fan])
    assert "Ask, and join the waiting list" in (await theirs.get(f"/e/tampere/people/{one.id}")).text
    asked = await theirs.post(f"/e/tampere/people/{one.id}/waiting")
    meeting = await Meeting.get(asker=fan)
    assert asked.headers["location"] == f"/e/tampere/meetings/{meeting.id}"
    page = (await theirs.get(f"/e/tampere/meetings/{meeting.id}")).text
    assert "Star has yet to say yes." in page
    await theirs.post(f"/e/tampere/meetings/{meeting.id}/waiting/end")
    assert not await MeetingWait.exists()


async def test_a_draft_plans_around_what_is_kept_for_somebody_and_what_is_offered_later_is_not_taken(fair, visit):
    """Star has one slot again, which is kept for Fan; Other waits for a time too, and has told nobody."""
    one, taken, (meeting,), opened = await star(fair, "Fan")
    other = await fair.delegate("Other", opened)
    theirs = await request_meeting(other, one, message="", by=fair[other])
    await accept(theirs, waiting=True, by=fair[one])
    desk, fan = await visit(fair.organiser), fair[await Participant.get(id=meeting.asker_id)]
    await cancel(taken, by=fair[one])
    early = await drafted(desk)
    await look()
    assert await offered() == ["Fan"]
    refused = await desk.post(f"{early}/release")
    assert refused.status_code == 409
    assert "is kept for" in refused.text
    late = await drafted(desk)
    assert (await desk.post(f"{late}/release")).status_code == 303
    assert await offered() == ["Fan"], "a released schedule leaves it to them"
    met = await take_offer(meeting, by=fan)
    assert met.placed
    assert not (await Meeting.get(id=theirs.id)).placed
    await sound()


async def test_other_tables_of_that_time_are_planned_with(fair, visit):
    one, taken, (meeting,), opened = await star(fair, "Fan")
    pair = [await fair.delegate(name, opened) for name in ("Anna", "Mikko")]
    both = await accept(await request_meeting(*pair, message="", by=fair[pair[0]]), waiting=True, by=fair[pair[1]])
    await cancel(taken, by=fair[one])
    await look()
    (wait,) = await MeetingWait.filter(state=WaitState.OFFERED)
    desk = await visit(fair.organiser)
    assert (await desk.post(f"{await drafted(desk)}/release")).status_code == 303
    placed = await Meeting.get(id=both.id)
    assert placed.slot_id == wait.slot_id
    assert placed.table_id != wait.table_id
    assert (await MeetingWait.get()).offered
    assert (await Meeting.get(id=meeting.id)).waiting
    await sound()


async def drafted(desk) -> str:
    """The address of a draft that the desk asked for."""
    made = await desk.post("/e/tampere/desk/drafts", data={"seconds": 1, "seed": 1})
    assert await work()
    return made.headers["location"]
