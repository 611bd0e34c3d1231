"""Releases: the first shows the programme, a later one names a revision; a big one takes few queries."""

import time
from typing import Any

import pytest

from app import db, journal
from app.errors import Refused
from app.models import Person
from events.bookings import book
from events.models import Event, Participant, ParticipantKind, ParticipantStatus, Session
from events.release_models import Release
from events.releasing import changes_since_release, release_programme
from events.schedule import Details, edit_session, move_session

Conference = Any  # see conftest.py


async def test_first_release_shows_the_programme_to_everybody(conference: Conference) -> None:
    anna, bea = await conference.delegate("Anna"), await conference.delegate("Bea")
    session = await conference.session("Opening", "09:00", "10:00", speakers=[anna])
    desk_only = {t for c in await journal.changes_since(conference.event.scope, 0) for t in c.topics}
    assert conference.event.scope not in desk_only
    await conference.release("v1")
    assert conference.event.released
    fact = (await journal.changes_since(conference.event.scope, 0))[-1]
    assert fact.kind == "programme.released"
    assert fact.topics == sorted([conference.event.scope, conference.event.desk, anna.topic])
    await book(session, bea, by=conference.organiser)
    await conference.release("v2")
    fact = (await journal.changes_since(conference.event.scope, 0))[-1]
    assert {anna.topic, bea.topic} <= set(fact.topics)


async def test_release_needs_a_session_with_a_time_and_a_new_name(conference: Conference) -> None:
    await conference.session("Some time")
    with pytest.raises(Refused, match="no programme to publish"):
        await conference.release()
    await conference.session("Opening", "09:00", "10:00")
    await conference.release("v1")
    with pytest.raises(Refused, match="There is a release “v1” already"):
        await conference.release("v1")
    assert await Release.filter(event=conference.event).count() == 1


async def test_changes_since_the_release_are_a_slice_of_the_journal(conference: Conference) -> None:
    session = await conference.session("Opening", "09:00", "10:00")
    assert await changes_since_release(conference.event) == []
    await conference.release("v1")
    assert await changes_since_release(conference.event) == []
    session = await edit_session(session, Details(title="Welcome"), version=1, by=conference.organiser)
    await conference.delegate("Anna")
    await move_session(
        session, room=None, start=conference.at("11:00"), end=conference.at("12:00"),
        version=session.version, by=conference.organiser,
    )  # fmt: skip
    assert [c.kind for c in await changes_since_release(conference.event)] == ["session.edited", "session.moved"]
    await conference.release("v2")
    assert await changes_since_release(conference.event) == []


async def test_four_hundred_sessions_with_five_hundred_speakers_are_released_at_once(conference: Conference) -> None:
    event, now = conference.event, conference.at("09:00")
    await Person.bulk_create(Person(email=f"p{n}@example.org", name=f"Speaker {n}", created_at=now) for n in range(500))
    people = await Person.filter(name__startswith="Speaker ").values_list("id", flat=True)
    await Participant.bulk_create(
        Participant(
            event=event, person_id=person, name="x", kind=ParticipantKind.SPEAKER,
            status=ParticipantStatus.APPROVED, created_at=now,
        )
        for person in people
    )  # fmt: skip
    await Session.bulk_create(
        Session(event=event, title="x", start=now, end=conference.at("10:00"), created_at=now, changed_at=now)
        for _ in range(400)
    )
    sessions = await Session.filter(event=event).values_list("id", flat=True)
    speakers = await Participant.filter(event=event, kind=ParticipantKind.SPEAKER).values_list("id", flat=True)
    await db.insert_many(
        "session_speaker",
        ("session_id", "participant_id"),
        [(sessions[n % 400], speaker) for n, speaker in enumerate(speakers)],
    )
    before = time.perf_counter()
    await release_programme(await Event.get(id=event.id), "v1", by=conference.organiser)
    assert time.perf_counter() - before < 10.0
    fact = (await journal.changes_since(event.scope, 0))[-1]
    assert len(fact.topics) == 502
