"""Consortia: who decides, who comes in how, what is missing, and the group meeting that comes of it."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from app.config import Settings
from app.errors import Forbidden, NotFound, Refused
from app.models import Mail
from events.models import Event, Participant
from events.networks.calls.letters import tell
from events.networks.calls.models import Call
from events.types import add_type
from matchmaking.consortia import forming
from matchmaking.consortia.models import ConsortiumMember, ConsortiumPart
from matchmaking.consortia.reading import boards, searches
from matchmaking.groups.membership import join_group, members_of, propose_group
from matchmaking.groups.models import GroupStatus
from matchmaking.marketplace.models import OpportunityKind
from matchmaking.marketplace.posting import Draft, post
from matchmaking.matrix import change_matrix, give_type
from matchmaking.profile_models import ChainRole
from matchmaking.rule_models import Between
from tests.events.conftest import counting_statements

Search = Any  # see conftest.py


async def test_parts_are_covered_as_people_come_in_and_missing_as_they_leave(search: Search) -> None:
    made = await search.open("Anna", parts=[(ChainRole.RESEARCH, "Toxicity"), (ChainRole.END_USER, "Tests it")])
    toxicity, _tests = await ConsortiumPart.filter(consortium=made)
    mikko = await search.person("Mikko")
    member = await forming.ask(made, search.house("Mikko"), part=toxicity, note="We have a lab.", by=mikko)
    assert [part.task for part in (await search.board(made, "Anna")).missing] == ["Toxicity", "Tests it"]
    await forming.take_in(member, by=await search.person("Anna"))
    shown = await search.board(made, "Mikko")
    assert ([part.task for part in shown.missing], shown.inside, shown.decides) == (["Tests it"], True, False)
    await forming.part_with(member, by=mikko)
    assert len((await search.board(made, "Anna")).missing) == 2


async def test_without_a_coordinator_every_member_decides_and_one_takes_it_on(search: Search) -> None:
    made = await search.open("Anna", coordinates=False)
    await search.inside(made, "Mikko")
    anna, mikko, jan = [await search.person(name) for name in ("Anna", "Mikko", "Jan")]
    asked = await forming.ask(made, search.house("Jan"), by=jan)
    await forming.take_in(asked, by=mikko)
    lines = {one.name: one for one in await ConsortiumMember.filter(consortium=made)}
    with pytest.raises(Refused, match="they themselves"):
        await forming.coordinate(lines["Anna"], by=mikko)
    with pytest.raises(Refused, match="Only a coordinator takes members off"):
        await forming.part_with(lines["Anna"], by=mikko)
    takes = [forming.coordinate(lines[name], by=by) for name, by in (("Anna", anna), ("Mikko", mikko))]
    found = await asyncio.gather(*takes, return_exceptions=True)
    assert [type(one) for one in found if one] == [Forbidden]
    (one,) = [one for one in await ConsortiumMember.filter(consortium=made) if one.coordinates]
    await forming.coordinate(lines["Jan"], by=await search.person(one.name))
    assert (await search.board(made, "Jan")).decides
    await forming.part_with(lines["Jan"], by=jan)
    shown = await search.board(made, "Anna")
    assert (shown.coordinator, shown.decides) == (None, True)


async def test_an_invitation_and_a_question_that_cross_are_a_yes(search: Search) -> None:
    made, anna = await search.open("Anna"), await search.person("Anna")
    mikko, jan = await search.person("Mikko"), await search.person("Jan")
    await forming.invite(made, email=mikko.email, name="Mikko", by=anna)
    with pytest.raises(Refused, match="on the board already"):
        await forming.invite(made, email=mikko.email, name="Mikko", by=anna)
    assert (await forming.ask(made, search.house("Mikko"), by=mikko)).state == "in"
    await forming.ask(made, search.house("Jan"), by=jan)
    assert (await forming.invite(made, email=jan.email, name="Jan", by=anna)).state == "in"
    again = await forming.ask(made, search.house("Jan"), by=jan)
    assert again.state == "in"
    assert await ConsortiumMember.filter(consortium=made).count() == 3


async def test_what_is_not_theirs_to_decide_is_refused(search: Search) -> None:
    made, other = await search.open("Anna"), await search.open("Mikko", parts=[(ChainRole.FUNDER, "Pays")])
    anna, mikko, jan = [await search.person(name) for name in ("Anna", "Mikko", "Jan")]
    asked = await forming.ask(made, search.house("Jan"), by=jan)
    foreign = await ConsortiumPart.get(consortium=other)
    for refused in (
        forming.take_in(asked, by=jan),
        forming.take_in(asked, by=mikko),
        forming.invite(made, email="x@example.org", name="X", by=jan),
        forming.name_part(made, ChainRole.FUNDER, "Pays", by=mikko),
        forming.drop_part(foreign, by=anna),
        forming.close(made, by=mikko),
        forming.rewrite(made, title="Mine", about="", language="en", version=1, by=mikko),
        forming.give_part(await ConsortiumMember.get(consortium=made, email=anna.email), None, by=jan),
        forming.part_with(await ConsortiumMember.get(consortium=made, email=anna.email), by=jan),
    ):
        with pytest.raises(Forbidden):
            await refused
    with pytest.raises(NotFound):
        await forming.ask(made, search.house("Mikko"), part=foreign, by=mikko)
    with pytest.raises(Refused, match="is not in"):
        await forming.coordinate(asked, by=anna)


async def test_boards_open_before_the_deadline_and_close_with_their_last_member(search: Search) -> None:
    made, anna = await search.open("Anna"), await search.person("Anna")
    for _number in range(2):
        await search.open("Anna")
    with pytest.raises(Refused, match="3 consortia of this call"):
        await search.open("Anna")
    await forming.part_with(await ConsortiumMember.get(consortium=made), by=anna)
    assert len(await boards(search.call, anna)) == 2
    with pytest.raises(Refused, match="is closed"):
        await forming.ask(made, search.house("Mikko"), by=await search.person("Mikko"))
    await Call.filter(id=search.call.id).update(deadline=datetime.now(UTC))
    with pytest.raises(Refused, match="deadline of this call has passed"):
        await search.open("Mikko")


async def test_searches_name_the_topic_and_show_only_whom_the_reader_sees(search: Search) -> None:
    fair, topic_code = search.fair, search.topic.code
    anna, mikko = await fair.delegate("Anna"), await fair.delegate("Mikko")
    for topic in (f"{topic_code.lower()}, two stages", "HORIZON-CL4", ""):
        await post(mikko, Draft(OpportunityKind.PARTNERS, f"Partners {topic}", "We", call_topic=topic), by=fair[mikko])
    await post(mikko, Draft(OpportunityKind.OFFER, "Offer", "We", call_topic=topic_code), by=fair[mikko])
    (one,) = await searches([search.topic], fair[anna])
    assert (one.author.name, one.event.id) == ("Mikko", fair.event.id)
    assert await searches([search.topic], await fair.person("Stranger")) == []


async def test_searches_of_many_events_take_the_queries_of_one_and_keep_the_rules_of_each(search: Search) -> None:
    fair = search.fair

    async def at(event: Event) -> tuple[Participant, Participant]:
        both = [await fair.newcomer(name, event=event) for name in ("Anna", "Mikko")]
        for one in both:
            await fair.profile(one, offers=(), needs=())
        anna, mikko = both
        draft = Draft(OpportunityKind.PARTNERS, "Partners", "We", call_topic=search.topic.code)
        await post(mikko, draft, by=fair[mikko])
        return anna, mikko

    async def asked() -> int:
        reader = await search.person("Anna")
        await searches([search.topic], reader)  # what is kept of cards is read
        with counting_statements() as statements:
            await searches([search.topic], reader)
        return len(statements)

    await at(fair.event)
    few = await asked()
    await at(await fair.second_event("lahti"))
    hidden = await fair.second_event("oulu")
    _anna, mikko = await at(hidden)
    assert len(await searches([search.topic], await search.person("Anna"))) == 3
    assert await asked() == few
    press = await add_type(hidden, "Press", open=True, by=fair.organiser)
    await give_type(mikko, press, by=fair.organiser)
    await change_matrix(hidden, {(0, press.id): Between.APART}, by=fair.organiser)
    found = await searches([search.topic], await search.person("Anna"))
    assert {one.event.slug for one in found} == {"tampere", "lahti"}


async def test_a_group_meeting_of_a_consortium_is_for_its_members(search: Search) -> None:
    fair, made = search.fair, await search.open("Anna")
    opened = await fair.round("10:00", "11:00")
    people = {name: await fair.delegate(name, opened) for name in ("Mikko", "Jan", "Olli")}
    person = await search.person("Anna")
    anna = await fair.newcomer("Anna")
    await fair.profile(anna, offers=(), needs=())
    await search.inside(made, "Mikko", "Jan")
    group = await propose_group(fair.event, None, title="Resin", consortium=made, proposer=anna, by=person)
    with pytest.raises(Refused, match="meeting of a consortium"):
        await join_group(group, people["Olli"], by=fair[people["Olli"]])
    for name in ("Mikko", "Jan"):
        group = await join_group(group, people[name], by=fair[people[name]])
    assert group.status == GroupStatus.MEETING
    assert [one.name for one in await members_of(group)] == ["Anna", "Mikko", "Jan"]


async def test_mails_are_owed_to_those_who_should_know(search: Search, settings: Settings) -> None:
    made, anna = await search.open("Anna"), await search.person("Anna")
    await forming.invite(made, email="new@example.org", name="Newcomer", by=anna)
    await search.inside(made, "Mikko")
    await forming.tell_of_meeting(made, "/e/tampere/groups/1", by=anna)
    while await tell(settings):
        pass
    sent = [mail.recipient for mail in await Mail.all().order_by("id")]
    assert sent == [
        "new@example.org",  # invited
        "anna@example.org",  # Mikko asks
        "anna@example.org", "mikko@example.org",  # he is in
        "mikko@example.org",  # a meeting
    ]  # fmt: skip


async def test_first_pages_say_what_waits_for_members(search: Search, visit: Any) -> None:
    made = await search.open("Anna")
    anna, mikko, jan = [await search.person(name) for name in ("Anna", "Mikko", "Jan")]
    hers, his, theirs = [await visit(person) for person in (anna, mikko, jan)]
    await forming.invite(made, email=mikko.email, name="Mikko", by=anna)
    await forming.ask(made, search.house("Jan"), by=jan)
    page = (await his.get("/")).text
    assert "You are invited to “Resin”." in page
    assert f'href="/consortia/{made.id}"' in page
    assert "1 asks to come into “Resin”." in (await hers.get("/")).text
    assert "Beside events" not in (await theirs.get("/")).text
    (asked,) = await ConsortiumMember.filter(consortium=made, email=jan.email)
    await forming.take_in(asked, by=anna)
    assert "Beside events" not in (await hers.get("/")).text
