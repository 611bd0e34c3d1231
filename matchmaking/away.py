"""Somebody cannot be there, or a table is lost, says the desk: meetings stand until the schedule is mended."""

from datetime import datetime

from app.errors import Refused
from app.i18n import _
from app.intervals import Interval, overlaps
from app.journal import Actor, changing
from app.wording import alphabetical
from events.models import Event, Participant
from matchmaking.models import Meeting, MeetingStatus
from matchmaking.parties import acting_for, desk_only, people, with_people
from matchmaking.posing import FREEZE
from matchmaking.round_models import Block, Round, Table
from matchmaking.times import placed_meetings
from matchmaking.wording import meeting_line


async def expected(event: Event, *, now: datetime) -> list[Participant]:
    """Who has a meeting ahead, by name."""
    ahead = Meeting.filter(event=event, status=MeetingStatus.ACCEPTED, slot__start__gt=now)
    found = {one.id: one for meeting in await with_people(ahead) for one in people(meeting)}
    return sorted(found.values(), key=lambda one: alphabetical(one.name))


async def mark_away(participant: Participant, span: Interval, *, by: Actor) -> Block:
    """Raises Refused, naming them, where meetings stand that no schedule moves: fixed ones, and what begins soon."""
    if not span:
        raise Refused(_("The time ends before it begins."))
    async with changing(Event.scope_of(participant.event_id), by=by) as changes:
        event = await Event.get(id=participant.event_id)
        await desk_only(event, by=by)
        if not event.spans(span.start, span.end):
            raise Refused(_("This time is outside the days of the event."))
        standing = [
            meeting_line(meeting, event.tz)
            for meeting in await placed_meetings(participant)
            if (slot := meeting.slot) and overlaps(span, slot.span) and slot.end > changes.at
            if meeting.fixed or slot.start < changes.at + FREEZE
        ]
        if standing:
            hint = _("Move or cancel first what stands there.")
            raise Refused(_("Meetings that are fixed or begin soon stand in this time."), hints=[*standing, hint])
        block = await Block.create(participant=participant, start=span.start, end=span.end, note="")
        data = {"name": participant.name, "start": span.start.isoformat(), "end": span.end.isoformat()}
        acting = await acting_for(participant, by=by)
        changes.record("block.kept", block, topics=[participant.topic, event.desk], data=data | acting)
    return block


async def lose_table(opened: Round, number: int, start: datetime, *, by: Actor) -> Table:
    """Nobody sits at that table of the round from then on; who has a time there keeps it until the schedule is mended.

    Raises Refused, naming them, where meetings at it begin soon."""
    async with changing(Event.scope_of(opened.event_id), by=by) as changes:
        event = await Event.get(id=opened.event_id)
        await desk_only(event, by=by)
        table = await _table(opened, number)
        if start >= opened.end:
            raise Refused(_("The round ends before that."), hints=[_("Look at the day, too.")])
        soon = Meeting.filter(table=table, status=MeetingStatus.ACCEPTED, slot__start__gte=start)
        soon = soon.filter(slot__start__lt=changes.at + FREEZE, slot__end__gt=changes.at)
        standing = await with_people(soon).select_related("slot", "table").order_by("slot__start")
        if standing:
            hints = [*(meeting_line(meeting, event.tz) for meeting in standing), _("Choose a later time.")]
            raise Refused(_("Meetings that begin soon are at this table."), hints=hints)
        table.lost_from = max(start, opened.start)
        await table.save(update_fields=["lost_from"])
        changes.record("table.lost", table, topics=[event.desk], data=_told(opened, table))
    return table


async def find_table(opened: Round, number: int, *, by: Actor) -> Table:
    """It is there again."""
    async with changing(Event.scope_of(opened.event_id), by=by) as changes:
        event = await Event.get(id=opened.event_id)
        await desk_only(event, by=by)
        table = await _table(opened, number)
        if table.lost_from:
            table.lost_from = None
            await table.save(update_fields=["lost_from"])
            changes.record("table.found", table, topics=[event.desk], data=_told(opened, table))
    return table


async def _table(opened: Round, number: int) -> Table:
    table = await Table.get_or_none(round=opened, number=number, line=False)
    if table is None:
        raise Refused(_("“%(name)s” has no table %(number)d.") % {"name": opened.name, "number": number})
    return table


def _told(opened: Round, table: Table) -> dict[str, object]:
    return {"name": opened.name, "number": table.number}
