"""Takes rooms and speakers for many sessions at once, and says in words who would be in two places."""

from collections.abc import Sequence

from app.errors import Refused
from app.i18n import _
from app.intervals import Interval
from app.occupancy import Occupied, hold_many, holder_of, release
from events.conflicts import RoomConflict, all_conflicts
from events.interchange.standing import Standing
from events.models import Session
from events.placing import claims, placed


async def hold_again(standing: Standing, sessions: Sequence[Session]) -> None:
    """In place of what these sessions held before. Raises Refused, naming who or what is taken."""
    _refuse_two_at_once(standing, sessions)
    await release([session.subject for session in sessions])
    rooms = {room.id: room for room in standing.rooms.values()}
    wanted = [(s.subject, claims(s, rooms.get(s.room_id or 0), list(s.speakers))) for s in sessions]
    try:
        await hold_many(wanted)
    except Occupied as occupied:
        await _refuse_busy(occupied.resource, sessions)
        raise


def _refuse_two_at_once(standing: Standing, sessions: Sequence[Session]) -> None:
    """A file may have a speaker in two places, if that is nobody whose calendar we keep."""
    written = {session.id for session in sessions}
    scheduled = {session.id: session for session in standing.sessions if session.scheduled}
    rooms = {room.id: room for room in standing.rooms.values()}
    names = {s.id: s.name for session in scheduled.values() for s in session.speakers if s.person_id}
    shared = {room.id for room in rooms.values() if room.shared}
    for conflict in all_conflicts(map(placed, scheduled.values()), shared_rooms=shared):
        if written.isdisjoint((conflict.session, conflict.other)):
            continue
        titles = {"first": scheduled[conflict.session].title, "second": scheduled[conflict.other].title}
        if isinstance(conflict, RoomConflict):
            room = {"room": rooms[conflict.room].name}
            raise Refused(_("“%(first)s” and “%(second)s” are in %(room)s at the same time.") % {**titles, **room})
        if conflict.speaker in names:
            name = {"name": names[conflict.speaker]}
            raise Refused(_("%(name)s speaks in “%(first)s” and “%(second)s” at the same time.") % {**titles, **name})


async def _refuse_busy(resource: str, sessions: Sequence[Session]) -> None:
    """Names the speaker that `resource` is, and in which session's time they have something else."""
    for session in sessions:
        speaker = next((speaker for speaker in session.speakers if speaker.topic == resource), None)
        if speaker is None or session.start is None or session.end is None:
            continue
        if await holder_of(resource, Interval(session.start, session.end)):
            raise Refused(
                _("%(name)s has something else at the time of “%(title)s”.")
                % {"name": speaker.name, "title": session.title},
                hints=[_("It may be a meeting, or a session of another event. Move one of the two first.")],
            )
