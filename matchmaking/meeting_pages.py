"""Pages of meetings: one's list, one meeting with all that can be done, and the buttons on them."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response

from app.errors import Refused
from app.i18n import _
from app.web import answer, submitted
from app.wording import several, when
from events.models import Participant
from events.pages import desk_page, event_page
from events.scope import Place, find
from matchmaking.admits import AtMeeting, number_of
from matchmaking.asking import allowance
from matchmaking.availability import Slot as Free
from matchmaking.directory import Match
from matchmaking.forms import AcceptForm, LinkForm, MoveForm, ReasonForm, RequestForm
from matchmaking.gathering import gathering_of
from matchmaking.house_view import company_of
from matchmaking.keeping import keepers
from matchmaking.links import link_of
from matchmaking.marketplace.market import origin_of
from matchmaking.marketplace.models import Opportunity
from matchmaking.meetings import accept, cancel, decline, request_meeting, reschedule
from matchmaking.models import Meeting, MeetingStatus
from matchmaking.moves import moves_of
from matchmaking.obstacles import nothing_free
from matchmaking.onsite.gaps import missed_by, open_absence
from matchmaking.outcomes.saying import outcome_of, said_by
from matchmaking.outcomes.verdict import Said
from matchmaking.overview import Ticket, overview, ticket, whole, with_answers
from matchmaking.posing import FREEZE
from matchmaking.proposing import proposal, propose_time, proposed_among, take_proposed
from matchmaking.round_models import Location, Slot
from matchmaking.video import give_link
from matchmaking.waitlist.reading import standing_at
from matchmaking.why import why


async def meetings_page(request: Request, place: Place) -> Response:
    now = datetime.now(UTC)
    found = await overview(place.me, now=now)
    return event_page(
        request,
        place,
        "matchmaking/meetings.html",
        overview=found,
        missed=await missed_by(place.me, now=now),
        proposed=[one for one in await proposed_among([place.me], now=now) if one.asked.id == place.me.id],
        mine=await allowance(place.me),
        said=await said_by(place.me),
        answers_to_give=list(Said),
    )


async def create_meeting(request: Request, place: Place) -> Response:
    form = await submitted(request, RequestForm)
    if not form.validate():
        raise Refused(" ".join(error for errors in form.errors.values() for error in errors))
    invitee = await find(Participant, place, str(form.invitee.data))
    times = await _slots(form.times.data or ())
    about = await find(Opportunity, place, str(form.opportunity.data)) if form.opportunity.data else None
    words = form.message.data or ""
    asked = await request_meeting(
        place.me, invitee, message=words, times=times, about=about, beside=bool(form.beside.data), by=place.actor
    )
    if asked.status == MeetingStatus.ACCEPTED:
        flash = _("%(name)s accepts every request: you have agreed to meet.") % {"name": invitee.name}
        return answer(request, {"meeting": asked.id}, url=f"{place.path}/meetings/{asked.id}", flash=flash)
    flash = _("%(name)s has your request. No time is held until they accept.") % {"name": invitee.name}
    return answer(request, {"meeting": asked.id}, url=f"{place.path}/people/{invitee.id}", flash=flash)


async def meeting_page(request: Request, at: AtMeeting) -> Response:
    meeting = await whole(Meeting.filter(id=at.meeting.id)).get()
    reader = at.place.participant if at.mine and at.place.participant else meeting.invitee
    now = datetime.now(UTC)
    gathering = await gathering_of(meeting.event, meeting, reader=at.place.actor, now=now)
    free = gathering.free()
    (seen,) = await with_answers([ticket(meeting, reader)])
    render = event_page if at.mine else desk_page
    return render(
        request,
        at.place,
        "matchmaking/meeting.html",
        ticket=seen,
        origin=await origin_of(meeting),
        wish=await proposal(meeting, now=now),
        elsewhere=await _unnamed(meeting, at, free, now=now),
        mine=at.mine,
        answers=not at.mine or meeting.invitee_id == reader.id,
        acts=not at.mine or (meeting.group_id is None and reader.id in (meeting.asker_id, meeting.invitee_id)),
        moves=await moves_of(meeting),
        company=await company_of(meeting, reader),
        keepers=await _keepers(meeting),
        keeps=(reader if at.mine else None) in await keepers(meeting),
        bridging=gathering.bridging.between if gathering.bridging else "",
        begun=meeting.placed and bool(meeting.slot and meeting.slot.start <= now),
        frozen=meeting.placed and bool(meeting.slot and meeting.slot.start < now + FREEZE),
        said=await outcome_of(meeting, reader) if at.mine else None,
        wait=await standing_at(meeting),
        missing=await open_absence(meeting, now=now) if at.mine else None,
        me=reader,
        by_video=meeting.placed and bool(meeting.slot and meeting.slot.round.location != Location.ON_SITE),
        link=link_of(meeting) if meeting.placed else "",
        named=await _named_times(meeting),
        match=await _why(seen) if at.mine else None,
        answers_to_give=list(Said),
        over=meeting.over(now),
        free=[slot.span for slot in free],
        free_ids=[slot.id for slot in free],
        nothing=None if free else nothing_free(gathering),
    )


async def acceptance(request: Request, at: AtMeeting) -> Response:
    form = await submitted(request, AcceptForm)
    wish = str(form.slot.data or "first") if form.validate() else "first"
    unaided = bool(form.unaided.data)
    if wish == "later":
        await accept(at.meeting, waiting=True, unaided=unaided, by=at.place.actor)
        flash = _("Agreed. The time comes with the schedule; you will get it by mail.")
    else:
        chosen = None if wish == "first" else await _slot(wish)
        await accept(at.meeting, slot=chosen, unaided=unaided, by=at.place.actor)
        flash = _("Agreed. It is in your agenda, and both of you get an invitation.")
    return answer(request, {"ok": True}, url=at.path, flash=flash)


async def declining(request: Request, at: AtMeeting) -> Response:
    await decline(at.meeting, reason=await reason_of(request), by=at.place.actor)
    return answer(request, {"ok": True}, url=_list(at), flash=_("Declined. The other one is told."))


async def moving(request: Request, at: AtMeeting) -> Response:
    slot, version = await _chosen(request)
    await reschedule(at.meeting, slot=slot, version=version, by=at.place.actor)
    return answer(request, {"ok": True}, url=at.path, flash=_("Moved. Both of you get the new time."))


async def proposing(request: Request, at: AtMeeting) -> Response:
    slot, version = await _chosen(request)
    await propose_time(at.meeting, slot=slot, version=version, by=at.place.actor)
    return answer(request, {"ok": True}, url=at.path, flash=_("Proposed. The other one sees it and can take it."))


async def agreement(request: Request, at: AtMeeting) -> Response:
    slot, version = await _chosen(request)
    await take_proposed(at.meeting, slot=slot, version=version, by=at.place.actor)
    flash = _("Agreed. It is in your agenda, and both of you get an invitation.")
    return answer(request, {"ok": True}, url=at.path, flash=flash)


async def cancellation(request: Request, at: AtMeeting) -> Response:
    requested = at.meeting.status == MeetingStatus.REQUESTED
    await cancel(at.meeting, reason=await reason_of(request), by=at.place.actor)
    flash = _("Cancelled. The other one is told, and the time is free again.")
    if requested:
        flash = _("Your request is withdrawn.")
    return answer(request, {"ok": True}, url=_list(at), flash=flash)


async def linking(request: Request, at: AtMeeting) -> Response:
    form = await submitted(request, LinkForm)
    if not form.validate():
        raise Refused(" ".join(str(error) for error in form.link.errors))
    await give_link(at.meeting, form.link.data or "", by=at.place.actor)
    return answer(request, {"ok": True}, url=at.path, flash=_("Saved. It is in both calendars."))


async def _why(seen: Ticket) -> Match | None:
    """What the two could gain, until they have met; in a group everybody knows."""
    meeting = seen.meeting
    if meeting.group_id is not None or not meeting.live:
        return None
    pair = (seen.reader.id, seen.other.id)
    return (await why(meeting.event, [pair])).get(pair)


async def _unnamed(meeting: Meeting, at: AtMeeting, free: Sequence[Free], *, now: datetime) -> list[Free]:
    """Free for both, and not what a request names: for whoever was asked to propose."""
    if not at.mine or meeting.status != MeetingStatus.REQUESTED or not await meeting.times.all().exists():
        return []
    gathering = await gathering_of(meeting.event, meeting, reader=at.place.actor, now=now, any_time=True)
    return [slot for slot in gathering.free() if slot not in free]


async def _named_times(meeting: Meeting) -> str:
    """The times that the request names, in words; none: any."""
    slots = await meeting.times.all().order_by("start")
    return several(when(slot.start, meeting.event.tz) for slot in slots) if slots else ""


async def _keepers(meeting: Meeting) -> list[str]:
    return [one.name if one else _("the organisers") for one in await keepers(meeting)]


async def reason_of(request: Request) -> str:
    form = await submitted(request, ReasonForm)
    if not form.validate():
        raise Refused(" ".join(str(error) for error in form.reason.errors))
    return form.reason.data or ""


async def _chosen(request: Request) -> tuple[Slot, int]:
    """A time, and the version of the page it was chosen on."""
    form = await submitted(request, MoveForm)
    if not form.validate():
        raise Refused(_("Choose one of the free times."))
    return await _slot(str(form.slot.data)), int(form.version.data or 0)


async def _slot(number: str) -> Slot:
    (slot,) = await _slots([number])
    return slot


async def _slots(numbers: Collection[str]) -> list[Slot]:
    """Whether they belong to this event is for the verb to say."""
    wanted = {number_of(number) for number in numbers}
    found = await Slot.filter(id__in=list(wanted))
    if len(found) < len(wanted):
        raise Refused(_("The organisers have changed the times of this round."), hints=[_("Load the page again.")])
    return found


def _list(at: AtMeeting) -> str:
    return f"{at.place.path}/meetings" if at.mine else f"{at.place.path}/desk/meetings"
