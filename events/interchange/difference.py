"""What an import must do: the event as it stands against the schedule that a file brings. Pure.

The file is right about whatever it says: what the desk changed in an imported session changes back. About the rest
it says nothing: sessions, rooms, tracks and speakers that did not come from a file stay, and nobody is removed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import sha256

from events.interchange.schedule import (
    ImportedRoom,
    ImportedSchedule,
    ImportedSession,
    ImportedSpeaker,
    ImportedTrack,
    double_booked,
)

_FIELDS = ("title", "subtitle", "abstract", "kind", "language", "room", "track", "start", "end", "speakers")
_PLACE = {"start", "end", "room"}


@dataclass(frozen=True, slots=True)
class Stored:
    """What the event has, in the words of a file; of the sessions and speakers those with a key."""

    rooms: tuple[ImportedRoom, ...] = ()
    shared: frozenset[str] = frozenset()  # rooms with several sessions at once
    tracks: tuple[ImportedTrack, ...] = ()
    speakers: tuple[ImportedSpeaker, ...] = ()
    signed_in: frozenset[str] = frozenset()  # keys of speakers with an account: their name is theirs to change
    sessions: tuple[ImportedSession, ...] = ()
    cancelled: frozenset[str] = frozenset()  # keys of sessions


@dataclass(frozen=True, slots=True)
class FieldChange:
    name: str
    old: object
    new: object


@dataclass(frozen=True, slots=True)
class SessionChange:
    """A session that the event and the file both have."""

    session: ImportedSession  # as the file has it
    fields: tuple[FieldChange, ...]
    restored: bool = False  # it was cancelled, and the file still has it

    @property
    def moved(self) -> bool:
        return any(field.name in _PLACE for field in self.fields)

    @property
    def edited(self) -> bool:
        return any(field.name not in _PLACE for field in self.fields)

    @property
    def speakers(self) -> bool:
        """Whether somebody else speaks, or is called differently."""
        return any(field.name == "speakers" for field in self.fields)


@dataclass(frozen=True, slots=True)
class ScheduleDifference:
    """False if the event is what the file says already."""

    rooms: tuple[ImportedRoom, ...]  # to add
    resized: tuple[ImportedRoom, ...]
    shared: frozenset[str]  # rooms, new ones too, that the file uses for several sessions at once
    tracks: tuple[ImportedTrack, ...]  # to add
    recoloured: tuple[ImportedTrack, ...]
    speakers: tuple[ImportedSpeaker, ...]  # to add
    renamed: tuple[ImportedSpeaker, ...]
    created: tuple[ImportedSession, ...]
    changed: tuple[SessionChange, ...]
    cancelled: tuple[ImportedSession, ...]
    unchanged: int

    @property
    def mark(self) -> str:
        """The same for the same difference and no other: what was looked at is what gets written."""
        said = (sorted(self.shared), replace(self, shared=frozenset()))  # a set is in no order
        return sha256(repr(said).encode()).hexdigest()

    def __bool__(self) -> bool:
        return bool(
            self.rooms or self.resized or self.shared or self.tracks or self.recoloured or self.speakers
            or self.renamed or self.created or self.changed or self.cancelled
        )  # fmt: skip


def difference(stored: Stored, imported: ImportedSchedule) -> ScheduleDifference:
    """What to add and change so that the event is what the file says; a second time there is nothing left."""
    rooms = {room.name: room for room in stored.rooms}
    tracks = {track.name: track for track in stored.tracks}
    speakers = {speaker.key: speaker for speaker in stored.speakers}
    own = {key: speakers[key] for key in stored.signed_in}
    before = {session.key: session for session in stored.sessions}
    after = {session.key: _with_own_names(session, own) for session in imported.sessions}
    changes = [_change(before[key], after[key], cancelled=key in stored.cancelled) for key in after if key in before]
    changed = tuple(change for change in changes if change.fields or change.restored)
    return ScheduleDifference(
        rooms=tuple(room for room in imported.rooms if room.name not in rooms),
        resized=tuple(r for r in imported.rooms if r.capacity and _is_other(r, rooms.get(r.name))),
        shared=double_booked(imported.sessions) - stored.shared,
        tracks=tuple(track for track in imported.tracks if track.name not in tracks),
        recoloured=tuple(
            track for track in imported.tracks if track.colour and _is_other(track, tracks.get(track.name))
        ),
        speakers=tuple(speaker for speaker in imported.speakers if speaker.key not in speakers),
        renamed=tuple(s for s in imported.speakers if s.key not in own and _is_other(s, speakers.get(s.key))),
        created=tuple(after[key] for key in after if key not in before),
        changed=changed,
        cancelled=tuple(before[key] for key in before if key not in after and key not in stored.cancelled),
        unchanged=len(changes) - len(changed),
    )


def _is_other(new: object, old: object | None) -> bool:
    return old is not None and new != old


def _with_own_names(session: ImportedSession, own: Mapping[str, ImportedSpeaker]) -> ImportedSession:
    return replace(session, speakers=tuple(own.get(speaker.key, speaker) for speaker in session.speakers))


def _change(old: ImportedSession, new: ImportedSession, *, cancelled: bool) -> SessionChange:
    pairs = [(name, _comparable(old, name), _comparable(new, name)) for name in _FIELDS]
    fields = tuple(FieldChange(name, before, after) for name, before, after in pairs if before != after)
    return SessionChange(new, fields, restored=cancelled)


def _comparable(session: ImportedSession, name: str) -> object:
    """Who speaks has no order in the event."""
    if name == "speakers":
        return tuple(sorted(session.speakers, key=lambda speaker: (speaker.name, speaker.key)))
    return getattr(session, name)
