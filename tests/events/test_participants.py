"""Taking part: asked, approved or returned, appointed, withdrawn; an event keeps its organiser."""

from typing import Any

import pytest

from app import journal
from app.errors import Refused
from events.bookings import book
from events.models import Organisation, OrganisationKind, Participant, ParticipantKind, ParticipantStatus, Session
from events.partaking_models import Booking
from events.participants import (
    Affiliation,
    add_speaker,
    appoint,
    approve,
    register,
    return_with_reason,
    withdraw,
)

Conference = Any  # see conftest.py


async def test_returned_person_asks_again_with_the_same_participant(conference: Conference) -> None:
    asked = await conference.delegate("Anna", approved=False)
    returned = await return_with_reason(asked, "Which region are you from?", by=conference.organiser)
    assert (returned.status, returned.status_reason) == (ParticipantStatus.RETURNED, "Which region are you from?")
    person = await returned.person
    affiliation = Affiliation("Anna Ltd", OrganisationKind.CLUSTER, conference.region)
    again = await register(conference.event, person, affiliation=affiliation, by=person)
    assert (again.id, again.status, again.status_reason) == (asked.id, ParticipantStatus.PENDING, "")
    await approve(again, by=conference.organiser)
    with pytest.raises(Refused, match="take part in this event already"):
        await register(conference.event, person, affiliation=affiliation, by=person)
    assert await Organisation.filter(name="Anna Ltd").count() == 1


async def test_only_waiting_people_are_returned(conference: Conference) -> None:
    anna = await conference.delegate("Anna")
    with pytest.raises(Refused, match="Anna is not waiting"):
        await return_with_reason(anna, "…", by=conference.organiser)


async def test_change_of_standing_reaches_desk_person_and_their_open_pages(conference: Conference) -> None:
    anna = await conference.delegate("Anna")
    fact = (await journal.changes_since(conference.event.scope, 0))[-1]
    assert fact.kind == "participant.approved"
    assert fact.topics == sorted([conference.event.desk, anna.topic, f"access:{anna.person_id}"])


async def test_approving_twice_records_once(conference: Conference) -> None:
    anna = await conference.delegate("Anna")
    before = await journal.revision(conference.event.scope)
    await approve(anna, by=conference.organiser)
    assert await journal.revision(conference.event.scope) == before


async def test_withdrawn_guest_gives_seats_back(conference: Conference) -> None:
    workshop = await conference.session("Workshop", "09:00", "10:00", capacity=2)
    await conference.release()
    anna, bea = await conference.delegate("Anna"), await conference.delegate("Bea")
    for guest in (anna, bea):
        await book(workshop, guest, by=conference.organiser)
    await withdraw(anna, by=conference.organiser)
    assert (await Session.get(id=workshop.id)).booked == await Booking.filter(session=workshop).count() == 1
    with pytest.raises(Refused, match="has withdrawn"):
        await approve(anna, by=conference.organiser)


async def test_speaker_withdraws_once_no_session_needs_them(conference: Conference) -> None:
    speaker = await add_speaker(conference.event, "Bea", by=conference.organiser)
    await conference.session("Opening", "09:00", "10:00", speakers=[speaker])
    with pytest.raises(Refused, match="Bea speaks in “Opening”"):
        await withdraw(speaker, by=conference.organiser)
    assert (await Participant.get(id=speaker.id)).status == ParticipantStatus.APPROVED


async def test_event_keeps_an_organiser(conference: Conference) -> None:
    olga = await Participant.get(event=conference.event, person=conference.organiser)
    for leaving in (
        withdraw(olga, by=conference.organiser),
        appoint(olga, ParticipantKind.DELEGATE, by=conference.organiser),
    ):
        with pytest.raises(Refused, match="Olga is the only organiser"):
            await leaving
    anna = await conference.delegate("Anna")
    await appoint(anna, ParticipantKind.ORGANISER, by=conference.organiser)
    assert (await withdraw(olga, by=conference.organiser)).status == ParticipantStatus.WITHDRAWN


async def test_pending_person_is_given_no_type(conference: Conference) -> None:
    anna = await conference.delegate("Anna", approved=False)
    with pytest.raises(Refused, match="not approved yet"):
        await appoint(anna, ParticipantKind.ORGANISER, by=conference.organiser)
