"""The day itself: who is here, whose partner is not, who sits down instead, and what screens at the hall show."""

import asyncio
import re
from datetime import UTC, datetime, time, timedelta

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import main
from app.errors import Forbidden, Refused
from app.models import Change
from events.models import Participant
from events.tasks import State
from matchmaking.bookmarks.marking import mark
from matchmaking.bookmarks.models import Mark
from matchmaking.groups.membership import join_group, propose_group
from matchmaking.meetings import request_meeting
from matchmaking.models import Meeting, MeetingStatus, Seat, SeatRole
from matchmaking.onsite.absences import agree, answer_absence, end_absence, propose, report_absence, turn_down
from matchmaking.onsite.displays import address_of, board, make_display, revoke_display
from matchmaking.onsite.gaps import no_shows
from matchmaking.onsite.models import Absence, Answer, Display, StandIn
from matchmaking.onsite.nearby import Candidate, in_order
from matchmaking.onsite.presence import Said, say
from matchmaking.onsite.reading import standby, today
from matchmaking.onsite.tasks import steps
from matchmaking.round_models import Slot
from tests.conftest import SECRET, settings_for
from tests.events.conftest import counting_statements
from tests.matchmaking.conftest import Fair, sound
from tests.matchmaking.onsite_fair import arrive, begun, minutes_later, sit
from tests.matchmaking.visiting import visit

__all__ = ["visit"]
FITS = {"offers": ("bark",), "needs": ("bark",)}

candidates = st.builds(
    Candidate,
    participant=st.integers(1, 10**6),
    worth=st.integers(0, 1000),
    agreed=st.booleans(),
    asked=st.booleans(),
    standby=st.booleans(),
    tables=st.none() | st.integers(0, 50),
)


@given(st.lists(candidates, unique_by=lambda one: one.participant))
def test_only_who_is_interested_is_asked_and_who_agreed_first(found: list[Candidate]) -> None:
    ordered = in_order(found)
    assert {one.participant for one in ordered} == {one.participant for one in found if one.mutual}
    assert ordered == in_order(reversed(found))
    assert [one.agreed for one in ordered] == sorted((one.agreed for one in ordered), reverse=True)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (Candidate(2, 10, agreed=True), Candidate(1, 900)),
        (Candidate(2, 10, asked=True), Candidate(1, 900)),
        (Candidate(2, 900), Candidate(1, 500, standby=True)),
        (Candidate(2, 510, standby=True), Candidate(1, 590)),
        (Candidate(2, 510, tables=1), Candidate(1, 590, tables=8)),
        (Candidate(2, 510, tables=8), Candidate(1, 510)),
    ],
)
def test_agreement_beats_interest_beats_standby_beats_nearness(first: Candidate, second: Candidate) -> None:
    assert in_order([second, first]) == [first, second]


async def hall(fair: Fair, *more: str):
    """Anna sits at table 1 and waits for Mikko; the others are here, fit and are free."""
    opened = await begun(fair)
    people = [await fair.delegate(name, opened, **FITS) for name in ("Anna", "Mikko", *more)]
    meeting = await sit(fair, people[0], people[1], number=1)
    await arrive(fair, people[0], *people[2:])
    return meeting, people


async def test_a_missing_partner_is_asked_and_after_three_minutes_somebody_near_sits_down(fair, visit):
    meeting, (anna, mikko, sara) = await hall(fair, "Sara")
    hers, his, saras = [await visit(fair[one]) for one in (anna, mikko, sara)]
    page = (await hers.get("/e/tampere/today")).text
    assert "My partner is not here" in page
    assert (await hers.post(f"/e/tampere/meetings/{meeting.id}/absence")).status_code == 303
    absence = await Absence.get()
    assert "Are you on your way?" in (await his.get("/e/tampere/today")).text
    for path in ("/e/tampere/meetings", f"/e/tampere/meetings/{meeting.id}"):
        assert "Are you on your way?" in (await his.get(path)).text
    early = await hers.post(f"/e/tampere/absences/{absence.id}/stand-ins", data={"guest": sara.id})
    assert early.status_code == 409
    assert "Mikko may still come: give them three minutes." in early.text
    assert "After three minutes" in (await hers.get("/e/tampere/today")).text
    await his.post(f"/e/tampere/absences/{absence.id}/answer", data={"answer": "coming"})
    assert "on the way" in (await hers.get("/e/tampere/today")).text
    await minutes_later(absence)
    page = (await hers.get("/e/tampere/today")).text
    assert "Sara" in page
    assert "Ask to sit down now" in page
    await hers.post(f"/e/tampere/absences/{absence.id}/stand-ins", data={"guest": sara.id})
    assert "Anna is free now, at table 1. Will you sit down?" in (await saras.get("/e/tampere/today")).text
    stand_in = await StandIn.get()
    assert (await hers.post(f"/e/tampere/stand-ins/{stand_in.id}/agreement")).status_code == 403
    assert (await saras.post(f"/e/tampere/stand-ins/{stand_in.id}/agreement")).status_code == 303
    met = await Meeting.get(asker=anna, invitee=sara).select_related("table", "slot")
    assert (met.status, met.table.number, met.slot.start) == (
        MeetingStatus.ACCEPTED, 1, (await Slot.get(id=absence.slot_id)).start,
    )  # fmt: skip
    missed = await Meeting.get(id=meeting.id)
    assert missed.waiting
    assert not missed.fixed
    assert "Are you on your way?" not in (await his.get("/e/tampere/today")).text
    await sound()


async def test_nobody_is_told_that_somebody_did_not_come_but_the_two_and_the_desk(fair):
    meeting, (anna, mikko, _sara) = await hall(fair, "Sara")
    absence = await report_absence(meeting, anna, by=fair[anna])
    again = await report_absence(meeting, anna, by=fair[anna])
    assert again.id == absence.id
    (fact,) = await Change.filter(kind="absence.reported")
    inboxes = {f"inbox:{fair[one].id}" for one in (anna, mikko)}
    assert set(fact.topics) == {*inboxes, fair.event.desk}


@pytest.mark.parametrize("what", ["not theirs", "not now", "answered by another", "over", "stranger"])
async def test_what_makes_no_sense_is_refused(fair, what):
    meeting, (anna, mikko, sara) = await hall(fair, "Sara")
    if what == "not now":
        past = datetime.now(UTC) - timedelta(hours=1)
        await Slot.filter(id=meeting.slot_id).update(start=past, end=past + timedelta(minutes=5))
        with pytest.raises(Refused, match="while the meeting is on"):
            await report_absence(meeting, anna, by=fair[anna])
        return
    if what == "not theirs":
        with pytest.raises(Forbidden):
            await report_absence(meeting, anna, by=fair[sara])
        return
    absence = await report_absence(meeting, anna, by=fair[anna])
    if what == "answered by another":
        with pytest.raises(Forbidden):
            await answer_absence(absence, Answer.COMING, by=fair[sara])
    elif what == "over":
        await minutes_later(absence)
        await end_absence(absence, by=fair[anna])
        with pytest.raises(Refused, match="Nobody waits at this table"):
            await propose(absence, sara, by_guest=False, by=fair[anna])
    else:
        await answer_absence(absence, Answer.NOT_COMING, by=fair[mikko])  # so others may be asked at once
        await mark(sara, anna, Mark.NOT, by=fair[sara])
        with pytest.raises(Refused, match="cannot be asked for meetings"):
            await propose(absence, sara, by_guest=False, by=fair[anna])
        (one,) = await no_shows(fair.event, now=datetime.now(UTC))
        assert [free.participant.name for free in one.free] == []


async def test_two_who_both_wait_sit_down_together_and_both_meetings_wait_for_another_time(fair, assert_sound):
    opened = await begun(fair)
    anna, mikko, sara, jan = [await fair.delegate(name, opened, **FITS) for name in ("Anna", "Mikko", "Sara", "Jan")]
    first = await sit(fair, anna, mikko, number=1)
    second = await sit(fair, sara, jan, number=3)
    await arrive(fair, anna, sara)
    hers = await minutes_later(await report_absence(first, anna, by=fair[anna]))
    day = await today(anna, now=datetime.now(UTC))
    assert day.waiting is not None
    assert [one.participant.name for one in day.waiting.free] == [], "Sara sits with Jan, as far as anybody knows"
    await minutes_later(await report_absence(second, sara, by=fair[sara]))
    day = await today(anna, now=datetime.now(UTC))
    assert [(one.participant.name, one.candidate.tables) for one in day.waiting.free] == [("Sara", 2)]
    meeting = await agree(await propose(hers, sara, by_guest=False, by=fair[anna]), by=fair[sara])
    assert (await Meeting.get(id=first.id)).waiting
    assert (await Meeting.get(id=second.id)).waiting
    assert meeting.placed
    assert await Absence.filter(ended_at__isnull=True).count() == 0
    await assert_sound()


async def test_who_wanted_to_meet_anyway_uses_that_meeting(fair, assert_sound):
    meeting, (anna, _mikko, sara) = await hall(fair, "Sara")
    asked = await request_meeting(sara, anna, message="", by=fair[sara])
    absence = await minutes_later(await report_absence(meeting, anna, by=fair[anna]))
    found = await agree(await propose(absence, sara, by_guest=False, by=fair[anna]), by=fair[sara])
    assert found.id == asked.id
    await assert_sound()


async def test_standby_sees_who_waits_and_offers_to_come_and_the_first_yes_wins(fair, visit, assert_sound):
    meeting, (anna, _mikko, sara, jan) = await hall(fair, "Sara", "Jan")
    absence = await minutes_later(await report_absence(meeting, anna, by=fair[anna]))
    saras = await visit(fair[sara])
    assert "Somebody is free at table 1" not in (await saras.get("/e/tampere/today")).text
    await saras.post("/e/tampere/today", data={"standby": "y"})
    assert [one.name for one in await standby(fair.event)] == ["Sara"]
    assert "Somebody is free at table 1: Anna" in (await saras.get("/e/tampere/today")).text
    await saras.post(f"/e/tampere/absences/{absence.id}/stand-ins")
    offered = await StandIn.get(guest=sara)
    assert offered.by_guest
    other = await propose(absence, jan, by_guest=False, by=fair[anna])
    results = await asyncio.gather(
        agree(offered, by=fair[anna]), agree(other, by=fair[jan]), return_exceptions=True
    )  # fmt: skip
    assert sorted(type(one).__name__ for one in results) == ["Meeting", "Refused"]
    assert await Meeting.filter(status=MeetingStatus.ACCEPTED, slot_id=absence.slot_id).count() == 1
    await assert_sound()


async def test_a_no_leaves_everything_as_it_was(fair, assert_sound):
    meeting, (anna, _mikko, sara) = await hall(fair, "Sara")
    absence = await minutes_later(await report_absence(meeting, anna, by=fair[anna]))
    proposal = await propose(absence, sara, by_guest=False, by=fair[anna])
    await turn_down(proposal, by=fair[sara])
    with pytest.raises(Refused, match="answered already"):
        await agree(proposal, by=fair[sara])
    assert (await Meeting.get(id=meeting.id)).placed
    await assert_sound()


async def test_who_got_busy_meanwhile_is_refused_and_the_missed_meeting_stays(fair, assert_sound):
    meeting, (anna, _mikko, sara, jan) = await hall(fair, "Sara", "Jan")
    absence = await minutes_later(await report_absence(meeting, anna, by=fair[anna]))
    proposal = await propose(absence, sara, by_guest=False, by=fair[anna])
    await sit(fair, sara, jan, number=2)
    with pytest.raises(Refused, match="something else by now"):
        await agree(proposal, by=fair[sara])
    assert (await Meeting.get(id=meeting.id)).placed
    await assert_sound()


async def test_the_desk_checks_in_by_list_and_by_code_and_fills_gaps(fair, visit):
    meeting, (anna, mikko, sara) = await hall(fair, "Sara")
    desk, hers = await visit(fair.organiser), await visit(fair[anna])
    page = (await desk.get("/e/tampere/desk/door?q=mik")).text
    assert "Mikko" in page
    assert "Sara Ltd" not in page
    await desk.post(f"/e/tampere/desk/door/{mikko.id}", data={"here": "y", "q": "mik"})
    assert "here since" in (await desk.get(f"/e/tampere/desk/door/{mikko.id}")).text
    assert "<svg" in (await hers.get("/e/tampere/today")).text
    assert (await hers.get(f"/e/tampere/desk/door/{mikko.id}")).status_code == 404
    absence = await minutes_later(await report_absence(meeting, anna, by=fair[anna]))
    assert "Anna waits for Mikko" in (await desk.get("/e/tampere/desk/door")).text
    await desk.post(f"/e/tampere/desk/absences/{absence.id}/stand-ins", data={"guest": sara.id})
    assert (await StandIn.get()).guest_id == sara.id


async def test_nobody_is_here_before_the_first_day(fair):
    anna = await fair.delegate("Anna")
    with pytest.raises(Refused, match="has not begun"):
        await say(anna, Said(here=True), by=fair[anna])
    assert (await say(anna, Said(shown=True), by=fair[anna])).shown


async def test_a_screen_names_only_who_agreed_and_dies_with_its_address(fair, database):
    _meeting, (anna, _mikko, sara, jan) = await hall(fair, "Sara", "Jan")
    await sit(fair, sara, jan, number=2, following=True)
    await say(anna, Said(shown=True), by=fair[anna])
    display = await make_display(fair.event, "Door", by=fair.organiser)
    path = address_of(display, key=SECRET)
    async with httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app=main.create_app(settings_for(database))), base_url="http://127.0.0.1:8000"
    ) as nobody:
        page = (await nobody.get(path)).text
        assert "Anna" in page
        assert "Anna Ltd" in page
        assert not re.search("Mikko|Sara|Jan<|Jan Ltd|olga", page), "they did not agree to be shown"
        assert page.count(">reserved<") == 2
        assert "@example.org" not in page
        for other in ("/display/unknown", f"/display/{display.id}-{32 * 'a'}"):
            assert (await nobody.get(other)).status_code == 404
        await revoke_display(display, by=fair.organiser)
        assert (await nobody.get(path)).status_code == 404
    shown = await board(fair.event, now=datetime.now(UTC))
    (rows,) = shown.pages
    assert [(row.table, bool(row.now), bool(row.following)) for row in rows] == [
        (1, True, False), (2, False, True),
    ]  # fmt: skip
    assert shown.changes_at == shown.current.end


async def test_only_the_desk_makes_and_revokes_screens(fair, visit):
    anna = await fair.delegate("Anna")
    hers, desk = await visit(fair[anna]), await visit(fair.organiser)
    assert (await hers.post("/e/tampere/desk/displays", data={"name": "Mine"})).status_code == 404
    assert (await desk.post("/e/tampere/desk/displays", data={"name": ""})).status_code == 422
    await desk.post("/e/tampere/desk/displays", data={"name": "Door"})
    display = await Display.get()
    assert address_of(display, key=SECRET) in (await desk.get("/e/tampere/desk/displays")).text
    assert display.seed not in address_of(display, key=SECRET)
    await desk.post(f"/e/tampere/desk/displays/{display.id}/removal")
    assert "/display/" not in (await desk.get("/e/tampere/desk/displays")).text.replace("/desk/displays", "")


async def test_first_pages_say_what_the_day_wants_of_desk_and_people(fair, visit):
    meeting, (anna, mikko, jan) = await hall(fair, "Jan")
    hers, his, theirs, desk = [await visit(who) for who in (fair[anna], fair[mikko], fair[jan], fair.organiser)]
    page = (await desk.get("/e/tampere/desk")).text
    assert "Put up a screen at the hall" in page
    assert "2 of 3 are here." in page or "2 of 4 are here." in page
    assert "Fill the gaps" not in page
    assert "Say that you are here" in (await his.get("/")).text
    assert "Say that you are here" not in (await hers.get("/")).text
    absence = await report_absence(meeting, anna, by=fair[anna])
    await minutes_later(absence)
    await desk.post("/e/tampere/desk/displays", data={"name": "Door"})
    page = (await desk.get("/e/tampere/desk")).text
    assert "1 person waits at a table for somebody who has not come." in page
    assert "1 screen has an address." in page
    for path in ("/", "/e/tampere"):
        assert "Somebody waits for you at a table" in (await his.get(path)).text
    await propose(absence, jan, by_guest=False, by=fair[anna])
    assert "Somebody would meet you now" in (await theirs.get("/")).text
    await end_absence(absence, by=fair[anna])
    assert "Fill the gaps" not in (await desk.get("/e/tampere/desk")).text
    assert "Somebody waits for you at a table" not in (await his.get("/")).text
    assert "Somebody would meet you now" not in (await theirs.get("/")).text
    tomorrow = fair.event.last_day + timedelta(days=1)
    assert {step.state for step in await steps(fair.event, datetime.combine(tomorrow, time(12), fair.event.tz))} == {
        State.DONE
    }


async def test_with_colleagues_the_whole_other_side_is_asked_and_any_of_them_answers(fair, visit, assert_sound):
    """Anna has brought Maria, Mikko has brought Liisa; an interpreter has no partner."""
    opened = await begun(fair)
    anna, maria = [await fair.delegate(name, opened, house="Bio", **FITS) for name in ("Anna", "Maria")]
    mikko, liisa = [await fair.delegate(name, opened, house="Puu", **FITS) for name in ("Mikko", "Liisa")]
    jan, ewa = [await fair.delegate(name, opened, **FITS) for name in ("Jan", "Ewa")]
    meeting = await sit(fair, anna, mikko, number=1)
    for one, role in ((maria, SeatRole.COLLEAGUE), (liisa, SeatRole.COLLEAGUE), (ewa, SeatRole.INTERPRETER)):
        await Seat.create(meeting=meeting, participant=one, role=role)
    await arrive(fair, anna, maria, jan)
    hers, theirs, liisas, jans = [await visit(fair[one]) for one in (maria, ewa, liisa, jan)]
    assert "My partner is not here" in (await hers.get("/e/tampere/today")).text
    assert "My partner is not here" not in (await theirs.get("/e/tampere/today")).text
    assert (await theirs.post(f"/e/tampere/meetings/{meeting.id}/absence")).status_code == 404
    assert (await hers.post(f"/e/tampere/meetings/{meeting.id}/absence")).status_code == 303
    absence = await Absence.get()
    (fact,) = await Change.filter(kind="absence.reported")
    assert set(fact.topics) == {*(f"inbox:{fair[one].id}" for one in (maria, mikko, liisa)), fair.event.desk}
    for page in ("today", "meetings", f"meetings/{meeting.id}"):
        assert "Are you on your way?" in (await liisas.get(f"/e/tampere/{page}")).text
    assert "Somebody waits for you at a table" in (await liisas.get("/")).text
    answer = f"/e/tampere/absences/{absence.id}/answer"
    assert (await jans.post(answer, data={"answer": "coming"})).status_code == 403
    assert (await liisas.post(answer, data={"answer": "not coming"})).status_code == 303
    page = (await hers.get("/e/tampere/today")).text
    assert "Jan" in page
    await hers.post(f"/e/tampere/absences/{absence.id}/stand-ins", data={"guest": jan.id})
    assert (await jans.post(f"/e/tampere/stand-ins/{(await StandIn.get()).id}/agreement")).status_code == 303
    found = await Meeting.get(asker=maria, invitee=jan)
    assert (found.placed, (await Meeting.get(id=meeting.id)).waiting) == (True, True)
    await assert_sound()


async def test_queries_do_not_grow_with_those_who_wait_and_those_who_could_sit_down(fair):
    opened = await begun(fair)
    names = ("Anna", "Mikko", "Sara", "Jan", "Ewa", "Olli", "Iga", "Pekka")
    anna, mikko, sara, jan, ewa, olli, iga, pekka = [await fair.delegate(one, opened, **FITS) for one in names]
    await arrive(fair, anna, sara, iga, standby=True)

    async def waits(one: Participant, other: Participant, number: int) -> None:
        meeting = await sit(fair, one, other, number=number)
        await minutes_later(await report_absence(meeting, one, by=fair[one]))

    async def asked() -> tuple[int, int]:
        now = datetime.now(UTC)
        await no_shows(fair.event, now=now)  # what is kept of cards is read
        with counting_statements() as desk:
            assert all(one.free for one in await no_shows(fair.event, now=now))
        with counting_statements() as guest:
            assert (await today(iga, now=now)).open_tables
        return len(desk), len(guest)

    await waits(anna, mikko, 1)
    few = await asked()
    await waits(sara, jan, 2)
    await waits(ewa, olli, 3)
    await arrive(fair, pekka)
    assert await asked() == few
    assert len(await no_shows(fair.event, now=datetime.now(UTC))) == 3


async def test_in_a_group_the_pages_say_why_nobody_reports_who_is_missing(fair, visit):
    opened = await begun(fair)
    people = [await fair.delegate(name, opened, **FITS) for name in ("Anna", "Mikko", "Sara")]
    group = await propose_group(fair.event, fair.demo_case, title="Bark", proposer=people[0], by=fair[people[0]])
    for one in people[1:]:
        await join_group(group, one, by=fair[one])
    meeting = await Meeting.get(group_id=group.id)
    first = await Slot.filter(round=opened).order_by("start").first()
    await Meeting.filter(id=meeting.id).update(slot_id=first.id)
    hers, path = await visit(fair[people[0]]), f"/e/tampere/meetings/{meeting.id}"
    for page in (path, "/e/tampere/today"):
        shown = (await hers.get(page)).text
        assert "A group begins with those who are there, and whoever comes later joins them." in shown
        assert f'action="{path}/absence"' not in shown
    refused = await hers.post(f"{path}/absence", headers={"Accept": "application/json"})
    assert (refused.status_code, refused.json()["error"]) == (409, "A group begins with those who are there.")
    assert not await Absence.exists()
