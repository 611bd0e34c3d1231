"""Pages of the brokerage event over HTTP: what they show, what their forms keep, and how many queries lists take."""

import asyncio
import os
import signal
from datetime import UTC, datetime

import pytest

from matchmaking import cards
from matchmaking.directory import directory
from matchmaking.draft_models import Draft
from matchmaking.drafting import work
from matchmaking.figures import rounds
from matchmaking.meetings import accept, request_meeting
from matchmaking.models import Meeting, MeetingStatus
from matchmaking.overview import desk_list, overview
from matchmaking.profile_models import Interest, Profile
from matchmaking.round_models import Availability, Block, Round, Table
from tests.events.conftest import counting_statements
from tests.matchmaking.conftest import Fair, solver
from tests.matchmaking.visiting import visit

__all__ = ["visit"]


@pytest.fixture
async def opened(fair: Fair) -> Round:
    return await fair.round("10:00", "11:00")


@pytest.fixture
async def anna(fair: Fair, opened: Round):
    return await fair.delegate("Anna", opened, offers=("bark",), needs=("lignin",))


@pytest.fixture
async def mikko(fair: Fair, opened: Round):
    return await fair.delegate("Mikko", opened, region=1, offers=("lignin",), needs=("bark",))


async def test_from_the_recommendation_to_the_meeting(fair, visit, anna, mikko):
    hers, his = await visit(fair[anna]), await visit(fair[mikko])
    assert "They offer lignin, you seek it." in (await hers.get("/e/tampere/matches")).text
    page = (await hers.get(f"/e/tampere/people/{mikko.id}")).text
    assert "They are from another region (Tampere Region, Finland)." in page
    asked = await hers.post("/e/tampere/meetings", data={"invitee": mikko.id, "message": "Bark <b>or</b> lignin?"})
    assert asked.status_code == 303
    meeting = await Meeting.get()
    listed = (await his.get("/e/tampere/meetings")).text
    assert "They ask you" in listed
    assert "Bark &lt;b&gt;or&lt;/b&gt; lignin?" in listed
    assert f"/people/{mikko.id}" not in (await hers.get("/e/tampere/matches")).text
    answer = await his.post(f"/e/tampere/meetings/{meeting.id}/acceptance", data={})
    assert answer.headers["location"] == f"/e/tampere/meetings/{meeting.id}"
    for browser in (hers, his):
        shown = (await browser.get(f"/e/tampere/meetings/{meeting.id}")).text
        assert "Table 1" in shown
        assert "10:00" in shown
    assert "To this meeting" in (await hers.get(f"/e/tampere/people/{mikko.id}")).text


async def test_accept_at_a_chosen_time_or_later(fair, visit, anna, mikko):
    his = await visit(fair[mikko])
    meeting = await request_meeting(anna, mikko, message="", by=fair[anna])
    later = await his.post(f"/e/tampere/meetings/{meeting.id}/acceptance", data={"slot": "later"})
    assert later.status_code == 303
    await meeting.refresh_from_db()
    assert meeting.waiting
    chosen = await fair.slot("10:20")
    data = {"slot": chosen.id, "version": meeting.version}
    assert (await his.post(f"/e/tampere/meetings/{meeting.id}/slot", data=data)).status_code == 303
    await meeting.refresh_from_db()
    assert (meeting.slot_id, meeting.fixed) == (chosen.id, True)
    again = await his.post(f"/e/tampere/meetings/{meeting.id}/slot", data=data)
    assert again.status_code == 303, "sent twice is moved once"
    data["slot"] = (await fair.slot("10:40")).id
    stale = await his.post(f"/e/tampere/meetings/{meeting.id}/slot", data=data, headers={"Accept": "application/json"})
    assert stale.status_code == 409
    assert stale.json()["error"] == "This meeting was changed a moment ago."


@pytest.mark.parametrize("slot", ["0", "-1", "99999999", "9" * 30, "x", "1e3", "１"])
async def test_odd_slots_are_not_found_and_change_nothing(fair, visit, anna, mikko, slot):
    meeting = await request_meeting(anna, mikko, message="", by=fair[anna])
    his = await visit(fair[mikko])
    refused = await his.post(f"/e/tampere/meetings/{meeting.id}/acceptance", data={"slot": slot})
    assert refused.status_code in (404, 409, 303)
    if refused.status_code == 409:
        assert "The organisers have changed the times" in refused.text
    if refused.status_code == 303:
        assert len(slot) > 20, "too long for the field: the first free slot is meant"
    else:
        assert (await Meeting.get(id=meeting.id)).status == MeetingStatus.REQUESTED


async def test_declining_says_why_and_cancelling_frees(fair, visit, anna, mikko):
    hers, his = await visit(fair[anna]), await visit(fair[mikko])
    meeting = await request_meeting(anna, mikko, message="", by=fair[anna])
    await his.post(f"/e/tampere/meetings/{meeting.id}/decline", data={"reason": "Not our field"})
    assert "Not our field" in (await hers.get(f"/e/tampere/meetings/{meeting.id}")).text
    back = await request_meeting(mikko, anna, message="", by=fair[mikko])
    await accept(back, by=fair[anna])
    await hers.post(f"/e/tampere/meetings/{back.id}/cancellation", data={})
    assert (await Meeting.get(id=back.id)).status == MeetingStatus.CANCELLED


async def test_a_profile_keeps_what_was_typed_and_says_all_that_is_wrong(fair, visit):
    jan = await fair.newcomer("Jan")
    his = await visit(fair[jan])
    typed = {
        "about": "We grow <moss>",
        "languages": ["en", "pl"],
        "interests-0-work": f"{fair.pilot.id}.{fair.demo_case.id}",
        "interests-0-role": "research",
        "interests-0-offers": "moss\n\nMoss \nmoss",
        "interests-0-needs": "x" * 81,
        "interests-0-trl": "11",
        "interests-1-work": "",
        "interests-1-role": "research",
        "interests-1-offers": "peat",
    }
    wrong = await his.post("/e/tampere/profile", data=typed)
    assert wrong.status_code == 422
    for part in (
        "We grow &lt;moss&gt;",
        "x" * 81,
        "Not a valid choice",
        "Please keep this to 80 characters",
        "Choose the",
    ):
        assert part in wrong.text
    assert not await Profile.exists()
    typed |= {"interests-0-needs": "bark", "interests-0-trl": "4", "interests-1-offers": ""}
    assert (await his.post("/e/tampere/profile", data=typed)).status_code == 303
    interest = await Interest.get(profile__participant=jan)
    assert (interest.offers, interest.needs, interest.trl) == (["moss", "Moss"], ["bark"], 4)
    shown = (await his.get("/e/tampere/profile")).text
    assert 'name="version" value="1"' in shown
    assert "moss\nMoss" in shown
    stale = await his.post("/e/tampere/profile", data=typed)
    assert stale.status_code == 409
    assert "changed in another window" in stale.text


async def test_times_are_ticked_and_kept_free(fair, visit, anna, opened):
    hers = await visit(fair[anna])
    await hers.post("/e/tampere/availability", data={})
    assert not await Availability.exists()
    await hers.post("/e/tampere/availability", data={"rounds": [opened.id]})
    assert await Availability.filter(participant=anna, round=opened).exists()
    assert (await hers.post("/e/tampere/availability", data={"rounds": ["999"]})).status_code == 422
    day = fair.at("10:00").astimezone(fair.event.tz).strftime("%Y-%m-%d")
    block = {"start": f"{day}T10:00", "end": f"{day}T10:20", "note": "Call"}
    backwards = await hers.post("/e/tampere/availability/blocks", data={**block, "end": f"{day}T09:00"})
    assert backwards.status_code == 422
    outside = {"start": "2020-01-01T10:00", "end": "2020-01-01T11:00", "note": "Taxi to the mill"}
    refused = await hers.post("/e/tampere/availability/blocks", data=outside)
    assert refused.status_code == 409
    assert "outside the days of the event" in refused.text
    assert "Taxi to the mill" in refused.text, "what was typed stays"
    assert (await hers.post("/e/tampere/availability/blocks", data=block)).status_code == 303
    kept = await Block.get()
    assert kept.start == fair.at("10:00")
    mikko = await fair.newcomer("Mikko")
    foreign = await (await visit(fair[mikko])).post(f"/e/tampere/availability/blocks/{kept.id}/removal")
    assert foreign.status_code == 404
    await hers.post(f"/e/tampere/availability/blocks/{kept.id}/removal")
    assert not await Block.exists()


async def test_nobody_leaves_by_a_slip(fair, visit, anna):
    hers = await visit(fair[anna])
    assert (await hers.post("/e/tampere/withdrawal", data={})).status_code == 409
    await anna.refresh_from_db()
    assert anna.status == "approved"
    assert (await hers.post("/e/tampere/withdrawal", data={"sure": "y"})).status_code == 303
    await anna.refresh_from_db()
    assert anna.status == "withdrawn"


async def test_the_desk_opens_rounds_and_changes_them(fair, visit):
    desk = await visit(fair.organiser)
    day = fair.at("10:00").astimezone(fair.event.tz).strftime("%Y-%m-%d")
    typed = {
        "name": "Morning", "place": "Hall", "start": f"{day}T10:00", "end": f"{day}T11:00",
        "slot_minutes": 20, "break_minutes": 5, "tables": 3, "location": "on-site", "mode": "accepting",
    }  # fmt: skip
    wrong = await desk.post("/e/tampere/desk/rounds", data=typed | {"start": f"{day}T10:02", "tables": "0"})
    assert wrong.status_code == 422
    refused = await desk.post("/e/tampere/desk/rounds", data=typed | {"end": f"{day}T10:10"})
    assert refused.status_code == 409
    assert "shorter than one slot" in refused.text
    assert (await desk.post("/e/tampere/desk/rounds", data=typed)).status_code == 303
    opened = await Round.get()
    await desk.post(f"/e/tampere/desk/rounds/{opened.id}/tables", data={"tables": 5})
    assert await Table.filter(round=opened).count() == 5
    await desk.post(f"/e/tampere/desk/rounds/{opened.id}/closing")
    assert not await Round.exists()


async def test_the_desk_reads_beside_its_rounds_whether_all_fits(fair, visit, anna, mikko):
    desk = await visit(fair.organiser)
    jan, sara = [await fair.delegate(name, await Round.get()) for name in ("Jan", "Sara")]
    asked = await request_meeting(anna, mikko, message="", by=fair[anna])
    page = (await desk.get("/e/tampere/desk/rounds")).text
    assert "Even if everybody who is asked says yes, nothing stands in the way" in page
    assert "Nothing stands in the way of a time for every agreed meeting." not in page
    await accept(asked, waiting=True, by=fair[mikko])
    for other in (jan, sara, await fair.delegate("Eve", await Round.get())):
        await accept(await request_meeting(other, anna, message="", by=fair[other]), waiting=True, by=fair[anna])
    page = (await desk.get("/e/tampere/desk/rounds")).text
    assert "Not all agreed meetings can have a time" in page
    assert "Anna has agreed to 4 meetings and has time for 3." in page


async def test_the_desk_approves_and_returns_profiles(fair, visit, anna):
    desk = await visit(fair.organiser)
    profile = await Profile.get(participant=anna)
    assert (await desk.post(f"/e/tampere/desk/profiles/{profile.id}/return", data={})).status_code == 409
    await desk.post(f"/e/tampere/desk/profiles/{profile.id}/return", data={"reason": "What do you seek?"})
    assert "What do you seek?" in (await (await visit(fair[anna])).get("/e/tampere/profile")).text
    assert "Anna" in (await desk.get("/e/tampere/desk/profiles?status=returned")).text
    await desk.post(f"/e/tampere/desk/profiles/{profile.id}/approval")
    assert (await Profile.get(id=profile.id)).status == "approved"


async def test_a_draft_from_asking_to_release(fair, visit, anna, mikko):
    desk = await visit(fair.organiser)
    asked = await request_meeting(anna, mikko, message="", by=fair[anna])
    await accept(asked, waiting=True, by=fair[mikko])
    made = await desk.post("/e/tampere/desk/drafts", data={"seconds": 5, "seed": 1})
    where = made.headers["location"]
    assert 'id="making"' in (await desk.get(where)).text
    course = {"phase": "annealing", "placed": 1, "meetings": 1, "breaks": 3, "bound": {"breaks": 2}}
    await Draft.all().update(progress={**course, "points": [[0.5, 6, 1], [1.0, 3, 2]]})
    running = (await desk.get(where)).text
    assert 'class="reached" points="177.0,16.0 320.0,57.0"' in running
    assert "Breaks: 3, at least 2." in running
    assert await work()
    ready = (await desk.get(where)).text
    assert "Get a time" in ready
    assert "Anna and Mikko" in ready
    for part in ("How it compares", "First-fit", 'id="breaks"'):
        assert part in ready
    assert "style=" not in ready
    assert "How it got there" not in ready, "nobody ever had a break"
    draft = await Draft.get()
    await Draft.filter(id=draft.id).update(progress={**course, "points": [[0.5, 6, 1], [1.0, 3, 2]]})
    improved = (await desk.get(where)).text
    assert "How it got there" in improved
    assert 'class="reached"' in improved
    older = {name: value for name, value in draft.plan.items() if name != "report"}
    await Draft.filter(id=draft.id).update(plan=older)
    assert "How it compares" not in (await desk.get(where)).text, "made before reports were kept"
    assert (await desk.post(f"{where}/release")).status_code == 303
    assert (await Draft.get()).state == "released"
    assert (await desk.post(f"{where}/release")).status_code == 409
    assert (await Meeting.get(id=asked.id)).placed
    assert "Undo the release" in (await desk.get(where)).text
    assert (await desk.post(f"{where}/undoing")).status_code == 303
    assert (await Meeting.get(id=asked.id)).waiting
    assert "Undo the release" not in (await desk.get(where)).text


async def test_the_desk_loses_and_finds_a_table(fair, visit, opened):
    desk = await visit(fair.organiser)
    here = f"/e/tampere/desk/rounds/{opened.id}/losses"
    start = fair.at("10:20").astimezone(fair.event.tz).strftime("%Y-%m-%dT%H:%M")
    for wrong in ({"number": 0, "start": start}, {"number": 1}, {"number": 99, "start": start}):
        assert (await desk.post(here, data=wrong)).status_code == 409
    assert (await desk.post(here, data={"number": 2, "start": start})).status_code == 303
    assert "Table 2 is lost from 10:20 on." in (await desk.get("/e/tampere/desk/rounds")).text
    found = f"/e/tampere/desk/rounds/{opened.id}/recovery"
    for wrong in ("x", 10**20):
        assert (await desk.post(found, data={"number": wrong})).status_code == 409
    assert (await desk.post(found, data={"number": 2})).status_code == 303
    assert "is lost from" not in (await desk.get("/e/tampere/desk/rounds")).text


async def test_the_desk_mends_the_schedule(fair, visit, anna, mikko):
    desk = await visit(fair.organiser)
    asked = await request_meeting(anna, mikko, message="", by=fair[anna])
    meeting = await accept(asked, by=fair[mikko])
    day = fair.at("10:00").astimezone(fair.event.tz).strftime("%Y-%m-%d")
    away = {"who": anna.id, "start": f"{day}T10:00", "end": f"{day}T10:20"}
    assert f'value="{anna.id}">Anna</option>' in (await desk.get("/e/tampere/desk/drafts")).text
    for wrong in ({"who": "999"}, {"who": ""}, {"end": f"{day}T09:00"}, {"start": "soon"}):
        assert (await desk.post("/e/tampere/desk/absences", data=away | wrong)).status_code == 422
    assert not await Block.exists()
    assert (await desk.post("/e/tampere/desk/absences", data=away)).status_code == 303
    where = (await desk.post("/e/tampere/desk/drafts/mending")).headers["location"]
    assert await work()
    page = (await desk.get(where)).text
    assert "mended" in page
    line = page.split('<p class="change">')[1].split("</p>")[0]
    assert "Anna and Mikko" in line
    assert "10:00, table 1</del> → <ins>" in line
    assert (await desk.post(f"{where}/release")).status_code == 303
    assert (await Meeting.get(id=meeting.id)).slot_id != meeting.slot_id
    assert "mended" in (await desk.get("/e/tampere/desk/drafts")).text


async def test_the_desk_schedules_from_wishes(fair, visit, anna, mikko):
    desk = await visit(fair.organiser)
    asked = await request_meeting(anna, mikko, message="", by=fair[anna])
    here = "/e/tampere/desk/drafts"
    for wrong in (
        {"most": 0},
        {"least": 3, "most": 2},
        {"aim": "fame"},
        {"in_a_row": 0},
        {"free": -1},
        {"seconds": "x"},
    ):
        typed = {"most": "", "least": 1, "aim": "even", "seconds": 3, "seed": 1, **wrong}
        answer = await desk.post(f"{here}/wishes", data={f"wishes-{name}": value for name, value in typed.items()})
        assert answer.status_code == 422, wrong
    typed = {"most": 4, "least": 1, "aim": "stay", "in_a_row": 2, "free": 1, "seconds": 3, "seed": 1}
    made = await desk.post(f"{here}/wishes", data={f"wishes-{name}": value for name, value in typed.items()})
    where = made.headers["location"]
    assert await work()
    page = (await desk.get(where)).text
    told = "from wishes · known times stay; meetings in a row, at most: 2; free slots a round, at least: 1"
    assert told in " ".join(page.split())
    for part in ("Who gets what", "requests chosen", "chosen among the requests", "Anna and Mikko"):
        assert part in page
    assert "style=" not in page
    assert (await desk.post(f"{where}/release")).status_code == 303
    assert (await Meeting.get(id=asked.id)).placed
    theirs = (await (await visit(fair[mikko])).get(f"/e/tampere/meetings/{asked.id}")).text
    assert "What the schedule did" in theirs
    assert "chosen among the requests" in theirs
    assert f'href="{where}"' not in theirs, "drafts are the desk’s"
    assert f'href="{where}"' in (await desk.get(f"/e/tampere/meetings/{asked.id}")).text
    assert (await desk.post(f"{where}/undoing")).status_code == 303
    assert (await Meeting.get(id=asked.id)).status == MeetingStatus.REQUESTED


async def test_a_killed_solver_leaves_the_last_schedule_and_says_so(fair, visit, anna, mikko):
    desk = await visit(fair.organiser)
    asked = await request_meeting(anna, mikko, message="", by=fair[anna])
    await accept(asked, waiting=True, by=fair[mikko])
    first = (await desk.post("/e/tampere/desk/drafts", data={"seconds": 2, "seed": 1})).headers["location"]
    assert await work()
    assert (await desk.post(f"{first}/release")).status_code == 303
    before = await Meeting.get(id=asked.id)
    second = (await desk.post("/e/tampere/desk/drafts", data={"seconds": 60, "seed": 1})).headers["location"]
    running = asyncio.create_task(work())
    os.kill(await solver(), signal.SIGKILL)
    await asyncio.wait_for(running, 20)
    page = (await desk.get(second)).text
    assert "The solver ended before it had a schedule (SIGKILL). Ask for a new draft." in page
    assert "Release it" not in page
    assert (await desk.post(f"{second}/release")).status_code == 409
    after = await Meeting.get(id=asked.id)
    assert (after.slot_id, after.table_id, after.version) == (before.slot_id, before.table_id, before.version)
    assert "Undo the release" in (await desk.get(first)).text, "the last plan stands"
    assert "failed" in (await desk.get("/e/tampere/desk/drafts")).text


@pytest.mark.parametrize(
    "query", ["pilot=x", "page=-1", "page=99999999999", "role=%00", "q=%25", "case=1&case=2", "region=9" * 9]
)
async def test_odd_filters_mean_no_filter(fair, visit, anna, mikko, query):
    hers = await visit(fair[anna])
    assert (await hers.get(f"/e/tampere/people?{query}")).status_code == 200


async def test_queries_of_lists_do_not_grow(fair, opened):
    counts = []
    host = await fair.delegate("Host", opened)
    for first, last in ((0, 1), (1, 3)):
        for number in range(first, last):
            guest = await fair.delegate(f"Guest {number}", opened)
            asked = await request_meeting(guest, host, message="", by=fair[guest])
            await accept(asked, by=fair[host])
        cards._kept.clear()
        with counting_statements() as statements:
            await directory(fair.event)
            await overview(host, now=datetime.now(UTC))
            await desk_list(fair.event)
            await rounds(fair.event)
        counts.append(len(statements))
    assert counts == [counts[0]] * 2
    assert counts[0] <= 19
