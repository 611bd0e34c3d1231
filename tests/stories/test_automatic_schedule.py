"""Story D: the organiser asks for a schedule, sees what it would change, and releases it in one revision."""

import asyncio
import time

from app import journal
from matchmaking.draft_models import Draft, DraftState
from matchmaking.drafting import proposal_of
from matchmaking.meetings import accept, cancel, request_meeting
from matchmaking.models import Meeting
from tests.matchmaking.conftest import Fair, sound
from tests.stories.conftest import PATIENCE, Site, heard


async def test_a_draft_is_made_shown_and_released(site: Site, fair: Fair) -> None:
    morning = await fair.round("09:00", "10:40", tables=3)
    people = [await fair.delegate(f"Delegate {n}", morning) for n in range(6)]
    for n, asker in enumerate(people):
        for guest in people[n + 1 : n + 3]:
            asked = await request_meeting(asker, guest, message="", by=fair[asker])
            await accept(asked, waiting=True, by=fair[guest])
    path, olga = f"/e/{fair.event.slug}", await site.signed_in(fair.organiser)
    delegate = await site.signed_in(fair[people[0]])

    assert (await delegate.get(f"{path}/desk/drafts")).status_code == 404, "the desk is the organisers'"
    asked = await olga.post(f"{path}/desk/drafts", data={"seed": 1, "seconds": 2})
    assert asked.status_code == 303, asked.text
    draft = await _ready(await Draft.all().order_by("-id").first())
    page = await olga.get(f"{path}/desk/drafts/{draft.id}")
    assert "Delegate 0" in page.text
    assert not await Meeting.filter(slot_id__isnull=False).exists(), "a draft changes nothing"

    since = await journal.revision(fair.event.scope)
    async with site.socket(delegate, f"{path}/live", since=since) as socket:
        released = await olga.post(f"{path}/desk/drafts/{draft.id}/release")
        assert released.status_code == 303, released.text
        frame = await heard(socket, "meeting.scheduled")
        assert frame["data"]["table"] in (1, 2, 3)
    assert await journal.revision(fair.event.scope) == since + 1, "one revision"
    assert await Meeting.filter(slot_id__isnull=False).count() == 9
    await sound()
    assert len(await site.invites(18)) == 18


async def test_a_draft_is_refused_with_what_moved_since(site: Site, fair: Fair) -> None:
    morning = await fair.round("09:00", "10:40", tables=3)
    anna, mikko, ola = [await fair.delegate(name, morning) for name in ("Anna", "Mikko", "Ola")]
    meetings = [await request_meeting(anna, guest, message="", by=fair[anna]) for guest in (mikko, ola)]
    for meeting, guest in zip(meetings, (mikko, ola), strict=True):
        await accept(meeting, waiting=True, by=fair[guest])
    olga, path = await site.signed_in(fair.organiser), f"/e/{fair.event.slug}"
    await olga.post(f"{path}/desk/drafts", data={"seed": 1, "seconds": 1})
    draft = await _ready(await Draft.all().order_by("-id").first())

    await cancel(meetings[0], reason="ill", by=fair[mikko])
    refused = await olga.post(f"{path}/desk/drafts/{draft.id}/release")
    assert refused.status_code == 409
    assert "Mikko" in refused.text
    assert not await Meeting.filter(slot_id__isnull=False).exists()


async def _ready(draft: Draft | None) -> Draft:
    assert draft is not None
    deadline = time.monotonic() + PATIENCE
    while draft.state in (DraftState.QUEUED, DraftState.RUNNING) and time.monotonic() < deadline:
        await asyncio.sleep(0.1)
        await draft.refresh_from_db()
    assert draft.state == DraftState.READY, draft.error
    assert proposal_of(draft) is not None
    return draft
