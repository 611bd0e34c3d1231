"""The event as it stands, by the names and keys a file uses: `importing` compares it, `applying` writes into it."""

from dataclasses import dataclass

from events.interchange.difference import Stored
from events.interchange.schedule import ImportedRoom, ImportedSession, ImportedSpeaker, ImportedTrack
from events.models import Event, Participant, Room, Session, SessionStatus, Track


@dataclass(slots=True)
class Standing:
    """Rooms and tracks by name, the speakers who came from a file by key, and all sessions with their speakers."""

    event: Event
    rooms: dict[str, Room]
    tracks: dict[str, Track]
    speakers: dict[str, Participant]
    sessions: list[Session]

    @property
    def imported(self) -> dict[str, Session]:
        return {session.source: session for session in self.sessions if session.source}

    def room_of(self, session: Session) -> Room | None:
        return next((room for room in self.rooms.values() if room.id == session.room_id), None)


async def standing_of(event: Event) -> Standing:
    """Five queries, however much there is."""
    return Standing(
        event, await rooms_of(event), await tracks_of(event), await speakers_of(event), await sessions_of(event)
    )


async def rooms_of(event: Event) -> dict[str, Room]:
    return {room.name: room for room in await Room.filter(event=event)}


async def tracks_of(event: Event) -> dict[str, Track]:
    return {track.name: track for track in await Track.filter(event=event)}


async def speakers_of(event: Event) -> dict[str, Participant]:
    imported = await Participant.filter(event=event, source__isnull=False)
    return {participant.source: participant for participant in imported if participant.source}


async def sessions_of(event: Event) -> list[Session]:
    return await Session.filter(event=event).prefetch_related("speakers")


def as_a_file_says(standing: Standing) -> Stored:
    rooms = {room.id: room.name for room in standing.rooms.values()}
    tracks = {track.id: track.name for track in standing.tracks.values()}
    imported = standing.imported
    return Stored(
        rooms=tuple(ImportedRoom(room.name, room.capacity) for room in standing.rooms.values()),
        shared=frozenset(room.name for room in standing.rooms.values() if room.shared),
        tracks=tuple(ImportedTrack(track.name, track.colour) for track in standing.tracks.values()),
        speakers=tuple(ImportedSpeaker(key, speaker.name) for key, speaker in standing.speakers.items()),
        signed_in=frozenset(key for key, speaker in standing.speakers.items() if speaker.person_id),
        sessions=tuple(_session(key, session, rooms, tracks) for key, session in imported.items()),
        cancelled=frozenset(key for key in imported if imported[key].status == SessionStatus.CANCELLED),
    )


def _session(key: str, session: Session, rooms: dict[int, str], tracks: dict[int, str]) -> ImportedSession:
    return ImportedSession(
        key=key,
        title=session.title,
        subtitle=session.subtitle,
        abstract=session.abstract,
        kind=session.kind,
        language=session.language,
        room=rooms[session.room_id] if session.room_id else None,
        track=tracks[session.track_id] if session.track_id else None,
        start=session.start,
        end=session.end,
        speakers=tuple(ImportedSpeaker(speaker.source, speaker.name) for speaker in session.speakers if speaker.source),
    )
