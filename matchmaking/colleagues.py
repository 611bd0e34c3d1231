"""People of one organisation: any of them takes a meeting over from another, or comes along."""

from app.errors import Refused
from app.i18n import _
from app.journal import Actor, Changes
from app.models import Person
from events.models import Participant, ParticipantStatus
from matchmaking.asking import newcomer, refuse_one_more
from matchmaking.conditions import refuse_locked
from matchmaking.houses import are_colleagues
from matchmaking.meetings import changing_meeting, refuse_over, tell
from matchmaking.models import LIVE, Keep, Meeting, MeetingStatus, Seat, SeatRole
from matchmaking.parties import acting_for, asks, of_participants, people, principals
from matchmaking.seats import people_changed, put_in_place, refuse_busy, step_out

MOST_PEOPLE = 6  # at one table


async def hand_over(meeting: Meeting, *, of: Participant, to: Participant, by: Actor) -> Meeting:
    """`to` goes instead of the colleague `of`, at the same time. Either of them may say so, or the desk, which may pass
    over rules. Raises Refused with the rule against it, or with what is free, when `to` is not free then."""
    async with changing_meeting(meeting, by=by) as (changes, current):
        acting = await acting_for(of, to, by=by)
        await _refuse_unfit(current, of, to, changes, alone=bool(acting))
        await _refuse_met(current, of, to)
        if not acting:
            await _refuse_ruled_out(current, of, to, instead=True, by=by)
            if current.status == MeetingStatus.REQUESTED and current.asker_id == of.id:
                await refuse_one_more(to, current.invitee, reads=isinstance(by, Person) and by.id == to.person_id)
        if seat := next((one for one in current.seats if one.participant_id == of.id), None):
            await seat.delete()
            await Seat.create(meeting=current, participant=to, role=seat.role)
        else:
            put_in_place(current, to, of=of)
        await Keep.filter(meeting=current, participant=of).update(participant_id=to.id)
        await _come(changes, current, by=by)
        tell(changes, "meeting.handed_over", current, {**acting, "left": of.name, "joined": to.name}, also=[of])
    return current


async def bring_along(meeting: Meeting, *, to: Participant, beside: Participant, by: Actor) -> Meeting:
    """`to` comes as well, with their colleague `beside`. Raises Refused as `hand_over` does."""
    async with changing_meeting(meeting, by=by) as (changes, current):
        acting = await acting_for(beside, to, by=by)
        await _refuse_unfit(current, beside, to, changes, alone=bool(acting))
        if current.group_id is not None:
            raise Refused(_("In a group everybody speaks for their own organisation."))
        if len(people(current)) >= MOST_PEOPLE:
            raise Refused(_("At most %(most)d people sit at one table.") % {"most": MOST_PEOPLE})
        if not acting:
            await _refuse_ruled_out(current, beside, to, by=by)
        await Seat.create(meeting=current, participant=to, role=SeatRole.COLLEAGUE)
        await _come(changes, current, by=by)
        tell(changes, "meeting.joined", current, {**acting, "joined": to.name})
    return current


async def leave_meeting(meeting: Meeting, leaver: Participant, *, reason: str = "", by: Actor) -> Meeting:
    """One of its people does not come; it goes on with the others, or is called off where too few remain."""
    async with changing_meeting(meeting, by=by) as (changes, current):
        acting = await acting_for(leaver, by=by)
        if leaver.id not in {one.id for one in people(current)} or not current.live:
            return current
        refuse_over(current, changes.at)
        if not acting:
            await refuse_locked(current.event_id)
        await step_out(changes, current, leaver, reason=reason, acting=acting)
    return current


async def _come(changes: Changes, meeting: Meeting, *, by: Actor) -> None:
    """In their new places, if that goes."""
    await meeting.fetch_related("seats__participant")
    await refuse_busy(meeting, reader=by, changes=changes)
    await people_changed(changes, meeting)


async def _refuse_unfit(meeting: Meeting, one: Participant, to: Participant, changes: Changes, *, alone: bool) -> None:
    """`one` is of the meeting, and `to` a colleague who is not."""
    if not alone:
        await refuse_locked(meeting.event_id)
    if not meeting.live:
        raise Refused(_("This meeting does not take place any more."))
    if meeting.slot and meeting.slot.start <= changes.at:
        raise Refused(_("This meeting has begun."))
    present = {each.id for each in people(meeting)}
    if to.id in present:
        raise Refused(_("%(name)s is in this meeting already.") % {"name": to.name})
    if one.id not in present:
        raise Refused(
            _("%(name)s is not in this meeting any more.") % {"name": one.name},
            hints=[_("A colleague was faster. Look at the meeting again.")],
        )
    if not are_colleagues(one, to) or to.status != ParticipantStatus.APPROVED or to.person_id is None:
        raise Refused(_("Only a colleague from the same organisation who takes part in the event can come."))


async def _refuse_ruled_out(
    meeting: Meeting, one: Participant, to: Participant, *, instead: bool = False, by: Actor
) -> None:
    """By the matrix, a veto, a block or a limit, between `to` and everybody who will sit there with them."""
    others = [other for other in principals(meeting) if not (instead and other.id == one.id)]
    reads = isinstance(by, Person) and by.id == to.person_id
    if found := (await newcomer(to)).against(others, asks=asks(meeting, one), reads=reads):
        raise found


async def _refuse_met(meeting: Meeting, of: Participant, to: Participant) -> None:
    """The two sides meet once: who has a meeting of their own with the partner does not need a second."""
    if meeting.group_id is not None or of.id not in (meeting.asker_id, meeting.invitee_id):
        return
    partner = meeting.invitee if meeting.asker_id == of.id else meeting.asker
    both = Meeting.filter(of_participants([to.id]), status__in=LIVE, group_id__isnull=True)
    if await both.filter(of_participants([partner.id])).exists():
        words = {"name": to.name, "partner": partner.name}
        raise Refused(_("%(name)s meets %(partner)s already, or has asked to.") % words)
