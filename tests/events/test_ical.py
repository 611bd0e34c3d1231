"""Sessions in calendars: for whom, as what, and not before the release."""

from typing import Any

from events import ical
from events.bookings import book, unbook
from events.networks.models import Pilot
from events.participants import withdraw
from events.schedule import Details, cancel_session, edit_session

Conference = Any  # see conftest.py


async def agenda(conference: Conference, participant: Any) -> dict[str, Any]:
    found = await ical.agendas([participant.person_id], conference.event.scope)
    return {entry.summary: entry for entry in found[participant.person_id]}


async def test_own_talk_and_seat_make_busy_and_a_mark_does_not(conference: Conference) -> None:
    anna = await conference.delegate("Anna")
    await conference.session(
        "Own talk", "09:00", "10:00", room=conference.hall, speakers=[anna], online_url="https://v"
    )
    seat = await conference.session("Seat", "10:00", "11:00", capacity=3)
    mark = await conference.session("Mark", "12:00", "13:00")
    assert await agenda(conference, anna) == {}
    await conference.release()
    for session in (seat, mark):
        await book(session, anna, by=conference.organiser)
    found = await agenda(conference, anna)
    assert {title: entry.transparent for title, entry in found.items()} == {
        "Own talk": False, "Seat": False, "Mark": True,
    }  # fmt: skip
    talk = found["Own talk"]
    assert (talk.location, talk.zone, talk.online_url) == ("Hall, Kraków", "Europe/Warsaw", "https://v")
    assert talk.description == ("Speakers: Anna (Anna Ltd)",)
    await unbook(seat, anna, by=conference.organiser)
    assert set(await agenda(conference, anna)) == {"Own talk", "Mark"}


async def test_cancelled_session_stays_as_cancelled_and_withdrawn_people_have_nothing(conference: Conference) -> None:
    anna = await conference.delegate("Anna")
    seat = await conference.session("Seat", "10:00", "11:00", capacity=3)
    await conference.release()
    await book(seat, anna, by=conference.organiser)
    cancelled = await cancel_session(seat, version=1, by=conference.organiser)
    entry = (await agenda(conference, anna))["Seat"]
    assert (entry.cancelled, entry.sequence) == (True, cancelled.sequence)
    await withdraw(anna, by=conference.organiser)
    assert await agenda(conference, anna) == {}


async def test_another_event_is_in_all_and_not_in_this_one(conference: Conference, make: Any) -> None:
    other = await make("berry", "kajaani")
    anna = await conference.delegate("Anna")
    await other.session("Elsewhere", "09:00", "10:00")
    await conference.session("Here", "09:00", "10:00", speakers=[anna])
    for event in (conference, other):
        await event.release()
    everywhere = (await ical.agendas([anna.person_id], "all"))[anna.person_id]
    assert [entry.summary for entry in everywhere] == ["Here"]
    assert (await ical.agendas([anna.person_id], other.event.scope))[anna.person_id] == []
    assert (await ical.agendas([anna.person_id], "network:1"))[anna.person_id] == []


async def test_public_entries_are_filtered_transparent_and_have_no_join_link(conference: Conference) -> None:
    bio = await Pilot.get(network=conference.network)
    hall = await conference.session("In hall", "10:00", "11:00", room=conference.hall, online_url="https://v")
    await conference.session("Studio", "09:00", "10:00", room=conference.studio, pilots=[bio])
    await conference.session("Some time")
    assert await ical.entries(conference.event) == []
    await conference.release()
    everything = await ical.entries(conference.event)
    assert [(e.summary, e.transparent, e.online_url) for e in everything] == [
        ("Studio", True, ""), ("In hall", True, ""),
    ]  # fmt: skip
    assert everything[0].categories == ("Bioeconomy",)
    assert [e.subject for e in await ical.entries(conference.event, room_id=conference.hall.id)] == [hall.subject]


async def test_change_time_rises_with_every_visible_change(conference: Conference) -> None:
    session = await conference.session("Talk", "10:00", "11:00", room=conference.hall)
    await conference.release()
    seen = []
    for title in ("A", "B", "C"):
        session = await edit_session(session, Details(title=title), version=session.version, by=conference.organiser)
        (entry,) = await ical.entries(conference.event)
        seen.append(entry.changed.replace(microsecond=0))
    assert seen == sorted(set(seen))
    assert entry.sequence == 0


async def test_occasion_is_the_event_behind_a_scope(conference: Conference) -> None:
    occasion = await ical.occasion(conference.event.scope)
    assert occasion is not None
    assert (occasion.slug, occasion.place, occasion.zone) == ("krakow", "Kraków", "Europe/Warsaw")
    assert await ical.occasion("event:999") is None
    assert await ical.occasion("network:1") is None
