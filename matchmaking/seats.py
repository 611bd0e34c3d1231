"""The further people of a meeting: who comes, who leaves, who follows, and whether it goes on."""

from dataclasses import replace
from typing import Any

from app import occupancy
from app.journal import Actor, Changes
from events.models import Participant
from matchmaking.gathering import gathering_of
from matchmaking.groups.models import FEWEST
from matchmaking.interpreters.booking import Bridging, book_interpreter
from matchmaking.meetings import call_off, tell
from matchmaking.models import Keep, Meeting, Seat, SeatRole
from matchmaking.obstacles import not_then
from matchmaking.parties import principals
from matchmaking.placing import claims


async def step_out(
    changes: Changes, meeting: Meeting, leaver: Participant, *, reason: str, acting: dict[str, Any]
) -> None:
    """One of its people leaves, within an open block. While both sides are still there, or three of a group, the
    meeting goes on with the others; otherwise it is called off. The meeting has event, slot and table at hand."""
    seat = next((one for one in meeting.seats if one.participant_id == leaver.id), None)
    follower = seat or _successor(meeting, leaver)
    if follower is None or not goes_on(meeting, leaver):
        await call_off(changes, [meeting], reason=reason, acting=acting)
        return
    if seat is None:
        put_in_place(meeting, follower.participant, of=leaver)
    await follower.delete()
    await Keep.filter(meeting=meeting, participant=leaver).delete()
    meeting.fixed = await Keep.filter(meeting=meeting).exists()
    unmet = await people_changed(changes, meeting, without=leaver)
    kind = "meeting.muted" if unmet and seat and seat.role == SeatRole.INTERPRETER else "meeting.left"
    tell(changes, kind, meeting, {**acting, "left": leaver.name, "reason": reason}, also=[leaver])


def goes_on(meeting: Meeting, leaver: Participant) -> bool:
    """Without this one of its people."""
    if meeting.group_id is not None and leaver in principals(meeting) and len(principals(meeting)) <= FEWEST:
        return False
    seated = any(seat.participant_id == leaver.id for seat in meeting.seats)
    return seated or _successor(meeting, leaver) is not None


async def people_changed(changes: Changes, meeting: Meeting, *, without: Participant | None = None) -> Bridging | None:
    """Its people are others now: the seats are read anew, an interpreter (not `without`) comes or goes, a placed
    meeting holds whom it has, and calendars hear of it. What is needed comes back when no interpreter is free."""
    await meeting.fetch_related("seats__participant")
    unmet = await book_interpreter(meeting, without=without)
    meeting.change_people(at=changes.at)
    await meeting.save()
    if meeting.placed:
        await occupancy.hold(meeting.subject, claims(meeting))
    return unmet


async def refuse_busy(meeting: Meeting, *, reader: Actor, changes: Changes) -> None:
    """Raises Refused with what is free, unless everybody is free in the meeting's own slot (it may have none)."""
    if not meeting.placed:
        return
    gathering = await gathering_of(meeting.event, meeting, reader=reader, now=changes.at)
    slot = next(slot for slot in gathering.slots if slot.id == meeting.slot_id)
    if found := gathering.obstacle(replace(slot, gate=None)):
        raise not_then(gathering, found)


def put_in_place(meeting: Meeting, successor: Participant, *, of: Participant) -> None:
    if meeting.asker_id == of.id:
        meeting.asker = successor
    else:
        meeting.invitee = successor


def _successor(meeting: Meeting, leaver: Participant) -> Seat | None:
    """Who takes the place of an asker or an invitee: the next of a group, otherwise a colleague."""
    if meeting.group_id is not None:
        return next((seat for seat in meeting.seats if seat.role == SeatRole.MEMBER), None)
    house = leaver.organisation_id
    mine = (seat for seat in meeting.seats if house is not None and seat.participant.organisation_id == house)
    return next((seat for seat in mine if seat.role == SeatRole.COLLEAGUE), None)
