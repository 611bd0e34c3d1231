"""Another time for an agreed meeting is proposed on its page; the other one takes it with one button."""

from app.models import Change
from matchmaking.meetings import accept, request_meeting
from matchmaking.models import Meeting
from matchmaking.times import keep_free
from tests.matchmaking.conftest import Fair, sound
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
    assert (await hers.post(f"{path}/slot", data=data)).status_code == 303
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
