"""Leaving an event with everything one agreed to: meetings are called off in the block that frees the seats."""

from app.journal import Actor, changing
from events import participants
from events.models import Event, Participant, ParticipantStatus
from matchmaking.breakage import Breakage, Fate, Hit, Why, refuse_unseen
from matchmaking.groups.membership import drop_out
from matchmaking.groups.models import Group, GroupStatus
from matchmaking.models import LIVE, Meeting
from matchmaking.parties import acting_for, of_participants, with_people
from matchmaking.seats import goes_on, step_out


async def withdraw(participant: Participant, *, reason: str = "", seen: str | None = None, by: Actor) -> Participant:
    """They do not come: partners hear of it, and seats, slots and tables are free again. Raises Breaks unless `seen` is
    the mark of what goes with them; None: whoever leaves need not look."""
    async with changing(Event.scope_of(participant.event_id), by=by) as changes:
        acting = await acting_for(participant, by=by)
        current = await Participant.get(id=participant.id).select_related("event")
        if current.status == ParticipantStatus.WITHDRAWN:
            return current
        live = Meeting.filter(status__in=LIVE).order_by("id")
        mine = with_people(live.filter(of_participants([current.id])))
        meetings = await mine.select_related("event", "slot__round", "table")
        if seen is not None:
            refuse_unseen(Breakage(hits=tuple(_hit(meeting, current) for meeting in meetings)), seen)
        for meeting in meetings:
            await step_out(changes, meeting, current, reason=reason, acting=acting)
        for group in await Group.filter(members__participant=current, status=GroupStatus.GATHERING):
            await drop_out(changes, group, current, reason=reason, acting=acting)
        await participants.leave(current, changes, reason=reason)
    return current


def _hit(meeting: Meeting, leaver: Participant) -> Hit:
    if goes_on(meeting, leaver):
        return Hit(meeting.id, meeting.version, Fate.KEPT, Why.GOES_ON)
    return Hit(meeting.id, meeting.version, Fate.CANCELLED, Why.LEAVES)
