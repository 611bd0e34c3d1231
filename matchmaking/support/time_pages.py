"""An adviser chooses the time of a client's meeting: among those that suit all, to say yes or to move it there."""

from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from app.errors import Forbidden, NotFound, Refused
from app.i18n import _
from app.web import route, see_other, submitted
from events.models import Participant
from events.networks.support.scope import AtClient, at_client
from matchmaking.gathering import gathering_of
from matchmaking.meetings import accept, reschedule
from matchmaking.models import Meeting, MeetingStatus
from matchmaking.obstacles import nothing_free
from matchmaking.overview import ticket, whole
from matchmaking.parties import of_persons
from matchmaking.round_models import Slot
from matchmaking.support.forms import MeetingForm, TimeForm
from matchmaking.support.pages import office_page


async def times_page(request: Request, here: AtClient) -> Response:
    """For whom the office may act; what is free tells of others' days too."""
    form = MeetingForm(request.query_params)
    meeting, client = await _meeting(here, form.meeting.data if form.validate() else None)
    if here.client.allowed_at is None:
        raise Forbidden(_("Only your client can let you act for them, on their account page."))
    gathering = await gathering_of(meeting.event, meeting, reader=here.at.person, now=datetime.now(UTC))
    free = gathering.free()
    return office_page(
        request,
        here.at,
        "matchmaking/support/times.html",
        client=here.client,
        ticket=ticket(meeting, client),
        meeting=meeting,
        free=free,
        nothing=None if free else nothing_free(gathering),
        zone=meeting.event.tz,
    )


async def chosen(request: Request, here: AtClient) -> Response:
    """A request is accepted then; what was agreed moves there."""
    form = await submitted(request, TimeForm)
    sound = form.validate()
    meeting, _client = await _meeting(here, None if form.meeting.errors else form.meeting.data)
    slot = await Slot.get_or_none(id=form.slot.data) if sound else None
    if slot is None:
        raise Refused(_("Choose one of the free times."))
    if meeting.status == MeetingStatus.REQUESTED:
        await accept(meeting, slot=slot, by=here.at.person)
        flash = _("Agreed in your client’s name. Both get an invitation.")
    else:
        await reschedule(meeting, slot=slot, version=int(form.version.data or 0), by=here.at.person)
        flash = _("Moved in your client’s name. Both get the new time.")
    return see_other(here.client.path, flash=flash)


async def _meeting(here: AtClient, number: int | None) -> tuple[Meeting, Participant]:
    """One that waits for the client's answer or is agreed, and the client's part in it."""
    if number is None:
        raise Refused(_("Choose a meeting."))
    meeting = await whole(Meeting.filter(of_persons([here.client.person_id]), id=number)).first()
    if meeting is None:
        raise NotFound
    client = await Participant.get(event_id=meeting.event_id, person_id=here.client.person_id)
    if meeting.status != MeetingStatus.ACCEPTED and (
        meeting.status != MeetingStatus.REQUESTED or meeting.invitee_id != client.id
    ):
        raise Refused(_("Nobody waits for your client to choose a time for this meeting."))
    return meeting, client


ONE = "/clients/{id:int}/times"
routes: list[BaseRoute] = [
    route(ONE, times_page, at_client),
    route(ONE, chosen, at_client, methods=["POST"]),
]
