import asyncio
from collections.abc import Awaitable

import pytest

from app.errors import Forbidden, Refused
from events.models import Participant
from events.types import add_type
from matchmaking.bookmarks.marking import mark
from matchmaking.bookmarks.models import Mark
from matchmaking.colleagues import bring_along, hand_over
from matchmaking.ical import agendas
from matchmaking.keeping import keep_time, keepers
from matchmaking.matrix import change_matrix, give_type
from matchmaking.meetings import accept, cancel, request_meeting
from matchmaking.messages.silencing import lift, silence
from matchmaking.models import Meeting
from matchmaking.parties import people, with_people
from matchmaking.round_models import Round
from matchmaking.rule_models import Between, Conditions
from matchmaking.times import keep_free, limit_meetings
from tests.matchmaking.conftest import Fair, sound
from tests.matchmaking.visiting import visit

__all__ = ["visit"]


async def stand(meeting: Meeting) -> Meeting:
    return await with_people(Meeting.filter(id=meeting.id)).select_related("slot").get()


async def names(meeting: Meeting) -> list[str]:
    return [one.name for one in people(await stand(meeting))]


async def house(fair: Fair) -> tuple[Participant, Participant, Participant, Meeting]:
    """Anna and Maria of Bio, and Mikko whom Anna meets at 10:00."""
    opened = await fair.round("10:00", "11:00", tables=2)
    anna = await fair.delegate("Anna", opened, house="Bio")
    maria = await fair.delegate("Maria", opened, house="Bio")
    mikko = await fair.delegate("Mikko", opened)
    meeting = await request_meeting(anna, mikko, message="", by=fair[anna])
    await accept(meeting, by=fair[mikko])
    return anna, maria, mikko, meeting


async def test_a_colleague_takes_over_at_the_same_time(fair: Fair) -> None:
    anna, maria, mikko, meeting = await house(fair)
    before = await stand(meeting)
    await hand_over(meeting, of=anna, to=maria, by=fair[maria])
    after = await stand(meeting)
    assert [one.name for one in people(after)] == ["Maria", "Mikko"]
    assert (after.slot_id, after.table_id) == (before.slot_id, before.table_id)
    assert after.sequence == before.sequence + 1
    found = await agendas([fair[one].id for one in (anna, maria, mikko)], fair.event.scope)
    assert [len(found[fair[one].id]) for one in (anna, maria, mikko)] == [0, 1, 1]
    assert found[fair[mikko].id][0].summary == "Meeting: Maria, Bio"
    await sound()


async def test_who_is_busy_then_does_not_take_over_and_reads_what_is_free(fair: Fair) -> None:
    anna, maria, _mikko, meeting = await house(fair)
    await keep_free(maria, (await fair.slot("10:00")).span, by=fair[maria])
    with pytest.raises(Refused, match=r"You keep .* free") as refused:
        await hand_over(meeting, of=anna, to=maria, by=fair[maria])
    assert "10:20" in refused.value.hints[0]
    assert await names(meeting) == ["Anna", "Mikko"]
    await sound()


async def test_strangers_take_nothing_over(fair: Fair) -> None:
    anna, maria, mikko, meeting = await house(fair)
    sara = await fair.delegate("Sara")
    with pytest.raises(Refused, match="Only a colleague"):
        await hand_over(meeting, of=anna, to=sara, by=fair[anna])
    with pytest.raises(Forbidden):
        await hand_over(meeting, of=anna, to=maria, by=fair[mikko])


async def test_of_two_colleagues_who_take_over_at_once_one_wins(fair: Fair) -> None:
    anna, maria, _mikko, meeting = await house(fair)
    jan = await fair.delegate("Jan", house="Bio")
    await fair.ticks(jan)
    tries = [hand_over(meeting, of=anna, to=one, by=fair[one]) for one in (maria, jan)]
    results = await asyncio.gather(*tries, return_exceptions=True)
    refused = [one for one in results if isinstance(one, Refused)]
    assert len(refused) == 1
    assert str(refused[0]) == "Anna is not in this meeting any more."
    await sound()


async def test_one_who_meets_the_partner_already_does_not_take_over(fair: Fair) -> None:
    anna, maria, mikko, meeting = await house(fair)
    await request_meeting(maria, mikko, message="", beside=True, by=fair[maria])
    with pytest.raises(Refused, match="Maria meets Mikko already"):
        await hand_over(meeting, of=anna, to=maria, by=fair[maria])


async def test_a_time_that_is_kept_stays_kept_by_who_takes_over(fair: Fair) -> None:
    anna, maria, _mikko, meeting = await house(fair)
    await keep_time(meeting, keeper=anna, by=fair[anna])
    await hand_over(meeting, of=anna, to=maria, by=fair[anna])
    assert await keepers(meeting) == [maria]


async def test_rules_vetoes_and_limits_hold_for_whoever_takes_over_or_comes_along(fair: Fair) -> None:
    anna, maria, mikko, meeting = await house(fair)
    neutral = "By the rules of the event and the wishes of those in it"
    await mark(mikko, maria, Mark.NOT, by=fair[mikko])
    for verb in (hand_over(meeting, of=anna, to=maria, by=fair[maria]), come_along(fair, meeting, maria, anna)):
        with pytest.raises(Refused, match=neutral):
            await verb
    await mark(mikko, maria, None, by=fair[mikko])
    await silence(mikko, maria, by=fair[mikko])
    with pytest.raises(Refused, match=neutral):
        await hand_over(meeting, of=anna, to=maria, by=fair[maria])
    await lift(mikko, maria, by=fair[mikko])
    buyer = await add_type(fair.event, "Buyer", open=True, by=fair.organiser)
    await change_matrix(fair.event, {(0, buyer.id): Between.SECOND}, by=fair.organiser)
    await give_type(maria, buyer, by=fair.organiser)
    await change_matrix(fair.event, {(0, buyer.id): Between.FIRST}, by=fair.organiser)
    with pytest.raises(Refused, match=neutral):  # by now only those without a type ask buyers
        await hand_over(meeting, of=anna, to=maria, by=fair[maria])
    await hand_over(meeting, of=anna, to=maria, by=fair.organiser)  # the desk passes over it
    await sound()


async def test_a_no_of_ones_own_is_said_to_oneself_and_not_to_the_colleague(fair: Fair) -> None:
    anna, maria, mikko, meeting = await house(fair)
    await mark(maria, mikko, Mark.NOT, by=fair[maria])
    with pytest.raises(Refused, match="You said that you do not want to meet Mikko"):
        await hand_over(meeting, of=anna, to=maria, by=fair[maria])
    with pytest.raises(Refused, match="wishes of those in it Maria cannot join them"):
        await hand_over(meeting, of=anna, to=maria, by=fair[anna])


async def test_who_meets_enough_takes_nothing_over(fair: Fair) -> None:
    anna, maria, _mikko, meeting = await house(fair)
    sara = await fair.delegate("Sara", await Round.get())
    await accept(await request_meeting(sara, maria, message="", by=fair[sara]), waiting=True, by=fair[maria])
    await limit_meetings(maria, 1, by=fair[maria])
    with pytest.raises(Refused, match="You have agreed to as many meetings as you may: 1"):
        await hand_over(meeting, of=anna, to=maria, by=fair[maria])
    with pytest.raises(Refused, match="Maria has agreed to as many meetings as they may"):
        await bring_along(meeting, to=maria, beside=anna, by=fair[anna])


async def test_who_takes_a_request_over_has_it_among_their_own(fair: Fair, visit) -> None:
    """Maria may let five wait, and five do: a sixth, by way of Anna, would be one too many."""
    opened = await fair.round("10:00", "11:00", tables=2)
    anna, maria = [await fair.delegate(name, opened, house="Bio") for name in ("Anna", "Maria")]
    await Conditions.create(event=fair.event, pending=5)
    asked = [await fair.delegate(f"Guest {number}", opened) for number in range(6)]
    for guest in asked[:5]:
        await request_meeting(maria, guest, message="", by=fair[maria])
    last = await request_meeting(anna, asked[5], message="", by=fair[anna])
    path = f"/e/tampere/meetings/{last.id}"
    for person, how, data, sentence in (
        (maria, "takeover", {"of": anna.id}, "5 of your requests wait for an answer, and at most 5 may wait at once."),
        (anna, "handover", {"to": maria.id}, "5 requests of Maria wait for an answer, and at most 5 may."),
    ):
        browser = await visit(fair[person])
        refused = await browser.post(f"{path}/{how}", data=data, headers={"Accept": "application/json"})
        assert (refused.status_code, refused.json()["error"]) == (409, sentence)
    assert (await Meeting.get(id=last.id)).asker_id == anna.id
    first = await Meeting.get(asker=maria, invitee=asked[0])
    await cancel(first, by=fair[maria])
    assert (await (await visit(fair[maria])).post(f"{path}/takeover", data={"of": anna.id})).status_code == 303
    assert (await Meeting.get(id=last.id)).asker_id == maria.id


def come_along(fair: Fair, meeting: Meeting, to: Participant, beside: Participant) -> Awaitable[Meeting]:
    return bring_along(meeting, to=to, beside=beside, by=fair[to])


async def test_a_colleague_comes_along_and_leaves_nobody_twice(fair: Fair) -> None:
    anna, maria, _mikko, meeting = await house(fair)
    await bring_along(meeting, to=maria, beside=anna, by=fair[anna])
    assert await names(meeting) == ["Anna", "Mikko", "Maria"]
    with pytest.raises(Refused, match="Maria is in this meeting already"):
        await bring_along(meeting, to=maria, beside=anna, by=fair[maria])
    await sound()


async def test_a_second_request_to_the_partner_of_a_colleague_asks_to_confirm(fair: Fair) -> None:
    _anna, maria, mikko, _meeting = await house(fair)
    with pytest.raises(Refused, match="Anna of your organisation already meets Mikko") as refused:
        await request_meeting(maria, mikko, message="", by=fair[maria])
    assert "join that meeting" in refused.value.hints[0]
    assert await request_meeting(maria, mikko, message="", beside=True, by=fair[maria])
