"""Rooms and tracks: what is in use stays, and what sessions show follows."""

from typing import Any

import pytest

from app import journal
from app.errors import Refused
from events.models import Room, Session, Track
from events.rooms import add_room, add_track, edit_room, edit_track, remove_room, remove_track

Conference = Any  # see conftest.py


async def test_room_in_use_says_what_stands_in_the_way(conference: Conference) -> None:
    await conference.session("Opening", "09:00", "10:00", room=conference.hall)
    with pytest.raises(Refused, match="Hall is in use by 1 session: “Opening”"):
        await remove_room(conference.hall, by=conference.organiser)
    await remove_room(conference.studio, by=conference.organiser)
    assert [room.name for room in await Room.filter(event=conference.event)] == ["Hall"]


async def test_two_rooms_of_one_name_are_refused(conference: Conference) -> None:
    with pytest.raises(Refused, match="There is a “Hall” already"):
        await add_room(conference.event, "Hall", by=conference.organiser)
    with pytest.raises(Refused, match="There is a “Hall” already"):
        await edit_room(
            conference.studio, name="Hall", capacity=None, shared=False, position=1, by=conference.organiser
        )
    assert (await Room.get(id=conference.studio.id)).name == "Studio"


async def test_renamed_room_changes_the_sessions_in_it(conference: Conference) -> None:
    anna = await conference.delegate("Anna")
    inside = await conference.session("Opening", "09:00", "10:00", room=conference.hall, speakers=[anna])
    outside = await conference.session("Next", "09:00", "10:00", room=conference.studio)
    await conference.release()
    await edit_room(conference.hall, name="Aula", capacity=200, shared=False, position=0, by=conference.organiser)
    moved, untouched = await Session.get(id=inside.id), await Session.get(id=outside.id)
    assert (moved.sequence, moved.version) == (1, 1)
    assert moved.changed_at > inside.changed_at
    assert untouched.changed_at == outside.changed_at
    fact = (await journal.changes_since(conference.event.scope, 0))[-1]
    assert (fact.kind, anna.topic in fact.topics) == ("room.edited", True)


async def test_room_opened_to_several_sessions_and_closed_again(conference: Conference) -> None:
    async def open_to_several(shared: bool) -> None:
        await edit_room(conference.hall, name="Hall", capacity=200, shared=shared, position=0, by=conference.organiser)

    await conference.session("Opening", "09:00", "10:00", room=conference.hall)
    await open_to_several(True)
    second = await conference.session("Posters", "09:30", "10:30", room=conference.hall)
    with pytest.raises(Refused, match="“Opening” and “Posters” are in Hall at the same time"):
        await open_to_several(False)
    assert (await Room.get(id=conference.hall.id)).shared
    await Session.filter(id=second.id).update(start=conference.at("10:00"))
    await open_to_several(False)
    with pytest.raises(Refused, match="Posters"):
        await conference.session("Third", "10:00", "10:30", room=conference.hall)


async def test_tracks_are_added_renamed_and_removed(conference: Conference) -> None:
    track = await add_track(conference.event, "Bio", colour="#336600", by=conference.organiser)
    session = await conference.session("Opening", "09:00", "10:00", track=track)
    with pytest.raises(Refused, match="Bio is in use"):
        await remove_track(track, by=conference.organiser)
    await edit_track(track, name="Bioeconomy", colour="#336600", position=0, by=conference.organiser)
    touched = await Session.get(id=session.id)
    assert (touched.changed_at > session.changed_at, touched.sequence) == (True, 0)
    spare = await add_track(conference.event, "Spare", by=conference.organiser)
    await remove_track(spare, by=conference.organiser)
    assert await Track.filter(event=conference.event).count() == 1
