import asyncio
import json
import os
import signal
import sys
import textwrap
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.errors import Forbidden, Refused
from app.journal import changes_since, moved, revision
from events.types import add_type
from matchmaking import drafting
from matchmaking.away import find_table, lose_table, mark_away
from matchmaking.bookmarks.marking import mark
from matchmaking.bookmarks.models import Mark
from matchmaking.draft_models import Draft, DraftKind, DraftState
from matchmaking.draft_view import view
from matchmaking.drafting import discard_draft, draft_schedule, failure, proposal_of, run_draft, work
from matchmaking.interpreters.registering import register_interpreter
from matchmaking.matrix import change_type_conditions, give_type
from matchmaking.meetings import accept, cancel, decline, request_meeting, reschedule
from matchmaking.models import Meeting, MeetingStatus, Seat, SeatRole
from matchmaking.moves import moves_of
from matchmaking.orders import Order
from matchmaking.posing import problem_of
from matchmaking.profile_models import Profile
from matchmaking.proposal import Proposal, Spot
from matchmaking.releasing import release_draft, undo_release
from matchmaking.round_models import Block, Round, Slot, Table
from matchmaking.scheduler.problem import Aim
from matchmaking.times import give_back, keep_free, limit_meetings
from tests.matchmaking.conftest import solver


@pytest.fixture
async def opened(fair):
    return await fair.round("10:00", "11:00", tables=2)


@pytest.fixture
async def crowd(fair, opened):
    """Three people who have all agreed to meet each other, in a round of three slots."""
    return [await fair.delegate(name, opened) for name in ("Anna", "Mikko", "Jan")]


async def agree(fair, one, other, **how) -> Meeting:
    asked = await request_meeting(one, other, message="", by=fair[one])
    return await accept(asked, by=fair[other], **how)


@pytest.fixture
async def waiting(fair, crowd):
    anna, mikko, jan = crowd
    return [await agree(fair, *pair, waiting=True) for pair in ((anna, mikko), (mikko, jan), (jan, anna))]


async def ready(fair, *, seconds: int = 2, **options) -> Draft:
    draft = await draft_schedule(fair.event, seconds=seconds, by=fair.organiser, **options)
    assert await work()
    await draft.refresh_from_db()
    assert draft.state == DraftState.READY, draft.error
    return draft


async def test_a_draft_places_everybody_and_a_release_tells_them(fair, crowd, waiting, assert_sound):
    before = await revision(fair.event.scope)
    draft = await ready(fair)
    proposal = proposal_of(draft)
    assert proposal.quality.placed == proposal.quality.meetings == 3
    assert proposal.quality.status in ("optimal", "feasible")
    assert len(proposal.changes) == 3
    assert not await Meeting.filter(slot_id__isnull=False).exists(), "a draft changes nothing"
    assert draft.revision == before + 1, "read after it was asked for"

    released = await release_draft(draft, by=fair.organiser)
    assert released.state == DraftState.RELEASED
    assert await Meeting.filter(slot_id__isnull=False).count() == 3
    facts = await changes_since(fair.event.scope, await revision(fair.event.scope) - 1)
    assert [fact.kind for fact in facts] == ["draft.released"] + ["meeting.scheduled"] * 3
    assert {topic for fact in facts for topic in fact.topics} == {*(one.topic for one in crowd), fair.event.desk}
    await assert_sound()
    with pytest.raises(Refused, match="Only a draft that is ready"):
        await release_draft(draft, by=fair.organiser)


async def test_a_draft_says_how_good_it_is_beside_first_fit(fair, crowd, waiting):
    proposal = proposal_of(await ready(fair))
    report = proposal.report
    assert (report.accepted, report.placeable, report.plan.placed, report.first_fit.placed) == (3, 3, 3, 3)
    assert report.today is None, "nothing has a time yet"
    assert sum(report.plan.breaks_each) == 3
    assert report.plan.evenness == 1
    assert report.plan.worst_off.participant in {one.id for one in crowd}
    assert Proposal.from_json(json.loads(json.dumps(proposal.to_json()))) == proposal
    stored = proposal.to_json()
    del stored["report"]
    assert Proposal.from_json(stored).report is None, "older drafts can still be read"


async def test_of_equals_with_most_breaks_the_page_names_one(fair, crowd, waiting):
    draft = await ready(fair)
    stored = proposal_of(draft).to_json()
    stored["quality"].update(worst=crowd[0].id, worst_breaks=1)
    stored["report"]["plan"]["worst_off"].update(participant=crowd[1].id, breaks=1)
    draft.plan = stored
    shown = await view(draft, fair.event)
    assert shown.worst == shown.report.timetables[0].worst == crowd[1].name


async def test_making_a_draft_moves_nobodys_revision(fair, crowd, waiting):
    draft = await draft_schedule(fair.event, seconds=2, by=fair.organiser)
    asked = await revision(fair.event.scope)
    await work()
    facts = await changes_since(fair.event.scope, asked)
    assert [(fact.kind, fact.topics) for fact in facts] == [("draft.made", [fair.event.desk])]
    points = (await Draft.get(id=draft.id)).progress["points"]
    assert len(points) >= 2
    assert points == sorted(points), "seconds, breaks and their bound, in order of time"
    assert points[-1][1] == proposal_of(await Draft.get(id=draft.id)).quality.breaks
    own = [fact.kind for fact in await changes_since(drafting.scope_of(draft), 0)]
    assert own[0] == "draft.started"
    assert set(own[1:]) <= {"draft.progressed"}
    told = await changes_since(drafting.scope_of(draft), 1)
    assert all("points" not in fact.data for fact in told), "frames carry the newest point only"


async def test_fixed_meetings_stay_and_others_go_around_them(fair, crowd, waiting, assert_sound):
    fixed = waiting[0]
    fixed = await reschedule(fixed, slot=await fair.slot("10:20"), version=fixed.version, by=fair.organiser)
    draft = await ready(fair)
    assert fixed.id not in {placement.meeting for placement in proposal_of(draft).changes}
    await release_draft(draft, by=fair.organiser)
    again = await Meeting.get(id=fixed.id)
    assert (again.slot_id, again.table_id, again.version) == (fixed.slot_id, fixed.table_id, fixed.version)
    assert await Meeting.filter(slot_id__isnull=False).count() == 3
    await assert_sound()


async def test_meetings_may_change_seats_with_each_other(fair, assert_sound):
    """Each of two pairs can only meet where the other is now."""
    opened = await fair.round("10:00", "10:40", tables=1)
    people = [await fair.delegate(name, opened) for name in ("Anna", "Mikko", "Jan", "Sara")]
    anna, mikko, jan, sara = people
    first, second = await agree(fair, anna, mikko), await agree(fair, jan, sara)
    draft = await ready(fair)
    assert proposal_of(draft).changes == []
    slots = {first.slot_id, second.slot_id}
    stored = {**draft.plan, "placements": [dict(one) for one in draft.plan["placements"]]}
    one, other = stored["placements"]
    one["after"], other["after"] = other["after"], one["after"]
    draft.plan = stored
    await draft.save()
    await release_draft(draft, by=fair.organiser)
    await assert_sound()
    moved = await Meeting.all().order_by("id")
    assert [meeting.slot_id for meeting in moved] == [second.slot_id, first.slot_id]
    assert {meeting.slot_id for meeting in moved} == slots
    assert [meeting.sequence for meeting in moved] == [first.sequence + 1, second.sequence + 1]


async def test_a_release_is_refused_with_what_moved(fair, crowd, waiting, assert_sound):
    _anna, mikko, jan = crowd
    draft = await ready(fair)
    await cancel(waiting[1], by=fair[mikko])
    places = {placement.meeting: placement.after for placement in proposal_of(draft).placements}
    taken = places[waiting[2].id].slot
    await keep_free(jan, (await Slot.get(id=taken)).span, by=fair[jan])
    before = await revision(fair.event.scope)
    with pytest.raises(Refused) as refused:
        await release_draft(draft, by=fair.organiser)
    hints = " ".join(refused.value.hints)
    assert "Mikko and Jan do not meet any more." in hints
    assert "Jan is not free at" in hints
    assert "Anna and Mikko" not in hints
    assert await revision(fair.event.scope) == before
    assert (await Draft.get(id=draft.id)).state == DraftState.READY
    await assert_sound()


async def test_a_release_sees_who_took_the_table_meanwhile(fair):
    opened = await fair.round("10:00", "10:20", tables=1)
    anna, mikko, jan, sara = [await fair.delegate(name, opened) for name in ("Anna", "Mikko", "Jan", "Sara")]
    await agree(fair, anna, mikko, waiting=True)
    draft = await ready(fair)
    await agree(fair, jan, sara)
    with pytest.raises(Refused) as refused:
        await release_draft(draft, by=fair.organiser)
    (hint,) = refused.value.hints
    assert hint.startswith("Table 1 at ")
    assert hint.endswith("10:00, meant for Anna and Mikko, is taken.")


async def test_who_has_no_time_learns_why(fair):
    opened = await fair.round("10:00", "10:20", tables=1)
    noon = await fair.round("12:00", "12:20", name="Noon")
    anna, mikko = await fair.delegate("Anna", opened), await fair.delegate("Mikko", opened)
    jan, sara = await fair.delegate("Jan", opened), await fair.delegate("Sara", opened)
    eve, lone = await fair.delegate("Eve", opened), await fair.delegate("Lone", noon)
    first = await agree(fair, anna, mikko)
    first = await reschedule(first, slot=first.slot, version=first.version, by=fair.organiser)
    full, never = await agree(fair, jan, sara, waiting=True), await agree(fair, eve, lone, waiting=True)
    unplaced = {one.meeting: one.why for one in proposal_of(await ready(fair)).unplaced}
    assert unplaced == {full.id: "tables full", never.id: "no common slot"}


async def test_the_last_release_can_be_undone_once(fair, crowd, waiting, assert_sound):
    first = await release_draft(await ready(fair), by=fair.organiser)
    stood = {meeting.id: (meeting.slot_id, meeting.table_id) for meeting in await Meeting.all()}
    anna = crowd[0]
    busy = await Meeting.get(id=waiting[0].id).select_related("slot")
    jan, sara = crowd[2], await fair.delegate("Sara", await Round.get())
    await agree(fair, jan, sara, waiting=True)
    await mark_away(anna, busy.slot.span, by=fair.organiser)
    second = await release_draft(await ready(fair), by=fair.organiser)
    with pytest.raises(Refused, match="Only the last release"):
        await undo_release(first, by=fair.organiser)
    with pytest.raises(Forbidden):
        await undo_release(second, by=fair[anna])
    with pytest.raises(Refused, match="moved on since this release") as refused:
        await undo_release(second, by=fair.organiser)
    assert any(hint.startswith("Anna is not free at") for hint in refused.value.hints), "they would go back to nobody"
    await give_back(await Block.get(), by=fair.organiser)

    undone = await undo_release(second, by=fair.organiser)
    assert undone.state == DraftState.DISCARDED
    back = {meeting.id: (meeting.slot_id, meeting.table_id) for meeting in await Meeting.all()}
    assert {**back, **stood} == back
    facts = await changes_since(fair.event.scope, await revision(fair.event.scope) - 1)
    assert facts[0].kind == "draft.undone"
    assert {"meeting.rescheduled", "meeting.unscheduled"} <= {fact.kind for fact in facts[1:]}
    await assert_sound()
    for draft in (first, second):
        with pytest.raises(Refused, match="Only the last release"):
            await undo_release(draft, by=fair.organiser)


async def test_nothing_is_undone_once_somebody_has_acted(fair, crowd, waiting, assert_sound):
    draft = await release_draft(await ready(fair), by=fair.organiser)
    await cancel(waiting[1], by=fair[crowd[1]])
    before = await revision(fair.event.scope)
    with pytest.raises(Refused) as refused:
        await undo_release(draft, by=fair.organiser)
    assert [*refused.value.hints] == ["Mikko and Jan do not meet any more."]
    assert await revision(fair.event.scope) == before
    await assert_sound()


async def test_what_has_begun_is_neither_released_away_nor_undone(fair, crowd, waiting):
    released = await release_draft(await ready(fair), by=fair.organiser)
    first = await Meeting.all().order_by("slot__start").first().select_related("asker", "slot")
    await mark_away(first.asker, first.slot.span, by=fair.organiser)
    mended = await ready(fair, kind=DraftKind.MEND)
    early = datetime.now(UTC) - timedelta(minutes=1)
    await Slot.filter(id=first.slot_id).update(start=early, end=early + timedelta(minutes=20))
    for verb, draft in ((undo_release, released), (release_draft, mended)):
        with pytest.raises(Refused) as refused:
            await verb(draft, by=fair.organiser)
        assert any(hint.endswith("has begun.") for hint in refused.value.hints)


async def test_what_has_a_time_can_be_kept(fair, crowd, waiting, assert_sound):
    anna = crowd[0]
    early = await Meeting.get(id=waiting[0].id)
    early = await reschedule(early, slot=await fair.slot("10:40"), version=early.version, by=fair[anna])
    await Meeting.filter(id=early.id).update(fixed=False)
    draft = await ready(fair, kind=DraftKind.WAITING)
    assert {placement.meeting for placement in proposal_of(draft).changes} == {waiting[1].id, waiting[2].id}
    await release_draft(draft, by=fair.organiser)
    assert (await Meeting.get(id=early.id)).slot_id == early.slot_id
    await assert_sound()


async def test_mending_moves_only_what_cannot_stay(fair, assert_sound):
    """Anna is away at ten: her meeting then moves; Jan's and Sara's stays, Eve and Lone get what is free."""
    opened = await fair.round("10:00", "11:00", tables=2)
    names = ("Anna", "Mikko", "Jan", "Sara", "Eve", "Lone")
    anna, mikko, jan, sara, eve, lone = [await fair.delegate(name, opened) for name in names]
    moving, staying = await agree(fair, anna, mikko), await agree(fair, jan, sara)
    wait = await agree(fair, eve, lone, waiting=True)
    assert moving.slot_id == staying.slot_id == (await fair.slot("10:00")).id
    await mark_away(anna, moving.slot.span, by=fair.organiser)
    draft = await ready(fair, kind=DraftKind.MEND)
    placements = {placement.meeting: placement for placement in proposal_of(draft).changes}
    assert set(placements) == {moving.id, wait.id}
    assert placements[moving.id].before.slot == moving.slot_id
    assert placements[moving.id].after.slot != moving.slot_id
    await release_draft(draft, by=fair.organiser)
    again = await Meeting.get(id=staying.id)
    assert (again.slot_id, again.table_id, again.version) == (staying.slot_id, staying.table_id, staying.version)
    assert await Meeting.filter(slot_id__isnull=False).count() == 3
    await assert_sound()
    assert proposal_of(await ready(fair, kind=DraftKind.MEND)).changes == [], "mended once is mended"


async def test_a_lost_table_moves_those_who_sat_there_and_nobody_else(fair, assert_sound):
    opened = await fair.round("10:00", "10:40", tables=2)
    names = ("Anna", "Mikko", "Jan", "Sara", "Eve", "Lone")
    anna, mikko, jan, sara, eve, lone = [await fair.delegate(name, opened) for name in names]
    lost, staying = await agree(fair, anna, mikko), await agree(fair, jan, sara)
    assert (lost.slot_id, lost.table.number, staying.table.number) == (staying.slot_id, 1, 2)
    with pytest.raises(Forbidden):
        await lose_table(opened, 1, fair.at("10:00"), by=fair[anna])
    with pytest.raises(Refused, match="has no table 3"):
        await lose_table(opened, 3, fair.at("10:00"), by=fair.organiser)
    with pytest.raises(Refused, match="ends before that"):
        await lose_table(opened, 1, fair.at("10:40"), by=fair.organiser)
    table = await lose_table(opened, 1, fair.at("09:00"), by=fair.organiser)
    assert table.lost_from == fair.at("10:00"), "the page says the time alone, of the round's day"
    later = await agree(fair, eve, lone)
    assert (later.slot_id, later.table.number) == ((await fair.slot("10:20")).id, 2), "nobody new sits there"
    await cancel(later, by=fair[eve])
    draft = await ready(fair, kind=DraftKind.MEND)
    (change,) = proposal_of(draft).changes
    assert (change.meeting, change.before) == (lost.id, Spot(lost.slot_id, lost.table_id))
    assert change.after == Spot((await fair.slot("10:20")).id, staying.table_id)
    await release_draft(draft, by=fair.organiser)
    again = await Meeting.get(id=staying.id)
    assert (again.slot_id, again.table_id, again.version) == (staying.slot_id, staying.table_id, staying.version)
    await assert_sound()
    await find_table(opened, 1, by=fair.organiser)
    back = await agree(fair, eve, lone)
    assert (back.slot_id, back.table.number) == (lost.slot_id, 1)


async def test_a_fixed_meeting_is_neither_mended_nor_overlooked(fair, crowd):
    anna, mikko, jan = crowd
    fixed = await agree(fair, anna, mikko)
    fixed = await reschedule(fixed, slot=await fair.slot("10:20"), version=fixed.version, by=fair[anna])
    with pytest.raises(Forbidden):
        await mark_away(anna, fixed.slot.span, by=fair[anna])
    with pytest.raises(Refused) as refused:
        await mark_away(anna, fixed.slot.span, by=fair.organiser)
    assert refused.value.hints[0].endswith("10:20, table 1: Anna and Mikko")
    loose = await agree(fair, mikko, jan)
    await mark_away(jan, loose.slot.span, by=fair.organiser)
    changes = proposal_of(await ready(fair, kind=DraftKind.MEND)).changes
    assert [(one.meeting, one.after.slot) for one in changes] == [(loose.id, (await fair.slot("10:40")).id)]


async def test_the_same_seed_gives_the_same_draft(fair, crowd, waiting):
    one, other = await ready(fair, seed=7, seconds=20), await ready(fair, seed=7, seconds=20)
    assert proposal_of(one).placements == proposal_of(other).placements


async def test_only_the_desk_drafts_and_one_at_a_time(fair, crowd):
    with pytest.raises(Forbidden):
        await draft_schedule(fair.event, by=fair[crowd[0]])
    draft = await draft_schedule(fair.event, by=fair.organiser)
    with pytest.raises(Refused, match="being made already"):
        await draft_schedule(fair.event, by=fair.organiser)
    with pytest.raises(Forbidden):
        await discard_draft(draft, by=fair[crowd[0]])
    await discard_draft(draft, by=fair.organiser)
    assert not await work(), "nobody wants it any more"
    for seconds in (0, 10**6):
        with pytest.raises(Refused, match="seconds"):
            await draft_schedule(fair.event, seconds=seconds, by=fair.organiser)


async def test_slots_about_to_begin_are_left_alone(fair, crowd, waiting):
    far = await problem_of(fair.event, now=datetime.now(UTC))
    near = await problem_of(fair.event, now=fair.at("09:45"))
    assert (len(far.slots), len(near.slots)) == (3, 2)


async def test_a_killed_solver_is_a_failed_draft(fair, crowd, waiting):
    draft = await draft_schedule(fair.event, seconds=60, by=fair.organiser)
    running = asyncio.create_task(run_draft(draft))
    os.kill(await solver(), signal.SIGKILL)
    await asyncio.wait_for(running, 20)
    draft = await Draft.get(id=draft.id)
    assert (draft.state, draft.error) == (DraftState.FAILED, "SIGKILL")
    assert "SIGKILL" in failure(draft)
    assert await draft_schedule(fair.event, by=fair.organiser)


async def test_a_discarded_draft_stops_its_solver(fair, crowd, waiting):
    draft = await draft_schedule(fair.event, seconds=60, by=fair.organiser)
    running = asyncio.create_task(run_draft(draft))
    pid = await solver()
    os.kill(pid, signal.SIGSTOP)  # so that it cannot be done before it is discarded
    await discard_draft(draft, by=fair.organiser)
    await asyncio.wait_for(running, 20)
    assert not Path(f"/proc/{pid}").exists()
    assert (await Draft.get(id=draft.id)).state == DraftState.DISCARDED


async def test_a_worker_that_stops_takes_its_solver_along(fair, crowd, waiting):
    draft = await draft_schedule(fair.event, seconds=60, by=fair.organiser)
    running = asyncio.create_task(run_draft(draft))
    pid = await solver()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert not Path(f"/proc/{pid}").exists()
    await Draft.filter(id=draft.id).update(leased_until=datetime.now(UTC) - timedelta(seconds=1))
    assert not await work()
    draft = await Draft.get(id=draft.id)
    assert draft.state == DraftState.FAILED
    assert "server stopped" in failure(draft)


async def test_two_workers_make_a_draft_once(fair, crowd, waiting):
    draft = await draft_schedule(fair.event, seconds=2, by=fair.organiser)
    await asyncio.gather(run_draft(draft), run_draft(draft))
    own = [fact.kind for fact in await changes_since(drafting.scope_of(draft), 0)]
    assert own.count("draft.started") == 1


async def test_a_draft_from_wishes_chooses_among_the_requests(fair, crowd, assert_sound):
    """Three requests, one slot for each pair with one table: what is chosen is agreed, what is not stays a request."""
    anna, mikko, jan = crowd
    sara = await fair.delegate("Sara", await Round.get())
    await Table.filter(number=2).delete()
    agreed = await agree(fair, anna, mikko)
    asked = [
        await request_meeting(one, other, message="", by=fair[one])
        for one, other in ((anna, jan), (jan, sara), (mikko, sara))
    ]
    draft = await ready(fair, kind=DraftKind.WISHES, order=Order(least=1))
    proposal = proposal_of(draft)
    assert (proposal.wished.requests, proposal.wished.chosen, proposal.wished.short) == (3, 2, 0)
    assert proposal.wished.points <= proposal.wished.most_points
    assert Proposal.from_json(json.loads(json.dumps(proposal.to_json()))) == proposal
    assert {placement.cause for placement in proposal.changes} == {"chosen"}
    assert agreed.id not in {placement.meeting for placement in proposal.changes}
    chosen = {placement.meeting for placement in proposal.changes}

    released = await release_draft(draft, by=fair.organiser)
    await assert_sound()
    for meeting in await Meeting.filter(id__in=[one.id for one in asked]):
        assert meeting.placed == (meeting.id in chosen)
        assert meeting.status == (MeetingStatus.ACCEPTED if meeting.id in chosen else MeetingStatus.REQUESTED)
    facts = await changes_since(fair.event.scope, await revision(fair.event.scope) - 1)
    told = [fact for fact in facts if fact.kind == "meeting.chosen"]
    assert {fact.subject_id for fact in told} == chosen
    assert all(fact.data["draft"] == draft.id for fact in told)
    assert {fact.kind for fact in facts} == {"draft.released", "meeting.chosen"}
    (move,) = await moves_of(await Meeting.get(id=min(chosen)).select_related("event"))
    assert (move.draft, move.by, move.why) == (draft.id, "Olga", "chosen among the requests")

    await undo_release(released, by=fair.organiser)
    assert await Meeting.filter(status=MeetingStatus.REQUESTED, slot_id__isnull=True).count() == 3
    await assert_sound()


async def test_a_request_that_was_answered_is_chosen_no_more(fair, crowd):
    anna, mikko, _jan = crowd
    asked = await request_meeting(anna, mikko, message="", by=fair[anna])
    draft = await ready(fair, kind=DraftKind.WISHES)
    await decline(asked, by=fair[mikko])
    with pytest.raises(Refused) as refused:
        await release_draft(draft, by=fair.organiser)
    assert [*refused.value.hints] == ["The request between Anna and Mikko has its answer already."]


async def test_wishes_obey_marks_vetoes_and_limits_when_chosen_and_when_released(fair, assert_sound):
    opened = await fair.round("10:00", "10:20", tables=2)
    anna, mikko, jan, sara = [await fair.delegate(name, opened) for name in ("Anna", "Mikko", "Jan", "Sara")]
    with_mikko, with_jan = [await request_meeting(anna, one, message="", by=fair[anna]) for one in (mikko, jan)]
    await request_meeting(sara, anna, message="", by=fair[sara])
    await mark(sara, anna, Mark.MUST, by=fair[sara])
    await mark(anna, sara, Mark.NOT, by=fair[anna])
    await mark(anna, jan, Mark.MUST, by=fair[anna])
    draft = await ready(fair, kind=DraftKind.WISHES)
    assert {placement.meeting for placement in proposal_of(draft).changes} == {with_jan.id}, "what is wanted most"
    await mark(jan, anna, Mark.NOT, by=fair[jan])
    neutral = "By rules, limits or wishes the request between Anna and Jan cannot be chosen any more."
    with pytest.raises(Refused) as refused:
        await release_draft(draft, by=fair.organiser)
    assert [*refused.value.hints] == [neutral]
    await mark(jan, anna, None, by=fair[jan])
    await limit_meetings(jan, 0, by=fair[jan])
    with pytest.raises(Refused) as refused:
        await release_draft(draft, by=fair.organiser)
    assert [*refused.value.hints] == [neutral], "a limit reads like a veto"
    draft = await ready(fair, kind=DraftKind.WISHES)
    assert {placement.meeting for placement in proposal_of(draft).changes} == {with_mikko.id}
    await release_draft(draft, by=fair.organiser)
    await assert_sound()


async def test_the_limit_of_a_type_holds_for_schedules_too(fair):
    opened = await fair.round("10:00", "11:00", tables=2)
    anna, mikko, jan = [await fair.delegate(name, opened) for name in ("Anna", "Mikko", "Jan")]
    buyer = await add_type(fair.event, "Buyer", open=True, by=fair.organiser)
    await change_type_conditions(buyer, most_meetings=1, accepts_at_once=False, by=fair.organiser)
    await give_type(anna, buyer, by=fair.organiser)
    for one in (mikko, jan):
        await request_meeting(anna, one, message="", by=fair[anna])
    assert proposal_of(await ready(fair, kind=DraftKind.WISHES)).wished.chosen == 1


async def test_two_chosen_requests_do_not_share_an_interpreter(fair, assert_sound):
    opened = await fair.round("10:00", "10:20", tables=2)
    anna, mikko, jan, sara = [await fair.delegate(name, opened) for name in ("Anna", "Mikko", "Jan", "Sara")]
    await request_meeting(anna, mikko, message="", by=fair[anna])
    await request_meeting(jan, sara, message="", by=fair[jan])
    draft = await ready(fair, kind=DraftKind.WISHES)
    assert len(proposal_of(draft).changes) == 2
    await Profile.filter(participant_id__in=[mikko.id, sara.id]).update(languages=["fi"])
    irma = await fair.newcomer("Irma")
    await register_interpreter(irma, languages=["en", "fi"], rounds=[opened], by=fair.organiser)
    with pytest.raises(Refused, match="has moved on since") as refused:
        await release_draft(draft, by=fair.organiser)
    (line,) = refused.value.hints
    assert line.startswith("No interpreter is free for Jan and Sara at")
    assert line.endswith("10:00: English – Finnish.")
    await assert_sound()
    other = await fair.newcomer("Olli")
    await register_interpreter(other, languages=["en", "fi"], rounds=[opened], by=fair.organiser)
    await release_draft(draft, by=fair.organiser)
    await assert_sound()
    seats = await Seat.filter(role=SeatRole.INTERPRETER).values_list("participant_id", flat=True)
    assert set(seats) == {irma.id, other.id}


async def test_the_order_of_a_draft_is_kept_and_obeyed(fair, crowd, waiting, assert_sound):
    draft = await ready(fair, order=Order(aim=Aim.STAY, in_a_row=1))
    assert Order.from_json(draft.terms) == Order(aim=Aim.STAY, in_a_row=1)
    proposal = proposal_of(draft)
    assert proposal.quality.placed == 2, "three slots, and never two of them one after the other"
    assert len(proposal.unplaced) == 1


async def test_who_has_no_time_learns_what_would_help(fair):
    opened = await fair.round("10:00", "10:20", tables=1)
    anna, mikko = await fair.delegate("Anna", opened), await fair.delegate("Mikko", opened)
    jan, sara = await fair.delegate("Jan", opened), await fair.delegate("Sara", opened)
    first = await agree(fair, anna, mikko)
    await reschedule(first, slot=first.slot, version=first.version, by=fair.organiser)
    full, busy = await agree(fair, jan, sara, waiting=True), await agree(fair, anna, jan, waiting=True)
    draft = await ready(fair, kind=DraftKind.WAITING)
    found = {one.meeting: one for one in proposal_of(draft).unplaced}
    assert (found[full.id].remedy, found[full.id].remedy_slot) == ("table", first.slot_id)
    assert (found[busy.id].remedy, found[busy.id].remedy_meeting) == ("gives up", first.id)
    left = {one.meeting: one.remedy for one in (await view(draft, fair.event)).left}
    assert left[full.id].startswith("It would have a time with one more table at ")
    assert left[busy.id] == "It would have a time if Anna gave up this meeting: Anna and Mikko."


async def test_a_table_of_ones_own_is_nobody_elses(fair, assert_sound):
    """One slot, two tables, one of them Anna's: her meeting is there, and only one of two others finds a place."""
    opened = await fair.round("10:00", "10:20", tables=2)
    names = ("Anna", "Mikko", "Jan", "Sara", "Eve", "Lone")
    anna, mikko, jan, sara, eve, lone = [await fair.delegate(name, opened) for name in names]
    table = await Table.get(number=1)
    await Table.filter(id=table.id).update(host_id=anna.id)
    hers = await agree(fair, mikko, anna, waiting=True)
    for pair in ((jan, sara), (eve, lone)):
        await agree(fair, *pair, waiting=True)
    draft = await ready(fair)
    placements = {placement.meeting: placement.after for placement in proposal_of(draft).placements}
    assert placements[hers.id].table == table.id
    assert sum(after is not None for after in placements.values()) == 2
    assert [one.why for one in proposal_of(draft).unplaced] == ["tables full"]
    await release_draft(draft, by=fair.organiser)
    await assert_sound()
    assert proposal_of(await ready(fair)).changes == []


async def test_nobody_outside_the_difference_hears_of_a_release(fair, crowd, waiting):
    released = await release_draft(await ready(fair), by=fair.organiser)
    first = await Meeting.all().order_by("slot__start").first().select_related("asker", "slot")
    sara, eve = [await fair.delegate(name, await Round.get()) for name in ("Sara", "Eve")]
    await agree(fair, sara, eve)
    await Table.bulk_create(Table(round_id=first.slot.round_id, number=number) for number in (3, 4))
    await mark_away(first.asker, first.slot.span, by=fair.organiser)
    before = {one.id: await moved(fair.event.scope, one.topic) for one in (*crowd, sara, eve)}
    mended = await ready(fair, kind=DraftKind.MEND)
    proposal = proposal_of(mended)
    assert proposal.least_touched <= proposal.touched
    causes = {placement.meeting: placement.cause for placement in proposal.changes}
    assert causes[first.id] in ("somebody is not free", "no place")
    await release_draft(mended, by=fair.organiser)
    people = {one for m in await Meeting.filter(id__in=list(causes)) for one in (m.asker_id, m.invitee_id)}
    for one in (*crowd, sara, eve):
        assert (await moved(fair.event.scope, one.topic) != before[one.id]) is (one.id in people)
    assert released.id < mended.id


async def test_mending_keeps_to_pauses_and_limits_of_a_round_and_lets_stand_what_stands(fair, opened, crowd):
    anna, mikko, jan = crowd
    held = [await agree(fair, anna, mikko), await agree(fair, anna, jan)]
    waits = await agree(fair, mikko, jan, waiting=True)
    await Round.filter(id=opened.id).update(most_meetings=1)
    proposal = proposal_of(await ready(fair, kind=DraftKind.MEND))
    assert proposal.changes == [], "Anna keeps both; nobody gets a second one"
    assert [one.meeting for one in proposal.unplaced] == [waits.id]
    await Round.filter(id=opened.id).update(most_meetings=2)
    proposal = proposal_of(await ready(fair, kind=DraftKind.MEND))
    assert [one.meeting for one in proposal.changes] == [waits.id]
    assert {one.id for one in held}.isdisjoint(one.meeting for one in proposal.changes)


WORKER = """
    import asyncio
    from app import db
    from matchmaking.drafting import work
    from tests.conftest import settings_for

    async def main():
        await db.connect(settings_for({url!r}))
        await work()

    asyncio.run(main())
"""


async def test_a_worker_that_is_killed_leaves_the_schedule_and_a_broken_run(database, fair, opened, crowd):
    """kill -9: no handler runs. Its solver ends by itself, for nobody listens; another worker finds the run broken."""
    anna, mikko, jan = crowd
    await agree(fair, anna, mikko)
    await agree(fair, mikko, jan)
    before = await Meeting.all().order_by("id").values_list("id", "slot_id", "table_id", "version")
    draft = await draft_schedule(fair.event, seconds=60, by=fair.organiser)
    code = textwrap.dedent(WORKER).format(url=database)
    worker = await asyncio.create_subprocess_exec(sys.executable, "-c", code)
    for _ in range(600):
        if await Draft.filter(id=draft.id, state=DraftState.RUNNING).exists():
            break
        await asyncio.sleep(0.1)
    os.kill(worker.pid, signal.SIGKILL)
    assert await worker.wait() == -signal.SIGKILL
    assert (await Draft.get(id=draft.id)).state == DraftState.RUNNING, "nobody could say so"
    assert not await work(), "its lease holds: another worker leaves it alone"
    await Draft.filter(id=draft.id).update(leased_until=datetime.now(UTC) - timedelta(seconds=1))
    assert not await work()
    draft = await Draft.get(id=draft.id)
    assert (draft.state, draft.plan) == (DraftState.FAILED, None)
    assert "server stopped" in failure(draft)
    assert await Meeting.all().order_by("id").values_list("id", "slot_id", "table_id", "version") == before
    assert await draft_schedule(fair.event, by=fair.organiser), "a new one can be asked for"
