"""Another time for an agreed meeting: one of the two proposes it, on its page or from a calendar, and the other takes
it or lets it be. For a request whoever was asked proposes one that it does not name. Proposing moves nothing."""

from collections.abc import Sequence
from datetime import datetime

from tortoise.expressions import F, Q, Subquery
from tortoise.queryset import QuerySet

from app.errors import Refused
from app.i18n import _
from app.intervals import Interval
from app.journal import Changes
from app.models import Person
from events.models import Participant
from matchmaking.asking import refuse_yes
from matchmaking.conditions import refuse_locked
from matchmaking.gathering import gathering_of
from matchmaking.meetings import changing_meeting, refuse_answered, refuse_over, refuse_stale_meeting, tell
from matchmaking.models import Meeting, MeetingStatus, ProposedTime
from matchmaking.obstacles import no_slot, not_then
from matchmaking.parties import acting_for, as_desk
from matchmaking.placing import give_place
from matchmaking.round_models import Slot


async def propose_time(meeting: Meeting, *, slot: Slot, version: int, by: Person) -> Meeting:
    """Raises Stale for an old version, Refused with why the slot is not free and which are, and for the desk, which
    moves a meeting itself."""
    async with changing_meeting(meeting, by=by) as (changes, current):
        await acting_for(current.asker, current.invitee, by=by)
        refuse_stale_meeting(current, slot, version)
        await refuse_locked(current.event_id)
        if current.status == MeetingStatus.REQUESTED:
            refuse_answered(current, changes.at)
            await refuse_yes(current)
        elif not current.placed:
            raise Refused(_("Only an accepted meeting has a time."))
        await put_forward(changes, current, by, slot.span)
    return current


async def take_proposed(meeting: Meeting, *, slot: Slot, version: int, by: Person) -> Meeting:
    """Whoever asked agrees to the time that the one who was asked proposes: they meet then. Raises Stale for an old
    version, Refused where that is not proposed any more, and with why the slot is not free and which are."""
    async with changing_meeting(meeting, by=by) as (changes, current):
        acting = await acting_for(current.asker, by=by, office=True)
        refuse_stale_meeting(current, slot, version)
        refuse_answered(current, changes.at)
        wish = await proposal(current, now=changes.at)
        if wish is None or wish.slot_id != slot.id:
            raise Refused(_("This time is not proposed any more."))
        if not as_desk(acting):
            await refuse_yes(current, reader=current.asker)
        await current.times.add(slot)
        await give_place(current, slot, at=changes.at, by=by)
        await current.save()
        tell(changes, "meeting.accepted", current, acting)
    return current


async def put_forward(changes: Changes, meeting: Meeting, person: Person, span: Interval) -> None:
    """Within an open block, for a request or a placed meeting, with its people and event at hand."""
    mine = next((one for one in (meeting.asker, meeting.invitee) if one.person_id == person.id), None)
    if meeting.group_id is not None:
        raise Refused(_("The organisers and their schedule give a group its time."))
    if mine is None:
        raise Refused(_("Only the one who asked and the one who was asked move a meeting."))
    if meeting.status == MeetingStatus.REQUESTED and mine.id == meeting.asker_id:
        raise Refused(_("Whoever was asked proposes another time."))
    refuse_over(meeting, changes.at)
    if not meeting.event.spans(span.start, span.end):
        raise Refused(_("This time is outside the days of the event."))
    gathering = await gathering_of(meeting.event, meeting, reader=person, now=changes.at, any_time=True)
    slot = next((slot for slot in gathering.slots if slot.span == span), None)
    if slot is None:
        raise no_slot(gathering, span.start)
    if found := gathering.obstacle(slot):
        raise not_then(gathering, found)
    if slot.id == meeting.slot_id:
        raise Refused(_("The meeting is at that time already."))
    await ProposedTime.filter(meeting=meeting).delete()
    await ProposedTime.create(meeting=meeting, slot_id=slot.id, by=mine, version=meeting.version, at=changes.at)
    tell(changes, "meeting.proposed", meeting, {"by": mine.id, "proposed": slot.id, "version": meeting.version})


async def proposal(meeting: Meeting, *, now: datetime) -> ProposedTime | None:
    """What one of the two proposed last, as long as nothing happened to the meeting since."""
    return next(iter(await standing(ProposedTime.filter(meeting=meeting), now=now)), None)


async def proposed_among(participants: Sequence[Participant], *, now: datetime) -> list[ProposedTime]:
    """What stands proposed to them or by them, by age. One query."""
    mine = [one.id for one in participants]
    theirs = ProposedTime.filter(Q(meeting__asker_id__in=mine) | Q(meeting__invitee_id__in=mine))
    return await standing(theirs, now=now)


def unanswered(now: datetime) -> Q:
    """Requests that wait for whoever was asked: who has proposed another time waits for the other one."""
    answered = ProposedTime.filter(
        slot__start__gt=now,
        meeting__status=MeetingStatus.REQUESTED,  # also brings the meeting in, which an F alone does not
        version=F("meeting__version"),
        by_id=F("meeting__invitee_id"),
    )
    mine = Q(status=MeetingStatus.REQUESTED, expires_at__gt=now)
    return mine & Q(id__not_in=Subquery(answered.values("meeting_id")))


async def standing(proposed: QuerySet[ProposedTime], *, now: datetime) -> list[ProposedTime]:
    """Those of them that can still be taken, by age, with slot, and the meeting with event, slot and its two."""
    live = proposed.filter(slot__start__gt=now).order_by("id")
    people = ("meeting__asker__organisation", "meeting__invitee__organisation")
    found = await live.select_related("slot", "meeting__event", "meeting__slot", *people)
    return [
        one for one in found if one.version == one.meeting.version and one.meeting.live and not one.meeting.over(now)
    ]
