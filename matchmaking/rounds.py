"""The organisers' side of meeting time: opening rounds, cutting them into slots, counting tables."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from tortoise.queryset import QuerySet

from app.errors import Refused
from app.i18n import _
from app.intervals import Interval, overlaps
from app.journal import Actor, Changes, changing
from app.wording import clock
from events.models import Event
from matchmaking.models import Meeting, MeetingStatus, Round, Slot, Table
from matchmaking.parties import desk_only, members, with_people
from matchmaking.wording import meeting_line

MOST_TABLES = 500
STEP = 5  # minutes: what occupancy can tell apart


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """A round as it is to be. What is left after the last whole slot stays free; `place` is a room or a hall."""

    name: str
    start: datetime
    end: datetime
    slot_minutes: int
    tables: int
    break_minutes: int = 0
    place: str = ""


async def open_round(event: Event, shape: Shape, *, by: Actor) -> Round:
    """A new round with its slots and tables. Raises Refused when it leaves the event or meets another round."""
    _refuse_measures(shape)
    _refuse_count(shape.tables)
    async with changing(event.scope, by=by) as changes:
        await desk_only(event, by=by)
        event = await Event.get(id=event.id)
        slots = cut(shape)
        await _refuse_time(event, shape, slots)
        opened = await Round.create(
            event=event,
            name=shape.name,
            start=shape.start,
            end=shape.end,
            slot_minutes=shape.slot_minutes,
            break_minutes=shape.break_minutes,
            place=shape.place,
        )
        await Slot.bulk_create(Slot(round=opened, start=slot.start, end=slot.end) for slot in slots)
        await _add_tables(opened, 1, shape.tables)
        _record(changes, "round.opened", opened, event, slots=len(slots), tables=shape.tables)
    return opened


async def change_tables(opened: Round, *, tables: int, by: Actor) -> Round:
    """From now on so many tables, 1 to `tables`. Raises Refused, naming the meetings, when one would go."""
    _refuse_count(tables)
    async with changing(Event.scope_of(opened.event_id), by=by) as changes:
        event = await Event.get(id=opened.event_id)
        await desk_only(event, by=by)
        last = await Table.filter(round=opened).count()
        gone = Meeting.filter(status=MeetingStatus.ACCEPTED, table__round=opened, table__number__gt=tables)
        await _refuse_meetings(event, gone, _("There are meetings at the tables that would go."))
        await _forget_tables(opened, above=tables)
        await _add_tables(opened, last + 1, tables)
        if tables != last:
            _record(changes, "round.changed", opened, event, tables=tables)
    return opened


async def close_round(opened: Round, *, by: Actor) -> None:
    """Take the round away with its slots, tables and ticks. Raises Refused while a meeting stands in it."""
    async with changing(Event.scope_of(opened.event_id), by=by) as changes:
        event = await Event.get(id=opened.event_id)
        await desk_only(event, by=by)
        placed = Meeting.filter(status=MeetingStatus.ACCEPTED, slot__round=opened)
        await _refuse_meetings(event, placed, _("There are meetings in this round."))
        await Meeting.filter(slot__round=opened).update(slot_id=None, table_id=None)
        _record(changes, "round.closed", opened, event)
        await Round.filter(id=opened.id).delete()


def cut(shape: Shape) -> list[Interval]:
    """The slots of a round, in order; only whole ones."""
    slots, start = [], shape.start
    length, pause = timedelta(minutes=shape.slot_minutes), timedelta(minutes=shape.break_minutes)
    while start + length <= shape.end:
        slots.append(Interval(start, start + length))
        start += length + pause
    return slots


def _refuse_measures(shape: Shape) -> None:
    if shape.end <= shape.start:
        raise Refused(_("The round ends before it begins."))
    minutes = (shape.slot_minutes, shape.break_minutes, shape.start.minute, shape.end.minute)
    if any(value % STEP for value in minutes) or shape.start.second or shape.end.second:
        raise Refused(_("Times, slots and breaks go in steps of five minutes."))
    if shape.slot_minutes < STEP or shape.break_minutes < 0:
        raise Refused(_("A slot lasts at least five minutes, and a break is not shorter than nothing."))
    if not cut(shape):
        hint = _("Make the slots shorter or the round longer.")
        raise Refused(_("The round is shorter than one slot."), hints=[hint])


def _refuse_count(tables: int) -> None:
    if not 1 <= tables <= MOST_TABLES:
        raise Refused(_("A round has from 1 to %(most)d tables.") % {"most": MOST_TABLES})


async def _refuse_time(event: Event, shape: Shape, slots: list[Interval]) -> None:
    if not event.spans(shape.start, shape.end):
        raise Refused(_("The round would fall outside the days of the event."))
    whole = Interval(shape.start, shape.end)
    for other in await Round.filter(event=event):
        if overlaps(whole, Interval(other.start, other.end)):
            raise Refused(
                _("“%(name)s” is from %(start)s to %(end)s already.")
                % {"name": other.name, "start": clock(other.start, event.tz), "end": clock(other.end, event.tz)},
                hints=[_("Give that round more tables instead, or choose another time.")],
            )


async def _refuse_meetings(event: Event, meetings: QuerySet[Meeting], sentence: str) -> None:
    found = await with_people(meetings.order_by("slot__start", "table__number")).select_related("slot", "table")
    if found:
        raise Refused(sentence, hints=[meeting_line(meeting, event.tz) for meeting in found])


async def _forget_tables(opened: Round, *, above: int) -> None:
    """Cancelled meetings may still remember such a table."""
    await Meeting.filter(table__round=opened, table__number__gt=above).update(slot_id=None, table_id=None)
    await Table.filter(round=opened, number__gt=above).delete()


async def _add_tables(opened: Round, first: int, last: int) -> None:
    await Table.bulk_create(Table(round=opened, number=number) for number in range(first, last + 1))


def _record(changes: Changes, kind: str, opened: Round, event: Event, **data: object) -> None:
    changes.record(kind, opened, topics=[event.desk, members(event)], data={"name": opened.name, **data})
