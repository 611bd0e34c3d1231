"""Seats: never more than there are, never two at once for one person."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from app.errors import NotFound, Refused
from app.intervals import Interval
from app.journal import changing
from app.occupancy import hold
from events.bookings import book, unbook
from events.models import Session
from events.partaking_models import Booking
from events.schedule import cancel_session, move_session

Conference = Any  # see conftest.py


async def test_fifty_people_get_ten_seats(conference: Conference) -> None:
    workshop = await conference.session("Workshop", "09:00", "10:00", room=conference.hall, capacity=10)
    await conference.release()
    people = [await conference.delegate(f"Guest {n}") for n in range(50)]
    results = await asyncio.gather(
        *(book(workshop, guest, by=conference.organiser) for guest in people), return_exceptions=True
    )
    refusals = [str(result) for result in results if isinstance(result, Refused)]
    assert refusals == ["All 10 seats are taken."] * 40
    assert (await Session.get(id=workshop.id)).booked == await Booking.filter(session=workshop).count() == 10


async def test_booking_twice_takes_one_seat(conference: Conference) -> None:
    workshop = await conference.session("Workshop", "09:00", "10:00", capacity=1)
    await conference.release()
    anna = await conference.delegate("Anna")
    first = await book(workshop, anna, by=conference.organiser)
    assert (await book(workshop, anna, by=conference.organiser)).id == first.id
    assert (await Session.get(id=workshop.id)).booked == 1


async def test_seat_given_back_is_free(conference: Conference) -> None:
    workshop = await conference.session("Workshop", "09:00", "10:00", capacity=1)
    await conference.release()
    anna, bea = await conference.delegate("Anna"), await conference.delegate("Bea")
    await book(workshop, anna, by=conference.organiser)
    with pytest.raises(Refused, match="The only seat is taken"):
        await book(workshop, bea, by=conference.organiser)
    await unbook(workshop, anna, by=conference.organiser)
    await unbook(workshop, anna, by=conference.organiser)
    await book(workshop, bea, by=conference.organiser)
    assert (await Session.get(id=workshop.id)).booked == 1


async def test_seats_at_one_time_are_refused_and_neighbours_are_not(conference: Conference) -> None:
    first = await conference.session("First", "09:00", "10:00", room=conference.hall, capacity=9)
    clash = await conference.session("Clash", "09:55", "10:30", room=conference.studio, capacity=9)
    after = await conference.session("After", "10:00", "11:00", room=conference.hall, capacity=9)
    await conference.release()
    anna = await conference.delegate("Anna")
    await book(first, anna, by=conference.organiser)
    with pytest.raises(Refused, match="You have a seat in “First” then"):
        await book(clash, anna, by=conference.organiser)
    await book(after, anna, by=conference.organiser)


async def test_mark_without_seats_may_clash(conference: Conference) -> None:
    first = await conference.session("First", "09:00", "10:00", room=conference.hall, capacity=9)
    open_to_all = await conference.session("Open", "09:00", "10:00", room=conference.studio)
    await conference.release()
    anna = await conference.delegate("Anna")
    await book(open_to_all, anna, by=conference.organiser)
    await book(first, anna, by=conference.organiser)


async def test_meeting_or_own_talk_at_that_time_is_refused(conference: Conference) -> None:
    anna = await conference.delegate("Anna")
    workshop = await conference.session("Workshop", "09:00", "10:00", room=conference.hall, capacity=9, speakers=[anna])
    later = await conference.session("Later", "11:00", "12:00", room=conference.hall, capacity=9)
    await conference.release()
    async with changing(conference.event.scope, by="test") as changes:
        await hold("meeting:1", [(anna.topic, Interval(conference.at("11:40"), conference.at("12:00")))])
        changes.record("meeting.accepted", anna, topics=[])
    with pytest.raises(Refused, match="You speak in this session"):
        await book(workshop, anna, by=conference.organiser)
    with pytest.raises(Refused, match="You have something else then"):
        await book(later, anna, by=conference.organiser)


async def test_booked_session_may_be_moved_onto_another_of_the_same_guest(conference: Conference) -> None:
    first = await conference.session("First", "09:00", "10:00", room=conference.hall, capacity=9)
    second = await conference.session("Second", "10:00", "11:00", room=conference.studio, capacity=9)
    await conference.release()
    anna = await conference.delegate("Anna")
    for session in (first, second):
        await book(session, anna, by=conference.organiser)
    await move_session(
        second, room=conference.studio, start=conference.at("09:00"), end=conference.at("10:00"),
        version=second.version, by=conference.organiser,
    )  # fmt: skip


async def test_not_yet_no_more_or_not_here(conference: Conference, make: Any) -> None:
    workshop = await conference.session("Workshop", "09:00", "10:00", capacity=9)
    untimed = await conference.session("Some time")
    gone = await conference.session("Gone", "11:00", "12:00")
    gone = await cancel_session(gone, version=1, by=conference.organiser)
    anna, pending = await conference.delegate("Anna"), await conference.delegate("Bea", approved=False)
    with pytest.raises(Refused, match="not published"):
        await book(workshop, anna, by=conference.organiser)
    await conference.release()
    stranger = await (await make("berry", "kajaani")).delegate("Stranger")
    for session, guest, sentence in (
        (workshop, pending, "not approved"), (untimed, anna, "no time yet"), (gone, anna, "is cancelled"),
    ):  # fmt: skip
        with pytest.raises(Refused, match=sentence):
            await book(session, guest, by=conference.organiser)
    with pytest.raises(NotFound):
        await book(workshop, stranger, by=conference.organiser)
    assert await Booking.all().count() == 0


async def test_session_that_is_over_takes_nobody(conference: Conference) -> None:
    workshop = await conference.session("Workshop", "09:00", "10:00")
    await conference.release()
    long_ago = conference.at("09:00", day=-1000)
    await Session.filter(id=workshop.id).update(start=long_ago, end=long_ago + timedelta(hours=1))
    with pytest.raises(Refused, match="is over"):
        await book(workshop, await conference.delegate("Anna"), by=conference.organiser)
