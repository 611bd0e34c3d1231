"""What waits for a participant of a conference without meetings."""

from datetime import UTC, datetime, timedelta
from typing import Any

from events.models import Participant, ParticipantStatus
from events.tasks import tasks
from events.waiting.models import Wait, WaitState

Conference = Any  # see conftest.py


async def test_a_seat_that_is_kept_waits_until_its_time(conference: Conference) -> None:
    now = datetime.now(UTC)
    anna = await conference.delegate("Anna")
    session = await conference.session("Printing metal", "09:00", "10:30", room=conference.hall, capacity=20)
    until = now + timedelta(minutes=20)
    await Wait.create(session=session, participant=anna, state=WaitState.OFFERED, joined_at=now, until=until)
    [task] = await tasks([anna], now)
    assert (task.event, task.href, "Printing metal" in task.sentence) == (conference.event.id, "waiting", True)
    assert not await tasks([anna], until + timedelta(seconds=1))
    await Wait.all().update(state=WaitState.WAITING, until=None)
    assert not await tasks([anna], now)


async def test_a_registration_that_was_sent_back_says_why(conference: Conference) -> None:
    anna = await conference.delegate("Anna")
    await Participant.filter(id=anna.id).update(status=ParticipantStatus.RETURNED, status_reason="Which company?")
    [task] = await tasks([await Participant.get(id=anna.id)], datetime.now(UTC))
    assert (task.href, task.sentence) == ("join", "Which company?")
