"""A request that nobody answers in time: what the worker does with it, and what both read and can still do."""

from datetime import UTC, datetime, timedelta

from matchmaking.meetings import expire
from matchmaking.models import Meeting, MeetingStatus
from tests.matchmaking.conftest import Fair, sound
from tests.matchmaking.visiting import visit

__all__ = ["visit"]
JSON = {"Accept": "application/json"}
TOO_LATE = "This request waited too long and has expired."


async def test_an_unanswered_request_is_expired_by_the_worker_and_frees_its_place_in_the_limit(fair: Fair, visit):
    opened = await fair.round("10:00", "11:00")
    anna, mikko, jan = [await fair.delegate(name, opened) for name in ("Anna", "Mikko", "Jan")]
    hers, his, desk = [await visit(who) for who in (fair[anna], fair[mikko], fair.organiser)]
    limits = {"pending": "1", "life": "15", "unit": "minutes", "pause_minutes": "0"}
    assert (await desk.post("/e/tampere/desk/rules/limits", data=limits)).status_code == 303
    number = (await hers.post("/e/tampere/meetings", data={"invitee": mikko.id}, headers=JSON)).json()["meeting"]
    path = f"/e/tampere/meetings/{number}"
    assert not await expire(), "not before its time"
    ends = (await Meeting.get(id=number)).expires_at.astimezone(fair.event.tz)
    for browser, page in ((hers, path), (hers, "/e/tampere/meetings"), (his, "/e/tampere/meetings")):
        assert f"{ends:%H:%M}" in (await browser.get(page)).text, "fifteen minutes need more than a day to be said"
    assert "1 of 1 request waits for an answer." in (await hers.get("/e/tampere/meetings")).text
    full = await hers.post("/e/tampere/meetings", data={"invitee": jan.id}, headers=JSON)
    assert full.status_code == 409

    await Meeting.filter(id=number).update(expires_at=datetime.now(UTC) - timedelta(seconds=1))
    assert await _refused(his, f"{path}/acceptance") == TOO_LATE, "also before a worker came by"
    assert await expire()
    assert not await expire(), "once is enough"

    assert (await Meeting.get(id=number)).status == MeetingStatus.EXPIRED
    for browser in (hers, his):
        for page in (path, "/e/tampere/meetings"):
            assert "expired" in (await browser.get(page)).text
        assert f'action="{path}' not in (await browser.get(path)).text, "no button that cannot work"
    assert "0 of 1 request waits for an answer." in (await hers.get("/e/tampere/meetings")).text
    for button in ("acceptance", "decline"):
        assert await _refused(his, f"{path}/{button}") == TOO_LATE
    assert await _refused(hers, f"{path}/cancellation") == (
        "This request has its answer already: there is nothing to cancel."
    )
    slot = {"slot": (await fair.slot("10:20")).id, "version": (await Meeting.get(id=number)).version}
    assert await _refused(his, f"{path}/slot", slot) == "Only an accepted meeting has a time."
    assert "the request expired" in (await desk.get("/e/tampere/desk/journal")).text
    again = await hers.post("/e/tampere/meetings", data={"invitee": mikko.id}, headers=JSON)
    assert again.status_code == 200, "they may ask again"
    await sound()


async def _refused(browser, path: str, data: dict[str, int] | None = None) -> str:
    """The sentence, which page and program read alike."""
    told = await browser.post(path, data=data or {}, headers=JSON)
    page = await browser.post(path, data=data or {})
    assert told.status_code == page.status_code == 409
    sentence = told.json()["error"]
    assert sentence in page.text
    return sentence
