"""Answers that came back by mail, applied to sessions: `app.inbox.process` calls them in its open block."""

from datetime import datetime

from app.ical.itip import Partstat
from app.inbox.answering import Answer
from app.journal import Changes
from app.models import Person
from events.bookings import give_back
from events.models import Participant, Session
from events.partaking_models import Booking


async def answered(changes: Changes, answer: Answer) -> None:
    """A no gives a booked seat back. What a speaker says is told to the desk, whose session it stays."""
    kind, _colon, number = answer.subject.partition(":")
    session = await Session.get_or_none(id=int(number)).select_related("event") if kind == "session" else None
    guest = await Participant.get_or_none(event_id=session.event_id, person=answer.person) if session else None
    if session is None or guest is None:
        return
    booking = await Booking.get_or_none(session=session, participant=guest)
    if booking and answer.partstat is Partstat.DECLINED:
        await give_back(changes, booking, session, guest)
    if await session.speakers.filter(id=guest.id).exists():
        data = {"title": session.title, "name": guest.name, "partstat": answer.partstat.value}
        changes.record("speaker.answered", session, topics=[session.event.desk, guest.topic], data=data)


async def proposed(changes: Changes, subject: str, person: Person, start: datetime, end: datetime) -> bool:
    """The programme is the organisers'."""
    return False
