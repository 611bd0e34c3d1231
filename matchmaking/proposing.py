"""Another time for an agreed meeting: one of the two proposes it, on its page or from a calendar, and the other takes
it or lets it be. For a request whoever was asked proposes one that it does not name. Proposing moves nothing."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from app.errors import Refused
from app.i18n import _
from app.intervals import Interval
from app.journal import Changes
from app.models import Change, Person
from matchmaking.asking import refuse_yes
from matchmaking.conditions import refuse_locked
from matchmaking.gathering import gathering_of
from matchmaking.meetings import changing_meeting, refuse_answered, refuse_stale_meeting, tell
from matchmaking.models import Meeting, MeetingStatus
from matchmaking.obstacles import no_slot, not_then
from matchmaking.parties import acting_for, as_desk
from matchmaking.placing import give_place
from matchmaking.round_models import Slot


@dataclass(frozen=True, slots=True)
class Proposal:
    """Another time for a meeting, which the other one may take."""

    slot: Slot
    by: int  # participant


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
        if wish is None or wish.slot.id != slot.id:
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
    tell(changes, "meeting.proposed", meeting, {"by": mine.id, "proposed": slot.id, "version": meeting.version})


async def proposal(meeting: Meeting, *, now: datetime) -> Proposal | None:
    """What one of the two proposed last, as long as nothing happened to the meeting since."""
    facts = Change.filter(scope=meeting.event.scope, subject="meeting", subject_id=meeting.id, kind="meeting.proposed")
    newest = await facts.order_by("-id").first()
    if newest is None or newest.data["version"] != meeting.version:
        return None
    slot = await Slot.get_or_none(id=newest.data["proposed"])
    return Proposal(slot, int(newest.data["by"])) if slot and slot.start > now else None


async def with_proposal(meetings: Iterable[Meeting]) -> set[int]:
    """Those (ids) for which another time was proposed and nothing happened since. One query."""
    found = list(meetings)
    versions = {one.id: one.version for one in found}
    scopes = {one.event.scope for one in found}
    facts = Change.filter(
        scope__in=list(scopes), subject="meeting", subject_id__in=list(versions), kind="meeting.proposed"
    )
    told = await facts.values_list("subject_id", "data") if versions else []
    return {number for number, data in told if data["version"] == versions[number]}
