"""Somebody cannot be there, says the desk: their meetings in that time stand until the schedule is mended."""

from datetime import datetime

from app.errors import Refused
from app.i18n import _
from app.intervals import Interval, overlaps
from app.journal import Actor, changing
from app.wording import alphabetical
from events.models import Event, Participant
from matchmaking.models import Block, Meeting, MeetingStatus
from matchmaking.parties import acting_for, desk_only
from matchmaking.posing import FREEZE
from matchmaking.times import placed_meetings
from matchmaking.wording import meeting_line


async def expected(event: Event, *, now: datetime) -> list[Participant]:
    """Who has a meeting ahead, by name."""
    ahead = Meeting.filter(event=event, status=MeetingStatus.ACCEPTED, slot__start__gt=now)
    pairs = await ahead.values_list("asker_id", "invitee_id")
    found = await Participant.filter(id__in={one for pair in pairs for one in pair})
    return sorted(found, key=lambda one: alphabetical(one.name))


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
