import asyncio
from datetime import UTC, datetime

import pytest

from app import slices
from app.errors import Forbidden, Refused
from events.models import Participant
from events.networks.closing import close
from events.networks.digests import due
from events.networks.following import follow
from events.types import add_type
from matchmaking.bookmarks.marking import mark
from matchmaking.bookmarks.models import Mark
from matchmaking.groups.membership import cancel_group, join_group, leave_group, members_of, propose_group
from matchmaking.groups.models import Group, GroupStatus
from matchmaking.groups.reading import tables
from matchmaking.ical import agendas
from matchmaking.leaving import withdraw
from matchmaking.matrix import change_matrix, give_type
from matchmaking.meetings import accept, cancel, request_meeting
from matchmaking.models import Meeting, MeetingStatus
from matchmaking.parties import with_people
from matchmaking.rule_models import Between
from matchmaking.times import keep_free, limit_meetings
from tests.events.conftest import counting_statements
from tests.matchmaking.conftest import Fair, sound
from tests.matchmaking.visiting import visit

__all__ = ["visit"]

NAMES = ("Anna", "Mikko", "Jan", "Sara", "Ewa", "Olli", "Piotr")


async def crowd(fair: Fair, count: int) -> list[Participant]:
    opened = await fair.round("10:00", "11:00", tables=3)
    return [await fair.delegate(name, opened) for name in NAMES[:count]]


async def group_of(fair: Fair, proposer: Participant, *members: Participant, seats: int = 4) -> Group:
    group = await propose_group(
        fair.event, fair.demo_case, title="Lignin", seats=seats, proposer=proposer, by=fair[proposer]
    )
    for one in members:
        await join_group(group, one, by=fair[one])
    return await Group.get(id=group.id)


async def meeting_of(group: Group) -> Meeting:
    return await with_people(Meeting.filter(group=group)).select_related("slot").get()


async def names(group: Group) -> list[str]:
    return [one.name for one in await members_of(await Group.get(id=group.id))]


async def test_the_third_member_makes_a_meeting_at_the_first_common_time(fair: Fair) -> None:
    anna, mikko, jan = await crowd(fair, 3)
    await keep_free(jan, (await fair.slot("10:00")).span, by=fair[jan])
    group = await group_of(fair, anna, mikko)
    assert group.status == GroupStatus.GATHERING
    await join_group(group, jan, by=fair[jan])
    meeting = await meeting_of(group)
    assert meeting.slot
    assert (meeting.slot.start, meeting.status) == (fair.at("10:20"), MeetingStatus.ACCEPTED)
    for one in (anna, mikko, jan):
        (entry,) = (await agendas([fair[one].id], fair.event.scope))[fair[one].id]
        assert entry.start == fair.at("10:20")
    await sound()


async def test_without_a_common_time_the_group_waits_for_the_schedule(fair: Fair) -> None:
    anna, mikko, jan = await crowd(fair, 3)
    for clock in ("10:00", "10:20", "10:40"):
        await keep_free(jan, (await fair.slot(clock)).span, by=fair[jan])
    meeting = await meeting_of(await group_of(fair, anna, mikko, jan))
    assert meeting.waiting


async def test_a_fourth_joins_if_free_then_and_a_fifth_finds_no_seat(fair: Fair) -> None:
    anna, mikko, jan, sara, ewa, olli = await crowd(fair, 6)
    group = await group_of(fair, anna, mikko, jan)
    await keep_free(sara, (await fair.slot("10:00")).span, by=fair[sara])
    with pytest.raises(Refused, match=r"You keep .* free"):
        await join_group(group, sara, by=fair[sara])
    await join_group(group, ewa, by=fair[ewa])
    await join_group(group, ewa, by=fair[ewa])  # twice is once
    assert await names(group) == ["Anna", "Mikko", "Jan", "Ewa"]
    with pytest.raises(Refused, match="All 4 seats are taken"):
        await join_group(group, olli, by=fair[olli])
    await sound()


async def test_of_two_who_want_the_last_seat_one_gets_it(fair: Fair) -> None:
    anna, mikko, jan, sara, ewa = await crowd(fair, 5)
    group = await group_of(fair, anna, mikko, jan)
    tries = [join_group(group, one, by=fair[one]) for one in (sara, ewa)]
    results = await asyncio.gather(*tries, return_exceptions=True)
    assert [str(one) for one in results if isinstance(one, Refused)] == ["All 4 seats are taken."]
    await sound()


async def test_leaving_frees_the_seat_and_below_three_it_is_called_off(fair: Fair) -> None:
    anna, mikko, jan, sara = await crowd(fair, 4)
    group = await group_of(fair, anna, mikko, jan, sara)
    await leave_group(group, anna, by=fair[anna])
    assert sorted(await names(group)) == ["Jan", "Mikko", "Sara"]
    await sound()
    await withdraw(sara, by=fair[sara])
    assert (await meeting_of(group)).status == MeetingStatus.CANCELLED
    assert (await Group.get(id=group.id)).status == GroupStatus.CANCELLED
    await sound()


async def test_two_of_a_group_may_meet_by_themselves_too(fair: Fair) -> None:
    anna, mikko, jan = await crowd(fair, 3)
    alone = await request_meeting(anna, mikko, message="", by=fair[anna])
    await accept(alone, by=fair[mikko])
    group = await group_of(fair, anna, mikko, jan)
    assert (await meeting_of(group)).placed
    with pytest.raises(Refused, match="leave it instead"):
        await cancel(await meeting_of(group), by=fair[anna])
    await sound()


async def test_colleagues_do_not_sit_in_one_group(fair: Fair) -> None:
    anna, mikko = await crowd(fair, 2)
    maria = await fair.delegate("Maria", house="Anna Ltd")
    group = await group_of(fair, anna, mikko)
    with pytest.raises(Refused, match="Anna of your organisation is in this group"):
        await join_group(group, maria, by=fair[maria])


async def test_rules_vetoes_and_limits_hold_in_groups_too(fair: Fair) -> None:
    anna, mikko, jan, sara = await crowd(fair, 4)
    group = await group_of(fair, anna, mikko)
    await mark(mikko, jan, Mark.NOT, by=fair[mikko])
    with pytest.raises(Refused, match="By the rules of the event and the wishes of those in it you cannot join them"):
        await join_group(group, jan, by=fair[jan])
    buyer = await add_type(fair.event, "Buyer", open=True, by=fair.organiser)
    await give_type(sara, buyer, by=fair.organiser)
    await change_matrix(fair.event, {(0, buyer.id): Between.SEEN}, by=fair.organiser)
    with pytest.raises(Refused, match="wishes of those in it you cannot join them"):
        await join_group(group, sara, by=fair[sara])
    await change_matrix(fair.event, {(0, buyer.id): Between.FIRST}, by=fair.organiser)  # one side may ask
    await limit_meetings(sara, 0, by=fair[sara])
    with pytest.raises(Refused, match="as many meetings as you may: 0"):
        await join_group(group, sara, by=fair[sara])
    await limit_meetings(sara, None, by=fair[sara])
    await limit_meetings(anna, 0, by=fair[anna])
    with pytest.raises(Refused, match="Anna has agreed to as many"):  # it would become a meeting of hers
        await join_group(group, sara, by=fair[sara])
    await limit_meetings(anna, None, by=fair[anna])
    await join_group(group, sara, by=fair[sara])
    assert (await meeting_of(group)).placed


async def test_a_group_is_shown_to_those_who_may_see_all_its_members(fair: Fair) -> None:
    anna, mikko, jan = await crowd(fair, 3)
    await group_of(fair, anna, mikko)
    buyer = await add_type(fair.event, "Buyer", open=True, by=fair.organiser)
    await give_type(jan, buyer, by=fair.organiser)
    assert len(await tables(fair.event, await Participant.get(id=jan.id))) == 1
    await change_matrix(fair.event, {(0, buyer.id): Between.APART}, by=fair.organiser)
    assert await tables(fair.event, await Participant.get(id=jan.id)) == []
    assert len(await tables(fair.event, anna)) == len(await tables(fair.event, None)) == 1


async def test_the_proposer_cancels_while_it_gathers_and_then_only_the_organisers(fair: Fair) -> None:
    anna, mikko, jan = await crowd(fair, 3)
    gathering = await group_of(fair, anna)
    with pytest.raises(Refused, match="Only the organisers can cancel"):
        await cancel_group(gathering, by=fair[mikko])
    await cancel_group(gathering, by=fair[anna])
    with pytest.raises(Refused, match="does not meet"):
        await join_group(gathering, mikko, by=fair[mikko])
    group = await group_of(fair, anna, mikko, jan)
    with pytest.raises(Refused, match="Only the organisers can cancel"):
        await cancel_group(group, by=fair[anna])
    await cancel_group(group, reason="The room is gone.", by=fair.organiser)
    assert (await meeting_of(group)).status == MeetingStatus.CANCELLED
    await sound()


async def test_organisers_propose_without_taking_a_seat_and_nobody_gathers_without_end(fair: Fair) -> None:
    (anna,) = await crowd(fair, 1)
    group = await propose_group(fair.event, fair.demo_case, title="Lignin", proposer=None, by=fair.organiser)
    assert await names(group) == []
    with pytest.raises(Forbidden):
        await propose_group(fair.event, fair.demo_case, title="Lignin", proposer=None, by=fair[anna])
    with pytest.raises(Refused, match="from 3 to 6 seats"):
        await group_of(fair, anna, seats=7)
    for _number in range(3):
        await group_of(fair, anna)
    with pytest.raises(Refused, match="3 groups already"):
        await group_of(fair, anna)


async def test_an_empty_group_ends(fair: Fair) -> None:
    anna, mikko = await crowd(fair, 2)
    group = await group_of(fair, anna, mikko)
    await withdraw(anna, by=fair[anna])
    await leave_group(group, mikko, by=fair[mikko])
    assert (await Group.get(id=group.id)).status == GroupStatus.CANCELLED


async def test_the_list_says_beforehand_why_one_cannot_join_in_as_many_queries_for_many(fair: Fair, visit) -> None:
    anna, mikko, jan, sara = await crowd(fair, 4)
    await group_of(fair, anna)
    await mark(anna, sara, Mark.NOT, by=fair[anna])
    hers, his = await visit(fair[sara]), await visit(fair[jan])
    counts = []
    for more in (0, 0, 2):  # the first visit warms what a server keeps
        for number in range(more):
            await propose_group(fair.event, fair.demo_case, title=f"More {number}", proposer=mikko, by=fair[mikko])
        with counting_statements() as statements:
            page = (await hers.get("/e/tampere/groups")).text
        counts.append(len(statements))
    assert counts[1] == counts[2]
    group = await Group.get(title="Lignin")
    assert "By the rules of the event and the wishes of those in it you cannot join them." in page
    assert f"/groups/{group.id}/joining" not in page
    assert f"/groups/{group.id}/joining" in (await his.get("/e/tampere/groups")).text
    inside = (await (await visit(fair[anna])).get("/e/tampere/groups")).text
    assert "You are in" in inside
    assert f"/groups/{group.id}/joining" not in inside
    desk = await (await visit(fair.organiser)).get("/e/tampere/groups")
    assert desk.status_code == 200


@pytest.mark.parametrize("whole", [True, False])
async def test_no_group_gathers_on_what_is_closed(fair: Fair, whole: bool) -> None:
    (anna,) = await crowd(fair, 1)
    await close(fair.pilot, None if whole else fair.demo_case, by=fair.organiser)
    with pytest.raises(Refused, match="is closed"):
        await group_of(fair, anna)
    assert not await Group.exists()


async def test_followers_of_the_pilot_who_take_part_hear_that_a_group_gathers(fair: Fair) -> None:
    anna, mikko, jan, sara = await crowd(fair, 4)
    for person in (fair[anna], fair[mikko], fair[jan], await fair.person("Eve")):
        await follow(fair.pilot, by=person)
    gathering = await group_of(fair, anna)
    await join_group(gathering, jan, by=fair[jan])
    found = await due(slices.NEWS, now=datetime.now(UTC))
    assert {digest.person.name: [one.key for one in digest.items] for digest in found} == {
        "Mikko": [f"group:{gathering.id}"]
    }, "it is no news to those in it, and members of the event alone may read it"
    assert found[0].items[0].words == "A group gathers: Biobased aromatics (Meet in Tampere)"
    buyer = await add_type(fair.event, "Buyer", open=True, by=fair.organiser)
    await change_matrix(fair.event, {(0, buyer.id): Between.APART}, by=fair.organiser)
    await give_type(mikko, buyer, by=fair.organiser)
    assert await due(slices.NEWS, now=datetime.now(UTC)) == [], "he may not see who is in it"
    await join_group(gathering, sara, by=fair[sara])
    assert await due(slices.NEWS, now=datetime.now(UTC)) == [], "it meets, and asks nobody any more"
