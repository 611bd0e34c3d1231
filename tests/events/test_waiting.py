"""Waiting lists: one seat is offered to one person at a time, nobody twice, and no seat is lost whatever happens."""

import asyncio
import re
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import Refused
from app.models import Mail
from events.bookings import book, unbook
from events.models import Session
from events.partaking_models import Booking
from events.schedule import Details, cancel_session, edit_session
from events.waiting.letters import tell
from events.waiting.lists import join_list, leave_list, put_first, set_offer_minutes
from events.waiting.models import Wait, WaitState
from events.waiting.offering import Looking
from events.waiting.queueing import Place, deadline, in_order
from events.waiting.reading import lines_of, places_of
from tests.conftest import settings_for

Conference = Any  # see conftest.py
NOW = datetime(2027, 5, 4, 8, 0, tzinfo=UTC)

places = st.builds(
    Place,
    id=st.integers(1, 10**6),
    since=st.integers(0, 10).map(lambda minutes: NOW + timedelta(minutes=minutes)),
    ahead=st.booleans(),
    worth=st.integers(0, 3),
)


@given(st.lists(places, unique_by=lambda one: one.id))
def test_order_is_total_and_takes_everybody(found: list[Place]) -> None:
    ordered = in_order(found)
    assert ordered == in_order(reversed(found))
    assert sorted(one.id for one in ordered) == sorted(one.id for one in found)
    for before, after in pairwise(ordered):
        assert before.ahead >= after.ahead
        if before.ahead == after.ahead:
            assert before.worth >= after.worth
            if before.worth == after.worth:
                assert before.since <= after.since


@pytest.mark.parametrize(
    ("start", "expected"), [(60, 30), (20, 20), (5, 5), (4, None), (-10, None)], ids=str
)  # fmt: skip
def test_an_offer_ends_with_the_start_and_leaves_time_to_see_it(start: int, expected: int | None) -> None:
    until = deadline(NOW, minutes=30, start=NOW + timedelta(minutes=start))
    assert until == (NOW + timedelta(minutes=expected) if expected else None)


async def full(conference: Conference, *waiting: str) -> tuple[Session, list[Any]]:
    """A workshop with one seat, which Anna has, and people in its list."""
    workshop = await conference.session("Workshop", "09:00", "10:00", room=conference.hall, capacity=1)
    await conference.release()
    people = [await conference.delegate(name) for name in ("Anna", *waiting)]
    await book(workshop, people[0], by=conference.organiser)
    for one in people[1:]:
        await join_list(workshop, one, by=conference.organiser)
    return workshop, people


async def look() -> None:
    worker = Looking()
    while await worker.work():
        pass


async def offered(session: Session) -> list[str]:
    found = Wait.filter(session=session, state=WaitState.OFFERED).select_related("participant").order_by("id")
    return [wait.participant.name for wait in await found]


async def test_a_seat_given_back_goes_to_the_first_and_to_nobody_else(conference: Conference) -> None:
    workshop, (anna, bea, carl) = await full(conference, "Bea", "Carl")
    dora = await conference.delegate("Dora")
    await unbook(workshop, anna, by=conference.organiser)
    with pytest.raises(Refused, match="The only seat is taken"):
        await book(workshop, dora, by=conference.organiser)  # even before any worker looked
    await look()
    await look()
    assert await offered(workshop) == ["Bea"]
    for other in (carl, dora):
        with pytest.raises(Refused, match="The only seat is taken"):
            await book(workshop, other, by=conference.organiser)
    await book(workshop, bea, by=conference.organiser)
    assert await offered(workshop) == []
    assert (await Session.get(id=workshop.id)).booked == await Booking.filter(session=workshop).count() == 1
    assert await Wait.filter(session=workshop).count() == 1


async def test_a_no_and_silence_hand_the_seat_on(conference: Conference) -> None:
    workshop, (anna, bea, carl, _dora) = await full(conference, "Bea", "Carl", "Dora")
    await unbook(workshop, anna, by=conference.organiser)
    await look()
    await leave_list(workshop, bea, by=conference.organiser)
    assert await offered(workshop) == ["Carl"]
    await Wait.filter(participant=carl).update(until=datetime.now(UTC) - timedelta(seconds=1))
    with pytest.raises(Refused, match="The only seat is taken"):
        await book(workshop, carl, by=conference.organiser)  # too late, though no worker has looked
    await look()
    assert await offered(workshop) == ["Dora"]
    assert (await Wait.get(participant=carl)).state == WaitState.PASSED
    again = await join_list(workshop, carl, by=conference.organiser)
    assert again.state == WaitState.WAITING
    assert await offered(workshop) == ["Dora"]


async def test_whom_the_organisers_let_go_first_goes_first_and_who_is_busy_is_passed_over(
    conference: Conference,
) -> None:
    workshop, (anna, bea, _carl, dora) = await full(conference, "Bea", "Carl", "Dora")
    await put_first(await Wait.get(participant=dora), by=conference.organiser)
    other = await conference.session("Other", "09:30", "10:30", room=conference.studio, capacity=9)
    await book(other, dora, by=conference.organiser)
    await unbook(workshop, anna, by=conference.organiser)
    await look()
    assert await offered(workshop) == ["Bea"]
    await unbook(other, dora, by=conference.organiser)
    await leave_list(workshop, bea, by=conference.organiser)
    assert await offered(workshop) == ["Dora"]


async def test_where_nobody_of_the_list_can_come_the_seat_is_anybodys(conference: Conference) -> None:
    workshop, (anna, bea) = await full(conference, "Bea")
    other = await conference.session("Other", "09:30", "10:30", room=conference.studio, capacity=9)
    await book(other, bea, by=conference.organiser)
    await unbook(workshop, anna, by=conference.organiser)
    await look()
    await book(workshop, await conference.delegate("Dora"), by=conference.organiser)
    assert await offered(workshop) == []


async def test_an_offer_that_runs_out_is_passed_on_though_nothing_else_happened(conference: Conference) -> None:
    """Beside a seat that nobody can take, so that the list was looked at in vain since."""
    workshop, (anna, bea, carl) = await full(conference, "Bea", "Carl")
    other = await conference.session("Other", "09:30", "10:30", room=conference.studio, capacity=9)
    await book(other, bea, by=conference.organiser)
    await Session.filter(id=workshop.id).update(capacity=2)
    await unbook(workshop, anna, by=conference.organiser)
    worker = Looking()
    while await worker.work():
        pass
    assert await offered(workshop) == ["Carl"]
    await Wait.filter(participant=carl).update(until=datetime.now(UTC))
    assert await worker.work()
    assert not await worker.work()
    assert await offered(workshop) == []


async def test_worker_and_pages_take_the_same_queries_for_many_lists(conference: Conference, counted: Any) -> None:
    """Lists with a free seat that nobody can take, seen before."""
    bea, counts = await conference.delegate("Bea"), []
    other = await conference.session("Other", "09:00", "10:00", room=conference.studio, capacity=1)
    await conference.release()
    await book(other, bea, by=conference.organiser)
    worker = Looking()
    for number in range(3):
        session = await conference.session(f"Workshop {number}", "09:00", "10:00", capacity=1)
        await Wait.create(session=session, participant=bea, joined_at=NOW)
        assert not await worker.work()
        with counted() as statements:
            assert not await worker.work()
            assert len(await places_of(bea)) == len(await lines_of(conference.event)) == number + 1
        counts.append(len(statements))
    assert counts == [counts[0]] * 3


async def test_waiting_is_refused_where_it_makes_no_sense(conference: Conference) -> None:
    workshop, (anna, _bea) = await full(conference, "Bea")
    with pytest.raises(Refused, match="You have a seat in “Workshop”"):
        await join_list(workshop, anna, by=conference.organiser)
    roomy = await conference.session("Roomy", "11:00", "12:00", capacity=2)
    with pytest.raises(Refused, match="There are free seats"):
        await join_list(roomy, anna, by=conference.organiser)
    with pytest.raises(Refused, match="5 minutes to 24 hours"):
        await set_offer_minutes(conference.event, 4, by=conference.organiser)
    await cancel_session(workshop, version=workshop.version, by=conference.organiser)
    await look()
    assert await offered(workshop) == []


async def test_the_organisers_minutes_are_the_deadline(conference: Conference) -> None:
    await set_offer_minutes(conference.event, 45, by=conference.organiser)
    workshop, (anna, bea) = await full(conference, "Bea")
    await unbook(workshop, anna, by=conference.organiser)
    before = datetime.now(UTC)
    await look()
    wait = await Wait.get(participant=bea)
    assert timedelta(minutes=44) < wait.until - before < timedelta(minutes=46)


async def test_each_offer_is_mailed_once_by_however_many_workers(conference: Conference, database: str) -> None:
    workshop, (anna, bea, _carl) = await full(conference, "Bea", "Carl")
    await unbook(workshop, anna, by=conference.organiser)
    await look()
    settings = settings_for(database)
    await asyncio.gather(*(tell(settings) for _worker in range(3)))
    assert not await tell(settings)
    mail = await Mail.get(recipient="bea@example.org")
    assert mail.subject == "A seat is free for you: Workshop"
    letter = message_from_bytes(mail.body, policy=default).get_body(("plain",)).get_content()
    assert re.search(r"yours to take until \d\d:\d\d", letter)
    assert f"/e/{conference.event.slug}/sessions/{workshop.id}" in letter
    assert await Mail.filter(recipient="carl@example.org").count() == 0
    await leave_list(workshop, bea, by=conference.organiser)
    await tell(settings)
    assert await Mail.filter(recipient="carl@example.org").count() == 1


async def test_many_workers_and_people_at_once_lose_no_seat_and_offer_none_twice(conference: Conference) -> None:
    seats, workers = 4, 4
    workshop = await conference.session("Workshop", "09:00", "10:00", room=conference.hall, capacity=seats)
    await conference.release()
    inside = [await conference.delegate(f"In {n}") for n in range(seats)]
    waiting = [await conference.delegate(f"Out {n}") for n in range(10)]
    for one in inside:
        await book(workshop, one, by=conference.organiser)
    await asyncio.gather(*(join_list(workshop, one, by=conference.organiser) for one in waiting))

    async def act(number: int) -> None:
        one, worker = waiting[number], Looking()
        for turn in range(6):
            await worker.work()
            match (number + turn) % 5:
                case 0:
                    await Wait.filter(participant=one, state="offered").update(until=datetime.now(UTC))
                case 1 | 2:
                    await book(workshop, one, by=conference.organiser)
                case 3:
                    await leave_list(workshop, one, by=conference.organiser)
                case _:
                    await unbook(workshop, inside[number % seats], by=conference.organiser)

    async def patiently(number: int) -> None:
        for _attempt in range(3):
            try:
                await act(number)
            except Refused:
                continue

    await asyncio.gather(*(patiently(number) for number in range(len(waiting))), *(look() for _ in range(workers)))
    await look()
    session = await Session.get(id=workshop.id)
    booked, held = await Booking.filter(session=session).count(), len(await offered(session))
    assert session.booked == booked
    assert booked + held <= seats
    still = await Wait.filter(session=session, state=WaitState.WAITING).count()
    assert booked + held == seats or not still, "a seat lies idle while somebody waits for it"
    names = await Wait.filter(session=session).values_list("participant_id", flat=True)
    taken = await Booking.filter(session=session).values_list("participant_id", flat=True)
    assert not {*names} & {*taken}


async def test_fewer_seats_first_show_whose_kept_seat_is_gone_and_then_tell_them_kindly(
    conference: Conference, browser: Any, database: str
) -> None:
    workshop, people = await full(conference, "Bea", "Carl", "Dora")
    details = Details(title="Workshop", capacity=3)
    await edit_session(workshop, details, version=(await Session.get(id=workshop.id)).version, by=conference.organiser)
    await look()
    assert await offered(workshop) == ["Bea", "Carl"]
    settings = settings_for(database)
    while await tell(settings):
        pass
    desk, path = await browser(conference.organiser), f"/e/krakow/desk/sessions/{workshop.id}"
    current = await Session.get(id=workshop.id)
    data = {"title": "Workshop", "language": "en", "track": "", "capacity": 2, "version": current.version}
    first = await desk.post(path, **data)
    assert first.status_code == 409
    assert "1 person is told that the seat kept for them is gone, and waits again: Carl." in first.text
    assert await offered(workshop) == ["Bea", "Carl"], "looking changes nothing"
    seen = re.search(r'name="seen" value="(\w+)"', first.text)
    assert seen
    assert (await desk.post(path, **data, seen=seen[1])).status_code == 303
    assert await offered(workshop) == ["Bea"]
    with pytest.raises(Refused, match="All 2 seats are taken"):
        await book(workshop, people[2], by=conference.organiser)
    await book(workshop, people[1], by=conference.organiser)
    await asyncio.gather(*(tell(settings) for _worker in range(3)))
    letters = await Mail.filter(recipient="carl@example.org").order_by("id")
    assert [one.subject for one in letters] == [
        "A seat is free for you: Workshop",
        "The seat kept for you is gone: Workshop",
    ]
    await unbook(workshop, people[0], by=conference.organiser)
    await look()
    assert await offered(workshop) == ["Carl"], "before Dora, who never had one"
    assert await tell(settings)
    assert await Mail.filter(recipient="carl@example.org").count() == 3
