"""The organisers' side of meeting time: opening rounds, cutting them into slots, and tables or lines to meet at."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.errors import NotFound, Refused
from app.i18n import _
from app.intervals import Interval, overlaps
from app.journal import Actor, Changes, changing
from app.wording import clock
from events.models import Event, ParticipantType
from matchmaking.links import refuse_odd_template
from matchmaking.parties import desk_only, members
from matchmaking.round_models import Availability, Location, Mode, Round, Slot, Table

MOST_TABLES = 500
STEP = 5  # minutes: what occupancy can tell apart
OWN = (
    "name", "start", "end", "slot_minutes", "break_minutes", "place", "mode", "location", "link", "opens_at",
    "closes_at", "most_meetings",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """A round as it is to be. What is left after the last whole slot stays free; `place` is a room or a hall.

    `types` are whom it is for, none: everybody. Online, `tables` counts for nothing.
    """

    name: str
    start: datetime
    end: datetime
    slot_minutes: int
    tables: int
    break_minutes: int = 0
    place: str = ""
    mode: Mode = Mode.ACCEPTING
    location: Location = Location.ON_SITE
    link: str = ""
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    most_meetings: int | None = None
    types: Sequence[ParticipantType] = ()


async def open_round(event: Event, shape: Shape, *, by: Actor) -> Round:
    """A new round with its slots and tables. Raises Refused when it leaves the event or meets another round."""
    refuse_measures(shape)
    async with changing(event.scope, by=by) as changes:
        await desk_only(event, by=by)
        event = await Event.get(id=event.id)
        await refuse_time(event, shape)
        slots = cut(shape)
        opened = await Round.create(event=event, **{name: getattr(shape, name) for name in OWN})
        await opened.types.add(*shape.types)
        await Slot.bulk_create(Slot(round=opened, start=slot.start, end=slot.end) for slot in slots)
        await lay_tables(opened, seats_of(shape))
        await add_lines(opened)
        record(changes, "round.opened", opened, event, slots=len(slots), tables=seats_of(shape))
    return opened


def cut(shape: Shape) -> list[Interval]:
    """The slots of a round, in order; only whole ones."""
    slots, start = [], shape.start
    length, pause = timedelta(minutes=shape.slot_minutes), timedelta(minutes=shape.break_minutes)
    while start + length <= shape.end:
        slots.append(Interval(start, start + length))
        start += length + pause
    return slots


def seats_of(shape: Shape) -> int:
    """How many tables one can see."""
    return 0 if shape.location == Location.ONLINE else shape.tables


def refuse_measures(shape: Shape) -> None:
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
    if shape.location != Location.ONLINE and not 1 <= shape.tables <= MOST_TABLES:
        raise Refused(_("A round has from 1 to %(most)d tables.") % {"most": MOST_TABLES})
    if shape.opens_at and shape.closes_at and shape.closes_at <= shape.opens_at:
        raise Refused(_("Booking closes before it opens."))
    if shape.opens_at and shape.opens_at >= shape.end:
        raise Refused(_("Booking opens after the round is over."))
    refuse_odd_template(shape.link)


async def refuse_time(event: Event, shape: Shape, *, without: int = 0) -> None:
    """As if the round `without` (id) were not there."""
    if not event.spans(shape.start, shape.end):
        raise Refused(_("The round would fall outside the days of the event."))
    if any(type.event_id != event.id for type in shape.types):
        raise NotFound
    whole = Interval(shape.start, shape.end)
    for other in await Round.filter(event=event).exclude(id=without):
        if overlaps(whole, Interval(other.start, other.end)):
            raise Refused(
                _("“%(name)s” is from %(start)s to %(end)s already.")
                % {"name": other.name, "start": clock(other.start, event.tz), "end": clock(other.end, event.tz)},
                hints=[_("Give that round more tables instead, or choose another time.")],
            )


async def lay_tables(opened: Round, seats: int) -> None:
    """Tables 1 to `seats`; what has a higher number is a line, and only in rounds with video. Those that go must be
    empty by now."""
    numbers = {table.number for table in await Table.filter(round=opened)}
    await Table.bulk_create(Table(round=opened, number=n) for n in range(1, seats + 1) if n not in numbers)
    await Table.filter(round=opened, number__lte=seats, line=True).update(line=False)
    spare = Table.filter(round=opened, number__gt=seats)
    if opened.location == Location.ON_SITE:
        await spare.delete()
    else:
        await spare.update(line=True, host_id=None, house_id=None)


async def add_lines(opened: Round) -> None:
    """Online there is always room: as many lines as all who can be met in the round could need at once."""
    if opened.location == Location.ON_SITE:
        return
    needed = await Availability.filter(round=opened).count() // 2 + 1
    lines = await Table.filter(round=opened, line=True).count()
    last = await Table.filter(round=opened).count()
    await Table.bulk_create(Table(round=opened, number=last + n, line=True) for n in range(1, needed - lines + 1))


def record(changes: Changes, kind: str, opened: Round, event: Event, **data: object) -> None:
    changes.record(kind, opened, topics=[event.desk, members(event)], data={"name": opened.name, **data})
