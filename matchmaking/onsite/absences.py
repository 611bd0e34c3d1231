"""A partner has not come yet: said at the table, asked kindly, ended; and two who are free sit down instead."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

from app import occupancy
from app.errors import NotFound, Refused
from app.i18n import _
from app.intervals import Interval
from app.journal import Actor, Changes, changing
from events.models import Event, Participant, ParticipantStatus
from matchmaking import availability
from matchmaking.asking import newest_meeting, standing
from matchmaking.availability import Diary, Place, Tables
from matchmaking.diaries import diaries
from matchmaking.meetings import changing_meeting, tell
from matchmaking.models import Keep, Meeting
from matchmaking.onsite.models import Absence, Answer, StandIn
from matchmaking.parties import across, acting_for, people, principals, with_people
from matchmaking.placing import sit_down
from matchmaking.refusals import Standing, refusal
from matchmaking.rules import Hindrance

AGREED = frozenset({Hindrance.MEETING, Hindrance.ASKED, Hindrance.ASKED_BY_THEM})
"""What stands against a request and not against sitting down: they want to meet already."""
PASSED_ON_THE_DAY = frozenset({Hindrance.NOT_OPEN, Hindrance.CLOSED, Hindrance.TOO_MANY})
"""Rules for requests made beforehand."""


async def report_absence(meeting: Meeting, reporter: Participant, *, by: Actor) -> Absence:
    """The other side is asked whether they are on their way; nobody is blamed. Once is enough. Raises Refused outside
    of the meeting's own slot, and in a group: those who are there begin."""
    async with changing_meeting(meeting, by=by) as (changes, current):
        acting = await acting_for(reporter, by=by)
        if not current.placed or not current.slot or not current.slot.start <= changes.at < current.slot.end:
            raise Refused(_("You can say so while the meeting is on."))
        if reporter.id not in {one.id for one in principals(current)}:
            raise NotFound
        if current.group_id is not None:
            raise Refused(_("A group begins with those who are there."))
        if before := await Absence.get_or_none(meeting=current, ended_at__isnull=True):
            return before
        missing = across(current, reporter)[0]
        absence = await Absence.create(
            meeting=current, slot=current.slot, table=current.table, reporter=reporter, missing=missing, at=changes.at
        )
        absence = await _absence(absence.id)
        _record(changes, "absence.reported", absence, current.event, acting)
    return absence


async def answer_absence(absence: Absence, answer: Answer, *, by: Actor) -> Absence:
    """On the way, or not: whoever waits reads it at once."""
    async with _changing_absence(absence, by) as (changes, current):
        acting = await acting_for(*current.asked, by=by)
        _refuse_ended(current, changes)
        if current.answer != answer:
            current.answer = answer
            await current.save(update_fields=["answer"])
            _record(changes, "absence.answered", current, current.meeting.event, {**acting, "answer": answer.value})
    return current


async def end_absence(absence: Absence, *, by: Actor) -> Absence:
    """They have come, or whoever waited goes."""
    async with _changing_absence(absence, by) as (changes, current):
        acting = await acting_for(current.reporter, by=by)
        if current.ended_at is None:
            await _end(current, changes)
            _record(changes, "absence.ended", current, current.meeting.event, acting)
    return current


async def propose(absence: Absence, guest: Participant, *, by_guest: bool, by: Actor) -> StandIn:
    """One of the two would sit down here and now, if the other agrees; the desk may propose for both. Raises Refused
    while the one who is missing may still come, and with what stands between the two."""
    async with _changing_absence(absence, by) as (changes, current):
        acting = await acting_for(guest if by_guest else current.reporter, by=by)
        guest = await Participant.get(id=guest.id)
        _refuse_ended(current, changes)
        _refuse_early(current, changes)
        await refuse_stranger(current, guest)
        if before := await StandIn.get_or_none(absence=current, guest=guest):
            return before
        found = await StandIn.create(absence=current, guest=guest, by_guest=by_guest, at=changes.at)
        found.absence, found.guest = current, guest
        _tell(changes, "stand_in.proposed", found, acting)
    return found


async def agree(stand_in: StandIn, *, by: Actor) -> Meeting:
    """They meet at that table, now. The meeting that was missed waits for another time, and so does the guest's own if
    somebody was missing there too. The first yes wins; raises Refused for the others."""
    async with _changing_stand_in(stand_in, by) as (changes, current):
        absence = current.absence
        acting = await acting_for(_asked(current), by=by)
        _refuse_answered(current)
        _refuse_ended(absence, changes)
        await refuse_stranger(absence, current.guest)
        missed = [await _whole(absence.meeting_id)]
        if own := await own_absence(current.guest, absence):
            await _end(own, changes)
            missed.append(await _whole(own.meeting_id))
        for meeting in missed:
            await _wait_again(changes, meeting, acting)
        meeting = await _together(absence, current.guest, changes)
        await _refuse_busy(absence, meeting)
        slot = availability.Slot(absence.slot.id, absence.slot.round_id, absence.slot.span)
        await sit_down(meeting, Place(slot, absence.table_id), at=changes.at)
        await meeting.save()
        current.answer = "yes"
        await current.save(update_fields=["answer"])
        await _end(absence, changes)
        tell(changes, "meeting.accepted", meeting, {**acting, "on_the_spot": True})
        _tell(changes, "stand_in.agreed", current, acting)
    return meeting


async def turn_down(stand_in: StandIn, *, by: Actor) -> None:
    """Not now; either of the two may say so."""
    async with _changing_stand_in(stand_in, by) as (changes, current):
        acting = await acting_for(current.guest, current.absence.reporter, by=by)
        if current.answer is None:
            current.answer = "no"
            await current.save(update_fields=["answer"])
            _tell(changes, "stand_in.declined", current, acting)


async def refuse_stranger(absence: Absence, guest: Participant) -> None:
    """Raises Refused where rules, a veto, or an earlier no stand between the two."""
    event_id = absence.meeting.event_id
    if guest.event_id != event_id or guest in (absence.reporter, *absence.asked):
        raise NotFound
    if guest.status != ParticipantStatus.APPROVED:
        raise Refused(_("%(name)s does not take part.") % {"name": guest.name})
    between = await standing(absence.reporter, guest)
    if keeps_apart(between):
        raise refusal(between)


def keeps_apart(between: Standing) -> bool:
    """Whether rules, a veto, an earlier no or a meeting of their own stand between two who could sit down now."""
    if between.against == Hindrance.MEETING and between.newest and between.newest.placed:
        return True
    return between.against is not None and between.against not in AGREED | PASSED_ON_THE_DAY


async def own_absence(guest: Participant, absence: Absence) -> Absence | None:
    """The guest waits at a table of their own in that slot, for somebody who may have no more of it."""
    found = Absence.filter(reporter=guest, slot_id=absence.slot_id, ended_at__isnull=True).exclude(id=absence.id)
    first = await found.first()
    own = await _absence(first.id) if first else None
    return own if own and own.stands else None


def could_sit(absence: Absence, diary: Diary, other: Diary) -> bool:
    """Both are free in that slot, as if it had not begun, and in its round."""
    slot = availability.Slot(absence.slot.id, absence.slot.round_id, absence.slot.span)
    tables = Tables({slot.round: [absence.table_id]}, {})
    before = slot.span.start - timedelta(minutes=1)
    return availability.obstacle(slot, diary, [other], tables, now=before) is None


async def _wait_again(changes: Changes, meeting: Meeting, acting: dict[str, Any]) -> None:
    await occupancy.release([meeting.subject])
    meeting.unplace(at=changes.at)
    meeting.fixed = False
    await Keep.filter(meeting=meeting).delete()
    await meeting.save()
    tell(changes, "meeting.missed", meeting, acting)


async def _together(absence: Absence, guest: Participant, changes: Changes) -> Meeting:
    """The request or the meeting that the two have already, or a new one."""
    newest = await newest_meeting(absence.reporter, guest)
    if newest and newest.live:
        return await _whole(newest.id)
    made = await Meeting.create(
        event_id=absence.meeting.event_id,
        asker=absence.reporter,
        invitee=guest,
        changed_at=changes.at,
        created_at=changes.at,
    )
    return await _whole(made.id)


async def _refuse_busy(absence: Absence, meeting: Meeting) -> None:
    span = Interval(absence.slot.start, absence.slot.end)
    found = await diaries(people(meeting), within=span, without=[meeting.id])
    one, other = found[meeting.asker_id], found[meeting.invitee_id]
    if not could_sit(absence, replace(one, pause=timedelta()), replace(other, pause=timedelta())):
        raise Refused(_("One of you has something else by now."), hints=[_("Ask somebody else who is free.")])


async def _whole(meeting_id: int) -> Meeting:
    return await with_people(Meeting.filter(id=meeting_id)).select_related("event", "slot__round", "table").get()


async def _end(absence: Absence, changes: Changes) -> None:
    absence.ended_at = changes.at
    await absence.save(update_fields=["ended_at"])


@asynccontextmanager
async def _changing_absence(absence: Absence, by: Actor) -> AsyncIterator[tuple[Changes, Absence]]:
    """As it stands now, behind the gate."""
    meeting = await Meeting.get(id=absence.meeting_id)
    async with changing(Event.scope_of(meeting.event_id), by=by) as changes:
        yield changes, await _absence(absence.id)


@asynccontextmanager
async def _changing_stand_in(stand_in: StandIn, by: Actor) -> AsyncIterator[tuple[Changes, StandIn]]:
    absence = await Absence.get(id=stand_in.absence_id).select_related("meeting")
    async with changing(Event.scope_of(absence.meeting.event_id), by=by) as changes:
        current = await StandIn.get(id=stand_in.id).select_related("guest")
        current.absence = await _absence(current.absence_id)
        yield changes, current


async def _absence(number: int) -> Absence:
    found = await Absence.get(id=number).select_related("slot__round", "table", "reporter", "missing")
    found.meeting = await _whole(found.meeting_id)
    return found


def _asked(stand_in: StandIn) -> Participant:
    """Whose yes is missing."""
    return stand_in.absence.reporter if stand_in.by_guest else stand_in.guest


def _refuse_ended(absence: Absence, changes: Changes) -> None:
    if not absence.open(changes.at) or not absence.stands:
        raise Refused(_("Nobody waits at this table any more."), hints=[_("Somebody came, or the time is over.")])


def _refuse_early(absence: Absence, changes: Changes) -> None:
    if changes.at < absence.others_from:
        raise Refused(_("%(name)s may still come: give them three minutes.") % {"name": absence.missing.name})


def _refuse_answered(stand_in: StandIn) -> None:
    if stand_in.answer is not None:
        raise Refused(_("This was answered already."))


def _record(changes: Changes, kind: str, absence: Absence, event: Event, more: dict[str, Any]) -> None:
    """For those concerned and the desk. It moves no calendar, so their inboxes hear of it."""
    data = {"waits": absence.reporter.name, "missing": absence.missing.name, **more}
    inboxes = [one.inbox for one in (absence.reporter, *absence.asked)]
    changes.record(kind, absence, topics=[event.desk, *inboxes], data=data)


def _tell(changes: Changes, kind: str, stand_in: StandIn, more: dict[str, Any]) -> None:
    """For the two who could meet, and the desk."""
    absence = stand_in.absence
    data = {"waits": absence.reporter.name, "guest": stand_in.guest.name, **more}
    inboxes = [one.inbox for one in (absence.reporter, stand_in.guest)]
    changes.record(kind, stand_in, topics=[absence.meeting.event.desk, *inboxes], data=data)
