"""Another time for an agreed meeting is proposed on its page; the other one takes it with one button."""

import asyncio
from dataclasses import replace

import pytest

from app.errors import Refused
from app.journal import Changes
from app.models import Change
from matchmaking import digest
from matchmaking.meetings import accept, request_meeting
from matchmaking.models import Meeting, MeetingStatus
from matchmaking.overview import whole
from matchmaking.proposing import propose_time, proposed_among, put_forward
from matchmaking.reshaping import reshape, shape_of
from matchmaking.round_models import Mode
from matchmaking.times import keep_free
from tests.matchmaking.conftest import Fair, sound
from tests.matchmaking.test_tasks import waiting
from tests.matchmaking.visiting import visit

__all__ = ["visit"]
JSON = {"Accept": "application/json"}


async def test_one_proposes_and_the_other_takes_it(fair: Fair, visit) -> None:
    opened = await fair.round("10:00", "11:00", tables=2)
    anna, mikko = [await fair.delegate(name, opened) for name in ("Anna", "Mikko")]
    met = await accept(await request_meeting(anna, mikko, message="", by=fair[anna]), by=fair[mikko])
    hers, his, desk = [await visit(who) for who in (fair[anna], fair[mikko], fair.organiser)]
    path, slot = f"/e/tampere/meetings/{met.id}", await fair.slot("10:40")
    data = {"slot": slot.id, "version": met.version}
    assert f'formaction="{path}/proposal"' in (await his.get(path)).text
    assert (await his.post(f"{path}/proposal", data=data)).status_code == 303
    assert (await Meeting.get(id=met.id)).slot_id == met.slot_id, "proposing moves nothing"
    assert "Move it there" not in (await his.get(path)).text
    page = (await hers.get(path)).text
    assert "Mikko would rather meet" in page
    assert "Move it there" in page
    listed = (await hers.get("/e/tampere/meetings")).text
    assert "Agreed so far:" in listed
    assert f'action="{path}/slot"' in listed
    assert await waiting(anna) == [("meetings", "1 person proposes it.")]
    assert (await hers.post(f"{path}/slot", data=data)).status_code == 303
    assert await waiting(anna) == []
    assert (await Meeting.get(id=met.id)).slot_id == slot.id
    assert "Another time was proposed" not in (await hers.get(path)).text
    assert "another time was proposed" in (await desk.get("/e/tampere/desk/journal")).text
    await sound()


async def test_what_cannot_be_is_refused_with_why(fair: Fair, visit) -> None:
    opened = await fair.round("10:00", "11:00", tables=2)
    anna, mikko = [await fair.delegate(name, opened) for name in ("Anna", "Mikko")]
    met = await accept(await request_meeting(anna, mikko, message="", by=fair[anna]), by=fair[mikko])
    slots = {clock: await fair.slot(clock) for clock in ("10:00", "10:20", "10:40")}
    await keep_free(anna, slots["10:40"].span, by=fair[anna])
    his, desk = await visit(fair[mikko]), await visit(fair.organiser)
    for browser, clock, version, sentence in (
        (his, "10:40", met.version, "Anna is busy at"),
        (his, "10:00", met.version, "The meeting is at that time already."),
        (his, "10:20", met.version - 1, "This meeting was changed a moment ago."),
        (desk, "10:20", met.version, "Only the one who asked and the one who was asked move a meeting."),
    ):
        data = {"slot": slots[clock].id, "version": version}
        refused = await browser.post(f"/e/tampere/meetings/{met.id}/proposal", data=data, headers=JSON)
        assert (refused.status_code, refused.json()["error"].startswith(sentence)) == (409, True), refused.text
    assert not await Change.filter(kind="meeting.proposed").exists()


async def test_once_they_have_met_no_other_time_stands_or_is_proposed(fair: Fair) -> None:
    opened = await fair.round("10:00", "11:00", tables=2)
    anna, mikko = [await fair.delegate(name, opened) for name in ("Anna", "Mikko")]
    asked = await request_meeting(anna, mikko, message="", by=fair[anna])
    met = await accept(asked, slot=await fair.slot("10:00"), by=fair[mikko])
    slot = await fair.slot("10:40")
    await propose_time(met, slot=slot, version=met.version, by=fair[mikko])
    for clock, number in (("10:19", 1), ("10:20", 0)):
        now = fair.at(clock)
        assert len(await proposed_among([anna], now=now)) == len(await digest.waiting(now)) == number
    over = await whole(Meeting.filter(id=met.id)).get()
    changes = Changes(fair.event.scope, revision=0, by="test", at=fair.at("10:20"))
    with pytest.raises(Refused, match="is over"):
        await put_forward(changes, over, fair[mikko], slot.span)


async def asked_for(fair: Fair, *clocks: str):
    """Anna asks Mikko and names these times of a round in which only those can be taken."""
    opened = await fair.round("10:00", "11:00", tables=2)
    await reshape(opened, replace(await shape_of(opened), mode=Mode.ASKING), by=fair.organiser)
    anna, mikko = [await fair.delegate(name, opened) for name in ("Anna", "Mikko")]
    times = [await fair.slot(clock) for clock in clocks]
    return anna, mikko, await request_meeting(anna, mikko, message="", times=times, by=fair[anna])


async def test_whoever_is_asked_proposes_a_time_that_the_request_does_not_name(fair: Fair, visit) -> None:
    anna, mikko, asked = await asked_for(fair, "10:00")
    hers, his, desk = [await visit(who) for who in (fair[anna], fair[mikko], fair.organiser)]
    path, slot = f"/e/tampere/meetings/{asked.id}", await fair.slot("10:40")
    data = {"slot": slot.id, "version": asked.version}
    page = (await his.get(path)).text
    assert "Anna has not named these times, and is asked whether one of them suits." in page
    assert f'value="{slot.id}"' in page.partition('id="elsewhere"')[2]
    assert f'value="{(await fair.slot("10:00")).id}"' not in page.partition('id="elsewhere"')[2]
    early = await hers.post(f"{path}/agreement", data=data, headers=JSON)
    assert (early.status_code, early.json()["error"]) == (409, "This time is not proposed any more.")
    own = await hers.post(f"{path}/proposal", data=data, headers=JSON)
    assert (own.status_code, own.json()["error"]) == (409, "Whoever was asked proposes another time.")

    assert (await his.post(f"{path}/proposal", data=data)).status_code == 303
    told = await Change.get(kind="meeting.proposed")
    assert {anna.topic, mikko.topic} <= set(told.topics), "both hear of it"
    assert (await Meeting.get(id=asked.id)).status == MeetingStatus.REQUESTED, "proposing agrees to nothing"
    listed = (await hers.get("/e/tampere/meetings")).text
    assert "Mikko would rather meet" in listed
    assert f'action="{path}/agreement"' in listed
    assert "would rather meet" not in (await his.get("/e/tampere/meetings")).text, "he waits for her"
    assert await waiting(anna) == [("meetings", "1 person proposes it.")]
    assert await waiting(mikko) == [], "he has answered"
    for browser in (hers, his):
        assert "Mikko would rather meet" in (await browser.get(path)).text
    assert "Agree to this time" in (await hers.get(path)).text
    assert "Agree to this time" not in (await his.get(path)).text
    assert (await his.post(f"{path}/agreement", data=data)).status_code == 403, "it is hers to agree"
    other = {**data, "slot": (await fair.slot("10:20")).id}
    assert (await hers.post(f"{path}/agreement", data=other)).status_code == 409
    for odd in ({}, {"slot": "x", "version": 1}, {**data, "version": 0}, {**data, "version": 7}):
        assert (await hers.post(f"{path}/agreement", data=odd)).status_code == 409

    assert (await hers.post(f"{path}/agreement", data=data)).status_code == 303
    met = await Meeting.get(id=asked.id)
    assert (met.placed, met.slot_id, met.fixed) == (True, slot.id, True)
    agreed = await Change.get(kind="meeting.accepted")
    assert {anna.topic, mikko.topic} <= set(agreed.topics)
    for browser in (hers, his):
        assert "10:40" in (await browser.get(path)).text
    again = await hers.post(f"{path}/agreement", data=data)
    assert again.status_code == 409
    assert "another time was proposed" in (await desk.get("/e/tampere/desk/journal")).text
    await sound()


async def test_a_proposed_time_that_is_gone_is_refused_with_what_is_free(fair: Fair, visit) -> None:
    anna, mikko, asked = await asked_for(fair, "10:00")
    hers, his = await visit(fair[anna]), await visit(fair[mikko])
    path, slot = f"/e/tampere/meetings/{asked.id}", await fair.slot("10:40")
    data = {"slot": slot.id, "version": asked.version}
    await keep_free(anna, slot.span, by=fair[anna])
    busy = await his.post(f"{path}/proposal", data=data, headers=JSON)
    assert (busy.status_code, busy.json()["error"].startswith("Anna is busy at")) == (409, True), busy.text
    later = {**data, "slot": (await fair.slot("10:20")).id}
    assert (await his.post(f"{path}/proposal", data=later)).status_code == 303
    await keep_free(mikko, (await fair.slot("10:20")).span, by=fair[mikko])
    gone = await hers.post(f"{path}/agreement", data=later, headers=JSON)
    assert (gone.status_code, gone.json()["error"].startswith("Mikko is busy at")) == (409, True), gone.text
    assert "Free for all of you:" in gone.json()["hints"][0]
    both = await asyncio.gather(
        his.post(f"{path}/acceptance", data={"slot": "first"}), hers.post(f"{path}/agreement", data=later)
    )
    assert sorted(one.status_code for one in both) == [303, 409]
    await sound()


async def test_limits_hold_for_both_when_a_proposed_time_is_taken(fair: Fair, visit) -> None:
    anna, mikko, asked = await asked_for(fair, "10:00")
    jan = await fair.delegate("Jan")
    await fair.ticks(jan)
    hers, his = await visit(fair[anna]), await visit(fair[mikko])
    path, data = f"/e/tampere/meetings/{asked.id}", {"slot": (await fair.slot("10:40")).id, "version": asked.version}
    assert (await his.post(f"{path}/proposal", data=data)).status_code == 303
    await accept(await request_meeting(jan, mikko, message="", by=fair[jan]), by=fair[mikko])
    assert (await his.post("/e/tampere/availability/limit", data={"most_meetings": "1"})).status_code == 303
    full = await hers.post(f"{path}/agreement", data=data, headers=JSON)
    assert (full.status_code, full.json()["error"]) == (409, "Mikko has agreed to as many meetings as they may.")
    own = await his.post(f"{path}/proposal", data=data, headers=JSON)
    assert (own.status_code, own.json()["error"]) == (409, "You have agreed to as many meetings as you may: 1.")
    await sound()
