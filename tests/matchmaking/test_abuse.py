"""Whoever asks what makes no sense, or too late, gets a sentence, and nothing is kept of it."""

from datetime import UTC, datetime, timedelta

from matchmaking.messages.models import Silence
from matchmaking.models import Meeting, MeetingStatus
from tests.matchmaking.conftest import Fair, sound
from tests.matchmaking.visiting import visit

__all__ = ["visit"]
JSON = {"Accept": "application/json"}


async def test_asking_oneself_a_colleague_twice_or_nobody_keeps_nothing(fair: Fair, visit) -> None:
    opened = await fair.round("10:00", "11:00")
    anna, maria = [await fair.delegate(name, opened, house="Bio") for name in ("Anna", "Maria")]
    mikko = await fair.delegate("Mikko", opened)
    newcomer = await fair.newcomer("Jan")
    hers = await visit(fair[anna])

    async def ask(invitee: object) -> tuple[int, str]:
        refused = await hers.post("/e/tampere/meetings", data={"invitee": invitee}, headers=JSON)
        return refused.status_code, refused.json()["error"] if refused.status_code == 409 else ""

    assert await ask(anna.id) == (409, "This is you.")
    assert await ask(maria.id) == (
        409, "Maria is from your own organisation: these tables are for meeting others.",
    )  # fmt: skip
    assert await ask(newcomer.id) == (409, "Jan cannot be asked for meetings at this event.")
    for odd in (0, 10**12, "x", ""):
        assert (await ask(odd))[0] in (404, 409)
    assert not await Meeting.all().exists()
    assert await ask(mikko.id) == (200, "")
    assert await ask(mikko.id) == (409, "You have asked Mikko already and wait for the answer.")
    assert await Meeting.all().count() == 1


async def test_who_takes_requests_and_is_refused_often_may_have_fewer_waiting_and_reads_it(fair: Fair, visit) -> None:
    """Thirty may wait at first; after twenty noes fewer, and the page says so before anybody is refused."""
    opened = await fair.round("10:00", "11:00")
    anna = await fair.delegate("Anna", opened)
    others = [await fair.delegate(f"Guest {number}", opened) for number in range(21)]
    hers = await visit(fair[anna])
    person = f"/e/tampere/people/{others[20].id}"
    assert "0 of 30 requests wait for an answer." in (await hers.get(person)).text
    for other in others[:20]:
        await hers.post("/e/tampere/meetings", data={"invitee": other.id})
        await (await visit(fair[other])).post(f"/e/tampere/meetings/{(await _newest()).id}/decline")
    assert "0 of 10 requests wait for an answer." in (await hers.get(person)).text


async def test_what_comes_after_the_deadline_is_answered_and_changes_nothing(fair: Fair, visit) -> None:
    opened = await fair.round("10:00", "11:00")
    anna, mikko = [await fair.delegate(name, opened) for name in ("Anna", "Mikko")]
    hers, his = await visit(fair[anna]), await visit(fair[mikko])
    await hers.post("/e/tampere/meetings", data={"invitee": mikko.id})
    asked = await _newest()
    await Meeting.filter(id=asked.id).update(expires_at=datetime.now(UTC) - timedelta(minutes=1))
    late = await his.post(f"/e/tampere/meetings/{asked.id}/acceptance", headers=JSON)
    assert (late.status_code, late.json()["error"]) == (409, "This request waited too long and has expired.")
    assert (await _newest()).status == MeetingStatus.REQUESTED
    assert (await hers.post(f"/e/tampere/meetings/{asked.id}/cancellation", headers=JSON)).status_code == 200
    for what in ("acceptance", "decline"):
        again = await his.post(f"/e/tampere/meetings/{asked.id}/{what}", headers=JSON)
        assert (again.status_code, again.json()["error"]) == (409, "This request was withdrawn meanwhile.")
    mine = await his.post(f"/e/tampere/meetings/{asked.id}/cancellation", headers=JSON)
    assert mine.status_code == 200, "cancelling twice is one"
    assert (await _newest()).status == MeetingStatus.CANCELLED
    await sound()


async def test_a_block_on_the_page_ends_what_was_asked_and_says_no_more_than_any_no(fair: Fair, visit) -> None:
    opened = await fair.round("10:00", "11:00")
    anna, mikko = [await fair.delegate(name, opened) for name in ("Anna", "Mikko")]
    hers, his = await visit(fair[anna]), await visit(fair[mikko])
    await hers.post("/e/tampere/meetings", data={"invitee": mikko.id})
    assert (await his.post(f"/e/tampere/people/{anna.id}/block")).status_code == 303
    assert await Silence.filter(owner=mikko, other=anna).exists()
    assert (await _newest()).status == MeetingStatus.DECLINED
    refused = await hers.post("/e/tampere/meetings", data={"invitee": mikko.id}, headers=JSON)
    assert refused.status_code == 409
    assert "block" not in refused.text.lower()


async def _newest() -> Meeting:
    found = await Meeting.all().order_by("-id").first()
    assert found
    return found
