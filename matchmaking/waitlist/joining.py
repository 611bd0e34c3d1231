"""A place in somebody's waiting list: taken, given up, and the offer taken."""

from datetime import UTC, datetime

from app.errors import Refused
from app.i18n import _
from app.journal import Actor
from app.wording import when
from events.models import Participant
from events.waiting.models import WaitState
from matchmaking.gathering import gathering_of
from matchmaking.meetings import changing_meeting, reschedule
from matchmaking.models import Meeting, MeetingStatus
from matchmaking.parties import acting_for
from matchmaking.round_models import Slot
from matchmaking.waitlist.models import MeetingWait
from matchmaking.waitlist.offering import let_go, offer_times, record


async def join_waitlist(meeting: Meeting, waiter: Participant, *, by: Actor) -> MeetingWait:
    """The next time that the other one has may be offered to them, once the other one has said yes to the meeting.
    Raises Refused while a time is free for both, and for meetings that have one."""
    async with changing_meeting(meeting, by=by) as (changes, current):
        await acting_for(waiter, by=by)
        before = await MeetingWait.get_or_none(meeting=current)
        if before and before.state != WaitState.PASSED:
            return before
        _refuse_settled(current, waiter)
        gathering = await gathering_of(current.event, current, reader=by, now=changes.at)
        if place := gathering.first_free():
            free = when(place.slot.span.start, current.event.tz)
            raise Refused(_("A time is free for both of you: %(time)s.") % {"time": free}, hints=[_("Take that one.")])
        wait = before or MeetingWait(meeting=current)
        wait.meeting, wait.waiter, wait.state, wait.joined_at = current, waiter, WaitState.WAITING, changes.at
        wait.told_at = None
        await wait.save()
        record(changes, "time.awaited", wait)
    return wait


async def leave_waitlist(meeting: Meeting, *, by: Actor) -> None:
    """Also a no to an offer, which then goes to the next."""
    async with changing_meeting(meeting, by=by) as (changes, current):
        wait = await MeetingWait.get_or_none(meeting=current).select_related("waiter")
        if wait is None:
            return
        await acting_for(wait.waiter, by=by)
        wait.meeting = current
        await let_go(wait)
        await wait.delete()
        record(changes, "time.unawaited", wait)
        await offer_times(changes, current.event)


async def take_offer(meeting: Meeting, *, by: Actor) -> Meeting:
    """The meeting is then and there, as if its people had chosen that time. Raises Refused when it is too late."""
    wait = await MeetingWait.get_or_none(meeting_id=meeting.id).select_related("waiter")
    if wait is None or wait.slot_id is None or wait.until is None or wait.until <= datetime.now(UTC):
        raise Refused(_("This offer has run out."), hints=[_("Join the list again: the next one may be yours.")])
    await acting_for(wait.waiter, by=by)
    current = await Meeting.get(id=meeting.id)
    return await reschedule(current, slot=await Slot.get(id=wait.slot_id), version=current.version, by=by)


def _refuse_settled(meeting: Meeting, waiter: Participant) -> None:
    if waiter.id not in (meeting.asker_id, meeting.invitee_id) or meeting.group_id is not None:
        raise Refused(_("Only the two of a meeting can wait for a time."))
    asked = meeting.status == MeetingStatus.REQUESTED and meeting.asker_id == waiter.id
    if not asked and not meeting.waiting:
        raise Refused(_("This meeting does not wait for a time."))
