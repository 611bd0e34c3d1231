"""How sessions look in a calendar: `app.agenda` and `app.invitations` ask for people's, public feeds for an event's."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from app.i18n import _, language
from app.source import Entry, Occasion, Waiting
from app.text import plain
from app.texts import said
from app.turns import unhurried
from events.models import Event, Participant, ParticipantStatus, Session, SessionStatus
from events.partaking_models import Booking

BATCH = 50  # sessions


async def agendas(person_ids: Sequence[int], scope: str) -> Mapping[int, Sequence[Entry]]:
    """Sessions they speak in, have a seat in or marked, at released events; as many queries for one person as for all.

    Speaking and seats make busy, a mark does not. `scope` is "event:3" or "all".
    """
    guests = await _guests(person_ids, scope)
    held = await _held(guests)
    sessions = {session.id: session for session in await _whole({session_id for session_id, _guest in held})}
    agendas: dict[int, list[Entry]] = {person_id: [] for person_id in person_ids}
    for session_id, guest_id in sorted(held):
        session, speaks = sessions[session_id], held[session_id, guest_id]
        if session.start is not None and guests[guest_id].person_id is not None:
            mark = not speaks and session.capacity is None
            agendas[guests[guest_id].person_id].append(entry(session, transparent=mark, join=True))  # type: ignore[index]
    return agendas


async def occasion(scope: str) -> Occasion | None:
    kind, _colon, number = scope.partition(":")
    event = await Event.get_or_none(id=int(number)) if kind == "event" else None
    if event is None:
        return None
    place = ", ".join(part for part in (event.venue, event.city) if part)
    days = event.first_day, event.last_day
    return Occasion(
        event.title,
        event.slug,
        f"/e/{event.slug}",
        place,
        event.zone,
        *days,
        event.about_changed_at,
        event.translations.get("title", {}),
    )


async def starting(after: datetime, before: datetime) -> set[tuple[int, str]]:
    """Who speaks or has a seat in a session that starts then: (person, "event:3")."""
    sessions = Session.filter(
        start__gt=after, start__lte=before, status=SessionStatus.CONFIRMED, event__version__isnull=False
    )
    seats = sessions.filter(capacity__isnull=False, bookings__participant__person_id__isnull=False)
    talks = sessions.filter(speakers__person_id__isnull=False)
    found = [
        *await seats.values_list("bookings__participant__person_id", "event_id"),
        *await talks.values_list("speakers__person_id", "event_id"),
    ]
    return {(person_id, Event.scope_of(event_id)) for person_id, event_id in found}


async def unread(now: datetime) -> Sequence[Waiting]:
    """Nobody writes to anybody in the programme."""
    return []


async def waiting(now: datetime) -> Sequence[Waiting]:
    """Nobody waits for an answer to a session."""
    return []


async def reasons(subjects: Sequence[str]) -> Mapping[str, Sequence[str]]:
    return {}


async def entries(event: Event, **only: int) -> list[Entry]:
    """The public programme, by start; empty before the first release. `only` picks the sessions of one track_id,
    room_id, pilots__id or speakers__id."""
    if not event.released:
        return []
    ids = await Session.filter(event=event, start__isnull=False, **only).values_list("id", flat=True)
    sessions = await _whole(ids)  # type: ignore[arg-type]  # a flat list, which Tortoise's types do not know
    return [entry(session, transparent=True, join=False) async for session in unhurried(sessions)]


def entry(session: Session, *, transparent: bool, join: bool) -> Entry:
    """The session in the reader's language. `join`: this reader may have the link to its online room."""
    assert session.start is not None
    assert session.end is not None
    event = session.event
    return Entry(
        subject=session.subject,
        summary=str(said(session, "title")),
        start=session.start,
        end=session.end,
        zone=event.zone,
        sequence=session.sequence,
        created=session.created_at,
        changed=session.changed_at,
        location=", ".join(part for part in (session.room and session.room.name, event.venue, event.city) if part),
        description=tuple(_lines(session)),
        categories=tuple(_categories(session)),
        url=f"/e/{event.slug}/sessions/{session.id}",
        online_url=session.online_url if join else "",
        cancelled=session.status == SessionStatus.CANCELLED,
        transparent=transparent,
    )


async def _guests(person_ids: Sequence[int], scope: str) -> dict[int, Participant]:
    """Their approved presences at released events, by id."""
    found = Participant.filter(
        person_id__in=list(person_ids), status=ParticipantStatus.APPROVED, event__version__isnull=False
    )
    if scope != "all":
        kind, _colon, number = scope.partition(":")
        found = found.filter(event_id=int(number) if kind == "event" else 0)
    return {guest.id: guest for guest in await found}


async def _held(guests: Mapping[int, Participant]) -> dict[tuple[int, int], bool]:
    """(session, guest) → whether they speak there; else they booked it."""
    held = {
        (booking.session_id, booking.participant_id): False
        for booking in await Booking.filter(participant_id__in=list(guests))
    }
    for session in await Session.filter(speakers__id__in=list(guests)).distinct().prefetch_related("speakers"):
        held |= {(session.id, speaker.id): True for speaker in session.speakers if speaker.id in guests}
    return held


async def _whole(ids: Sequence[int] | set[int]) -> list[Session]:
    """By start. In batches, between which others have their turn: the ORM makes objects of rows on the event loop."""
    ordered, found = sorted(ids), list[Session]()
    for first in range(0, len(ordered), BATCH):
        part = Session.filter(id__in=ordered[first : first + BATCH]).select_related("event", "room", "track")
        found += await part.prefetch_related("pilots", "speakers__organisation")
    return sorted(found, key=lambda session: (session.start or session.created_at, session.id))


def _lines(session: Session) -> list[str]:
    speakers = [
        f"{speaker.name} ({speaker.organisation.name})" if speaker.organisation else speaker.name
        for speaker in sorted(session.speakers, key=lambda speaker: plain(speaker.name))
    ]
    lines = [said(session, "subtitle"), _("Speakers: %(names)s") % {"names": ", ".join(speakers)} if speakers else ""]
    return [str(line) for line in (*lines, said(session, "abstract")) if line]


def _categories(session: Session) -> list[str]:
    pilots = [pilot.name_in(language()) for pilot in sorted(session.pilots, key=lambda pilot: pilot.position)]
    return [session.track.name, *pilots] if session.track else pilots
