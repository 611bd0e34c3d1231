"""What became of meetings: one tap a side, notes of one's own, the desk's report, and data to take along."""

import csv
from datetime import timedelta
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import Forbidden, NotFound, Refused
from app.journal import changes_since, revision
from matchmaking.bookmarks.marking import mark
from matchmaking.bookmarks.models import Mark
from matchmaking.colleagues import bring_along
from matchmaking.groups.membership import join_group, propose_group
from matchmaking.interpreters.registering import register_interpreter
from matchmaking.marketplace.models import OpportunityKind
from matchmaking.marketplace.posting import Draft, post
from matchmaking.meetings import accept, request_meeting
from matchmaking.models import Meeting
from matchmaking.outcomes.models import Note, Outcome
from matchmaking.outcomes.report import report
from matchmaking.outcomes.saying import say, write_note
from matchmaking.outcomes.verdict import Said, Verdict, useful, verdict
from matchmaking.profile_models import Profile
from matchmaking.round_models import Round, Slot
from tests.matchmaking.conftest import Fair
from tests.matchmaking.visiting import visit  # noqa: F401 - a fixture


async def turn_back(fair: Fair, *, days: int) -> None:
    """As if the slots had been so many days earlier."""
    for slot in await Slot.all():
        await Slot.filter(id=slot.id).update(
            start=slot.start - timedelta(days=days), end=slot.end - timedelta(days=days)
        )


@pytest.fixture
async def people(fair: Fair):
    opened = await fair.round("10:00", "11:00")
    return [
        await fair.delegate("Anna", opened),
        await fair.delegate("Mikko", opened, region=1),
        await fair.delegate("=Eero", opened),
    ]


@pytest.fixture
async def met(fair: Fair, people) -> Meeting:
    anna, mikko, eero = people
    meeting = await accept(await request_meeting(anna, mikko, message="", by=fair[anna]), by=fair[mikko])
    await accept(await request_meeting(anna, eero, message="", by=fair[anna]), by=fair[eero])
    await turn_back(fair, days=9)
    return meeting


async def test_each_side_says_it_once_and_may_change_it(fair: Fair, people, met: Meeting) -> None:
    anna, mikko, eero = people
    await say(met, anna, Said.HELD, by=fair[anna])
    await say(met, anna, Said.USEFUL, note="More in May", by=fair[anna])
    await say(met, mikko, Said.FOLLOW_UP, by=fair[mikko])
    said = {(one.participant_id, one.said, one.note) for one in await Outcome.all()}
    assert said == {(anna.id, Said.USEFUL, "More in May"), (mikko.id, Said.FOLLOW_UP, "")}
    facts = [fact for fact in await changes_since(fair.event.scope, 0) if fact.kind == "outcome.said"]
    assert {tuple(fact.topics) for fact in facts} == {(fair.event.desk,)}, "the partner does not hear it"
    with pytest.raises(NotFound):
        await say(met, eero, Said.HELD, by=fair[eero])
    with pytest.raises(Forbidden):
        await say(met, anna, Said.HELD, by=fair.organiser)


async def test_nobody_says_it_before_the_meeting(fair: Fair, people) -> None:
    anna, mikko, _eero = people
    meeting = await request_meeting(anna, mikko, message="", by=fair[anna])
    with pytest.raises(Refused, match="Only a meeting that had a time"):
        await say(meeting, anna, Said.HELD, by=fair[anna])
    meeting = await accept(meeting, by=fair[mikko])
    with pytest.raises(Refused, match="has not begun"):
        await say(meeting, anna, Said.HELD, by=fair[anna])


async def test_the_report_counts_by_pilot_and_region(fair: Fair, people, met: Meeting) -> None:
    anna, _mikko, eero = people
    await say(met, anna, Said.FOLLOW_UP, by=fair[anna])
    other = await Meeting.get(invitee=eero)
    await say(other, eero, Said.MISSED, by=fair[eero])
    found = await report(fair.event, now=fair.at("12:00"), no_pilot="none", total="all")
    total = found.total
    assert (total.meetings, total.held, total.missed, total.useful, total.follow_ups) == (2, 1, 1, 1, 1)
    assert (total.interregional, total.unknown, total.disputed) == (1, 0, 0)
    assert [(line.name, line.meetings) for line in found.by_pilot] == [("BIO", 2)]
    assert [(line.name, line.meetings) for line in found.by_region] == [
        ("Małopolska, Poland", 2), ("Tampere Region, Finland", 1),
    ]  # fmt: skip
    await say(other, anna, Said.HELD, by=fair[anna])
    again = await report(fair.event, now=fair.at("12:00"), no_pilot="none", total="all")
    assert again.total.disputed == 1


async def test_everybody_who_talks_has_an_outcome_and_an_interpreter_has_none(fair: Fair, visit, people) -> None:  # noqa: F811
    anna, mikko, eero = people
    maria = await fair.delegate("Maria", *await Round.all(), house="Anna Ltd")
    irma = await fair.newcomer("Irma", house="Words", region=1)
    await Profile.filter(participant=eero).update(languages=["fi"])
    rounds = await Round.all()
    await register_interpreter(irma, languages=["en", "fi"], rounds=rounds, by=fair.organiser)
    meeting = await accept(await request_meeting(anna, eero, message="", by=fair[anna]), by=fair[eero])
    await bring_along(meeting, to=maria, beside=anna, by=fair[maria])
    group = await propose_group(fair.event, fair.demo_case, title="Bark", proposer=mikko, by=fair[mikko])
    for one in (anna, eero):
        await join_group(group, one, by=fair[one])
    await turn_back(fair, days=9)
    for one, said in ((anna, Said.FOLLOW_UP), (maria, Said.USEFUL), (eero, Said.HELD)):
        await say(meeting, one, said, note=f"Says {one.name}", by=fair[one])
    with pytest.raises(NotFound):
        await say(meeting, irma, Said.MISSED, by=fair[irma])
    desk, hers, interpreter = await visit(fair.organiser), await visit(fair[maria]), await visit(fair[irma])
    assert "What became of it?" in (await hers.get(f"/e/tampere/meetings/{meeting.id}")).text
    assert "What became of it?" not in (await interpreter.get(f"/e/tampere/meetings/{meeting.id}")).text
    outcomes = list(csv.reader(StringIO((await desk.get("/e/tampere/desk/outcomes.csv")).content.decode("utf-8-sig"))))
    mine = next(row for row in outcomes if "Maria" in row[2])
    assert mine[2:] == [
        "Anna, =Eero, Maria", "Małopolska, Poland", "held",
        "Anna: follow-up agreed / Maria: held and useful / =Eero: held",
        "Anna: Says Anna / Maria: Says Maria / =Eero: Says =Eero",
    ]  # fmt: skip
    meetings = list(csv.reader(StringIO((await desk.get("/e/tampere/desk/meetings.csv")).content.decode("utf-8-sig"))))
    assert next(row[10:12] for row in meetings if "Maria" in row[10]) == ["Maria (Anna Ltd)", "Irma"]
    contacts = (await hers.get("/e/tampere/data/contacts.csv")).text
    assert "Eero" in contacts
    assert "Irma" not in contacts
    found = await report(fair.event, now=fair.at("12:00"), no_pilot="none", total="all")
    assert [(line.name, line.meetings) for line in found.by_pilot] == [("BIO", 2)]
    assert found.total.interregional == 1, "an interpreter's region is none of the meeting's"


async def test_one_tap_on_the_pages(fair: Fair, visit, people, met: Meeting) -> None:  # noqa: F811
    anna, mikko, _eero = people
    hers, his, desk = await visit(fair[anna]), await visit(fair[mikko]), await visit(fair.organiser)
    assert "What became of it?" in (await hers.get(f"/e/tampere/meetings/{met.id}")).text
    assert "No meeting is over yet." not in (await desk.get("/e/tampere/desk/outcomes")).text
    tapped = await hers.post(f"/e/tampere/meetings/{met.id}/outcome", data={"said": "held and useful", "to": "list"})
    assert tapped.headers["location"] == f"/e/tampere/meetings#meeting-{met.id}"
    assert 'aria-pressed="true">Held and useful' in (await hers.get("/e/tampere/meetings")).text
    assert 'aria-pressed="true"' not in (await his.get(f"/e/tampere/meetings/{met.id}")).text
    odd = await hers.post(f"/e/tampere/meetings/{met.id}/outcome", data={"said": "splendid"})
    assert odd.status_code == 409
    assert (await desk.post(f"/e/tampere/meetings/{met.id}/outcome", data={"said": "held"})).status_code == 404
    page = (await desk.get("/e/tampere/desk/outcomes")).text
    assert "Małopolska, Poland" in page
    table = csv.reader(StringIO((await desk.get("/e/tampere/desk/outcomes.csv")).content.decode("utf-8-sig")))
    assert [row[4] for row in table] == ["Result", "held", "unknown"]


async def test_notes_are_their_authors_alone(fair: Fair, visit, people) -> None:  # noqa: F811
    anna, mikko, _eero = people
    hers, his = await visit(fair[anna]), await visit(fair[mikko])
    before = await revision(fair.event.scope)
    kept = await hers.post(f"/e/tampere/people/{mikko.id}/note", data={"text": "Knows <lignin>"})
    assert kept.status_code == 303
    assert await revision(fair.event.scope) == before, "nobody can tell that it is there"
    assert "Knows &lt;lignin&gt;" in (await hers.get(f"/e/tampere/people/{mikko.id}")).text
    assert "lignin&gt;" not in (await his.get("/e/tampere/data/all.json")).text
    assert (await hers.post(f"/e/tampere/people/{mikko.id}/note", data={"text": "x" * 2001})).status_code == 409
    await hers.post(f"/e/tampere/people/{mikko.id}/note", data={"text": " "})
    assert await Note.all().count() == 0
    with pytest.raises(Forbidden):
        await write_note(anna, mikko, "Forged", by=fair[mikko])


async def test_ones_own_data_is_whole_and_nobody_elses(fair: Fair, visit, people, met: Meeting) -> None:  # noqa: F811
    anna, mikko, eero = people
    await mark(anna, mikko, Mark.MUST, by=fair[anna])
    await mark(eero, anna, Mark.NOT, by=fair[eero])
    await write_note(anna, mikko, "Call in May", by=fair[anna])
    await write_note(mikko, anna, "Talks much", by=fair[mikko])
    await post(anna, Draft(OpportunityKind.OFFER, "Bark", "Much"), by=fair[anna])
    await say(met, anna, Said.HELD, by=fair[anna])
    hers = await visit(fair[anna])
    assert (await hers.get("/e/tampere/data")).status_code == 200
    data = (await hers.get("/e/tampere/data/all.json")).json()
    assert data["address"] == "anna@example.org"
    assert data["bookmarks"] == [{"name": "Mikko", "mark": "must meet"}]
    assert data["notes"] == [{"name": "Mikko", "text": "Call in May"}]
    assert [one["title"] for one in data["opportunities"]] == ["Bark"]
    assert len(data["meetings"]) == 2
    assert [one["said"] for one in data["outcomes"]] == ["held"]
    assert not {"Talks much", "not for me"} & set(str(data).split("'"))
    contacts = list(csv.reader(StringIO((await hers.get("/e/tampere/data/contacts.csv")).content.decode("utf-8-sig"))))
    assert [(row[0], row[5]) for row in contacts[1:]] == [("Mikko", "Call in May"), ("'=Eero", "")]
    meetings = list(csv.reader(StringIO((await hers.get("/e/tampere/data/meetings.csv")).content.decode("utf-8-sig"))))
    assert [(row[1], row[3], row[7]) for row in meetings[1:]] == [("10:00", "Mikko", "held"), ("10:20", "'=Eero", "")]


async def test_the_organisers_tables_hold_no_formula_and_no_secret(fair: Fair, visit, people, met: Meeting) -> None:  # noqa: F811
    anna, mikko, eero = people
    await mark(eero, anna, Mark.NOT, by=fair[eero])
    await write_note(mikko, anna, "Talks much", by=fair[mikko])
    desk = await visit(fair.organiser)
    for name, rows in (("participants", 4), ("meetings", 2), ("outcomes", 2)):
        answer = await desk.get(f"/e/tampere/desk/{name}.csv")
        assert answer.headers["content-disposition"] == f'attachment; filename="tampere-{name}.csv"'
        table = list(csv.reader(StringIO(answer.content.decode("utf-8-sig"))))
        assert len(table) == rows + 1
        assert not any(cell.startswith("=") for row in table for cell in row)
        assert "Talks much" not in answer.text
        assert "not for me" not in answer.text
        assert len({len(row) for row in table}) == 1


@given(st.lists(st.sampled_from(Said), max_size=4))
def test_a_verdict_needs_somebody_who_says_so_and_nobody_who_denies_it(said: list[Said]) -> None:
    found = verdict(said)
    assert (found == Verdict.UNKNOWN) == (not said)
    assert (found == Verdict.HELD) == (bool(said) and Said.MISSED not in said)
    assert (found == Verdict.MISSED) == (set(said) == {Said.MISSED})
    assert found == verdict(list(reversed(said)))
    assert useful(said) <= (found in (Verdict.HELD, Verdict.DISPUTED))
