"""Rooms and tracks of an event: added, edited, removed when no session stands in the way."""

from collections.abc import Sequence

from app.db import IntegrityError
from app.errors import Refused
from app.i18n import _, ngettext
from app.journal import Actor, Changes, changing
from app.occupancy import hold_many, release
from events.audience import audience
from events.conflicts import RoomConflict, all_conflicts
from events.models import Event, Room, Session, Track
from events.placing import claims, placed


async def add_room(event: Event, name: str, *, capacity: int | None = None, shared: bool = False, by: Actor) -> Room:
    """A room at the end of the list. `shared`: several sessions at once, as in a foyer."""
    async with changing(event.scope, by=by) as changes:
        position = await Room.filter(event=event).count()
        try:
            room = await Room.create(event=event, name=name, capacity=capacity, shared=shared, position=position)
        except IntegrityError as error:
            raise _same_name(name) from error
        changes.record("room.added", room, topics=await _audience(event), data={"name": name})
    return room


async def edit_room(room: Room, *, name: str, capacity: int | None, shared: bool, position: int, by: Actor) -> Room:
    """Sessions in it follow: their calendar entries name the room. Raises Refused for two sessions at once."""
    async with changing(Event.scope_of(room.event_id), by=by) as changes:
        current = await Room.get(id=room.id).select_related("event")
        inside = Session.filter(room=current, start__isnull=False).order_by("start")
        sessions = await inside.prefetch_related("speakers")
        renamed, reheld = current.name != name, current.shared != shared
        current.name, current.capacity, current.shared, current.position = name, capacity, shared, position
        try:
            await current.save()
        except IntegrityError as error:
            raise _same_name(name) from error
        if reheld:
            await _hold_again(current, [session for session in sessions if session.scheduled])
        touched = await _touch(sessions, changes, placed=True) if renamed else []
        changes.record("room.edited", current, topics=await audience(current.event, touched), data={"name": name})
    return current


async def remove_room(room: Room, *, by: Actor) -> None:
    """Raises Refused, naming what is in it, while a session is."""
    async with changing(Event.scope_of(room.event_id), by=by) as changes:
        current = await Room.get(id=room.id).select_related("event")
        _refuse_in_use(current.name, await Session.filter(room=current).order_by("start"))
        changes.record("room.removed", current, topics=await audience(current.event), data={"name": current.name})
        await current.delete()


async def add_track(event: Event, name: str, *, colour: str = "", by: Actor) -> Track:
    async with changing(event.scope, by=by) as changes:
        position = await Track.filter(event=event).count()
        try:
            track = await Track.create(event=event, name=name, colour=colour, position=position)
        except IntegrityError as error:
            raise _same_name(name) from error
        changes.record("track.added", track, topics=await _audience(event), data={"name": name})
    return track


async def edit_track(track: Track, *, name: str, colour: str, position: int, by: Actor) -> Track:
    async with changing(Event.scope_of(track.event_id), by=by) as changes:
        current = await Track.get(id=track.id).select_related("event")
        renamed = current.name != name
        current.name, current.colour, current.position = name, colour, position
        try:
            await current.save()
        except IntegrityError as error:
            raise _same_name(name) from error
        sessions = await Session.filter(track=current, start__isnull=False) if renamed else []
        await _touch(sessions, changes)
        changes.record("track.edited", current, topics=await audience(current.event, sessions), data={"name": name})
    return current


async def remove_track(track: Track, *, by: Actor) -> None:
    async with changing(Event.scope_of(track.event_id), by=by) as changes:
        current = await Track.get(id=track.id).select_related("event")
        _refuse_in_use(current.name, await Session.filter(track=current).order_by("start"))
        changes.record("track.removed", current, topics=await audience(current.event), data={"name": current.name})
        await current.delete()


async def _audience(event: Event) -> list[str]:
    return await audience(await Event.get(id=event.id))


def _same_name(name: str) -> Refused:
    return Refused(_("There is a “%(name)s” already.") % {"name": name}, hints=[_("Choose another name.")])


async def _hold_again(room: Room, sessions: Sequence[Session]) -> None:
    if not room.shared:
        _refuse_two_at_once(room, sessions)
    await release([session.subject for session in sessions])
    await hold_many((session.subject, claims(session, room, list(session.speakers))) for session in sessions)


def _refuse_two_at_once(room: Room, sessions: Sequence[Session]) -> None:
    titles = {session.id: session.title for session in sessions}
    for conflict in all_conflicts(map(placed, sessions)):
        if isinstance(conflict, RoomConflict):
            raise Refused(
                _("“%(first)s” and “%(second)s” are in %(room)s at the same time.")
                % {"first": titles[conflict.session], "second": titles[conflict.other], "room": room.name},
                hints=[_("Move one of them first, or leave the room open to several sessions at once.")],
            )


async def _touch(sessions: Sequence[Session], changes: Changes, *, placed: bool = False) -> Sequence[Session]:
    for session in sessions:
        session.touch(changes.at)
        session.sequence += placed
    if sessions:
        await Session.bulk_update(sessions, ["changed_at", "sequence"])
    return sessions


def _refuse_in_use(name: str, sessions: Sequence[Session]) -> None:
    if sessions:
        titles = ", ".join(f"“{session.title}”" for session in sessions[:3])
        raise Refused(
            ngettext(
                "%(name)s is in use by %(count)d session: %(titles)s.",
                "%(name)s is in use by %(count)d sessions, such as %(titles)s.",
                len(sessions),
            )
            % {"name": name, "count": len(sessions), "titles": titles},
            hints=[_("Move them somewhere else first.")],
        )
