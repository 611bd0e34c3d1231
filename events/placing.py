"""A session in its place: what it occupies there, and who or what stands in its way."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from app.errors import Refused
from app.i18n import _
from app.intervals import Interval
from app.occupancy import Claim, Occupied, hold
from events.conflicts import Conflict, Placed, SpeakerConflict, conflicts_of
from events.models import Event, Participant, Room, Session, SessionStatus

SHORTEST = timedelta(minutes=5)  # one cell of occupancy


async def refuse_conflicts(event: Event, session: Session, speakers: Sequence[Participant]) -> None:
    """Raises Refused, naming the session that has its room or one of its speakers at that time."""
    if not session.scheduled:
        return
    span = _span(event, session)
    others = {other.id: other for other in await _at_that_time(event, span) if other.id != session.id}
    rooms = await Room.filter(event=event).order_by("position", "name")
    found = conflicts_of(
        Placed(session.id or 0, session.room_id, frozenset(speaker.id for speaker in speakers), span),
        [placed(other) for other in others.values()],
        shared_rooms={room.id for room in rooms if room.shared},
    )
    if found:
        raise _refusal(event, found[0], others, rooms, speakers)


async def take(session: Session, room: Room | None, speakers: Sequence[Participant]) -> None:
    """Occupy its place, instead of what it had. Raises Refused for a speaker whom something else has by then."""
    try:
        await hold(session.subject, claims(session, room, speakers))
    except Occupied as occupied:
        names = {speaker.topic: speaker.name for speaker in speakers}
        if occupied.resource not in names:
            raise
        raise Refused(
            _("%(name)s has something else then.") % {"name": names[occupied.resource]},
            hints=[_("It may be a meeting, or a session of another event. Choose another time.")],
        ) from occupied


def claims(session: Session, room: Room | None, speakers: Sequence[Participant]) -> list[Claim]:
    """What the session occupies: its room, unless that is shared, and every speaker who has an account."""
    if not session.scheduled or session.start is None or session.end is None:
        return []
    span = Interval(session.start, session.end)
    resources = [f"room:{room.id}"] if room and not room.shared else []
    resources += [speaker.topic for speaker in speakers if speaker.topic]
    return [(resource, span) for resource in resources]


def placed(session: Session) -> Placed:
    """For `conflicts`; its speakers are fetched and it has a time."""
    assert session.start is not None
    assert session.end is not None
    speakers = frozenset(speaker.id for speaker in session.speakers)
    return Placed(session.id, session.room_id, speakers, Interval(session.start, session.end))


def _span(event: Event, session: Session) -> Interval:
    start, end = session.start, session.end
    if start is None or end is None:
        raise Refused(_("A session needs both a start and an end."))
    if end < start + SHORTEST:
        raise Refused(_("A session lasts five minutes at least, and ends after it starts."))
    if not event.spans(start, end):
        raise Refused(_("That is outside the days of this event."))
    return Interval(start, end)


async def _at_that_time(event: Event, span: Interval) -> list[Session]:
    at_once = Session.filter(event=event, status=SessionStatus.CONFIRMED, start__lt=span.end, end__gt=span.start)
    return await at_once.prefetch_related("speakers")


def _refusal(
    event: Event,
    conflict: Conflict,
    others: Mapping[int, Session],
    rooms: Sequence[Room],
    speakers: Sequence[Participant],
) -> Refused:
    other = others[conflict.other]
    words = {"title": other.title, "time": _clock(event, other)}
    if isinstance(conflict, SpeakerConflict):
        name = next(speaker.name for speaker in speakers if speaker.id == conflict.speaker)
        return Refused(
            _("%(name)s speaks in “%(title)s” then, %(time)s.") % {"name": name, **words},
            hints=[_("Choose another time, or take them off one of the two sessions.")],
        )
    taken = {other.room_id for other in others.values()}
    free = [room.name for room in rooms if room.shared or room.id not in taken]
    name = next(room.name for room in rooms if room.id == conflict.room)
    return Refused(
        _("“%(title)s” is in %(room)s then, %(time)s.") % {"room": name, **words},
        hints=[_("Free at that time: %(rooms)s.") % {"rooms": ", ".join(free)}] if free else [],
    )


def _clock(event: Event, session: Session) -> str:
    times = [instant.astimezone(event.tz) for instant in (session.start, session.end) if instant]
    return "–".join(f"{time:%H:%M}" for time in times)
