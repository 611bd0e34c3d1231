"""What colleagues, groups and interpreters look like to those who use them: through the pages and their forms."""

from datetime import UTC, datetime
from html import escape

import pytest

from events.models import Organisation, Participant
from matchmaking.bookmarks.marking import mark
from matchmaking.bookmarks.models import Mark
from matchmaking.colleagues import leave_meeting
from matchmaking.delegations import ask_house, delegation
from matchmaking.groups.membership import propose_group
from matchmaking.groups.models import Group, GroupStatus
from matchmaking.house_view import house_of
from matchmaking.interpreters.models import Interpreter
from matchmaking.interpreters.registering import register_interpreter
from matchmaking.meetings import accept, request_meeting
from matchmaking.models import Meeting, MeetingStatus
from matchmaking.parties import people, with_people
from matchmaking.profile_models import Profile
from matchmaking.round_models import Round
from tests.events.conftest import counting_statements
from tests.matchmaking.conftest import Fair, sound
from tests.matchmaking.visiting import visit

__all__ = ["visit"]


@pytest.fixture
async def opened(fair: Fair) -> Round:
    return await fair.round("10:00", "11:00", tables=4)


async def names(meeting: Meeting) -> list[str]:
    return [one.name for one in people(await with_people(Meeting.filter(id=meeting.id)).get())]


async def house(fair: Fair, opened: Round) -> tuple[Participant, Participant, Participant]:
    """Mikko and Maija of Forest Oy, and Anna who is of another house."""
    mikko = await fair.delegate("Mikko", opened, house="Forest Oy", region=1)
    maija = await fair.delegate("Maija", opened, house="Forest Oy", region=1)
    return mikko, maija, await fair.delegate("Anna", opened)


async def test_a_company_is_asked_once_and_any_colleague_accepts(fair, opened, visit):
    mikko, maija, anna = await house(fair, opened)
    await Profile.filter(participant=maija).update(languages=["fi"])
    hers, theirs = await visit(fair[anna]), await visit(fair[maija])
    page = (await hers.get(f"/e/tampere/companies/{mikko.organisation_id}")).text
    for why in ("same demo case: Biobased aromatics", "speaks English", "free at 10:00"):
        assert why in page
    ask = f"/e/tampere/companies/{mikko.organisation_id}/requests"
    assert (await hers.post(ask, data={"message": "Shall we?"})).status_code == 303
    meeting = await Meeting.get()
    assert (meeting.invitee_id, meeting.house_id) == (mikko.id, mikko.organisation_id)
    again = await hers.post(ask, data={"message": "Shall we?"})
    assert again.status_code == 409
    assert "You have asked Forest Oy already: Mikko answers, or a colleague." in again.text
    shown = (await theirs.get("/e/tampere/colleagues")).text
    assert "Mikko: same demo case: Biobased aromatics, speaks English, free at 10:00" in shown
    assert "Shall we?" in shown
    taken = await theirs.post(f"/e/tampere/meetings/{meeting.id}/takeover", data={"of": mikko.id, "accept": "y"})
    assert taken.headers["location"] == f"/e/tampere/meetings/{meeting.id}"
    assert await names(meeting) == ["Anna", "Maija"]
    assert (await Meeting.get()).placed
    assert "Meeting with Maija" in (await hers.get(f"/e/tampere/meetings/{meeting.id}")).text
    await sound()


async def test_the_meeting_page_hands_over_adds_and_leaves(fair, opened, visit):
    mikko, maija, anna = await house(fair, opened)
    meeting = await request_meeting(anna, mikko, message="", by=fair[anna])
    await accept(meeting, by=fair[mikko])
    path = f"/e/tampere/meetings/{meeting.id}"
    his, hers = await visit(fair[mikko]), await visit(fair[maija])
    assert "Goes instead of you" in (await his.get(path)).text
    assert (await his.post(f"{path}/joining", data={"to": maija.id})).status_code == 303
    assert "comes along" in (await hers.get(path)).text
    assert (await hers.post(f"{path}/leaving", data={})).status_code == 303
    assert await names(meeting) == ["Anna", "Mikko"]
    assert (await his.post(f"{path}/handover", data={"to": maija.id})).status_code == 303
    assert await names(meeting) == ["Anna", "Maija"]
    assert (await his.get(path)).status_code == 404
    gone = await his.post(f"{path}/handover", data={"to": maija.id})
    assert gone.status_code == 404
    for bad in ({}, {"to": "x"}, {"to": 10**12}):
        assert (await hers.post(f"{path}/handover", data=bad)).status_code == 409
    assert (await hers.post(f"{path}/handover", data={"to": anna.id})).status_code == 409
    assert (await hers.post(f"{path}/handover", data={"to": 999})).status_code == 404
    await sound()


async def test_strangers_find_no_meeting_to_take_over(fair, opened, visit):
    mikko, _maija, anna = await house(fair, opened)
    sara = await fair.delegate("Sara", opened)
    meeting = await request_meeting(anna, mikko, message="", by=fair[anna])
    strange = await visit(fair[sara])
    for button in ("takeover", "joining", "handover", "leaving", "keeping"):
        answer = await strange.post(f"/e/tampere/meetings/{meeting.id}/{button}", data={"of": mikko.id, "to": sara.id})
        assert answer.status_code == 404


async def test_each_says_whether_the_meeting_may_move(fair, opened, visit):
    mikko, _maija, anna = await house(fair, opened)
    meeting = await request_meeting(anna, mikko, message="", by=fair[anna])
    await accept(meeting, by=fair[mikko])
    path = f"/e/tampere/meetings/{meeting.id}"
    his, hers = await visit(fair[mikko]), await visit(fair[anna])
    assert "A new schedule may move it" in (await his.get(path)).text
    assert (await his.post(f"{path}/keeping", data={"keep": "y"})).status_code == 303
    assert "Its time is kept by: Mikko." in (await hers.get(path)).text
    assert "Keep my time" in (await hers.get(path)).text
    assert (await his.post(f"{path}/keeping", data={})).status_code == 303
    assert not (await Meeting.get()).fixed


async def test_a_group_is_proposed_joined_and_meets(fair, opened, visit):
    delegates = [await fair.delegate(name, opened, needs=("kraft lignin",)) for name in ("Anna", "Mikko", "Jan")]
    browsers = [await visit(fair[one]) for one in delegates]
    page = (await browsers[0].get("/e/tampere/groups")).text
    assert "3 people seek “kraft lignin” in Biobased aromatics." in page
    data = {"demo_case": fair.demo_case.id, "title": "Lignin", "about": "", "seats": 4}
    bad = await browsers[0].post("/e/tampere/groups", data=data | {"seats": 9})
    assert bad.status_code == 422
    assert (await browsers[0].post("/e/tampere/groups", data=data)).status_code == 303
    group = await Group.get()
    for browser in browsers[1:]:
        assert (await browser.post(f"/e/tampere/groups/{group.id}/joining", data={})).status_code == 303
    meeting = await Meeting.get()
    assert meeting.status == MeetingStatus.ACCEPTED
    for browser in browsers:
        assert "Lignin" in (await browser.get(f"/e/tampere/meetings/{meeting.id}")).text
        assert f"/meetings/{meeting.id}" in (await browser.get(f"/e/tampere/groups/{group.id}")).text
        assert "also: Jan" in (await browsers[0].get("/e/tampere/meetings")).text
    assert (await browsers[2].post(f"/e/tampere/groups/{group.id}/leaving", data={})).status_code == 303
    assert (await Group.get()).status == GroupStatus.CANCELLED
    assert "cancelled" in (await browsers[0].get(f"/e/tampere/groups/{group.id}")).text.lower()
    await sound()


async def test_the_desk_registers_an_interpreter_who_is_booked(fair, opened, visit):
    mikko, _maija, anna = await house(fair, opened)
    await Profile.filter(participant=mikko).update(languages=["fi"])
    await Profile.filter(participant=anna).update(languages=["pl"])
    irma = await fair.newcomer("Irma")
    desk = await visit(fair.organiser)
    url = "/e/tampere/desk/interpreters"
    assert "No interpreters yet." in (await desk.get(url)).text
    assert (await desk.post(url, data={"who": irma.id, "languages": ["pl"]})).status_code == 409
    assert (await desk.post(url, data={"who": "x"})).status_code == 422
    data = {"who": irma.id, "languages": ["pl", "fi"], "rounds": [opened.id]}
    assert (await desk.post(url, data=data)).status_code == 303
    meeting = await request_meeting(anna, mikko, message="", by=fair[anna])
    his = await visit(fair[mikko])
    page = (await his.get(f"/e/tampere/meetings/{meeting.id}")).text
    assert "An interpreter is booked when the request is accepted: Polish – Finnish." in page
    assert (await his.post(f"/e/tampere/meetings/{meeting.id}/acceptance", data={})).status_code == 303
    assert await names(meeting) == ["Anna", "Mikko", "Irma"]
    hers = await visit(fair[irma])
    assert "interprets" in (await hers.get(f"/e/tampere/meetings/{meeting.id}")).text
    interpreter = await Interpreter.get()
    assert (await desk.post(f"{url}/{interpreter.id}/removal", data={})).status_code == 409
    await sound()


async def test_the_person_page_says_when_a_colleague_meets_them(fair, opened, visit):
    mikko, maija, anna = await house(fair, opened)
    await request_meeting(mikko, anna, message="", by=fair[mikko])
    hers = await visit(fair[maija])
    assert "Mikko of your organisation already meets Anna" in (await hers.get(f"/e/tampere/people/{anna.id}")).text
    assert (await hers.post("/e/tampere/meetings", data={"invitee": anna.id})).status_code == 409
    assert (await hers.post("/e/tampere/meetings", data={"invitee": anna.id, "beside": "y"})).status_code == 303


async def test_the_page_says_when_an_interpreter_has_left_and_nobody_follows(fair, opened, visit):
    mikko, _maija, anna = await house(fair, opened)
    await Profile.filter(participant=mikko).update(languages=["fi"])
    irma = await fair.newcomer("Irma")
    await register_interpreter(irma, languages=["en", "fi"], rounds=[opened], by=fair.organiser)
    meeting = await accept(await request_meeting(anna, mikko, message="", by=fair[anna]), by=fair[mikko])
    hers, desk = await visit(fair[anna]), await visit(fair.organiser)
    path = f"/e/tampere/meetings/{meeting.id}"
    assert "An interpreter is booked with the meeting: English – Finnish." in (await hers.get(path)).text
    await leave_meeting(meeting, irma, by=fair[irma])
    for browser in (hers, desk):
        assert "No interpreter is booked: English – Finnish." in (await browser.get(path)).text
    assert "without Irma, and without an interpreter" in (await desk.get("/e/tampere/desk/journal")).text


async def test_programs_read_the_sentences_and_hints_that_the_pages_show(fair, opened, visit):
    mikko, maija, anna = await house(fair, opened)
    jan = await fair.delegate("Jan", opened)
    meeting = await accept(await request_meeting(anna, mikko, message="", by=fair[anna]), by=fair[mikko])
    group = await propose_group(fair.event, fair.demo_case, title="Bark", proposer=anna, by=fair[anna])
    await mark(maija, anna, Mark.NOT, by=fair[maija])
    await mark(anna, jan, Mark.NOT, by=fair[anna])
    hers, his, desk = [await visit(who) for who in (fair[maija], fair[jan], fair.organiser)]
    path = f"/e/tampere/meetings/{meeting.id}"
    for browser, url, data, hints in (
        (hers, f"{path}/takeover", {"of": mikko.id}, True),
        (hers, f"{path}/joining", {"of": mikko.id, "to": maija.id}, True),
        (his, f"/e/tampere/groups/{group.id}/joining", {}, True),
        (hers, f"/e/tampere/companies/{anna.organisation_id}/requests", {"message": ""}, False),
        (his, f"/e/tampere/messages/{mikko.id}", {"text": "Hello"}, True),
        (desk, f"/e/tampere/desk/participants/{mikko.id}/withdrawal", {"sure": "y"}, False),
    ):
        told = await browser.post(url, data=data, headers={"Accept": "application/json"})
        page = await browser.post(url, data=data)
        assert told.status_code == page.status_code == 409, url
        said = told.json()
        assert bool(said["hints"]) == hints, url
        for words in (said["error"], *said["hints"]):
            assert escape(words, quote=False) in page.text
    assert [part["fate"] for part in said["breaks"]] == ["cancelled"]


async def test_queries_grow_neither_with_colleagues_nor_with_requests_to_the_house(fair, opened):
    mikko, _maija, anna = await house(fair, opened)
    forest = await Organisation.get(id=mikko.organisation_id)

    async def asked() -> tuple[int, int]:
        now = datetime.now(UTC)
        await house_of(mikko, now=now)  # what is kept of cards is read
        with counting_statements() as looking:
            found = await house_of(mikko, now=now)
        assert all(one.candidates for one in found.requests)
        with counting_statements() as choosing:
            assert len(await delegation(anna, forest, now=now)) == len(found.colleagues)
        return len(looking), len(choosing)

    await ask_house(anna, forest, message="", by=fair[anna], now=datetime.now(UTC))
    few = await asked()
    for name in ("Pekka", "Aino", "Olli"):
        await fair.delegate(name, opened, house="Forest Oy", region=1)
    for name in ("Jan", "Ewa", "Iga"):
        asker = await fair.delegate(name, opened)
        await ask_house(asker, forest, message="", by=fair[asker], now=datetime.now(UTC))
    assert await asked() == few
