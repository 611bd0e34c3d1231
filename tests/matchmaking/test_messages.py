"""Messages: who may write to whom, what stops a flood, what a block hides, and how reports are settled."""

from datetime import timedelta

import pytest

from app.errors import Forbidden, NotFound, Refused
from app.journal import changes_since, revision
from events.models import Participant, ParticipantStatus
from matchmaking.meetings import accept, cancel, request_meeting
from matchmaking.messages import writing
from matchmaking.messages.models import Message, Report, ReportState, Silence
from matchmaking.messages.reading import conversation, conversations, unread
from matchmaking.messages.silencing import MOST_OPEN, hush, lift, listen, report, silence
from matchmaking.messages.writing import MOST_AN_HOUR, MOST_UNANSWERED, send
from matchmaking.models import Meeting, MeetingStatus
from tests.matchmaking.conftest import Fair
from tests.matchmaking.visiting import visit  # noqa: F401 - a fixture


@pytest.fixture
async def people(fair: Fair):
    opened = await fair.round("10:00", "11:00")
    return [await fair.delegate(name, opened) for name in ("Anna", "Mikko", "Eero")]


@pytest.fixture
async def agreed(fair: Fair, people) -> Meeting:
    anna, mikko, _eero = people
    return await accept(await request_meeting(anna, mikko, message="", by=fair[anna]), by=fair[mikko])


async def test_two_who_have_agreed_write_to_each_other_and_nobody_else(fair: Fair, people, agreed: Meeting) -> None:
    anna, mikko, eero = people
    await send(anna, mikko, "Hello", by=fair[anna])
    await send(mikko, anna, "Hei", by=fair[mikko])
    with pytest.raises(Refused, match="once one of you has accepted"):
        await send(eero, anna, "Me too", by=fair[eero])
    with pytest.raises(Forbidden):
        await send(anna, mikko, "Forged", by=fair[mikko])
    with pytest.raises(NotFound):
        await send(anna, anna, "Myself", by=fair[anna])
    await cancel(agreed, by=fair[anna])
    await send(anna, mikko, "Sorry", by=fair[anna])
    assert [one.text for one in await conversation(mikko, anna)] == ["Hello", "Hei", "Sorry"]
    assert [(one.other.name, one.unread) for one in await conversations(mikko)] == [("Anna", 2)]
    facts = [fact for fact in await changes_since(fair.event.scope, 0) if fact.kind == "message.sent"]
    both = sorted(f"inbox:{fair[one].id}" for one in (anna, mikko))
    assert [(fact.topics, fact.data) for fact in facts[:1]] == [(both, {"from": anna.id})], "never the text"


async def test_a_withdrawn_request_is_no_agreement(fair: Fair, people) -> None:
    anna, mikko, _eero = people
    await cancel(await request_meeting(anna, mikko, message="", by=fair[anna]), by=fair[anna])
    with pytest.raises(Refused, match="once one of you has accepted"):
        await send(anna, mikko, "Hello", by=fair[anna])


async def test_floods_are_stopped_with_what_to_do(fair: Fair, people, agreed: Meeting, monkeypatch) -> None:
    anna, mikko, _eero = people
    for number in range(MOST_UNANSWERED):
        await send(anna, mikko, f"{number}", by=fair[anna])
    with pytest.raises(Refused, match=f"has not answered your last {MOST_UNANSWERED} messages"):
        await send(anna, mikko, "again", by=fair[anna])
    await send(mikko, anna, "Stop", by=fair[mikko])
    await send(anna, mikko, "Sorry", by=fair[anna])
    assert MOST_AN_HOUR > MOST_UNANSWERED
    monkeypatch.setattr(writing, "MOST_AN_HOUR", MOST_UNANSWERED + 1)
    with pytest.raises(Refused, match="within an hour"):
        await send(anna, mikko, "again", by=fair[anna])
    earlier = (await Message.all().order_by("id").first()).sent_at - timedelta(hours=2)
    await Message.filter(sender=anna).update(sent_at=earlier)
    await send(anna, mikko, "An hour later", by=fair[anna])


async def test_a_block_ends_requests_and_messages_and_looks_like_any_no(fair: Fair, people, agreed: Meeting) -> None:
    anna, mikko, eero = people
    theirs = await request_meeting(eero, anna, message="", by=fair[eero])
    await silence(anna, eero, by=fair[anna])
    await theirs.refresh_from_db()
    assert (theirs.status, theirs.reason) == (MeetingStatus.DECLINED, "")
    await silence(anna, mikko, by=fair[anna])
    await silence(anna, mikko, by=fair[anna])
    assert (await Meeting.get(id=agreed.id)).status == MeetingStatus.ACCEPTED, "what is agreed stands"
    with pytest.raises(Refused, match="Anna takes no messages") as blocked:
        await send(mikko, anna, "Hello", by=fair[mikko])
    with pytest.raises(Refused, match="You have blocked Mikko"):
        await send(anna, mikko, "Hello", by=fair[anna])
    await lift(anna, mikko, by=fair[anna])
    await hush(anna, by=fair[anna])
    with pytest.raises(Refused) as hushed:
        await send(mikko, anna, "Hello", by=fair[mikko])
    assert (str(blocked.value), blocked.value.hints) == (str(hushed.value), hushed.value.hints), "a block tells nothing"
    with pytest.raises(Refused, match="You take no messages yourself"):
        await send(anna, mikko, "Hello", by=fair[anna])
    await listen(anna, by=fair[anna])
    await send(mikko, anna, "Hello", by=fair[mikko])
    for verb in (silence, lift):
        with pytest.raises(Forbidden):
            await verb(anna, mikko, by=fair.organiser)


async def test_a_block_stops_requests_both_ways(fair: Fair, people) -> None:
    anna, mikko, _eero = people
    mine = await request_meeting(anna, mikko, message="", by=fair[anna])
    await silence(anna, mikko, by=fair[anna])
    await mine.refresh_from_db()
    assert mine.status == MeetingStatus.CANCELLED
    with pytest.raises(Refused, match="Anna cannot be asked for meetings at this event"):
        await request_meeting(mikko, anna, message="", by=fair[mikko])
    with pytest.raises(Refused, match="You said that you do not want to meet Mikko"):
        await request_meeting(anna, mikko, message="", by=fair[anna])
    told = [fact for fact in await changes_since(fair.event.scope, 0) if fact.kind.startswith("silence")]
    assert [(fact.topics, fact.data) for fact in told] == [([], {})]


async def test_conversations_on_pages(fair: Fair, visit, people, agreed: Meeting) -> None:  # noqa: F811
    anna, mikko, eero = people
    hers, his = await visit(fair[anna]), await visit(fair[mikko])
    assert "Nobody has written yet." in (await hers.get("/e/tampere/messages")).text
    assert (await hers.get(f"/e/tampere/messages/{eero.id}")).status_code == 409
    await hush(anna, by=fair[anna])
    off = await hers.get(f"/e/tampere/messages/{mikko.id}")
    assert off.status_code == 200, "the page of their meeting leads here"
    assert "You take no messages yourself." in off.text
    await listen(anna, by=fair[anna])
    empty = await hers.post(f"/e/tampere/messages/{mikko.id}", data={"text": " "})
    assert empty.status_code == 422
    long = await hers.post(f"/e/tampere/messages/{mikko.id}", data={"text": "x" * 1001})
    assert long.status_code == 422
    sent = await hers.post(f"/e/tampere/messages/{mikko.id}", data={"text": "Table 1?\n<b>Bring</b> bark."})
    assert sent.status_code == 303
    assert "1 new" in (await his.get("/e/tampere/messages")).text
    before = await revision(fair.event.scope)
    shown = (await his.get(f"/e/tampere/messages/{anna.id}")).text
    assert "&lt;b&gt;Bring&lt;/b&gt; bark." in shown
    assert "1 new" not in (await his.get("/e/tampere/messages")).text
    assert await revision(fair.event.scope) == before, "reading tells nobody"
    assert (await his.post(f"/e/tampere/people/{anna.id}/block")).status_code == 303
    refused = await hers.post(f"/e/tampere/messages/{mikko.id}", data={"text": "Hello?"})
    assert refused.status_code == 409
    assert "Mikko takes no messages at this event." in refused.text
    assert "Hello?" in refused.text, "what was typed stays"
    assert (await his.post(f"/e/tampere/people/{anna.id}/block/removal")).status_code == 303
    assert (await his.post("/e/tampere/messages/off")).status_code == 303
    assert "You take no messages at this event." in (await his.get("/e/tampere/messages")).text
    assert (await his.post("/e/tampere/messages/on")).status_code == 303
    assert await Silence.all().count() == 0


async def test_names_of_people_one_does_not_see_stay_unknown(fair: Fair, visit, people) -> None:  # noqa: F811
    anna, *_others = people
    nina = await fair.newcomer("Nina")
    hers = await visit(fair[anna])
    for path in (f"messages/{nina.id}", f"people/{nina.id}"):
        assert (await hers.get(f"/e/tampere/{path}")).status_code == 404
    for path, data in ((f"messages/{nina.id}", {"text": "Hello"}), (f"people/{nina.id}/block", {})):
        answer = await hers.post(f"/e/tampere/{path}", data=data)
        assert answer.status_code == 404
        assert "Nina" not in answer.text


async def test_a_report_reaches_the_desk_with_the_words_and_is_settled_once(
    fair: Fair,
    visit,  # noqa: F811
    people,
    agreed: Meeting,
) -> None:
    anna, mikko, eero = people
    message = await send(mikko, anna, "You are stupid", by=fair[mikko])
    hers, his, desk = await visit(fair[anna]), await visit(fair[mikko]), await visit(fair.organiser)
    strange = await visit(fair[eero])
    data = {"why": "This is rude", "message": message.id}
    assert (await strange.post(f"/e/tampere/people/{mikko.id}/reports", data=data)).status_code == 404
    assert (await hers.post(f"/e/tampere/people/{mikko.id}/reports", data={"why": ""})).status_code == 409
    assert (await hers.post(f"/e/tampere/people/{mikko.id}/reports", data=data)).status_code == 303
    page = (await desk.get("/e/tampere/desk/reports")).text
    assert "You are stupid" in page
    assert "This is rude" in page
    found = await Report.get()
    warned = await desk.post(f"/e/tampere/desk/reports/{found.id}/warning", data={"text": "Please stay polite."})
    assert warned.status_code == 303
    told = (await his.get("/e/tampere/messages")).text
    assert "Please stay polite." in told
    assert "Anna" not in told.split("From the organisers")[1].split("</section>")[0]
    again = await desk.post(f"/e/tampere/desk/reports/{found.id}/dismissal")
    assert again.status_code == 409
    for _more in range(MOST_OPEN):
        await report(anna, mikko, why="Again", quoted="", by=fair[anna])
    with pytest.raises(Refused, match="5 reports of yours"):
        await report(anna, mikko, why="Again", quoted="", by=fair[anna])
    one = await Report.filter(state=ReportState.OPEN).first()
    removal = f"/e/tampere/desk/reports/{one.id}/removal"
    assert (await desk.post(removal)).status_code == 409, "nobody is removed by a slip"
    looked = await desk.post(removal, data={"sure": "y", "reason": "Insults"})
    assert (looked.status_code, "is called off" in looked.text) == (409, True)
    seen = looked.text.split('name="seen" value="')[1].split('"')[0]
    assert (await desk.post(removal, data={"sure": "y", "reason": "Insults", "seen": seen})).status_code == 303
    assert (await Participant.get(id=mikko.id)).status == ParticipantStatus.WITHDRAWN
    assert (await Meeting.get(id=agreed.id)).status == MeetingStatus.CANCELLED
    assert (await Report.get(id=one.id)).state == ReportState.REMOVED


async def test_unread_messages_wait_for_whoever_has_an_account(fair: Fair, people, agreed: Meeting) -> None:
    anna, mikko, _eero = people
    message = await send(anna, mikko, "Hello", by=fair[anna])
    (one,) = await unread(message.sent_at)
    assert (one.person_id, one.subject, one.name) == (fair[mikko].id, f"message:{message.id}", "Anna")
    await writing.read_up(mikko, anna, by=fair[mikko])
    assert await unread(message.sent_at) == []
