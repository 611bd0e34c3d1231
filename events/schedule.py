"""Everything that happens to a session: created, edited, moved, cancelled, restored, taken off the schedule."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.errors import NotFound, Refused, Stale
from app.i18n import _, ngettext
from app.journal import Actor, Changes, changing
from app.occupancy import release
from app.texts import Translations
from events.audience import audience, people
from events.models import Event, Participant, ParticipantType, Room, Session, SessionStatus, Track
from events.narrowing import narrow
from events.networks.models import Pilot
from events.placing import refuse_conflicts, take


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """What a session is, apart from when and where. Without `capacity` nobody needs to book."""

    title: str
    subtitle: str = ""
    abstract: str = ""
    kind: str = ""
    language: str = ""
    track: Track | None = None
    pilots: Sequence[Pilot] = ()
    speakers: Sequence[Participant] = ()
    capacity: int | None = None
    online_url: str = ""
    types: Sequence[ParticipantType] = ()  # whom it is for; none: everybody
    translations: Translations = field(default_factory=dict)


async def create_session(
    event: Event,
    details: Details,
    *,
    room: Room | None = None,
    start: datetime | None = None,
    end: datetime | None = None,
    by: Actor,
) -> Session:
    """A new session, on the schedule if it has a time. Raises Refused when room or speakers are taken."""
    async with changing(event.scope, by=by) as changes:
        current = await Event.get(id=event.id)
        _refuse_foreign(current, details, room)
        session = Session(event=current, created_at=changes.at, changed_at=changes.at)
        _describe(session, details)
        session.place(room, start, end)
        await refuse_conflicts(current, session, details.speakers)
        await session.save()
        await session.pilots.add(*details.pilots)
        await session.speakers.add(*details.speakers)
        await session.types.add(*details.types)
        await take(session, room, details.speakers)
        changes.record("session.created", session, topics=await audience(current, [session]), data=shown(session, room))
    return session


async def edit_session(session: Session, details: Details, *, version: int, seen: str = "", by: Actor) -> Session:
    """Everything but time and place. Those who no longer speak in it hear of it too. Raises Narrows while the organiser
    has not `seen` who loses a seat, or one that is kept for them, because it is for fewer types or has fewer seats."""
    async with _changing_session(session, version, by) as (changes, event, current):
        _refuse_foreign(event, details, current.room)
        _refuse_too_few_seats(current, details.capacity)
        before = await people([current])
        _describe(current, details)
        await refuse_conflicts(event, current, details.speakers)
        await _replace(current, details)
        await take(current, current.room, details.speakers)
        await narrow(changes, current, details.types, seen=seen)
        await _save(current, changes)
        topics = {*await audience(event, [current]), *(before if event.released else [])}
        changes.record("session.edited", current, topics=topics, data=shown(current, current.room))
    return current


async def move_session(
    session: Session, *, room: Room | None, start: datetime, end: datetime, version: int, by: Actor
) -> Session:
    """To another time or room. Raises Stale for an old version, Refused naming who or what is taken."""
    async with _changing_session(session, version, by) as (changes, event, current):
        if current.status == SessionStatus.CANCELLED:
            raise Refused(_("“%(title)s” is cancelled. Restore it before you move it.") % {"title": current.title})
        if room and room.event_id != event.id:
            raise NotFound
        if (current.room_id, current.start, current.end) == (room.id if room else None, start, end):
            return current
        speakers = list(await current.speakers.all())
        current.place(room, start, end)
        await refuse_conflicts(event, current, speakers)
        await take(current, room, speakers)
        await _save(current, changes, told=True)
        changes.record("session.moved", current, topics=await audience(event, [current]), data=shown(current, room))
    return current


async def unschedule(session: Session, *, version: int, by: Actor) -> Session:
    """Off the schedule: without time and room until it is moved somewhere."""
    async with _changing_session(session, version, by) as (changes, event, current):
        if current.start is None:
            return current
        current.place(None, None, None)
        await release([current.subject])
        await _save(current, changes, told=True)
        changes.record("session.unscheduled", current, topics=await audience(event, [current]), data=shown(current))
    return current


async def cancel_session(session: Session, *, version: int, by: Actor) -> Session:
    """It will not take place; it stays on the programme, struck out, and its room and speakers are free."""
    async with _changing_session(session, version, by) as (changes, event, current):
        if current.status == SessionStatus.CANCELLED:
            return current
        current.status = SessionStatus.CANCELLED
        await release([current.subject])
        await _save(current, changes, told=True)
        data = shown(current, current.room)
        changes.record("session.cancelled", current, topics=await audience(event, [current]), data=data)
    return current


async def restore_session(session: Session, *, version: int, by: Actor) -> Session:
    """A cancelled session takes place after all. Raises Refused when its room or speakers are taken by now."""
    async with _changing_session(session, version, by) as (changes, event, current):
        if current.status == SessionStatus.CONFIRMED:
            return current
        current.status = SessionStatus.CONFIRMED
        speakers = list(await current.speakers.all())
        await refuse_conflicts(event, current, speakers)
        await take(current, current.room, speakers)
        await _save(current, changes, told=True)
        data = shown(current, current.room)
        changes.record("session.restored", current, topics=await audience(event, [current]), data=data)
    return current


@asynccontextmanager
async def _changing_session(session: Session, version: int, by: Actor) -> AsyncIterator[tuple[Changes, Event, Session]]:
    """The session as it stands now, behind the gate, if that is what the page of whoever asks has seen."""
    async with changing(Event.scope_of(session.event_id), by=by) as changes:
        current = await Session.get(id=session.id).select_related("event", "room")
        if current.version != version:
            raise Stale(
                _("Somebody else changed “%(title)s” a moment ago.") % {"title": current.title},
                hints=[_("Look at it again, then repeat your change if you still want it.")],
            )
        yield changes, current.event, current


def _refuse_foreign(event: Event, details: Details, room: Room | None) -> None:
    """Another event's rooms, tracks and people, and another network's pilots, do not exist here."""
    of_event = (room, details.track, *details.speakers, *details.types)
    if any(thing is not None and thing.event_id != event.id for thing in of_event):
        raise NotFound
    if any(pilot.network_id != event.network_id for pilot in details.pilots):
        raise NotFound


def _refuse_too_few_seats(session: Session, capacity: int | None) -> None:
    if capacity is not None and capacity < session.booked:
        raise Refused(
            ngettext(
                "%(booked)d person has it in their agenda already; there cannot be fewer seats than that.",
                "%(booked)d people have it in their agenda already; there cannot be fewer seats than that.",
                session.booked,
            )
            % {"booked": session.booked}
        )


def _describe(session: Session, details: Details) -> None:
    session.title, session.subtitle, session.abstract = details.title, details.subtitle, details.abstract
    session.kind, session.language = details.kind, details.language
    session.translations = {name: dict(texts) for name, texts in details.translations.items()}
    session.track_id = details.track.id if details.track else None
    session.capacity, session.online_url = details.capacity, details.online_url


async def _replace(session: Session, details: Details) -> None:
    await session.pilots.clear()
    await session.pilots.add(*details.pilots)
    await session.speakers.clear()
    await session.speakers.add(*details.speakers)
    await session.types.clear()
    await session.types.add(*details.types)


async def _save(session: Session, changes: Changes, *, told: bool = False) -> None:
    """`told`: time, place or status changed, so invitations need a new SEQUENCE (RFC 5546 2.1.4)."""
    session.version += 1
    session.sequence += told
    session.touch(changes.at)
    await session.save()


def shown(session: Session, room: Room | None = None) -> dict[str, Any]:
    """What pages that are open need to follow the change without asking again."""
    return {
        "title": session.title,
        "room": room.name if room else "",
        "room_id": session.room_id,
        "start": session.start.isoformat() if session.start else None,
        "end": session.end.isoformat() if session.end else None,
        "status": session.status.value,
        "version": session.version,
    }
