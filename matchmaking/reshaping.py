"""Changing or closing a round that people have booked in: what that breaks is listed first, then done at once."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from app.errors import Refused
from app.i18n import _
from app.journal import Actor, changing
from app.seen import refuse_stale
from app.wording import clock
from events.models import Event, Participant
from matchmaking.breakage import Breakage, Fate, Hit, Why, apply, refuse_unseen
from matchmaking.models import Meeting, MeetingStatus
from matchmaking.parties import desk_only, people, with_people
from matchmaking.round_models import Availability, Location, Mode, Round, Slot, Table
from matchmaking.rounds import (
    OWN,
    Shape,
    add_lines,
    cut,
    lay_tables,
    record,
    refuse_measures,
    refuse_time,
    seats_of,
)

Facts = tuple[str, ...]


async def shape_of(opened: Round) -> Shape:
    """As it is."""
    tables = await Table.filter(round=opened, line=False).count()
    types = await opened.types.all().order_by("position", "id")
    return Shape(tables=tables, types=types, **{name: getattr(opened, name) for name in OWN})


async def reshape(opened: Round, shape: Shape, *, was: str = "", seen: str = "", by: Actor) -> Round:
    """Any change of a round, in one revision. A slot whose time stays keeps its meetings; those of others wait for a
    new time. Raises Stale when it is not as it `was` (`facts_of`), Breaks while the desk has not `seen` that list,
    Refused where a slot has begun."""
    refuse_measures(shape)
    async with changing(Event.scope_of(opened.event_id), by=by) as changes:
        event = await Event.get(id=opened.event_id)
        await desk_only(event, by=by)
        current = await Round.get(id=opened.id)
        before = await shape_of(current)
        refuse_stale(was, facts_of(before), hints=_differences(before, shape, event))
        if _same(before, shape):
            return current
        await refuse_time(event, shape, without=current.id)
        slots = await Slot.filter(round=current).order_by("start")
        spans = cut(shape)
        gone = [slot for slot in slots if slot.span not in spans]
        barred = await _barred(current, shape)
        breakage = await _breakage(current, before, shape, gone, barred, changes.at)
        refuse_unseen(breakage, seen)
        await Round.filter(id=current.id).update(**{name: getattr(shape, name) for name in OWN})
        await current.refresh_from_db()
        await apply(changes, breakage, reason="")
        await _let_go(gone, await _tables_gone(current, shape))
        await Slot.filter(id__in=[slot.id for slot in gone]).delete()
        kept = {slot.span for slot in slots}
        added = [span for span in spans if span not in kept]
        await Slot.bulk_create(Slot(round=current, start=span.start, end=span.end) for span in added)
        await lay_tables(current, seats_of(shape))
        await Availability.filter(round=current, participant_id__in=barred).delete()
        await current.types.clear()
        await current.types.add(*shape.types)
        await add_lines(current)
        record(changes, "round.changed", current, event, tables=seats_of(shape))
    return current


def facts_of(shape: Shape) -> Facts:
    """All there is to a round, as plain values."""
    return (*(str(getattr(shape, name)) for name in OWN), str(seats_of(shape)), *map(str, sorted(_ids(shape))))


async def change_tables(opened: Round, *, tables: int, seen: str = "", by: Actor) -> Round:
    """So many tables from now on; see `reshape`."""
    return await reshape(opened, replace(await shape_of(opened), tables=tables), seen=seen, by=by)


async def close_round(opened: Round, *, seen: str = "", by: Actor) -> None:
    """Take the round away with its slots, tables and ticks; its meetings wait for a time in another one. Raises Breaks
    while the desk has not `seen` which."""
    async with changing(Event.scope_of(opened.event_id), by=by) as changes:
        event = await Event.get(id=opened.event_id)
        await desk_only(event, by=by)
        slots = await Slot.filter(round=opened)
        placed = await _placed(opened)
        _refuse_begun(placed, changes.at)
        hits = [Hit(meeting.id, meeting.version, Fate.WAITING, Why.ROUND) for meeting in placed]
        named = [hit for hit in await _named(slots) if hit.meeting not in {one.meeting for one in hits}]
        ticks = await Availability.filter(round=opened).count()
        breakage = Breakage(tuple(hits + named), ticks if hits or named else 0)
        refuse_unseen(breakage, seen)
        await apply(changes, breakage, reason="")
        await _let_go(slots, await Table.filter(round=opened))
        record(changes, "round.closed", opened, event)
        await Round.filter(id=opened.id).delete()


def _same(before: Shape, shape: Shape) -> bool:
    return facts_of(before) == facts_of(shape)


def _differences(now: Shape, wanted: Shape, event: Event) -> list[str]:
    """What it is by now, where that is not what is wanted."""
    said = []
    if now.name != wanted.name:
        said.append(_("It is called “%(name)s” now.") % {"name": now.name})
    if (now.start, now.end) != (wanted.start, wanted.end):
        span = {"start": clock(now.start, event.tz), "end": clock(now.end, event.tz)}
        said.append(_("It is from %(start)s to %(end)s now.") % span)
    if seats_of(now) != seats_of(wanted):
        said.append(_("It has so many tables now: %(tables)d.") % {"tables": seats_of(now)})
    return said


@dataclass(slots=True)
class _Room:
    """The tables that stay and are nobody's, and who sits at them in each slot."""

    tables: list[Table]
    taken: defaultdict[int, set[int]]

    def seat(self, slot: Slot) -> int | None:
        free = (one.id for one in self.tables if one.stands(slot) and one.id not in self.taken[slot.id])
        found = next(free, None)
        if found:
            self.taken[slot.id].add(found)
        return found


async def _breakage(
    opened: Round, before: Shape, shape: Shape, gone: Collection[Slot], barred: Collection[int], now: datetime
) -> Breakage:
    placed, going = await _placed(opened), {slot.id for slot in gone}
    leaving = {table.id for table in await _tables_gone(opened, shape)}
    _refuse_begun([meeting for meeting in placed if meeting.slot_id in going or meeting.table_id in leaving], now)
    elsewhere = (before.place, before.location, before.link) != (shape.place, shape.location, shape.link)
    room = await _room(opened, leaving, placed)
    hits = []
    for meeting in placed:
        assert meeting.slot
        if meeting.slot_id in going:
            hits.append(_hit(meeting, Fate.WAITING, Why.SLOT))
        elif meeting.slot.end <= now:
            continue
        elif any(one.id in barred for one in people(meeting)):
            hits.append(_hit(meeting, Fate.WAITING, Why.TYPE))
        elif meeting.table_id in leaving:
            table = room.seat(meeting.slot)
            hits.append(_hit(meeting, Fate.MOVED if table else Fate.WAITING, Why.TABLE, table))
        elif elsewhere or (meeting.table and meeting.table.line != (meeting.table.number > seats_of(shape))):
            hits.append(_hit(meeting, Fate.MOVED, Why.PLACE))
    given = before.mode != shape.mode == Mode.SCHEDULE
    unheard = await Slot.filter(round=opened).exclude(id__in=list(going)) if given else []
    named = {hit.meeting: hit for hit in (*await _named(unheard, Why.SCHEDULE), *await _named(gone))}
    return Breakage((*hits, *named.values()), ticks=len(barred))


async def _room(opened: Round, leaving: Collection[int], placed: Iterable[Meeting]) -> _Room:
    free = Table.filter(round=opened, host_id__isnull=True, house_id__isnull=True).order_by("number")
    taken = defaultdict(set)
    for meeting in placed:
        if meeting.slot_id and meeting.table_id:
            taken[meeting.slot_id].add(meeting.table_id)
    return _Room([table for table in await free if table.id not in leaving], taken)


async def _placed(opened: Round) -> list[Meeting]:
    found = Meeting.filter(status=MeetingStatus.ACCEPTED, slot__round=opened).order_by("slot__start", "table__number")
    return await with_people(found).select_related("event", "slot__round", "table")


async def _named(slots: Collection[Slot], why: Why = Why.TIMES) -> list[Hit]:
    """Requests that named such a time: they stay, with the times that are left, or any."""
    named = Meeting.filter(status=MeetingStatus.REQUESTED, times__id__in=[slot.id for slot in slots])
    found = {meeting.id: meeting for meeting in await named.order_by("id")} if slots else {}
    return [_hit(meeting, Fate.KEPT, why) for meeting in found.values()]


async def _barred(opened: Round, shape: Shape) -> list[int]:
    """Participants (ids) who have ticked it and are of no type that it is for."""
    if not shape.types:
        return []
    ticked = Participant.filter(availabilities__round=opened).order_by("id")
    return [one.id for one in await ticked if one.type_id not in _ids(shape)]


async def _tables_gone(opened: Round, shape: Shape) -> list[Table]:
    if shape.location != Location.ON_SITE:
        return []  # beyond the tables they become lines
    return await Table.filter(round=opened, number__gt=shape.tables)


async def _let_go(slots: Collection[Slot], tables: Collection[Table]) -> None:
    """Meetings that are closed may still remember such a slot or table."""
    for column, things in (("slot_id", slots), ("table_id", tables)):
        ids = [thing.id for thing in things]
        for first in range(0, len(ids), 500):
            held = Meeting.filter(**{f"{column}__in": ids[first : first + 500]})
            await held.update(slot_id=None, table_id=None)


def _refuse_begun(meetings: Iterable[Meeting], now: datetime) -> None:
    if any(meeting.slot and meeting.slot.start <= now for meeting in meetings):
        raise Refused(
            _("Meetings that have begun or are over would lose their time or table."),
            hints=[_("Keep those slots and tables, and change what comes after.")],
        )


def _hit(meeting: Meeting, fate: Fate, why: Why, table: int | None = None) -> Hit:
    return Hit(meeting.id, meeting.version, fate, why, table)


def _ids(shape: Shape) -> set[int]:
    return {type.id for type in shape.types}
