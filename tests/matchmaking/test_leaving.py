"""Leaving from the event's page, or being taken off at the desk: what it gives up is shown, and partners are told."""

from app.journal import changes_since
from events.bookings import book
from events.models import Participant, ParticipantStatus
from events.partaking_models import Booking
from events.releasing import release_programme
from events.schedule import Details, create_session
from matchmaking.meetings import accept, request_meeting
from matchmaking.models import Meeting, MeetingStatus
from tests.matchmaking.conftest import Fair
from tests.matchmaking.visiting import Visit, visit  # noqa: F401 - a fixture


async def agreed(fair: Fair) -> tuple[Participant, Participant]:
    """Anna and Mikko meet at 10:00, and Anna has a seat in a talk."""
    opened = await fair.round("10:00", "11:00")
    anna, mikko = [await fair.delegate(name, opened) for name in ("Anna", "Mikko")]
    start, end = fair.at("14:00"), fair.at("14:30")
    talk = await create_session(fair.event, Details(title="Talk", capacity=5), start=start, end=end, by=fair.organiser)
    await release_programme(fair.event, "v1", by=fair.organiser)
    await book(talk, anna, by=fair[anna])
    await accept(await request_meeting(anna, mikko, message="", by=fair[anna]), by=fair[mikko])
    return anna, mikko


async def test_page_shows_what_leaving_gives_up_and_partners_are_told(fair: Fair, visit: Visit) -> None:  # noqa: F811
    anna, mikko = await agreed(fair)
    hers = await visit(fair[anna])
    page = (await hers.get("/e/tampere")).text
    offered = page[page.index('action="/e/tampere/withdrawal"') :]
    assert "Meeting: Mikko" in offered
    assert "Talk" in offered
    answer = await hers.post("/e/tampere/withdrawal", data={"sure": "yes", "reason": "The train"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/e/tampere")
    meeting = await Meeting.get()
    assert (meeting.status, meeting.reason) == (MeetingStatus.CANCELLED, "The train")
    assert not await Booking.exists()
    facts = {fact.kind: fact.topics for fact in await changes_since(fair.event.scope, 0)}
    assert mikko.topic in facts["meeting.cancelled"]
    after = (await hers.get("/e/tampere")).text
    assert "/withdrawal" not in after
    assert "Take part" in after


async def test_visitors_are_offered_nothing_to_leave(fair: Fair, visit: Visit) -> None:  # noqa: F811
    stranger = await visit(await fair.person("Stranger"))
    assert "/withdrawal" not in (await stranger.get("/e/tampere")).text


async def test_speaker_is_told_what_stands_in_the_way(fair: Fair, visit: Visit) -> None:  # noqa: F811
    anna = await fair.newcomer("Anna")
    await create_session(fair.event, Details(title="Keynote", speakers=[anna]), by=fair.organiser)
    refused = await (await visit(fair[anna])).post("/e/tampere/withdrawal", data={"sure": "yes"})
    assert (refused.status_code, "Anna speaks in “Keynote”." in refused.text) == (409, True)
    assert (await Participant.get(id=anna.id)).status == ParticipantStatus.APPROVED


async def test_desk_takes_somebody_off_with_a_reason(fair: Fair, visit: Visit) -> None:  # noqa: F811
    anna, _mikko = await agreed(fair)
    desk, here = await visit(fair.organiser), f"/e/tampere/desk/participants/{anna.id}"
    assert f'action="{here}/withdrawal"' in (await desk.get(here)).text
    sent = {"sure": "yes", "reason": "No visa"}
    first = await desk.post(f"{here}/withdrawal", data=sent)
    assert first.status_code == 409
    assert "1 meeting or request is called off" in first.text
    assert "Anna and Mikko" in first.text
    assert (await Participant.get(id=anna.id)).status == "approved", "looking changes nothing"
    mark = first.text.split('name="seen" value="')[1].split('"')[0]
    await desk.post(f"{here}/withdrawal", data=sent | {"seen": mark})
    assert (await Participant.get(id=anna.id)).status_reason == "No visa"
    cancelled = (await changes_since(fair.event.scope, 0))[-2]
    assert (cancelled.kind, cancelled.data["on_behalf_of"]) == ("meeting.cancelled", [anna.id])
    page = (await desk.get(here)).text
    assert "No visa" in page
    assert "/withdrawal" not in page
