"""Who meets whom, as the desk decides it on its page and people then find it on theirs."""

import html

import pytest

from app.journal import changes_since
from app.models import Change
from events.bookings import book
from events.models import OrganisationKind, ParticipantType, Session
from events.partaking_models import Booking
from events.releasing import release_programme
from events.schedule import Details, create_session
from events.types import add_type, headcounts
from matchmaking.conditions import conditions_of, matrix_of
from matchmaking.matrix import give_type
from matchmaking.meetings import accept, request_meeting
from matchmaking.models import Meeting, MeetingStatus
from matchmaking.round_models import Round
from matchmaking.rules import pair_of_types
from tests.events.conftest import counting_statements
from tests.matchmaking.visiting import visit  # noqa: F401 - a fixture

DESK = "/e/tampere/desk"
JSON = {"Accept": "application/json"}


def name_of(one: ParticipantType | None, other: ParticipantType | None) -> str:
    first, second = pair_of_types(one and one.id, other and other.id)
    return f"pair-{first}-{second}"


@pytest.fixture
async def types(fair):
    return [await add_type(fair.event, name, open=True, by=fair.organiser) for name in ("Buyer", "Supplier")]


@pytest.fixture
async def people(fair, types):
    """Anna buys and Mikko supplies; they can meet in one round."""
    opened = await fair.round("10:00", "11:00")
    found = [await fair.delegate(name, opened, offers=("bark",), needs=("lignin",)) for name in ("Anna", "Mikko")]
    for one, type in zip(found, types, strict=True):
        await give_type(one, type, by=fair.organiser)
    return found


def matrix(types, between: str) -> dict[str, str]:
    buyer, supplier = types
    pairs = [(buyer, buyer), (buyer, None), (supplier, supplier), (supplier, None), (None, None)]
    return {name_of(*pair): "either" for pair in pairs} | {name_of(buyer, supplier): between}


async def ask(browser, invitee):
    return await browser.post("/e/tampere/meetings", data={"invitee": invitee.id}, headers=JSON)


async def why(desk, asker, invitee) -> str:
    labels = {"asker": f"{asker.name}, {asker.name} Ltd ({asker.id})"}
    labels["invitee"] = f"{invitee.name}, {invitee.name} Ltd ({invitee.id})"
    page = await desk.get(f"{DESK}/rules", params=labels)
    assert page.status_code == 200
    return html.unescape(page.text)


async def test_one_cell_holds_for_page_verb_and_question(fair, types, people, visit):  # noqa: F811
    anna, mikko = people
    desk, hers, his = [await visit(one) for one in (fair.organiser, fair[anna], fair[mikko])]
    assert "Yes: Mikko may ask Anna, who may accept." in await why(desk, mikko, anna)
    saved = await desk.post(f"{DESK}/rules/matrix", data=matrix(types, "first"))
    assert saved.status_code == 303
    assert "By the rules Anna may ask Mikko, and not the other way round." in await why(desk, mikko, anna)
    sentence = "By the rules of this event Anna may ask you, and you may not ask."
    assert sentence in (await his.get(f"/e/tampere/people/{anna.id}")).text
    refused = await ask(his, anna)
    assert (refused.status_code, refused.json()["error"]) == (409, sentence)
    assert (await ask(hers, mikko)).status_code == 200


async def test_who_is_kept_apart_is_nowhere_to_be_seen(fair, types, people, visit):  # noqa: F811
    anna, mikko = people
    desk, his = await visit(fair.organiser), await visit(fair[mikko])
    assert "Anna" in (await his.get("/e/tampere/people")).text
    await desk.post(f"{DESK}/rules/matrix", data=matrix(types, "apart"))
    for address in ("/e/tampere/people", "/e/tampere/matches"):
        assert "Anna" not in (await his.get(address)).text
    assert (await his.get(f"/e/tampere/people/{anna.id}")).status_code == 404
    assert (await ask(his, anna)).status_code == 409
    assert "By the rules Mikko and Anna do not see each other." in await why(desk, mikko, anna)


async def test_a_new_rule_first_shows_which_requests_it_withdraws(fair, types, people, visit):  # noqa: F811
    anna, mikko = people
    met = await fair.delegate("Met", await Round.get())
    await give_type(met, types[0], by=fair.organiser)
    agreed = await accept(await request_meeting(mikko, met, message="", by=fair[mikko]), by=fair[met])
    asked = await request_meeting(mikko, anna, message="", by=fair[mikko])
    desk = await visit(fair.organiser)
    wanted = matrix(types, "first")
    page = await desk.post(f"{DESK}/rules/matrix", data=wanted)
    assert page.status_code == 409
    assert "1 request is withdrawn" in page.text
    assert "1 stays as it is" in page.text
    assert (await matrix_of(fair.event.id)).cells == {}
    mark = page.text.partition('name="seen" value="')[2].partition('"')[0]
    assert (await desk.post(f"{DESK}/rules/matrix", data={**wanted, "seen": mark})).status_code == 303
    assert (await Meeting.get(id=asked.id)).status == MeetingStatus.CANCELLED
    assert (await Meeting.get(id=agreed.id)).placed
    told = await Change.get(kind="meeting.cancelled")
    assert fair.people[anna.id].id in {int(topic[7:]) for topic in told.topics if topic.startswith("person:")}


async def test_the_type_is_chosen_at_registration_or_given_by_the_desk(fair, types, visit):  # noqa: F811
    person = await fair.person("Nina")
    hers, desk = await visit(person), await visit(fair.organiser)
    await desk.post(f"{DESK}/rules/types/{types[1].id}", data={"name": "Supplier"})  # not open any more
    assert "Buyer" in (await hers.get("/e/tampere/join")).text
    assert "Supplier" not in (await hers.get("/e/tampere/join")).text
    form = {"organisation": "Nina Oy", "organisation_kind": OrganisationKind.COMPANY.value, "kind": "delegate"}
    form |= {"region": str(fair.regions[0].id)}
    assert (await hers.post("/e/tampere/join", data=form)).status_code == 422
    assert (await hers.post("/e/tampere/join", data={**form, "type": str(types[1].id)})).status_code == 422
    assert (await hers.post("/e/tampere/join", data={**form, "type": str(types[0].id)})).status_code == 303
    nina = await fair.event.participants.filter(person=person).get()  # type: ignore[attr-defined]
    assert nina.type_id == types[0].id
    page = f"{DESK}/participants/{nina.id}"
    assert (await desk.post(f"{page}/own-type", data={"type": str(types[1].id)})).status_code == 303
    assert "Supplier" in (await desk.get(page)).text
    foreign = await add_type(await fair.second_event("other"), "Buyer", open=True, by="test")
    assert (await desk.post(f"{page}/own-type", data={"type": str(foreign.id)})).status_code == 409


async def test_types_gate_sessions_and_rounds(fair, types, people, visit):  # noqa: F811
    anna, mikko = people
    details = Details(title="Buyers’ briefing", capacity=5, types=[types[0]])
    talk = await create_session(fair.event, details, start=fair.at("14:00"), end=fair.at("14:30"), by=fair.organiser)
    await release_programme(fair.event, "v1", by=fair.organiser)
    hers, his, desk = [await visit(one) for one in (fair[anna], fair[mikko], fair.organiser)]
    refused = await his.post(f"/e/tampere/sessions/{talk.id}/booking", headers=JSON)
    assert refused.json()["error"] == "“Buyers’ briefing” is only for: Buyer."
    assert (await hers.post(f"/e/tampere/sessions/{talk.id}/booking", headers=JSON)).status_code == 200
    opened = await fair.round("15:00", "16:00", name="Buyers only")
    form = {
        "name": "Buyers only", "start": f"{fair.at('15:00').astimezone(fair.event.tz):%Y-%m-%dT%H:%M}",
        "end": f"{fair.at('16:00').astimezone(fair.event.tz):%Y-%m-%dT%H:%M}", "slot_minutes": "20",
        "break_minutes": "0", "tables": "2", "location": "on-site", "mode": "accepting", "place": "Hall",
        "types": str(types[0].id),
    }  # fmt: skip
    assert (await desk.post(f"{DESK}/rounds/{opened.id}", data=form)).status_code == 303
    assert "Buyers only" in (await hers.get("/e/tampere/availability")).text
    assert "Buyers only" not in (await his.get("/e/tampere/availability")).text
    refused = await his.post("/e/tampere/availability", data={"rounds": str(opened.id)})
    assert refused.status_code == 422


async def test_a_session_for_fewer_types_first_shows_whose_seats_that_takes(fair, types, people, visit):  # noqa: F811
    anna, mikko = people
    details, times = Details(title="Lignin", capacity=2), {"start": fair.at("14:00"), "end": fair.at("14:30")}
    talk = await create_session(fair.event, details, by=fair.organiser, **times)
    await release_programme(fair.event, "v1", by=fair.organiser)
    for one in (anna, mikko):
        await book(talk, one, by=fair[one])
    talk = await Session.get(id=talk.id)
    desk, url = await visit(fair.organiser), f"/e/tampere/desk/sessions/{talk.id}"
    data = {
        "title": "Lignin",
        "language": "en",
        "track": "",
        "capacity": 2,
        "types": [types[0].id],
        "version": talk.version,
    }
    first = await desk.post(url, data=data)
    assert first.status_code == 409, first.text
    assert f"1 person loses a seat by this: {mikko.name}." in first.text
    assert await Booking.filter(session=talk).count() == 2, "looking changes nothing"
    assert not await talk.types.all()
    told = (await desk.post(url, data=data, headers=JSON)).json()
    assert f'name="seen" value="{told["seen"]}"' in first.text
    assert (await desk.post(url, data=data | {"seen": told["seen"]})).status_code == 303
    assert await Booking.filter(session=talk).values_list("participant_id", flat=True) == [anna.id]
    current = await Session.get(id=talk.id)
    assert (current.booked, [type.id for type in await current.types.all()]) == (1, [types[0].id])
    assert [fact.kind for fact in await changes_since(fair.event.scope, 0)][-2:] == [
        "booking.released",
        "session.edited",
    ]


async def test_limits_are_shown_before_they_are_reached_and_then_hold(fair, people, visit):  # noqa: F811
    anna, mikko = people
    jan = await fair.delegate("Jan", await Round.get())
    desk, hers = await visit(fair.organiser), await visit(fair[anna])
    limits = {"pending": "1", "life": "15", "unit": "minutes", "most_meetings": "1", "pause_minutes": "0"}
    assert (await desk.post(f"{DESK}/rules/limits", data=limits)).status_code == 303
    page = (await hers.get(f"/e/tampere/people/{mikko.id}")).text
    assert "0 of 1 request waits for an answer." in page
    assert "0 of 1 meeting is agreed." in page
    asked = (await ask(hers, mikko)).json()["meeting"]
    meeting = await Meeting.get(id=asked)
    assert meeting.expires_at
    assert (meeting.expires_at - meeting.created_at).total_seconds() == 900
    refused = (await ask(hers, jan)).json()
    assert refused["error"] == "1 of your requests wait for an answer, and at most 1 may wait at once."
    await accept(meeting, by=fair[mikko])
    assert (await ask(hers, jan)).json()["error"] == "You have agreed to as many meetings as you may: 1."
    assert "1 of 1 meeting is agreed." in (await hers.get("/e/tampere/meetings")).text
    other = await visit(fair[jan])
    refused = (await ask(other, anna)).json()
    assert refused["error"] == "Anna has agreed to as many meetings as they may."


async def test_ones_own_limit_and_that_of_a_type_hold_on_the_pages(fair, types, people, visit):  # noqa: F811
    anna, mikko = people
    jan = await fair.delegate("Jan", await Round.get())
    desk, hers, theirs = [await visit(who) for who in (fair.organiser, fair[anna], fair[jan])]
    await accept(await Meeting.get(id=(await ask(hers, mikko)).json()["meeting"]), by=fair[mikko])
    assert (await hers.post("/e/tampere/availability/limit", data={"most_meetings": "1"})).status_code == 303
    assert "1 of 1 meeting is agreed." in (await hers.get("/e/tampere/meetings")).text
    assert (await ask(hers, jan)).json()["error"] == "You have agreed to as many meetings as you may: 1."
    assert (await hers.post("/e/tampere/availability/limit", data={"most_meetings": ""})).status_code == 303
    limited = {"name": types[1].name, "open": "y", "most_meetings": "1"}
    assert (await desk.post(f"{DESK}/rules/types/{types[1].id}", data=limited)).status_code == 303
    assert (await ask(theirs, mikko)).json()["error"] == "Mikko has agreed to as many meetings as they may."


@pytest.mark.parametrize(
    "wrong",
    [{"life": "14"}, {"life": "14401"}, {"pending": "0"}, {"pause_minutes": "7"}, {"unit": "years"}, {"life": "ten"}],
)
async def test_odd_limits_are_refused(fair, visit, wrong):  # noqa: F811
    desk = await visit(fair.organiser)
    limits = {"pending": "10", "life": "60", "unit": "minutes", "pause_minutes": "0", **wrong}
    assert (await desk.post(f"{DESK}/rules/limits", data=limits)).status_code in (409, 422)
    assert (await conditions_of(fair.event.id)).pending == 30


async def test_locked_bookings_are_for_the_desk_alone(fair, people, visit):  # noqa: F811
    anna, mikko = people
    jan = await fair.delegate("Jan", await Round.get())
    agreed = await accept(await request_meeting(anna, mikko, message="", by=fair[anna]), by=fair[mikko])
    asked = await request_meeting(jan, anna, message="", by=fair[jan])
    desk, hers = await visit(fair.organiser), await visit(fair[anna])
    limits = {"pending": "30", "life": "10", "unit": "days", "pause_minutes": "0", "locked": "y"}
    await desk.post(f"{DESK}/rules/limits", data=limits)
    slot = await fair.slot("10:40")
    posts = [
        ("/e/tampere/meetings", {"invitee": jan.id}),
        (f"/e/tampere/meetings/{asked.id}/acceptance", {}),
        (f"/e/tampere/meetings/{agreed.id}/slot", {"slot": slot.id, "version": agreed.version}),
        (f"/e/tampere/meetings/{agreed.id}/cancellation", {}),
    ]
    for address, data in posts[1:]:
        refused = await hers.post(address, data=data, headers=JSON)
        assert refused.status_code == 409
        assert refused.json()["error"] == "The meetings are settled, and the organisers have locked the bookings."
    assert await Meeting.filter(id=agreed.id, slot_id=agreed.slot_id, status=MeetingStatus.ACCEPTED).exists()
    assert (await desk.post(posts[2][0], data=posts[2][1])).status_code == 303
    assert (await Meeting.get(id=agreed.id)).slot_id == slot.id
    assert (await Change.filter(kind="meeting.rescheduled").get()).data["on_behalf_of"] == [anna.id, mikko.id]
    assert (await hers.post(f"/e/tampere/meetings/{asked.id}/decline")).status_code == 303


async def test_a_type_that_accepts_at_once_has_the_meeting_at_once(fair, types, people, visit, assert_sound):  # noqa: F811
    anna, mikko = people
    desk, hers = await visit(fair.organiser), await visit(fair[anna])
    changed = {"name": "Supplier", "open": "y", "accepts_at_once": "y"}
    await desk.post(f"{DESK}/rules/types/{types[1].id}", data=changed)
    asked = await Meeting.get(id=(await ask(hers, mikko)).json()["meeting"])
    assert asked.placed
    assert (await Change.get(kind="meeting.accepted")).data["at_once"] is True
    await assert_sound()


async def test_types_are_named_changed_and_removed(fair, people, types, visit):  # noqa: F811
    desk = await visit(fair.organiser)
    assert (await desk.post(f"{DESK}/rules/types", data={"name": "buyer", "open": "y"})).status_code == 409
    assert (await desk.post(f"{DESK}/rules/types", data={"name": ""})).status_code == 422
    assert (await desk.post(f"{DESK}/rules/types", data={"name": "Investor", "most_meetings": "4"})).status_code == 303
    investor = await ParticipantType.get(name="Investor")
    assert "4 meetings at most" in (await desk.get(f"{DESK}/rules")).text
    refused = await desk.post(f"{DESK}/rules/types/{types[0].id}/removal", headers=JSON)
    assert refused.json()["error"] == "One participant is of this type."
    assert (await desk.post(f"{DESK}/rules/types/{investor.id}/removal")).status_code == 303
    assert not await ParticipantType.filter(id=investor.id).exists()


async def test_the_page_says_how_many_are_of_each_type_and_takes_the_same_queries_for_more(fair, types, people, visit):  # noqa: F811
    buyer, _supplier = types
    desk, counts = await visit(fair.organiser), []
    await give_type(people[1], buyer, by=fair.organiser)
    for name in ("Adviser", "Funder"):
        with counting_statements() as statements:
            page = await desk.get("/e/tampere/desk/rules")
        assert page.status_code == 200
        counts.append(len(statements))
        await add_type(fair.event, name, open=True, by=fair.organiser)
    assert await headcounts([type.id for type in types]) == {buyer.id: 2}
    assert counts[0] == counts[1]


async def test_the_question_wants_names_of_the_list(fair, people, visit):  # noqa: F811
    desk = await visit(fair.organiser)
    page = await desk.get(f"{DESK}/rules", params={"asker": "<b>Nobody</b>", "invitee": ""})
    assert "Choose both from the list." in page.text
    assert "<b>Nobody" not in page.text


async def test_of_two_organisers_the_second_looks_at_the_matrix_again(fair, types, people, visit):  # noqa: F811
    desk = await visit(fair.organiser)
    was = (await desk.get(f"{DESK}/rules")).text.partition('name="was" value="')[2].partition('"')[0]
    assert (await desk.post(f"{DESK}/rules/matrix", data={**matrix(types, "first"), "was": was})).status_code == 303
    late = await desk.post(f"{DESK}/rules/matrix", data={**matrix(types, "apart"), "was": was})
    assert late.status_code == 409
    assert "Somebody else changed this a moment ago." in late.text
    assert list((await matrix_of(fair.event.id)).cells.values()) == ["first"]


async def test_of_two_organisers_the_second_sees_both_limits(fair, visit):  # noqa: F811
    desk, rules = await visit(fair.organiser), "/e/tampere/desk/rules"
    page = (await desk.get(rules)).text
    was = page.split(f'action="{rules}/limits"')[1].split('name="was" value="')[1].split('"')[0]
    mine = {"pending": 12, "life": 2, "unit": "days", "most_meetings": "", "pause_minutes": 0, "was": was}
    assert (await desk.post(f"{rules}/limits", data=mine)).status_code == 303
    second = await desk.post(f"{rules}/limits", data=mine | {"pending": 40, "life": 3, "most_meetings": 5})
    assert second.status_code == 409
    for words in ("Somebody else changed this a moment ago", "it is: 12", "it is: 2 days", "it is: no limit"):
        assert words in second.text
    assert 'value="40"' in second.text, "and what was typed"
    assert (await conditions_of(fair.event.id)).pending == 12
    again = second.text.split(f'action="{rules}/limits"')[1].split('name="was" value="')[1].split('"')[0]
    assert (await desk.post(f"{rules}/limits", data=mine | {"pending": 40, "was": again})).status_code == 303
    assert (await conditions_of(fair.event.id)).pending == 40


async def test_the_question_also_says_when(fair, types, people, visit):  # noqa: F811
    anna, mikko = people
    desk = await visit(fair.organiser)
    assert "Free for all of them:" in await why(desk, anna, mikko)
    jan = await fair.delegate("Jan")
    assert "Jan does not meet in “Morning”." in await why(desk, jan, mikko)


async def test_a_matrix_with_holes_or_odd_cells_is_refused(fair, types, visit):  # noqa: F811
    desk = await visit(fair.organiser)
    assert (await desk.post(f"{DESK}/rules/matrix", data={})).status_code == 422
    odd = await desk.post(f"{DESK}/rules/matrix", data=matrix(types, "whatever"))
    assert odd.status_code == 422
    assert (await matrix_of(fair.event.id)).cells == {}
