"""The desk brings two people together: asked and accepted on their behalf, in one step that the journal tells of."""

from app.errors import NotFound
from app.journal import Actor, changing
from events.models import Event, Participant
from matchmaking.asking import standing
from matchmaking.interpreters.booking import book_interpreter
from matchmaking.meetings import tell
from matchmaking.models import Meeting, MeetingStatus
from matchmaking.parties import desk_only
from matchmaking.placing import give_place
from matchmaking.refusals import refusal
from matchmaking.round_models import Slot
from matchmaking.rules import PASSED_BY_DESK


async def arrange(
    asker: Participant,
    invitee: Participant,
    *,
    slot: Slot | None = None,
    waiting: bool = False,
    message: str = "",
    by: Actor,
) -> Meeting:
    """They meet: in `slot`, in the first that is free for both, or `waiting` for the schedule. The desk may pass over
    rules and limits, and over nothing else: raises Refused with what stands against it."""
    async with changing(Event.scope_of(asker.event_id), by=by) as changes:
        event = await Event.get(id=asker.event_id)
        await desk_only(event, by=by)
        asker, invitee = await Participant.get(id=asker.id), await Participant.get(id=invitee.id)
        if invitee.event_id != event.id:
            raise NotFound
        found = await standing(asker, invitee, desk_reads=True)
        if found.against and found.against not in PASSED_BY_DESK:
            raise refusal(found, desk_reads=True)
        meeting = await Meeting.create(
            event=event, asker=asker, invitee=invitee, message=message, changed_at=changes.at, created_at=changes.at
        )
        await meeting.fetch_related("seats__participant")
        if waiting:
            meeting.become(MeetingStatus.ACCEPTED, at=changes.at)
            await book_interpreter(meeting)
        else:
            await give_place(meeting, slot, at=changes.at, by=by)
        await meeting.save()
        tell(changes, "meeting.arranged", meeting, {"on_behalf_of": [asker.id, invitee.id]})
    return meeting
