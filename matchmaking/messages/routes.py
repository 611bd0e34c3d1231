"""Pages of messages: one's conversations, one of them, the ways out of it, and the desk's reports."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from app.errors import NotFound, Refused
from app.i18n import _
from app.web import answer, route, see_other, submitted, wants_json
from events.models import Participant
from events.pages import desk_page, event_page
from events.scope import Place, desk, find, member
from matchmaking.breakage import Breaks
from matchmaking.breakage_view import confirm
from matchmaking.directory import directory_for
from matchmaking.marketplace.models import Opportunity
from matchmaking.messages.forms import MessageForm, ReportForm, WarnForm
from matchmaking.messages.models import Message, Report, ReportState
from matchmaking.messages.reading import conversation, conversations, from_desk, hushed, silenced
from matchmaking.messages.silencing import dismiss, hush, lift, listen, remove, report, reports, silence, warn
from matchmaking.messages.writing import against_writing, have_agreed, read_up, send
from matchmaking.models import Meeting
from matchmaking.profile_pages import leaving_reason
from matchmaking.round_forms import SeenForm


async def messages_page(request: Request, place: Place) -> Response:
    said = await from_desk(place.me)
    response = event_page(
        request,
        place,
        "matchmaking/messages/messages.html",
        conversations=await conversations(place.me),
        from_desk=said,
        hushed=await hushed(place.me),
    )
    await read_up(place.me, None, by=place.actor)
    return response


async def conversation_page(request: Request, place: Place) -> Response:
    return await _conversation(request, place, await _other(request, place), MessageForm())


async def writing(request: Request, place: Place) -> Response:
    other = await _other(request, place)
    form = await submitted(request, MessageForm)
    if not form.validate():
        return await _conversation(request, place, other, form, status=422)
    try:
        message = await send(place.me, other, str(form.text.data), by=place.actor)
    except Refused as refused:
        if wants_json(request):
            raise
        form.form_errors.append(" ".join((str(refused), *refused.hints)))
        return await _conversation(request, place, other, form, status=409)
    return answer(request, {"message": message.id}, url=f"{place.path}/messages/{other.id}#message-{message.id}")


async def hushing(request: Request, place: Place) -> Response:
    await hush(place.me, by=place.actor)
    return see_other(f"{place.path}/messages", flash=_("You take no messages now."))


async def listening(request: Request, place: Place) -> Response:
    await listen(place.me, by=place.actor)
    return see_other(f"{place.path}/messages", flash=_("You take messages again."))


async def blocking(request: Request, place: Place) -> Response:
    other = await _other(request, place)
    await silence(place.me, other, by=place.actor)
    flash = _("You hear no more of %(name)s, and they are not told.") % {"name": other.name}
    return see_other(f"{place.path}/people/{other.id}", flash=flash)


async def unblocking(request: Request, place: Place) -> Response:
    other = await _other(request, place)
    await lift(place.me, other, by=place.actor)
    return see_other(f"{place.path}/people/{other.id}", flash=_("The block is lifted."))


async def reporting(request: Request, place: Place) -> Response:
    other = await _other(request, place)
    form = await submitted(request, ReportForm)
    if not form.validate():
        raise Refused(_("Say in a few words what is wrong, so that the organisers can act."))
    quoted = await _quoted(place, other, form)
    await report(place.me, other, why=str(form.why.data), quoted=quoted, by=place.actor)
    flash = _("The organisers have your report. %(name)s is not told of it.") % {"name": other.name}
    return see_other(f"{place.path}/people/{other.id}", flash=flash)


async def reports_page(request: Request, place: Place) -> Response:
    found = await reports(place.event)
    return desk_page(request, place, "matchmaking/messages/desk_reports.html", reports=found, open=ReportState.OPEN)


async def warning(request: Request, place: Place) -> Response:
    found = await find(Report, place, request.path_params["id"])
    form = await submitted(request, WarnForm)
    if not form.validate():
        raise Refused(_("Write what they should know: at most 1000 characters."))
    await warn(found, str(form.text.data), by=place.actor)
    return see_other(f"{place.path}/desk/reports", flash=_("They have your message."))


async def removal(request: Request, place: Place) -> Response:
    found = await find(Report, place, request.path_params["id"])
    reason, form = await leaving_reason(request), await submitted(request, SeenForm)
    try:
        await remove(found, reason, seen=str(form.seen.data or ""), by=place.actor)
    except Breaks as breaks:
        await found.fetch_related("reported")
        title = _("Remove %(name)s from the event?") % {"name": found.reported.name}
        return await confirm(request, place, breaks, title=title, back=f"{place.path}/desk/reports")
    flash = _("They take part no more. Those who were to meet them are told.")
    return see_other(f"{place.path}/desk/reports", flash=flash)


async def dismissal(request: Request, place: Place) -> Response:
    await dismiss(await find(Report, place, request.path_params["id"]), by=place.actor)
    return see_other(f"{place.path}/desk/reports", flash=_("The report is put aside."))


async def _other(request: Request, place: Place) -> Participant:
    """Somebody whom the reader sees, or has written with; everybody else's name is not theirs to learn."""
    other = await find(Participant, place, request.path_params["id"])
    if other.id == place.me.id:
        raise NotFound
    seen = await directory_for(place.event, place.me)
    if seen.find(other.id) is None and not await conversation(place.me, other):
        raise NotFound
    return other


async def _conversation(
    request: Request, place: Place, other: Participant, form: MessageForm, *, status: int = 200
) -> Response:
    await other.fetch_related("organisation__region")
    refused = await against_writing(place.me, other)
    said = await conversation(place.me, other)
    blocked = await silenced(place.me, other)
    if refused and not said and not blocked and not await have_agreed(place.me, other):
        raise refused
    response = event_page(
        request,
        place,
        "matchmaking/messages/conversation.html",
        status=status,
        other=other,
        said=said,
        me=place.me,
        form=form,
        refused=refused,
        blocked=blocked,
    )
    await read_up(place.me, other, by=place.actor)
    return response


async def _quoted(place: Place, other: Participant, form: ReportForm) -> str:
    """The text that is reported, as its author wrote it, and only what the reporter could read."""
    if form.message.data:
        message = await find(Message, place, str(form.message.data))
        if (message.sender_id, message.recipient_id) != (other.id, place.me.id):
            raise NotFound
        return message.text
    if form.meeting.data:
        meeting = await find(Meeting, place, str(form.meeting.data))
        if (meeting.asker_id, meeting.invitee_id) != (other.id, place.me.id):
            raise NotFound
        return meeting.message
    if form.opportunity.data:
        one = await find(Opportunity, place, str(form.opportunity.data))
        if one.participant_id != other.id or not one.open:
            raise NotFound
        return f"{one.title}\n{one.text}"
    return ""


routes: list[BaseRoute] = [
    route("/e/{slug}/messages", messages_page, member),
    route("/e/{slug}/messages/off", hushing, member, methods=["POST"]),
    route("/e/{slug}/messages/on", listening, member, methods=["POST"]),
    route("/e/{slug}/messages/{id}", conversation_page, member),
    route("/e/{slug}/messages/{id}", writing, member, methods=["POST"]),
    route("/e/{slug}/people/{id}/block", blocking, member, methods=["POST"]),
    route("/e/{slug}/people/{id}/block/removal", unblocking, member, methods=["POST"]),
    route("/e/{slug}/people/{id}/reports", reporting, member, methods=["POST"]),
    route("/e/{slug}/desk/reports", reports_page, desk),
    route("/e/{slug}/desk/reports/{id}/warning", warning, desk, methods=["POST"]),
    route("/e/{slug}/desk/reports/{id}/removal", removal, desk, methods=["POST"]),
    route("/e/{slug}/desk/reports/{id}/dismissal", dismissal, desk, methods=["POST"]),
]
