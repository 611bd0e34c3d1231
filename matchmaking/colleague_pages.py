"""Pages and buttons of an organisation's people: its meetings, taking over, coming along; and asking a company once."""

from collections.abc import Sequence
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from app.errors import NotFound, Refused
from app.i18n import _
from app.web import answer, route, submitted
from events.models import Organisation, Participant
from events.pages import event_page
from events.scope import Place, find, member
from matchmaking.admits import AtMeeting, at_meeting, near_meeting, number_of
from matchmaking.colleagues import bring_along, hand_over, leave_meeting
from matchmaking.delegations import ask_house, delegation
from matchmaking.forms import AskHouseForm, ColleagueForm, KeepForm, ReasonForm, TakeoverForm
from matchmaking.house_view import house_of
from matchmaking.houses import asked_of
from matchmaking.keeping import keep_time, let_move
from matchmaking.meetings import accept
from matchmaking.models import MeetingStatus


async def colleagues_page(request: Request, place: Place) -> Response:
    found = await house_of(place.me, now=datetime.now(UTC))
    return event_page(request, place, "matchmaking/colleagues.html", house=found)


async def takeover(request: Request, at: AtMeeting) -> Response:
    """By the reader, instead of a colleague; with `accept` a request is answered too."""
    form = await submitted(request, TakeoverForm)
    if not form.validate():
        raise Refused(_("Say whom you go for."))
    me = _approved(at)
    colleague = await find(Participant, at.place, str(form.of.data))
    await hand_over(at.meeting, of=colleague, to=me, by=at.place.actor)
    flash = _("The meeting is yours. Your partner and %(name)s are told.") % {"name": colleague.name}
    if form.accept.data and at.meeting.status == MeetingStatus.REQUESTED:
        await accept(at.meeting, by=at.place.actor)
        flash = _("Agreed. It is in your agenda, and your partner and %(name)s are told.") % {"name": colleague.name}
    return answer(request, {"ok": True}, url=at.path, flash=flash)


async def handover(request: Request, at: AtMeeting) -> Response:
    """From the reader, or from whom the desk says, to a colleague."""
    form = await submitted(request, ColleagueForm)
    if not form.validate():
        raise Refused(_("Choose a colleague."))
    leaver = await find(Participant, at.place, str(form.of.data)) if form.of.data else _approved(at)
    colleague = await find(Participant, at.place, str(form.to.data))
    await hand_over(at.meeting, of=leaver, to=colleague, by=at.place.actor)
    flash = _("%(name)s goes now. Your partner is told.") % {"name": colleague.name}
    return answer(request, {"ok": True}, url=_after(at), flash=flash)


async def joining(request: Request, at: AtMeeting) -> Response:
    """A colleague comes along: whom the form names, or the reader."""
    form = await submitted(request, ColleagueForm)
    if not form.validate():
        raise Refused(_("Choose a colleague."))
    inside = await find(Participant, at.place, str(form.of.data)) if form.of.data else _approved(at)
    colleague = await find(Participant, at.place, str(form.to.data))
    await bring_along(at.meeting, to=colleague, beside=inside, by=at.place.actor)
    flash = _("%(name)s comes along. Everybody gets it in their calendar.") % {"name": colleague.name}
    return answer(request, {"ok": True}, url=at.path, flash=flash)


async def leaving(request: Request, at: AtMeeting) -> Response:
    """The reader leaves; the others go on where they can."""
    form = await submitted(request, ReasonForm)
    if not form.validate():
        raise Refused(" ".join(str(error) for error in form.reason.errors))
    await leave_meeting(at.meeting, _approved(at), reason=form.reason.data or "", by=at.place.actor)
    return answer(request, {"ok": True}, url=_after(at), flash=_("You have left the meeting. The others are told."))


async def keeping(request: Request, at: AtMeeting) -> Response:
    form = await submitted(request, KeepForm)
    form.validate()
    keeper = at.place.me if at.mine else None
    if form.keep.data:
        await keep_time(at.meeting, keeper=keeper, by=at.place.actor)
        flash = _("No schedule moves this meeting.")
    else:
        await let_move(at.meeting, keeper=keeper, by=at.place.actor)
        flash = _("The schedule may move this meeting, as far as you are concerned.")
    return answer(request, {"ok": True}, url=at.path, flash=flash)


async def house_page(request: Request, place: Place) -> Response:
    """Another organisation: who would come, and why; and the way to ask it."""
    house = await _house(request, place)
    now = datetime.now(UTC)
    return event_page(
        request,
        place,
        "matchmaking/organisation.html",
        house=house,
        candidates=await delegation(place.me, house, now=now),
        asked=await asked_of(place.me, house),
        own=place.me.organisation_id == house.id,
        form=AskHouseForm(),
    )


async def house_request(request: Request, place: Place) -> Response:
    house = await _house(request, place)
    form = await submitted(request, AskHouseForm)
    if not form.validate():
        raise Refused(" ".join(error for errors in form.errors.values() for error in errors))
    now = datetime.now(UTC)
    asked = await ask_house(place.me, house, message=form.message.data or "", by=place.actor, now=now)
    flash = _("%(house)s has your request: %(name)s answers, or a colleague.")
    words = {"house": house.name, "name": asked.invitee.name}
    return answer(request, {"meeting": asked.id}, url=f"{place.path}/meetings/{asked.id}", flash=flash % words)


def _approved(at: AtMeeting) -> Participant:
    """Raises Refused for a desk that takes no part itself."""
    if at.place.participant is None or not at.place.approved:
        raise Refused(_("Say whom you do this for."))
    return at.place.participant


async def _house(request: Request, place: Place) -> Organisation:
    """One that somebody at this event belongs to."""
    number = number_of(request.path_params["id"])
    here = Participant.filter(event=place.event, organisation_id=number, status="approved")
    if not await here.exists():
        raise NotFound
    return await Organisation.get(id=number).select_related("region")


def _after(at: AtMeeting) -> str:
    return f"{at.place.path}/meetings" if at.mine else at.path


routes: Sequence[BaseRoute] = [
    route("/e/{slug}/colleagues", colleagues_page, member),
    route("/e/{slug}/companies/{id}", house_page, member),
    route("/e/{slug}/companies/{id}/requests", house_request, member, methods=["POST"]),
    route("/e/{slug}/meetings/{id}/takeover", takeover, near_meeting, methods=["POST"]),
    route("/e/{slug}/meetings/{id}/handover", handover, at_meeting, methods=["POST"]),
    route("/e/{slug}/meetings/{id}/joining", joining, near_meeting, methods=["POST"]),
    route("/e/{slug}/meetings/{id}/leaving", leaving, at_meeting, methods=["POST"]),
    route("/e/{slug}/meetings/{id}/keeping", keeping, at_meeting, methods=["POST"]),
]
