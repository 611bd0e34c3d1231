import pytest

from app.errors import Forbidden, NotFound, Refused
from app.intervals import Interval
from app.journal import revision
from matchmaking.meetings import accept, request_meeting
from matchmaking.round_models import Availability, Block
from matchmaking.times import give_back, keep_free, tick_rounds


@pytest.fixture
async def opened(sqlite_fair):
    return await sqlite_fair.round("10:00", "11:00")


async def test_tick_rounds_sets_exactly_these(sqlite_fair, opened):
    fair = sqlite_fair
    noon = await fair.round("12:00", "13:00", name="Noon")
    anna = await fair.newcomer("Anna")
    await tick_rounds(anna, [opened, noon], by=fair[anna])
    await tick_rounds(anna, [noon], by=fair[anna])
    assert [tick.round_id for tick in await Availability.all()] == [noon.id]
    before = await revision(fair.event.scope)
    await tick_rounds(anna, [noon], by=fair[anna])
    assert await revision(fair.event.scope) == before, "nothing changed, nothing is told"


async def test_tick_rounds_is_for_oneself_or_the_desk(sqlite_fair, opened):
    fair = sqlite_fair
    anna, eve = await fair.newcomer("Anna"), await fair.newcomer("Eve")
    with pytest.raises(Forbidden):
        await tick_rounds(anna, [opened], by=fair[eve])
    await tick_rounds(anna, [opened], by=fair.organiser)


async def test_tick_rounds_knows_only_the_rounds_of_its_event(sqlite_fair):
    fair = sqlite_fair
    elsewhere = await fair.round("10:00", "11:00", event=await fair.second_event("lahti"))
    anna = await fair.newcomer("Anna")
    with pytest.raises(NotFound):
        await tick_rounds(anna, [elsewhere], by=fair[anna])


async def test_meetings_are_not_left_behind(sqlite_fair, opened):
    fair = sqlite_fair
    anna, mikko = await fair.delegate("Anna", opened), await fair.delegate("Mikko", opened)
    await accept(await request_meeting(anna, mikko, message="", by=fair[anna]), by=fair[mikko])
    with pytest.raises(Refused) as refused:
        await tick_rounds(anna, [], by=fair[anna])
    assert "Anna and Mikko" in refused.value.hints[0]
    with pytest.raises(Refused, match="You have a meeting in this time"):
        await keep_free(anna, Interval(fair.at("09:00"), fair.at("10:05")), by=fair[anna])
    await keep_free(anna, Interval(fair.at("09:00"), fair.at("10:00")), note="Call", by=fair[anna])


async def test_time_kept_free_can_be_given_back(sqlite_fair, opened):
    fair = sqlite_fair
    anna, eve = await fair.newcomer("Anna"), await fair.newcomer("Eve")
    block = await keep_free(anna, Interval(fair.at("10:00"), fair.at("10:30")), by=fair[anna])
    with pytest.raises(Forbidden):
        await give_back(block, by=fair[eve])
    await give_back(block, by=fair[anna])
    await give_back(block, by=fair[anna])
    assert not await Block.exists()


async def test_keep_free_refuses_nothing_and_other_days(sqlite_fair, opened):
    fair = sqlite_fair
    anna = await fair.newcomer("Anna")
    with pytest.raises(Refused, match="ends before"):
        await keep_free(anna, Interval(fair.at("10:00"), fair.at("10:00")), by=fair[anna])
    with pytest.raises(Refused, match="outside the days"):
        await keep_free(anna, Interval(fair.at("10:00", day=3), fair.at("11:00", day=3)), by=fair[anna])
