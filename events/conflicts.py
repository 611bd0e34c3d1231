"""Which sessions cannot both take place: read before a session is moved, and shown on the desk's board."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from app.intervals import Interval, overlaps


@dataclass(frozen=True, slots=True)
class Placed:
    """A session on the schedule, by ids."""

    session: int
    room: int | None
    speakers: frozenset[int]
    span: Interval


@dataclass(frozen=True, slots=True, order=True)
class RoomConflict:
    """Two sessions in one room at once; when asked for one session, that is `session`."""

    session: int
    other: int
    room: int


@dataclass(frozen=True, slots=True, order=True)
class SpeakerConflict:
    session: int
    other: int
    speaker: int


Conflict = RoomConflict | SpeakerConflict


def conflicts_of(
    moved: Placed, others: Iterable[Placed], *, shared_rooms: Collection[int] = frozenset()
) -> list[Conflict]:
    """What `moved` clashes with in its new place, rooms first; where it stood itself among the others does not count.

    In a shared room (foyer, posters) any number of sessions may be at once.
    """
    at_once = [other for other in others if other.session != moved.session and overlaps(moved.span, other.span)]
    rooms = (
        RoomConflict(moved.session, other.session, other.room)
        for other in at_once
        if other.room is not None and other.room == moved.room and other.room not in shared_rooms
    )
    speakers = (
        SpeakerConflict(moved.session, other.session, speaker)
        for other in at_once
        for speaker in moved.speakers & other.speakers
    )
    return [*sorted(rooms), *sorted(speakers)]


def all_conflicts(sessions: Iterable[Placed], *, shared_rooms: Collection[int] = frozenset()) -> list[Conflict]:
    """Every pair once, the lower id first; n log n, and the number of conflicts."""
    in_rooms: defaultdict[int, list[Placed]] = defaultdict(list)
    with_speakers: defaultdict[int, list[Placed]] = defaultdict(list)
    for session in sessions:
        if session.room is not None and session.room not in shared_rooms:
            in_rooms[session.room].append(session)
        for speaker in session.speakers:
            with_speakers[speaker].append(session)
    rooms = (RoomConflict(*pair, room) for room, there in in_rooms.items() for pair in _at_once(there))
    speakers = (SpeakerConflict(*pair, who) for who, theirs in with_speakers.items() for pair in _at_once(theirs))
    return [*sorted(rooms), *sorted(speakers)]


def _at_once(sessions: list[Placed]) -> Iterator[tuple[int, int]]:
    """A sweep over the starts: whoever has not ended yet overlaps the one that begins."""
    running: list[Placed] = []
    for session in sorted(filter(_lasts, sessions), key=lambda session: session.span):
        running = [earlier for earlier in running if session.span.start < earlier.span.end]
        for earlier in running:
            yield min(earlier.session, session.session), max(earlier.session, session.session)
        running.append(session)


def _lasts(session: Placed) -> bool:
    return bool(session.span)
