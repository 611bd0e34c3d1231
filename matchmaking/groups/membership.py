"""A group's life: proposed, joined, left, cancelled. With its third member it is a meeting, below three it ends."""

from collections.abc import Sequence
from typing import Any

from app.errors import NotFound, Refused
from app.i18n import _
from app.journal import Actor, Changes, changing
from app.models import Person
from events.models import Event, Participant
from events.networks.closing import closed_work
from events.networks.models import DemoCase
from matchmaking.asking import allowance
from matchmaking.conditions import refuse_locked
from matchmaking.consortia.models import Consortium
from matchmaking.gathering import gathering_of
from matchmaking.groups.entering import entrant, unready
from matchmaking.groups.models import FEWEST, MOST, Group, GroupMember, GroupStatus
from matchmaking.interpreters.booking import book_interpreter
from matchmaking.meetings import call_off, tell
from matchmaking.models import Meeting, MeetingStatus, Seat, SeatRole
from matchmaking.parties import acting_for, desk_only, members, principals, runs_desk, with_people
from matchmaking.placing import sit_down
from matchmaking.seats import people_changed, refuse_busy, step_out

MOST_OPEN = 3  # groups of one proposer that still gather


async def propose_group(
    event: Event,
    demo_case: DemoCase | None,
    *,
    title: str,
    about: str = "",
    seats: int = MOST,
    consortium: Consortium | None = None,
    proposer: Participant | None,
    by: Actor,
) -> Group:
    """Somebody gathers a group and is its first member; None: the organisers do, who are no members."""
    if not FEWEST <= seats <= MOST:
        raise Refused(_("A group has from %(fewest)d to %(most)d seats.") % {"fewest": FEWEST, "most": MOST})
    async with changing(event.scope, by=by) as changes:
        acting = await acting_for(proposer, by=by) if proposer else await _desk(event, by=by)
        if demo_case:
            await _refuse_work(event, demo_case)
        if proposer:
            if not (await allowance(proposer)).ready:
                raise unready()
            await _refuse_too_many(proposer)
        group = await Group.create(
            event=event,
            demo_case=demo_case,
            consortium=consortium,
            title=title,
            about=about,
            seats=seats,
            proposer=proposer,
            created_at=changes.at,
        )
        if proposer:
            await GroupMember.create(group=group, participant=proposer)
        _tell(changes, "group.proposed", group, event, [proposer] if proposer else [], acting)
    return group


async def join_group(group: Group, participant: Participant, *, by: Actor) -> Group:
    """Take a free seat. The third member makes it a meeting, at the first time that suits all, or waiting for one.
    Raises Refused with why not, and for a group that has its time with when they are free together."""
    async with changing(Event.scope_of(group.event_id), by=by) as changes:
        acting = await acting_for(participant, by=by)
        group = await Group.get(id=group.id).select_related("event")
        inside = await members_of(group)
        if participant.id in {one.id for one in inside}:
            return group
        if not acting:
            await refuse_locked(group.event_id)
        if found := (await entrant(participant, inside)).against(group, inside, rules=not acting):
            raise found
        if group.status == GroupStatus.MEETING:
            await _take_seat(changes, await meeting_of(group), participant, by=by)
        else:
            await GroupMember.create(group=group, participant=participant)
            if len(inside) + 1 == FEWEST:
                await _found(changes, group, [*inside, participant], acting, by=by)
        _tell(changes, "group.joined", group, group.event, [*inside, participant], {**acting, "name": participant.name})
    return group


async def leave_group(group: Group, participant: Participant, *, reason: str = "", by: Actor) -> Group:
    """Their seat is free again. With fewer than three people left a meeting is called off, and they are told."""
    async with changing(Event.scope_of(group.event_id), by=by) as changes:
        acting = await acting_for(participant, by=by)
        group = await Group.get(id=group.id).select_related("event")
        inside = await members_of(group)
        if participant.id not in {one.id for one in inside}:
            return group
        await drop_out(changes, group, participant, reason=reason, acting=acting)
        _tell(changes, "group.left", group, group.event, inside, {**acting, "name": participant.name})
    return group


async def cancel_group(group: Group, *, reason: str = "", by: Actor) -> Group:
    """By whoever proposed it while it gathers, or by the organisers at any time."""
    async with changing(Event.scope_of(group.event_id), by=by) as changes:
        group = await Group.get(id=group.id).select_related("event", "proposer")
        if group.status == GroupStatus.CANCELLED:
            return group
        if not await _may_cancel(group, by=by):
            raise Refused(
                _("Only the organisers can cancel it, and whoever proposed it while it gathers."),
                hints=[_("You can leave it.")],
            )
        inside = await members_of(group)
        if group.status == GroupStatus.MEETING:
            await call_off(changes, [await meeting_of(group)], reason=reason, acting={})
        group.status, group.reason = GroupStatus.CANCELLED, reason
        await group.save(update_fields=["status", "reason"])
        _tell(changes, "group.cancelled", group, group.event, inside, {})
    return group


async def drop_out(
    changes: Changes, group: Group, participant: Participant, *, reason: str, acting: dict[str, Any]
) -> None:
    """Within an open block: out of the meeting, or out of those who gather. An empty group ends."""
    if group.status == GroupStatus.MEETING:
        await step_out(changes, await meeting_of(group), participant, reason=reason, acting=acting)
        await group.refresh_from_db(["status"])
        return
    await GroupMember.filter(group=group, participant=participant).delete()
    if not await GroupMember.filter(group=group).exists():
        group.status = GroupStatus.CANCELLED
        await group.save(update_fields=["status"])


async def members_of(group: Group) -> list[Participant]:
    """Of a group in whatever state."""
    if group.status == GroupStatus.MEETING:
        return principals(await meeting_of(group))
    found = GroupMember.filter(group=group).order_by("id").select_related("participant")
    return [one.participant for one in await found]


async def meeting_of(group: Group) -> Meeting:
    """Of a group that has become one."""
    found = with_people(Meeting.filter(group=group, status=MeetingStatus.ACCEPTED))
    return await found.select_related("event", "slot__round", "table").get()


async def _found(
    changes: Changes, group: Group, founders: Sequence[Participant], acting: dict[str, Any], *, by: Actor
) -> None:
    """From now on its members are the people of a meeting."""
    first, second, *further = founders
    meeting = await Meeting.create(
        event=group.event,
        asker=first,
        invitee=second,
        group=group,
        message=group.about,
        status=MeetingStatus.ACCEPTED,
        changed_at=changes.at,
        created_at=changes.at,
    )
    await Seat.bulk_create(Seat(meeting=meeting, participant=one, role=SeatRole.MEMBER) for one in further)
    await meeting.fetch_related("seats__participant")
    gathering = await gathering_of(group.event, meeting, reader=by, now=changes.at)
    if place := gathering.first_free():
        await sit_down(meeting, place, at=changes.at)
    else:
        await book_interpreter(meeting)
    await meeting.save()
    await GroupMember.filter(group=group).delete()
    group.status = GroupStatus.MEETING
    await group.save(update_fields=["status"])
    tell(changes, "meeting.accepted", meeting, acting)


async def _take_seat(changes: Changes, meeting: Meeting, participant: Participant, *, by: Actor) -> None:
    if meeting.slot and meeting.slot.start <= changes.at:
        raise Refused(_("This meeting has begun."))
    await Seat.create(meeting=meeting, participant=participant, role=SeatRole.MEMBER)
    await meeting.fetch_related("seats__participant")
    await refuse_busy(meeting, reader=by, changes=changes)
    await people_changed(changes, meeting)
    tell(changes, "meeting.joined", meeting, {"joined": participant.name})


async def _desk(event: Event, *, by: Actor) -> dict[str, Any]:
    await desk_only(event, by=by)
    return {}


async def _may_cancel(group: Group, *, by: Actor) -> bool:
    if not isinstance(by, Person) or by.admin or await runs_desk(group.event_id, by):
        return True
    proposed = group.proposer is not None and group.proposer.person_id == by.id
    return proposed and group.status == GroupStatus.GATHERING


async def _refuse_work(event: Event, demo_case: DemoCase) -> None:
    current = await DemoCase.get_or_none(id=demo_case.id, pilot__network_id=event.network_id).select_related("pilot")
    if current is None:
        raise NotFound
    if current.closed or current.pilot.closed:
        raise closed_work()


async def _refuse_too_many(proposer: Participant) -> None:
    mine = Group.filter(proposer=proposer, status=GroupStatus.GATHERING)
    if await mine.count() >= MOST_OPEN:
        raise Refused(
            _("You gather people for %(most)d groups already.") % {"most": MOST_OPEN},
            hints=[_("Wait until one of them meets, or cancel one.")],
        )


def _tell(
    changes: Changes, kind: str, group: Group, event: Event, inside: Sequence[Participant], data: dict[str, Any]
) -> None:
    """Every participant may see groups and join them."""
    told = {"title": group.title, "status": group.status.value, "members": len(inside), **data}
    topics = [members(event), event.desk, *(one.topic for one in inside)]
    changes.record(kind, group, topics=topics, data=told)
