"""Ways out: wanting to hear no more of somebody, and reporting them to the desk, which warns or removes them."""

from collections.abc import Sequence

from app.errors import Forbidden, NotFound, Refused
from app.i18n import _
from app.journal import Actor, changing
from app.models import Person
from events.models import Event, Participant
from matchmaking.leaving import withdraw
from matchmaking.meetings import call_off, tell
from matchmaking.messages.models import Report, ReportState, Silence
from matchmaking.messages.writing import send_from_desk
from matchmaking.models import Meeting, MeetingStatus
from matchmaking.parties import desk_only, with_people

MOST_OPEN = 5  # reports of one person that the desk has not looked at


async def silence(owner: Participant, other: Participant, *, by: Person) -> None:
    """No more messages and requests between the two, either way. The other one is not told: a request of theirs is
    declined like any other, one of the owner's is withdrawn. What they have agreed to stands until somebody cancels it.
    """
    if owner.person_id != by.id:
        raise Forbidden(_("Only you decide whom you hear of."))
    if other.event_id != owner.event_id or other.id == owner.id:
        raise NotFound
    async with changing(Event.scope_of(owner.event_id), by=by) as changes:
        if await Silence.filter(owner=owner, other=other).exists():
            return
        kept = await Silence.create(owner=owner, other=other)
        changes.record("silence.kept", kept, topics=[])
        await call_off(changes, await _open_requests(owner, other), reason="", acting={})
        for meeting in await _open_requests(other, owner):
            meeting.become(MeetingStatus.DECLINED, at=changes.at)
            await meeting.save()
            tell(changes, "meeting.declined", meeting, {})


async def hush(owner: Participant, *, by: Person) -> None:
    """No messages from anybody, until `listen`; requests for meetings come as before."""
    await _hush(owner, on=True, by=by)


async def listen(owner: Participant, *, by: Person) -> None:
    await _hush(owner, on=False, by=by)


async def lift(owner: Participant, other: Participant, *, by: Person) -> None:
    """They may hear of each other again."""
    if owner.person_id != by.id:
        raise Forbidden(_("Only you decide whom you hear of."))
    async with changing(Event.scope_of(owner.event_id), by=by) as changes:
        kept = await Silence.get_or_none(owner=owner, other=other)
        if kept:
            await kept.delete()
            changes.record("silence.lifted", kept, topics=[])


async def report(reporter: Participant, reported: Participant, *, why: str, quoted: str, by: Person) -> Report:
    """The desk reads both, and who reported; the reported one is not told of it."""
    if reporter.person_id != by.id:
        raise Forbidden(_("Only you report in your name."))
    if reported.event_id != reporter.event_id or reported.id == reporter.id:
        raise NotFound
    async with changing(Event.scope_of(reporter.event_id), by=by) as changes:
        if await Report.filter(reporter=reporter, state=ReportState.OPEN).count() >= MOST_OPEN:
            raise Refused(
                _("The organisers have %(most)d reports of yours to look at.") % {"most": MOST_OPEN},
                hints=[_("Please speak to them at the desk.")],
            )
        event = await Event.get(id=reporter.event_id)
        made = await Report.create(
            event=event, reporter=reporter, reported=reported, why=why, quoted=quoted, created_at=changes.at
        )
        changes.record("report.made", made, topics=[event.desk], data={"name": reported.name})
    return made


async def warn(found: Report, text: str, *, by: Actor) -> None:
    """The reported one gets a message from the organisers; who reported is not said."""
    await _settle(found, ReportState.WARNED, text=text, by=by)


async def remove(found: Report, reason: str, *, seen: str | None = None, by: Actor) -> None:
    """They take part no more: their meetings are called off and their partners told. Raises Breaks as `withdraw`."""
    event = await Event.get(id=found.event_id)
    await desk_only(event, by=by)
    await withdraw(await Participant.get(id=found.reported_id), reason=reason, seen=seen, by=by)
    await _settle(found, ReportState.REMOVED, by=by)


async def dismiss(found: Report, *, by: Actor) -> None:
    await _settle(found, ReportState.DISMISSED, by=by)


async def reports(event: Event) -> Sequence[Report]:
    """The open ones first, then the newest."""
    found = await Report.filter(event=event).select_related("reporter", "reported").order_by("-id")
    return sorted(found, key=lambda one: one.state != ReportState.OPEN)


async def _hush(owner: Participant, *, on: bool, by: Person) -> None:
    if owner.person_id != by.id:
        raise Forbidden(_("Only you decide whom you hear of."))
    async with changing(Event.scope_of(owner.event_id), by=by) as changes:
        kept = await Silence.get_or_none(owner=owner, other_id=None)
        if on and kept is None:
            changes.record("silence.kept", await Silence.create(owner=owner), topics=[])
        elif kept and not on:
            await kept.delete()
            changes.record("silence.lifted", kept, topics=[])


async def _settle(found: Report, state: ReportState, *, text: str = "", by: Actor) -> None:
    async with changing(Event.scope_of(found.event_id), by=by) as changes:
        event = await Event.get(id=found.event_id)
        await desk_only(event, by=by)
        current = await Report.get(id=found.id).select_related("reported")
        if current.state != ReportState.OPEN:
            raise Refused(_("Somebody has dealt with this report already."))
        if text:
            await send_from_desk(changes, current.reported, text)
        current.state, current.settled_at = state, changes.at
        current.settled_by_id = by.id if isinstance(by, Person) else None
        await current.save()
        data = {"name": current.reported.name, "state": state.value}
        changes.record("report.settled", current, topics=[event.desk], data=data)


async def _open_requests(asker: Participant, invitee: Participant) -> Sequence[Meeting]:
    mine = Meeting.filter(asker=asker, invitee=invitee, status=MeetingStatus.REQUESTED)
    return await with_people(mine).select_related("event")
