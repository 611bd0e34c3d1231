"""The further people of a meeting: who leaves it, who follows, and whether it goes on."""

from collections.abc import Sequence
from typing import Any

from app import occupancy
from app.journal import Changes
from events.models import Participant
from matchmaking.meetings import call_off, claims, tell
from matchmaking.models import Meeting, Seat, SeatRole


async def step_out(
    changes: Changes, meeting: Meeting, leaver: Participant, *, reason: str, acting: dict[str, Any]
) -> None:
    """One of its people leaves, within an open block. While both sides are still there the meeting goes on with the
    others; otherwise it is called off. The meeting has its people, event, slot and table at hand."""
    seats = list(meeting.seats)
    seat = next((one for one in seats if one.participant_id == leaver.id), None)
    if seat is None and (seat := _successor(seats, leaver)):
        _put_in_place(meeting, seat.participant, of=leaver)
    if seat is None:
        await call_off(changes, [meeting], reason=reason, acting=acting)
        return
    await seat.delete()
    await people_changed(changes, meeting)
    tell(changes, "meeting.left", meeting, {**acting, "left": leaver.name, "reason": reason}, also=[leaver])


async def people_changed(changes: Changes, meeting: Meeting) -> None:
    """Its people are others now: the seats are read anew, a placed meeting holds whom it has, calendars hear of it."""
    await meeting.fetch_related("seats__participant")
    meeting.change_people(at=changes.at)
    await meeting.save()
    if meeting.placed:
        await occupancy.hold(meeting.subject, claims(meeting))


def _successor(seats: Sequence[Seat], leaver: Participant) -> Seat | None:
    """The colleague who takes the place of an asker or an invitee."""
    house = leaver.organisation_id
    mine = (seat for seat in seats if house is not None and seat.participant.organisation_id == house)
    return next((seat for seat in mine if seat.role == SeatRole.COLLEAGUE), None)


def _put_in_place(meeting: Meeting, successor: Participant, *, of: Participant) -> None:
    if meeting.asker_id == of.id:
        meeting.asker = successor
    else:
        meeting.invitee = successor
