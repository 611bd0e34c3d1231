"""What waits for an adviser on their first page."""

from matchmaking.meetings import decline, request_meeting
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
