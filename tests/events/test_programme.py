"""Reads of the programme: what is in them, and that their number of queries does not grow with it."""

from typing import Any

from app.intervals import Interval
from events import ical
from events.bookings import book
from events.networks.models import Pilot
from events.programme import busy, in_agenda, item, programme, read_programme
from events.rooms import add_track
from events.schedule import cancel_session

Conference = Any  # see conftest.py


async def fill(conference: Conference, first: int, count: int) -> None:
    pilot = await Pilot.get(network=conference.network)
    track = await add_track(conference.event, f"Track {first}", by=conference.organiser)
    for n in range(first, first + count):
        speaker = await conference.delegate(f"Speaker {n}")
        await conference.session(
            f"Talk {n}", f"{9 + n:02}:00", f"{10 + n:02}:00", room=conference.hall,
            speakers=[speaker], pilots=[pilot], track=track, capacity=5,
        )  # fmt: skip


async def test_queries_stay_the_same_for_one_and_three_sessions(conference: Conference, counted: Any) -> None:
    counts = []
    for first, count in ((0, 1), (1, 3)):
        await fill(conference, first, count)
        with counted() as statements:
            shown = await read_programme(conference.event)
        counts.append(len(statements))
    assert len(shown.items) == 4
    assert counts == [8, 8]


async def test_queries_for_busy_and_agendas_do_not_grow_with_people(conference: Conference, counted: Any) -> None:
    people = [await conference.delegate(f"Guest {n}") for n in range(3)]
    await fill(conference, 0, 3)
    await conference.release()
    for session_item, guest in zip((await programme(conference.event)).items, people, strict=True):
        session = await conference.event.sessions.filter(id=session_item.id).get()
        await book(session, guest, by=conference.organiser)
    counts = []
    for some in (people[:1], people):
        with counted() as statements:
            await busy(some)
        before = len(statements)
        with counted() as statements:
            await ical.agendas([guest.person_id for guest in some], conference.event.scope)
        counts.append((before, len(statements)))
    assert counts[0] == counts[1]


async def test_programme_is_by_day_start_and_room(conference: Conference) -> None:
    await conference.session("Studio first", "09:00", "10:00", room=conference.studio)
    await conference.session("Hall first", "09:00", "10:00", room=conference.hall)
    await conference.session("Late", "23:00", "23:30", room=conference.hall)
    await conference.session("Early", "08:00", "08:30", room=conference.hall)
    await conference.session("Some time")
    shown = await programme(conference.event)
    assert [(day.date, [i.title for i in day.items]) for day in shown.days] == [
        (conference.event.first_day, ["Early", "Hall first", "Studio first", "Late"])
    ]
    assert [i.title for i in shown.unscheduled] == ["Some time"]
    assert [room.name for room in shown.rooms] == ["Hall", "Studio"]


async def test_days_are_those_of_the_events_own_clock(conference: Conference) -> None:
    session = await conference.session("After midnight", "10:00", "11:00")
    await conference.event.sessions.filter(id=session.id).update(
        start=conference.at("00:15", day=1), end=conference.at("00:45", day=1)
    )
    (day,) = (await programme(conference.event)).days
    assert day.date == conference.event.last_day


async def test_filters_keep_what_matches(conference: Conference) -> None:
    await fill(conference, 0, 1)
    await conference.session("Plain", "14:00", "15:00", room=conference.studio)
    shown = await programme(conference.event)
    titles = {
        "all": [i.title for i in shown.only().items],
        "pilot": [i.title for i in shown.only(pilot="BIO").items],
        "room": [i.title for i in shown.only(room=conference.studio.id).items],
        "track": [i.title for i in shown.only(track=shown.tracks[0].id).items],
        "day": [i.title for i in shown.only(day=conference.event.last_day).items],
    }
    assert titles == {
        "all": ["Talk 0", "Plain"], "pilot": ["Talk 0"], "room": ["Plain"], "track": ["Talk 0"], "day": [],
    }  # fmt: skip


async def test_busy_is_speaking_and_seats_but_no_marks(conference: Conference) -> None:
    anna = await conference.delegate("Anna")
    await conference.session("Own talk", "09:00", "10:00", speakers=[anna])
    seat = await conference.session("Seat", "10:00", "11:00", capacity=3)
    mark = await conference.session("Mark", "12:00", "13:00")
    gone = await conference.session("Gone", "14:00", "15:00", speakers=[anna])
    await cancel_session(gone, version=1, by=conference.organiser)
    await conference.release()
    for session in (seat, mark):
        await book(session, anna, by=conference.organiser)
    bea = await conference.delegate("Bea")
    assert await busy([anna, bea]) == {
        anna.id: [Interval(conference.at("09:00"), conference.at("11:00"))],
        bea.id: [],
    }
    assert len(await in_agenda(anna)) == 4
    assert await in_agenda(None) == frozenset()


async def test_item_shows_everything_of_one_session(conference: Conference) -> None:
    await fill(conference, 0, 1)
    session = await conference.event.sessions.all().get()
    shown = await item(session)
    assert (shown.room.name, shown.pilots[0].name_in("pl"), shown.seats_left) == ("Hall", "Biogospodarka", 5)
    await Pilot.filter(network=conference.network).update(names={"pl": "Biogospodarka"})  # as coordinators may
    assert (await item(session)).pilots[0].name_in("fi") == "Biogospodarka"
    assert (shown.speakers[0].name, shown.speakers[0].organisation.name) == ("Speaker 0", "Speaker 0 Ltd")
