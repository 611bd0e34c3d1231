"""Writes a difference into the event, in few statements whatever its size; `importing` calls it inside its block."""

from collections import defaultdict
from collections.abc import Iterator

from app import db
from app.journal import Changes, person_topic
from app.occupancy import release
from events.audience import audience
from events.interchange.difference import ScheduleDifference, SessionChange
from events.interchange.holding import hold_again
from events.interchange.schedule import ImportedSession
from events.interchange.standing import Standing, rooms_of, sessions_of, speakers_of, tracks_of
from events.models import Event, Participant, ParticipantKind, ParticipantStatus, Room, Session, SessionStatus, Track
from events.schedule import shown

BATCH = 200  # rows a statement
CHANGEABLE = (
    "title", "subtitle", "abstract", "kind", "language", "room_id", "track_id", "start", "end",
    "status", "version", "sequence", "changed_at",
)  # fmt: skip


async def apply(found: ScheduleDifference, standing: Standing, changes: Changes) -> None:
    """Raises Refused where a room, or a speaker with an account, would be in two places at once."""
    before = await _people_by_session(standing.event)
    everybody = await audience(standing.event)
    await _write_rooms(found, standing, changes, everybody)
    await _write_tracks(found, standing, changes, everybody)
    await _write_speakers(found, standing, changes)
    await _write_sessions(found, standing, changes)
    await _hold(found, standing)
    after = await _people_by_session(standing.event)
    for kind, session in _facts(found, standing):
        people = before[session.id] | after[session.id] if standing.event.released else ()
        changes.record(kind, session, topics=[*everybody, *people], data=shown(session, standing.room_of(session)))


async def _people_by_session(event: Event) -> defaultdict[int, set[str]]:
    """`person:7` of everybody who speaks in a session or has it in their agenda, as `audience` has it for a few."""
    found = await db.rows(
        "SELECT session_id, person_id FROM session_speaker JOIN participant ON participant.id = participant_id "
        "WHERE event_id = $1 AND person_id IS NOT NULL UNION "
        "SELECT session_id, person_id FROM booking JOIN participant ON participant.id = participant_id "
        "WHERE event_id = $2 AND person_id IS NOT NULL",
        event.id, event.id,
    )  # fmt: skip
    people: defaultdict[int, set[str]] = defaultdict(set)
    for row in found:
        people[row["session_id"]].add(person_topic(row["person_id"]))
    return people


async def _write_rooms(found: ScheduleDifference, standing: Standing, changes: Changes, everybody: list[str]) -> None:
    event, shared = standing.event, found.shared
    await Room.bulk_create(
        [
            Room(event=event, name=new.name, capacity=new.capacity, shared=new.name in shared, position=n)
            for n, new in enumerate(found.rooms, start=len(standing.rooms))
        ]
    )
    capacities = {room.name: room.capacity for room in found.resized}
    edited = [room for name, room in standing.rooms.items() if name in capacities or name in shared]
    for room in edited:
        room.capacity = capacities.get(room.name, room.capacity)
        room.shared = room.shared or room.name in shared
        changes.record("room.edited", room, topics=everybody, data={"name": room.name})
    if edited:
        await Room.bulk_update(edited, ["capacity", "shared"], batch_size=BATCH)
    standing.rooms = await rooms_of(event)
    for new in found.rooms:
        changes.record("room.added", standing.rooms[new.name], topics=everybody, data={"name": new.name})


async def _write_tracks(found: ScheduleDifference, standing: Standing, changes: Changes, everybody: list[str]) -> None:
    await Track.bulk_create(
        [
            Track(event=standing.event, name=new.name, colour=new.colour, position=n)
            for n, new in enumerate(found.tracks, start=len(standing.tracks))
        ]
    )
    edited = [standing.tracks[new.name] for new in found.recoloured]
    for track, new in zip(edited, found.recoloured, strict=True):
        track.colour = new.colour
        changes.record("track.edited", track, topics=everybody, data={"name": track.name})
    if edited:
        await Track.bulk_update(edited, ["colour"], batch_size=BATCH)
    standing.tracks = await tracks_of(standing.event)
    for new in found.tracks:
        changes.record("track.added", standing.tracks[new.name], topics=everybody, data={"name": new.name})


async def _write_speakers(found: ScheduleDifference, standing: Standing, changes: Changes) -> None:
    """An imported speaker has a name and no account, so nothing reaches them by mail."""
    kind, status = ParticipantKind.SPEAKER, ParticipantStatus.APPROVED
    await Participant.bulk_create(
        [
            Participant(
                event=standing.event, kind=kind, status=status, name=new.name, source=new.key, created_at=changes.at
            )
            for new in found.speakers
        ]
    )
    renamed = [standing.speakers[new.key] for new in found.renamed]
    for participant, new in zip(renamed, found.renamed, strict=True):
        participant.name = new.name
    if renamed:
        await Participant.bulk_update(renamed, ["name"], batch_size=BATCH)
    standing.speakers = await speakers_of(standing.event)
    for fact, news in (("participant.added", found.speakers), ("participant.renamed", found.renamed)):
        for new in news:
            data = {"name": new.name, "status": status.value, "type": kind.value}
            changes.record(fact, standing.speakers[new.key], topics=[standing.event.desk], data=data)


async def _write_sessions(found: ScheduleDifference, standing: Standing, changes: Changes) -> None:
    created = [_created(new, standing, changes) for new in found.created]
    stored = standing.imported
    changed = [_changed(stored[change.session.key], change, standing, changes) for change in found.changed]
    cancelled = [_cancelled(stored[gone.key], changes) for gone in found.cancelled]
    await Session.bulk_create(created, batch_size=BATCH)
    if changed or cancelled:
        await Session.bulk_update([*changed, *cancelled], CHANGEABLE, batch_size=BATCH)
    await _write_who_speaks(found, standing)
    standing.sessions = await sessions_of(standing.event)


def _created(new: ImportedSession, standing: Standing, changes: Changes) -> Session:
    session = Session(event=standing.event, source=new.key, created_at=changes.at, changed_at=changes.at)
    _describe(session, new, standing)
    return session


def _changed(session: Session, change: SessionChange, standing: Standing, changes: Changes) -> Session:
    _describe(session, change.session, standing)
    session.status = SessionStatus.CONFIRMED
    return _stepped(session, changes, told=change.moved or change.restored)


def _cancelled(session: Session, changes: Changes) -> Session:
    session.status = SessionStatus.CANCELLED
    return _stepped(session, changes, told=True)


def _describe(session: Session, new: ImportedSession, standing: Standing) -> None:
    session.title, session.subtitle, session.abstract = new.title, new.subtitle, new.abstract
    session.kind, session.language = new.kind, new.language
    session.track_id = standing.tracks[new.track].id if new.track else None
    session.place(standing.rooms[new.room] if new.room else None, new.start, new.end)


def _stepped(session: Session, changes: Changes, *, told: bool) -> Session:
    """`told`: invitations need a new SEQUENCE, see events.schedule."""
    session.version += 1
    session.sequence += told
    session.touch(changes.at)
    return session


async def _write_who_speaks(found: ScheduleDifference, standing: Standing) -> None:
    """Those whom the desk added to an imported session stay in it."""
    ids = dict(await Session.filter(event=standing.event, source__isnull=False).values_list("source", "id"))
    others = [change.session for change in found.changed if change.speakers]
    for first in range(0, len(others), BATCH):
        part = [ids[session.key] for session in others[first : first + BATCH]]
        marks = ", ".join(f"${n + 2}" for n in range(len(part)))
        await db.execute(
            f"DELETE FROM session_speaker WHERE session_id IN ({marks}) "  # noqa: S608 - placeholders only
            "AND participant_id IN (SELECT id FROM participant WHERE event_id = $1 AND source IS NOT NULL)",
            standing.event.id, *part,
        )  # fmt: skip
    speaking = [(session, speaker) for session in (*found.created, *others) for speaker in session.speakers]
    pairs = sorted((ids[session.key], standing.speakers[speaker.key].id) for session, speaker in speaking)
    await db.insert_many("session_speaker", ("session_id", "participant_id"), pairs)


async def _hold(found: ScheduleDifference, standing: Standing) -> None:
    """What is new, elsewhere, spoken in by others, or in a room that is shared from now on is held anew."""
    imported = standing.imported
    await release([imported[gone.key].subject for gone in found.cancelled])
    keys = {new.key for new in found.created}
    keys |= {change.session.key for change in found.changed if change.moved or change.restored or change.speakers}
    opened = {standing.rooms[name].id for name in found.shared}
    await hold_again(standing, [s for s in standing.sessions if s.source in keys or s.room_id in opened])


def _facts(found: ScheduleDifference, standing: Standing) -> Iterator[tuple[str, Session]]:
    imported = standing.imported
    for new in found.created:
        yield "session.created", imported[new.key]
    for change in found.changed:
        session = imported[change.session.key]
        if change.restored:
            yield "session.restored", session
        if change.moved:
            yield "session.moved" if session.start else "session.unscheduled", session
        if change.edited:
            yield "session.edited", session
    for gone in found.cancelled:
        yield "session.cancelled", imported[gone.key]
