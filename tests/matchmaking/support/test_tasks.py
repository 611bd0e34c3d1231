"""What waits for an adviser on their first page."""

from datetime import UTC, datetime, timedelta

from events.networks.support.assigning import link_due
from matchmaking.meetings import decline, request_meeting
from matchmaking.models import Meeting
from matchmaking.proposing import propose_time
from matchmaking.support.portfolio import waiting_for
from tests.matchmaking.support.conftest import Help
from tests.matchmaking.visiting import visit

__all__ = ["visit"]


async def test_an_adviser_reads_how_many_clients_others_wait_for(help: Help, visit) -> None:
    fair = help.fair
    adviser, client = await visit(help.ewa), await visit(fair[help.anna])
    assert "Beside events" not in (await adviser.get("/")).text
    asked = await request_meeting(help.mikko, help.anna, message="", by=fair[help.mikko])
    page = (await adviser.get("/")).text
    assert "Centrum: others wait for 1 client." in page
    assert f'href="{help.office.path}"' in page
    assert "Beside events" not in (await client.get("/")).text
    await decline(asked, by=fair[help.anna])
    assert "Beside events" not in (await adviser.get("/")).text


async def test_clients_are_counted_and_not_requests_nor_those_that_have_ended(help: Help, visit) -> None:
    fair, adviser = help.fair, await visit(help.ewa)
    ola, liisa = await fair.delegate("Ola", help.morning), await fair.delegate("Liisa", help.morning, region=1)
    await link_due()
    for asker, invitee in ((help.mikko, help.anna), (liisa, help.anna), (liisa, ola)):
        await request_meeting(asker, invitee, message="", by=fair[asker])
    assert "Centrum: others wait for 2 clients." in (await adviser.get("/")).text
    await Meeting.filter(invitee=ola).update(expires_at=datetime.now(UTC) - timedelta(seconds=1))
    assert "Centrum: others wait for 1 client." in (await adviser.get("/")).text


async def test_a_client_who_proposed_another_time_has_answered(help: Help, visit) -> None:
    fair, adviser, now = help.fair, await visit(help.ewa), datetime.now(UTC)
    asked = await request_meeting(help.mikko, help.anna, message="", by=fair[help.mikko])
    assert len(await waiting_for(fair[help.anna], now=now)) == 1
    await propose_time(asked, slot=await fair.slot("10:40"), version=asked.version, by=fair[help.anna])
    assert "Beside events" not in (await adviser.get("/")).text
    assert await waiting_for(fair[help.anna], now=now) == []
    await Meeting.filter(id=asked.id).update(version=asked.version + 1)
    assert len(await waiting_for(fair[help.anna], now=now)) == 1, "something happened to the request since"
