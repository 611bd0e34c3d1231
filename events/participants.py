"""Somebody's presence at an event: asked for, approved or returned with a reason, given a type, withdrawn."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from app import db
from app.errors import Refused
from app.i18n import _
from app.journal import Actor, Changes, changing
from app.models import Person
from events.models import (
    Event,
    Organisation,
    OrganisationKind,
    Participant,
    ParticipantKind,
    ParticipantStatus,
    ParticipantType,
    Session,
    SessionStatus,
)
from events.networks.models import Region
from events.partaking_models import Booking
from events.waiting.models import Wait


@dataclass(frozen=True, slots=True)
class Affiliation:
    """The organisation somebody comes for; one of that name in that region is the same one for everybody."""

    name: str
    kind: OrganisationKind
    region: Region


async def register(
    event: Event,
    person: Person,
    *,
    affiliation: Affiliation | None,
    position: str = "",
    kind: ParticipantKind = ParticipantKind.DELEGATE,
    type: ParticipantType | None = None,
    by: Actor,
) -> Participant:
    """Ask to take part, as one of the types that are open; whoever was returned or has withdrawn asks again. Raises
    Refused once approved."""
    async with changing(event.scope, by=by) as changes:
        current = await Event.get(id=event.id)
        _refuse_over(current, changes.at)
        before = await Participant.get_or_none(event=current, person=person)
        if before and before.status == ParticipantStatus.APPROVED:
            raise Refused(_("You take part in this event already."))
        participant = before or Participant(event=current, person=person, created_at=changes.at)
        participant.type_id = await _open_type(current, type) if type else participant.type_id
        participant.name, participant.position = person.name, position
        participant.kind, participant.status, participant.status_reason = kind, ParticipantStatus.PENDING, ""
        participant.organisation_id = (await organisation_of(affiliation)).id if affiliation else None
        await participant.save()
        _record(changes, "participant.registered", current, participant)
    return participant


async def add_speaker(
    event: Event, name: str, *, affiliation: Affiliation | None = None, position: str = "", by: Actor
) -> Participant:
    """A speaker the desk knows by name only: without an account, so nothing reaches them by mail."""
    async with changing(event.scope, by=by) as changes:
        participant = await Participant.create(
            event=event,
            name=name,
            position=position,
            organisation=await organisation_of(affiliation) if affiliation else None,
            kind=ParticipantKind.SPEAKER,
            status=ParticipantStatus.APPROVED,
            created_at=changes.at,
        )
        _record(changes, "participant.added", event, participant)
    return participant


async def approve(participant: Participant, *, by: Actor) -> Participant:
    """They may book seats and be met from now on; approving twice changes nothing."""
    async with _changing_participant(participant, by) as (changes, current):
        if current.status == ParticipantStatus.APPROVED:
            return current
        if current.status == ParticipantStatus.WITHDRAWN:
            raise Refused(_("%(name)s has withdrawn.") % {"name": current.name})
        current.status, current.status_reason = ParticipantStatus.APPROVED, ""
        await current.save()
        _record(changes, "participant.approved", current.event, current)
    return current


async def return_with_reason(participant: Participant, reason: str, *, by: Actor) -> Participant:
    """Back to whoever asked, with what to change before asking again. Only while it waits for approval."""
    async with _changing_participant(participant, by) as (changes, current):
        if current.status != ParticipantStatus.PENDING:
            raise Refused(_("%(name)s is not waiting for approval.") % {"name": current.name})
        current.status, current.status_reason = ParticipantStatus.RETURNED, reason
        await current.save()
        _record(changes, "participant.returned", current.event, current)
    return current


async def appoint(participant: Participant, kind: ParticipantKind, *, by: Actor) -> Participant:
    """Give an approved participant another type. An event keeps one organiser at least."""
    async with _changing_participant(participant, by) as (changes, current):
        if current.kind == kind:
            return current
        if current.status != ParticipantStatus.APPROVED:
            raise Refused(_("%(name)s is not approved yet.") % {"name": current.name})
        await _refuse_last_organiser(current)
        current.kind = kind
        await current.save()
        _record(changes, "participant.appointed", current.event, current)
    return current


async def withdraw(participant: Participant, *, reason: str = "", by: Actor) -> Participant:
    """They do not come: their seats are free again. Raises Refused while they speak in a session."""
    async with _changing_participant(participant, by) as (changes, current):
        if current.status != ParticipantStatus.WITHDRAWN:
            await leave(current, changes, reason=reason)
    return current


async def leave(participant: Participant, changes: Changes, *, reason: str = "") -> None:
    """What withdrawing means, inside a block that is open: for a slice that has more to give up with it."""
    await participant.fetch_related("event")
    await _refuse_last_organiser(participant)
    await _refuse_speaking(participant)
    await db.execute(
        "UPDATE session SET booked = booked - 1 WHERE id IN (SELECT session_id FROM booking WHERE participant_id = $1)",
        participant.id,
    )
    await Booking.filter(participant=participant).delete()
    await Wait.filter(participant=participant).delete()
    participant.status, participant.status_reason = ParticipantStatus.WITHDRAWN, reason
    await participant.save()
    _record(changes, "participant.withdrawn", participant.event, participant)


@asynccontextmanager
async def _changing_participant(participant: Participant, by: Actor) -> AsyncIterator[tuple[Changes, Participant]]:
    """The participant as it stands now, behind the gate."""
    async with changing(Event.scope_of(participant.event_id), by=by) as changes:
        yield changes, await Participant.get(id=participant.id).select_related("event")


def _refuse_over(event: Event, now: datetime) -> None:
    if event.last_day < now.astimezone(event.tz).date():
        raise Refused(_("This event is over."))


async def organisation_of(affiliation: Affiliation) -> Organisation:
    """Within an open block. Another event's block may add the same one at this moment: then theirs it is."""
    await db.execute(
        "INSERT INTO organisation (name, kind, region_id, website) VALUES ($1, $2, $3, '') "
        "ON CONFLICT (name, region_id) DO NOTHING",
        affiliation.name, affiliation.kind.value, affiliation.region.id,
    )  # fmt: skip
    return await Organisation.get(name=affiliation.name, region=affiliation.region)


async def _open_type(event: Event, type: ParticipantType) -> int:
    """Its id, where one may choose it."""
    current = await ParticipantType.get_or_none(id=type.id, event=event)
    if current is None or not current.open:
        sentence = _("“%(name)s” cannot be chosen any more.") % {"name": type.name}
        raise Refused(sentence, hints=[_("Choose another one.")])
    return current.id


async def _refuse_last_organiser(participant: Participant) -> None:
    organisers = Participant.filter(
        event_id=participant.event_id, kind=ParticipantKind.ORGANISER, status=ParticipantStatus.APPROVED
    )
    if participant.kind == ParticipantKind.ORGANISER and not await organisers.exclude(id=participant.id).exists():
        raise Refused(
            _("%(name)s is the only organiser of this event.") % {"name": participant.name},
            hints=[_("Make somebody else an organiser first.")],
        )


async def _refuse_speaking(participant: Participant) -> None:
    session = await Session.filter(speakers=participant, status=SessionStatus.CONFIRMED).first()
    if session:
        raise Refused(
            _("%(name)s speaks in “%(title)s”.") % {"name": participant.name, "title": session.title},
            hints=[_("The organisers can take them off that session; then they can withdraw.")],
        )


def _record(changes: Changes, kind: str, event: Event, participant: Participant) -> None:
    """Standing and type decide what somebody may see, so their open pages come back to ask (see app.live)."""
    access = f"access:{participant.person_id}" if participant.person_id else None
    data = {"name": participant.name, "status": participant.status.value, "type": participant.kind.value}
    changes.record(kind, participant, topics=[event.desk, participant.topic, access], data=data)
