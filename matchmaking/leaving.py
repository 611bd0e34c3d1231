"""Leaving an event with everything one agreed to: meetings are called off in the block that frees the seats."""

from tortoise.expressions import Q

from app.journal import Actor, changing
from events import participants
from events.models import Event, Participant, ParticipantStatus
from matchmaking.meetings import call_off
from matchmaking.models import Meeting, MeetingStatus
from matchmaking.parties import acting_for


async def withdraw(participant: Participant, *, reason: str = "", by: Actor) -> Participant:
    """They do not come: partners hear of it, and seats, slots and tables are free again."""
    async with changing(Event.scope_of(participant.event_id), by=by) as changes:
        acting = await acting_for(participant, by=by)
        current = await Participant.get(id=participant.id).select_related("event")
        if current.status == ParticipantStatus.WITHDRAWN:
            return current
        mine = Meeting.filter(Q(asker=current) | Q(invitee=current))
        mine = mine.filter(status__in=[MeetingStatus.REQUESTED, MeetingStatus.ACCEPTED])
        agreed = await mine.select_related("event", "asker", "invitee")
        await call_off(changes, agreed, reason=reason, acting=acting)
        await participants.leave(current, changes, reason=reason)
    return current
