"""A meeting's life: requested, accepted or declined, rescheduled, cancelled, expired. A request holds no slot."""

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from app import occupancy
from app.errors import NotFound, Refused, Stale
from app.i18n import _
from app.journal import Actor, Changes, changing
from app.models import Person
from app.wording import when
from events.models import Event, Organisation, Participant
from matchmaking.asking import refuse_yes, standing
from matchmaking.conditions import LONGEST, conditions_of, refuse_locked
from matchmaking.gathering import gathering_of
from matchmaking.groups.models import Group, GroupStatus
from matchmaking.houses import colleagues_of, refuse_beside
from matchmaking.interpreters.booking import book_interpreter, no_interpreter
from matchmaking.marketplace.models import Opportunity
from matchmaking.marketplace.posting import keep_origin
from matchmaking.models import Meeting, MeetingStatus
from matchmaking.parties import acting_for, as_desk, people, with_people
from matchmaking.placing import give_place, sit_down
from matchmaking.refusals import refusal
from matchmaking.round_models import Slot
from matchmaking.rule_models import TypeConditions
from matchmaking.rules import PASSED_BY_DESK

REQUEST_LIFE = timedelta(minutes=LONGEST)
SHORTEST_LIFE = timedelta(minutes=15)  # of a request made during the last slots


async def request_meeting(
    asker: Participant,
    invitee: Participant,
    *,
    message: str,
    times: Sequence[Slot] = (),
    about: Opportunity | None = None,
    house: Organisation | None = None,
    beside: bool = False,
    by: Actor,
) -> Meeting:
    """Ask for a meeting at one of these times, or at any, `about` an opportunity of theirs. It holds none of them.
    Asked as a `house`, any colleague of the invitee may answer. Where the invitee's type accepts at once, it is
    agreed already. Raises Refused with the rule that stands against it (see `rules`), of which the desk may pass over
    most, and where a colleague meets the invitee already, unless `beside` is wanted."""
    async with changing(Event.scope_of(asker.event_id), by=by) as changes:
        acting = await acting_for(asker, by=by, office=True)
        asker = await Participant.get(id=asker.id).select_related("event")
        invitee = await Participant.get(id=invitee.id)
        if invitee.event_id != asker.event_id:
            raise NotFound
        found = await standing(asker, invitee, desk_reads=as_desk(acting))
        if found.against and not (as_desk(acting) and found.against in PASSED_BY_DESK):
            raise refusal(found, desk_reads=bool(acting))
        await _refuse_odd_times(asker.event, times, changes.at)
        if not beside and not as_desk(acting):
            await refuse_beside(asker, invitee, house)
        meeting = await Meeting.create(
            event=asker.event,
            asker=asker,
            invitee=invitee,
            house=house,
            message=message,
            expires_at=await _end_of_request(asker.event, changes.at),
            changed_at=changes.at,
            created_at=changes.at,
        )
        await meeting.times.add(*times)
        if about:
            await keep_origin(about, meeting)
        await meeting.fetch_related("seats__participant")
        hearing = await colleagues_of(invitee) if house else ()
        tell(changes, "meeting.requested", meeting, acting, also=hearing)
        await _accept_at_once(changes, meeting)
    return meeting


async def accept(
    meeting: Meeting, *, slot: Slot | None = None, waiting: bool = False, unaided: bool = False, by: Actor
) -> Meeting:
    """Yes, in the first slot and at the first table free for both, or in the chosen `slot`; or `waiting`: without
    a time, which the schedule will find. An interpreter is booked for two who share no language, unless `unaided`.
    Raises Refused with why there is none and what is free."""
    async with changing_meeting(meeting, by=by) as (changes, current):
        acting = await acting_for(current.invitee, by=by, office=True)
        refuse_answered(current, changes.at)
        if not as_desk(acting):
            await refuse_yes(current)
        current.unaided = current.unaided or unaided
        if waiting:
            current.become(MeetingStatus.ACCEPTED, at=changes.at)
            if unmet := await book_interpreter(current):
                raise no_interpreter(unmet)
        else:
            await give_place(current, slot, at=changes.at, by=by)
        await current.save()
        tell(changes, "meeting.accepted", current, acting)
    return current


async def decline(meeting: Meeting, *, reason: str = "", by: Actor) -> Meeting:
    """No. The asker reads the reason, if there is one."""
    async with changing_meeting(meeting, by=by) as (changes, current):
        acting = await acting_for(current.invitee, by=by, office=True)
        refuse_answered(current, changes.at)
        current.become(MeetingStatus.DECLINED, at=changes.at, reason=reason)
        await current.save()
        tell(changes, "meeting.declined", current, acting)
    return current


async def reschedule(meeting: Meeting, *, slot: Slot, version: int, by: Actor) -> Meeting:
    """To a slot that somebody chose: it is fixed there, and no schedule moves it. The table stays if it is free.
    Moving it twice to the same slot is one.
    Raises Stale for an old version, Refused with why the slot is not free and which are."""
    async with changing_meeting(meeting, by=by) as (changes, current):
        acting = await acting_for(current.asker, current.invitee, by=by, office=True)
        if current.placed and current.fixed and current.slot_id == slot.id and current.version != version:
            return current
        refuse_stale_meeting(current, slot, version)
        if not as_desk(acting):
            await refuse_locked(current.event_id)
        if current.status != MeetingStatus.ACCEPTED:
            raise Refused(_("Only an accepted meeting has a time."))
        if current.group_id is not None and not as_desk(acting) and isinstance(by, Person):
            raise Refused(_("The organisers and their schedule give a group its time."))
        refuse_over(current, changes.at)
        await give_place(current, slot, at=changes.at, by=by)
        await current.save()
        tell(changes, "meeting.rescheduled", current, acting)
    return current


async def cancel(meeting: Meeting, *, reason: str = "", by: Actor) -> Meeting:
    """Withdraw a request, or call off what was agreed: slot and table are free again. Cancelling twice is one."""
    async with changing_meeting(meeting, by=by) as (changes, current):
        mine = [current.asker] if current.status == MeetingStatus.REQUESTED else [current.asker, current.invitee]
        acting = await acting_for(*mine, by=by, office=True)
        if current.status == MeetingStatus.CANCELLED:
            return current
        if not current.live:
            raise Refused(_("This request has its answer already: there is nothing to cancel."))
        if current.group_id is not None and not as_desk(acting) and isinstance(by, Person):
            raise Refused(_("A group goes on without you: leave it instead."))
        refuse_over(current, changes.at)
        if current.status == MeetingStatus.ACCEPTED and not as_desk(acting):
            await refuse_locked(current.event_id)
        await call_off(changes, [current], reason=reason, acting=acting)
    return current


async def expire_due(event: Event, now: datetime) -> int:
    """Close the requests that waited too long; how many."""
    due = Meeting.filter(event=event, status=MeetingStatus.REQUESTED, expires_at__lte=now)
    if not await due.exists():
        return 0
    async with changing(event.scope, by="worker") as changes:
        expired = await with_people(due).select_related("event")
        for meeting in expired:
            meeting.become(MeetingStatus.EXPIRED, at=changes.at)
            await meeting.save()
            tell(changes, "meeting.expired", meeting, {})
    return len(expired)


async def expire() -> bool:
    """Close what is due at one event: whether there was anything. For app.workers."""
    now = datetime.now(UTC)
    due = Meeting.filter(status=MeetingStatus.REQUESTED, expires_at__lte=now).select_related("event")
    first = await due.order_by("id").first()
    return first is not None and await expire_due(first.event, now) > 0


async def call_off(changes: Changes, meetings: Iterable[Meeting], *, reason: str, acting: dict[str, Any]) -> None:
    """Cancel within an open block: meetings with their event and people at hand."""
    for meeting in meetings:
        await occupancy.release([meeting.subject])
        meeting.become(MeetingStatus.CANCELLED, at=changes.at, reason=reason)
        await meeting.save()
        if meeting.group_id is not None:
            await Group.filter(id=meeting.group_id).update(status=GroupStatus.CANCELLED, reason=reason)
        tell(changes, "meeting.cancelled", meeting, acting)


def tell(
    changes: Changes, kind: str, meeting: Meeting, acting: dict[str, Any], *, also: Iterable[Participant] = ()
) -> None:
    """Record it for its people, `also` for whoever was one of them, and the desk: all may know where and when."""
    data: dict[str, Any] = {
        "asker": meeting.asker_id,
        "invitee": meeting.invitee_id,
        "names": [one.name for one in people(meeting)],
        "status": meeting.status.value,
        **acting,
    }
    if meeting.placed and meeting.slot and meeting.table:
        start, end = meeting.slot.start.isoformat(), meeting.slot.end.isoformat()
        data |= {"start": start, "end": end, "place": meeting.slot.round.place}
        data |= {"online": True} if meeting.table.line else {"table": meeting.table.number}
    topics = [one.topic for one in (*people(meeting), *also)]
    changes.record(kind, meeting, topics=[*topics, meeting.event.desk], data=data)


@asynccontextmanager
async def changing_meeting(meeting: Meeting, *, by: Actor) -> AsyncIterator[tuple[Changes, Meeting]]:
    """The meeting as it stands now, behind the gate."""
    async with changing(Event.scope_of(meeting.event_id), by=by) as changes:
        whole = with_people(Meeting.filter(id=meeting.id)).select_related("event", "slot__round", "table")
        yield changes, await whole.get()


async def _end_of_request(event: Event, now: datetime) -> datetime:
    """A request for meetings that are over is no use to anybody."""
    life = timedelta(minutes=(await conditions_of(event.id)).request_minutes)
    last = await Slot.filter(round__event=event).order_by("-start").first()
    if last is None:
        return now + life
    if last.start <= now:
        raise Refused(_("The last meeting slot has begun; there is no time left."))
    return max(min(now + life, last.start), now + SHORTEST_LIFE)


async def _refuse_odd_times(event: Event, times: Sequence[Slot], now: datetime) -> None:
    known = await Slot.filter(id__in=[slot.id for slot in times], round__event=event).count()
    if known < len(times):
        raise NotFound
    if any(slot.start <= now for slot in times):
        raise Refused(_("One of these times has begun."), hints=[_("Choose later ones, or any time.")])


async def _accept_at_once(changes: Changes, meeting: Meeting) -> None:
    """Where the invitee's type says yes to everybody: in the first slot, or in none yet."""
    own = await TypeConditions.get_or_none(type_id=meeting.invitee.type_id or 0)
    if own is None or not own.accepts_at_once:
        return
    await meeting.invitee.fetch_related("person")
    assert meeting.invitee.person
    gathering = await gathering_of(meeting.event, meeting, reader=meeting.invitee.person, now=changes.at)
    if place := gathering.first_free():
        await sit_down(meeting, place, at=changes.at)
    else:
        meeting.become(MeetingStatus.ACCEPTED, at=changes.at)
        await book_interpreter(meeting)
    await meeting.save()
    tell(changes, "meeting.accepted", meeting, {"at_once": True})


def refuse_answered(meeting: Meeting, now: datetime) -> None:
    """Raises Refused with what became of the request, or that it has expired by now."""
    sentences = {
        MeetingStatus.ACCEPTED: _("This request has been accepted already."),
        MeetingStatus.DECLINED: _("This request has been declined already."),
        MeetingStatus.CANCELLED: _("This request was withdrawn meanwhile."),
        MeetingStatus.EXPIRED: _("This request waited too long and has expired."),
    }
    if meeting.status in sentences:
        raise Refused(sentences[meeting.status])
    if meeting.expires_at and meeting.expires_at <= now:
        raise Refused(sentences[MeetingStatus.EXPIRED], hints=[_("Ask for a meeting yourself.")])


def refuse_over(meeting: Meeting, now: datetime) -> None:
    if meeting.over(now):
        raise Refused(_("This meeting is over."))


def refuse_stale_meeting(current: Meeting, wanted: Slot, version: int) -> None:
    """Raises Stale with both times where the page was older than the meeting."""
    if current.version != version:
        raise Stale(
            _("This meeting was changed a moment ago."),
            hints=[_both(current, wanted), _("Repeat your change if you still want it.")],
        )


def _both(current: Meeting, wanted: Slot) -> str:
    """What it is by now, and what the older page asked for."""
    zone = current.event.tz
    said = {"wanted": when(wanted.start, zone)}
    if current.slot is None:
        return _("It has no time now; you wanted %(wanted)s.") % said
    return _("It is at %(now)s now; you wanted %(wanted)s.") % {**said, "now": when(current.slot.start, zone)}
