from datetime import UTC, datetime, timedelta

import pytest

from app.errors import Forbidden, Refused
from events.models import Participant
from matchmaking.away import mark_away
from matchmaking.draft_models import DraftKind
from matchmaking.drafting import draft_schedule, run_draft
from matchmaking.keeping import keep_time, keepers, let_move
from matchmaking.meetings import accept, request_meeting, reschedule
from matchmaking.models import Meeting
from matchmaking.parties import with_people
from matchmaking.posing import FREEZE, problem_of
from matchmaking.releasing import release_draft
from matchmaking.round_models import Slot
from matchmaking.scheduler.solve import solve
from tests.matchmaking.conftest import Fair


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
