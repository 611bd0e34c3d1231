"""An adviser chooses among the times that suit all, for a request of a client and for what was agreed."""

import re

from events.networks.support.assigning import forbid
from matchmaking.meetings import accept, request_meeting
from matchmaking.models import Meeting, MeetingStatus
from matchmaking.round_models import Slot
from tests.matchmaking.support.conftest import Help
from tests.matchmaking.visiting import Visit


def offered(page: str) -> list[int]:
    return [int(one) for one in re.findall(r'<option value="(\d+)"', page)]


async def test_adviser_accepts_at_a_chosen_time_and_moves_to_another(help: Help, visit: Visit) -> None:
    client = await help.allowed()
    meeting = await request_meeting(help.mikko, help.anna, message="", by=help.fair[help.mikko])
    elsewhere = await request_meeting(
        help.anna, await help.fair.delegate("Eero", help.morning), message="", by=help.ewa
    )
    hers, here = await visit(help.ewa), f"{client.path}/times"
    assert f'href="{here}?meeting={meeting.id}"' in (await hers.get(client.path)).text
    times = offered((await hers.get(f"{here}?meeting={meeting.id}")).text)
    assert len(times) == 3, "a round of an hour has three"
    last, first = await Slot.get(id=times[-1]), await Slot.get(id=times[0])
    assert (await hers.post(here, data={"meeting": meeting.id, "slot": last.id, "version": 1})).status_code == 303
    agreed = await Meeting.get(id=meeting.id)
    assert (agreed.status, agreed.slot_id) == (MeetingStatus.ACCEPTED, last.id)
    assert "Move it for them" in (await hers.get(f"{here}?meeting={meeting.id}")).text
    fields = {"meeting": meeting.id, "slot": first.id, "version": agreed.version}
    assert (await hers.post(here, data=fields)).status_code == 303
    assert (await Meeting.get(id=meeting.id)).slot_id == first.id
    stale = await hers.post(here, data=fields | {"slot": last.id})
    assert stale.status_code == 409
    assert "This meeting was changed a moment ago" in stale.text
    assert (await hers.get(f"{here}?meeting={elsewhere.id}")).status_code == 409, "Eero answers, not the client"
    for wrong in ("", "?meeting=", "?meeting=0", "?meeting=x"):
        assert (await hers.get(here + wrong)).status_code == 409
    assert (await hers.get(f"{here}?meeting=999999")).status_code == 404
    assert (await hers.post(here, data={"meeting": 10**20, "slot": 1})).status_code == 409, "no number of a database"
    assert (await hers.post(here, data={"meeting": meeting.id, "slot": 999999})).status_code == 409


async def test_what_is_free_is_for_whom_a_client_allows(help: Help, visit: Visit) -> None:
    client = await help.allowed()
    meeting = await request_meeting(help.mikko, help.anna, message="", by=help.fair[help.mikko])
    await forbid(client, by=help.fair[help.anna])
    hers, here = await visit(help.ewa), f"{client.path}/times"
    refused = await hers.get(f"{here}?meeting={meeting.id}")
    assert refused.status_code == 403
    assert "Only your client can let you act for them" in refused.text
    slot = await help.fair.slot("10:00")
    assert (await hers.post(here, data={"meeting": meeting.id, "slot": slot.id, "version": 1})).status_code == 403
    assert (await Meeting.get(id=meeting.id)).status == MeetingStatus.REQUESTED


async def test_a_page_without_a_free_time_says_why(help: Help, visit: Visit) -> None:
    client = await help.allowed()
    for name in ("Eero", "Oona", "Pekka"):
        other = await help.fair.delegate(name, help.morning)
        taken = await request_meeting(other, help.mikko, message="", by=help.fair[other])
        await accept(taken, by=help.fair[help.mikko])
    meeting = await request_meeting(help.mikko, help.anna, message="", by=help.fair[help.mikko])
    page = (await (await visit(help.ewa)).get(f"{client.path}/times?meeting={meeting.id}")).text
    assert offered(page) == []
    assert "Mikko" in page
