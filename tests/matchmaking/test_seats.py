from datetime import UTC, datetime

import pytest

from app.errors import Refused
from events.models import Participant
from matchmaking.ical import agendas
from matchmaking.leaving import withdraw
from matchmaking.meetings import accept, request_meeting
from matchmaking.models import Meeting, MeetingStatus, Seat, SeatRole
from matchmaking.parties import people, with_people
from matchmaking.posing import problem_of
from matchmaking.times import keep_free
from tests.matchmaking.conftest import Fair, sound


async def stand(meeting: Meeting) -> Meeting:
    return await with_people(Meeting.filter(id=meeting.id)).select_related("slot").get()


async def three(fair: Fair) -> tuple[Participant, Participant, Participant, Meeting]:
    """Anna and Maria of one house, Mikko of another; Anna has asked Mikko, and Maria comes along."""
    opened = await fair.round("10:00", "11:00", tables=1)
    anna = await fair.delegate("Anna", opened, house="Bio")
    maria = await fair.delegate("Maria", opened, house="Bio")
    mikko = await fair.delegate("Mikko", opened)
    meeting = await request_meeting(anna, mikko, message="", by=fair[anna])
    await Seat.create(meeting=meeting, participant=maria, role=SeatRole.COLLEAGUE)
    return anna, maria, mikko, meeting


async def test_a_meeting_waits_until_all_its_people_are_free(fair: Fair) -> None:
    _anna, maria, mikko, meeting = await three(fair)
    await keep_free(maria, (await fair.slot("10:00")).span, by=fair[maria])
    await accept(meeting, by=fair[mikko])
    found = await stand(meeting)
    assert found.slot
    assert found.slot.start == fair.at("10:20")
    assert [one.name for one in people(found)] == ["Anna", "Mikko", "Maria"]
    await sound()


async def test_nothing_free_says_who_is_busy(fair: Fair) -> None:
    _anna, maria, mikko, meeting = await three(fair)
    for clock in ("10:00", "10:20", "10:40"):
        await keep_free(maria, (await fair.slot(clock)).span, by=fair[maria])
    with pytest.raises(Refused, match="You and Anna and Maria have no free slot in common") as refused:
        await accept(meeting, by=fair[mikko])
    assert refused.value.hints[0].startswith("Maria is busy at")


async def test_everybody_has_the_meeting_in_the_calendar_with_all_partners(fair: Fair) -> None:
    anna, maria, mikko, meeting = await three(fair)
    await accept(meeting, by=fair[mikko])
    persons = [one.person_id or 0 for one in (anna, mikko, maria)]
    found = await agendas(persons, fair.event.scope)
    titles = [found[person_id][0].summary for person_id in persons]
    assert titles == ["Meeting: Mikko and Maria", "Meeting: Anna and Maria", "Meeting: Anna and Mikko"]


async def test_a_schedule_moves_a_meeting_of_three_as_one(fair: Fair) -> None:
    _anna, _maria, mikko, meeting = await three(fair)
    await accept(meeting, waiting=True, by=fair[mikko])
    posed = await problem_of(fair.event, now=datetime.now(UTC))
    assert [len(one.people) for one in posed.problem.meetings] == [3]
    assert len(posed.participants) == 3


async def test_the_colleague_follows_who_leaves_the_event(fair: Fair) -> None:
    anna, _maria, mikko, meeting = await three(fair)
    await accept(meeting, by=fair[mikko])
    await withdraw(anna, by=fair[anna])
    found = await stand(meeting)
    assert [one.name for one in people(found)] == ["Maria", "Mikko"]
    assert (found.status, found.sequence) == (MeetingStatus.ACCEPTED, 2)
    await sound()
    await withdraw(mikko, by=fair[mikko])
    assert (await stand(meeting)).status == MeetingStatus.CANCELLED
    await sound()


async def test_a_colleague_who_leaves_takes_nothing_with_them(fair: Fair) -> None:
    _anna, maria, mikko, meeting = await three(fair)
    await accept(meeting, by=fair[mikko])
    await withdraw(maria, by=fair[maria])
    assert [one.name for one in people(await stand(meeting))] == ["Anna", "Mikko"]
    await sound()
