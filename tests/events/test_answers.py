"""A no to a session gives the seat back; what a speaker says is for the desk."""

import pytest

from app.ical.itip import Partstat
from app.inbox.answering import Answer
from app.journal import changing
from app.models import Change, Person
from events.answers import answered, proposed
from events.bookings import book
from events.models import Participant, Session
from events.partaking_models import Booking
from tests.events.conftest import Conference


async def hears(conference: Conference, session: Session, guest: Participant, partstat: Partstat) -> None:
    person = await Person.get(id=guest.person_id)
    async with changing(conference.event.scope, by=person) as changes:
        await answered(changes, Answer(session.subject, person, partstat, ""))
        changes.record("reply.heard", person, topics=[])


async def test_no_gives_the_seat_back_and_yes_keeps_it(conference: Conference) -> None:
    anna = await conference.delegate("Anna")
    session = await conference.session("Lignin", "10:00", "11:00", room=conference.hall, capacity=1)
    await conference.release()
    await book(session, anna, by="test")
    for partstat in (Partstat.ACCEPTED, Partstat.TENTATIVE):
        await hears(conference, session, anna, partstat)
        assert await Booking.filter(session=session).exists()
    for _ in range(2):
        await hears(conference, session, anna, Partstat.DECLINED)
        await session.refresh_from_db()
        assert (session.booked, await Booking.filter(session=session).exists()) == (0, False)
    assert await Change.filter(kind="booking.released").count() == 1


async def test_speakers_no_is_told_to_the_desk_and_moves_nothing(conference: Conference) -> None:
    anna = await conference.delegate("Anna")
    session = await conference.session("Lignin", "10:00", "11:00", room=conference.hall, speakers=[anna])
    await conference.release()
    await hears(conference, session, anna, Partstat.DECLINED)
    fact = await Change.get(kind="speaker.answered")
    assert fact.topics == sorted([conference.event.desk, f"person:{anna.person_id}"])
    assert fact.data == {"title": "Lignin", "name": "Anna", "partstat": "DECLINED"}
    assert await session.speakers.all().count() == 1


@pytest.mark.parametrize("subject", ["meeting:1", "session:999999"])
async def test_what_is_not_a_session_of_theirs_is_passed_over(sqlite_conference: Conference, subject: str) -> None:
    conference = sqlite_conference
    stranger = await conference.person("Stranger")
    session = await conference.session("Lignin", "10:00", "11:00", room=conference.hall)
    async with changing(conference.event.scope, by=stranger) as changes:
        for one in (subject, session.subject):
            await answered(changes, Answer(one, stranger, Partstat.DECLINED, ""))
            assert not await proposed(changes, one, stranger, conference.at("10:00"), conference.at("11:00"))
        assert changes.facts == []
