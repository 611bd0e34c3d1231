import re
from datetime import UTC, datetime, timedelta

import pytest

from app.errors import Forbidden, Refused
from events.models import Event, Participant
from matchmaking.away import mark_away
from matchmaking.draft_models import Draft, DraftKind
from matchmaking.drafting import draft_schedule, run_draft, work
from matchmaking.keeping import keep_time, keepers, let_move
from matchmaking.meetings import accept, request_meeting, reschedule
from matchmaking.models import Meeting
from matchmaking.parties import with_people
from matchmaking.posing import FREEZE, problem_of
from matchmaking.releasing import release_draft
from matchmaking.round_models import Slot
from matchmaking.rounds import Shape, open_round
from matchmaking.scheduler.solve import solve
from tests.matchmaking.conftest import Fair
from tests.matchmaking.visiting import visit

__all__ = ["visit"]
DESK = "/e/tampere/desk"


async def stand(meeting: Meeting) -> Meeting:
    return await with_people(Meeting.filter(id=meeting.id)).select_related("slot").get()


async def agreed(fair: Fair) -> tuple[Participant, Participant, Meeting]:
    """Anna meets Mikko at 10:00, which nobody chose."""
    opened = await fair.round("10:00", "11:00", tables=1)
    anna, mikko = await fair.delegate("Anna", opened), await fair.delegate("Mikko", opened)
    meeting = await request_meeting(anna, mikko, message="", by=fair[anna])
    await accept(meeting, by=fair[mikko])
    return anna, mikko, meeting


async def test_a_meeting_is_flexible_only_while_all_let_it(fair: Fair) -> None:
    anna, mikko, meeting = await agreed(fair)
    assert not (await stand(meeting)).fixed
    await keep_time(meeting, keeper=anna, by=fair[anna])
    await keep_time(meeting, keeper=mikko, by=fair[mikko])
    await let_move(meeting, keeper=anna, by=fair[anna])
    assert (await stand(meeting)).fixed
    assert await keepers(meeting) == [mikko]
    await let_move(meeting, keeper=mikko, by=fair[mikko])
    assert not (await stand(meeting)).fixed


async def test_who_chooses_a_time_holds_to_it_and_to_no_older_one(fair: Fair) -> None:
    anna, mikko, meeting = await agreed(fair)
    await keep_time(meeting, keeper=anna, by=fair[anna])
    found = await stand(meeting)
    await reschedule(found, slot=await fair.slot("10:40"), version=found.version, by=fair[mikko])
    assert await keepers(meeting) == [mikko]
    found = await stand(meeting)
    await reschedule(found, slot=await fair.slot("10:20"), version=found.version, by=fair.organiser)
    assert await keepers(meeting) == [None]
    await let_move(meeting, keeper=None, by=fair.organiser)
    assert not (await stand(meeting)).fixed


async def test_nobody_speaks_for_another(fair: Fair) -> None:
    anna, mikko, meeting = await agreed(fair)
    with pytest.raises(Forbidden):
        await keep_time(meeting, keeper=anna, by=fair[mikko])
    with pytest.raises(Forbidden):
        await keep_time(meeting, keeper=None, by=fair[mikko])
    await accept(other := await _waiting(fair, anna), waiting=True, by=fair.organiser)
    with pytest.raises(Refused, match="no time yet"):
        await keep_time(other, keeper=anna, by=fair[anna])


async def _waiting(fair: Fair, anna: Participant) -> Meeting:
    return await request_meeting(anna, await fair.delegate("Jan"), message="", by=fair[anna])


async def test_a_whole_draft_moves_nothing_that_somebody_keeps(fair: Fair) -> None:
    """With a second meeting after a gap, the best timetable would move the first."""
    anna, _mikko, meeting = await agreed(fair)
    sara = await fair.delegate("Sara")
    await fair.ticks(sara)
    other = await request_meeting(anna, sara, message="", by=fair[anna])
    await accept(other, slot=await fair.slot("10:40"), by=fair[sara])
    assert await _moved(fair) == {meeting.id}
    await keep_time(meeting, keeper=anna, by=fair[anna])
    assert await _moved(fair) == set()


async def _moved(fair: Fair) -> set[int]:
    posed = await problem_of(fair.event, now=datetime.now(UTC))
    plan = solve(posed.problem, deadline_seconds=1, seed=1)
    return {one.id for one, slot in zip(posed.problem.meetings, plan.slots, strict=True) if slot != one.current}


async def test_nothing_inside_the_freeze_is_asked_about(fair: Fair) -> None:
    _anna, _mikko, meeting = await agreed(fair)
    soon = fair.at("10:00") - FREEZE + timedelta(minutes=1)
    posed = await problem_of(fair.event, now=soon)
    assert meeting.id not in {one.id for one in posed.problem.meetings}


async def test_a_draft_does_not_move_what_begins_soon_by_the_time_of_its_release(fair: Fair) -> None:
    _anna, mikko, meeting = await agreed(fair)
    await mark_away(mikko, (await fair.slot("10:00")).span, by=fair.organiser)
    draft = await draft_schedule(fair.event, kind=DraftKind.MEND, seconds=1, by=fair.organiser)
    await run_draft(draft)
    soon = datetime.now(UTC) + FREEZE - timedelta(minutes=1)
    await Slot.filter(id=(await stand(meeting)).slot_id).update(start=soon, end=soon + timedelta(minutes=20))
    with pytest.raises(Refused) as refused:
        await release_draft(draft, by=fair.organiser)
    assert any("begins soon" in hint for hint in refused.value.hints)


async def test_a_draft_made_before_somebody_kept_the_time_is_not_released_over_it(fair: Fair) -> None:
    anna, mikko, meeting = await agreed(fair)
    await mark_away(mikko, (await fair.slot("10:00")).span, by=fair.organiser)
    draft = await draft_schedule(fair.event, kind=DraftKind.MEND, seconds=1, by=fair.organiser)
    await run_draft(draft)
    await keep_time(meeting, keeper=anna, by=fair[anna])
    with pytest.raises(Refused) as refused:
        await release_draft(draft, by=fair.organiser)
    assert [*refused.value.hints] == ["Anna and Mikko have changed their meeting."]


async def test_whoever_ticks_that_it_may_not_move_is_passed_over_by_drafts_and_mending(fair: Fair, visit) -> None:
    anna, _mikko, meeting = await agreed(fair)
    await _fixed_later(fair, anna)
    hers, desk, path = await visit(fair[anna]), await visit(fair.organiser), f"/e/tampere/meetings/{meeting.id}"
    assert "A new schedule may move it, up to half an hour before it begins." in (await hers.get(path)).text
    assert "Get another time" in await _drafted(desk)
    assert (await hers.post(f"{path}/keeping", data={"keep": "y"})).status_code == 303
    for browser in (hers, desk):
        assert "No schedule moves this meeting. Its time is kept by: Anna." in (await browser.get(path)).text
    for asked in ("drafts", "drafts/mending"):
        assert "Nothing would change." in await _drafted(desk, asked)
    refused = await desk.post(f"{DESK}/absences", data=await _away(fair, desk, "Mikko"))
    assert refused.status_code == 409
    assert "Meetings that are fixed or begin soon stand in this time." in refused.text
    assert (await hers.post(f"{path}/keeping", data={})).status_code == 303
    assert (await desk.post(f"{DESK}/absences", data=await _away(fair, desk, "Mikko"))).status_code == 303
    assert "Get another time" in await _drafted(desk, "drafts/mending")
    released = await desk.post(f"{DESK}/drafts/{(await Draft.all().order_by('-id').first()).id}/release")
    assert released.status_code == 303
    assert (await stand(meeting)).slot.start == fair.at("10:20")
    assert "What the schedule did" in (await hers.get(path)).text


async def test_what_begins_within_the_freeze_is_moved_by_no_draft_and_its_page_says_so(fair: Fair, visit) -> None:
    """The same two meetings, of which the first begins in twenty to twenty-five minutes."""
    anna, meeting = await _soon(fair)
    hers, desk, path = await visit(fair[anna]), await visit(fair.organiser), f"/e/tampere/meetings/{meeting.id}"
    page = (await hers.get(path)).text
    assert "It begins within half an hour or has begun: no schedule moves it any more." in page
    assert "A new schedule may move it" not in page
    for asked in ("drafts", "drafts/mending"):
        assert "Nothing would change." in await _drafted(desk, asked)
    assert "so does what begins within half an hour" in (await desk.get(f"{DESK}/drafts")).text
    assert not (await stand(meeting)).fixed, "nobody keeps it"
    refused = await desk.post(f"{DESK}/absences", data=await _away(fair, desk, "Mikko"))
    assert refused.status_code == 409
    assert (await stand(meeting)).slot_id == meeting.slot_id


async def _fixed_later(fair: Fair, anna: Participant) -> None:
    """A second meeting of Anna's, after a gap: the best timetable would move the first."""
    last = await Slot.all().order_by("-start").first()
    sara = await fair.delegate("Sara")
    await fair.ticks(sara)
    other = await request_meeting(anna, sara, message="", by=fair[anna])
    await accept(other, slot=last, by=fair[sara])


async def _soon(fair: Fair) -> tuple[Participant, Meeting]:
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    start = now + timedelta(minutes=25 - now.minute % 5)
    day = start.astimezone(fair.event.tz).date()
    await Event.filter(id=fair.event.id).update(first_day=day, last_day=day + timedelta(days=1))
    await fair.event.refresh_from_db()
    shape = Shape(
        name="Now",
        start=start,
        end=start + timedelta(hours=1),
        slot_minutes=20,
        break_minutes=0,
        tables=1,
        place="Hall",
    )
    opened = await open_round(fair.event, shape, by=fair.organiser)
    anna, mikko = await fair.delegate("Anna", opened), await fair.delegate("Mikko", opened)
    meeting = await accept(await request_meeting(anna, mikko, message="", by=fair[anna]), by=fair[mikko])
    await _fixed_later(fair, anna)
    return anna, meeting


async def _drafted(desk, asked: str = "drafts") -> str:
    """The page of a draft that the desk asks for with the form, once a worker has made it."""
    answer = await desk.post(f"{DESK}/{asked}", data={"aim": "waits", "seconds": "1", "seed": "1"})
    assert answer.status_code == 303, answer.text
    assert await work()
    return (await desk.get(answer.headers["location"])).text


async def _away(fair: Fair, desk, name: str) -> dict[str, str]:
    """What the form posts when somebody cannot be there in the first slot."""
    page = (await desk.get(f"{DESK}/drafts")).text
    who = re.search(rf'<option value="(\d+)">{name}<', page)
    assert who
    first = await Slot.all().order_by("start").first()
    span = {key: f"{getattr(first, key).astimezone(fair.event.tz):%Y-%m-%dT%H:%M}" for key in ("start", "end")}
    return {"who": who[1], **span}
