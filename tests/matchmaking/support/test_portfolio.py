"""What an adviser sees of a client: everything in the same queries, at however many events they are."""

from datetime import UTC, datetime

from events.models import Event
from matchmaking.meetings import request_meeting
from matchmaking.support.portfolio import presences
from tests.events.conftest import counting_statements
from tests.matchmaking.support.conftest import Help


async def test_presences_take_the_queries_of_one_and_each_has_its_own(help: Help) -> None:
    fair = help.fair

    async def at(event: Event) -> None:
        for name in ("Anna", "Mikko", "Jan"):
            await fair.profile(await fair.newcomer(name, event=event), offers=(), needs=())

    async def asked() -> int:
        client = await help.client()
        await presences(client, now=datetime.now(UTC))  # what is kept of cards is read
        with counting_statements() as statements:
            await presences(client, now=datetime.now(UTC))
        return len(statements)

    jan = await fair.delegate("Jan", help.morning)
    await request_meeting(jan, help.anna, message="", by=fair[jan])
    few = await asked()
    for slug in ("lahti", "oulu"):
        await at(await fair.second_event(slug))
    assert await asked() == few
    found = {one.participant.event.slug: one for one in await presences(await help.client(), now=datetime.now(UTC))}
    here, there = found["tampere"], found["lahti"]
    assert ([one.name for one in here.rounds], here.ticked) == (["Morning"], {help.morning.id})
    assert ([one.other.name for one in here.overview.to_answer], there.overview.empty) == (["Jan"], True)
    assert (there.rounds, there.ticked) == ([], frozenset())
    assert [one.card.name for one in here.partners] == ["Mikko"], "Jan waits for her answer"
    assert {one.card.name for one in there.partners} == {"Mikko", "Jan"}
    assert {one.card.event for one in there.partners} == {there.participant.event_id}
    narrowed = await presences(await help.client(), now=datetime.now(UTC), words="jan")
    assert {one.participant.event.slug: len(one.partners) for one in narrowed} == {"tampere": 0, "lahti": 1, "oulu": 1}
