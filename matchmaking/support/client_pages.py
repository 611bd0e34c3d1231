"""One client's page for the advisers of their office, and what these do for them; the verbs ask whether they may."""

from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from app.errors import NotFound, Refused
from app.i18n import _
from app.web import route, see_other, submitted
from events.models import Participant
from events.networks.support.assigning import dismiss_client
from events.networks.support.scope import AtClient, at_client
from matchmaking.meetings import accept, cancel, decline, request_meeting
from matchmaking.models import Meeting
from matchmaking.round_models import Round
from matchmaking.support.forms import AskForm, MeetingForm, ReminderForm, RoundsForm
from matchmaking.support.pages import office_page
from matchmaking.support.portfolio import last_reminder, meeting_of, presence_of, presences
from matchmaking.support.reminding import remind
from matchmaking.times import tick_rounds


async def client_page(request: Request, here: AtClient) -> Response:
    words = request.query_params.get("q", "")[:80]
    return office_page(
        request,
        here.at,
        "matchmaking/support/client.html",
        client=here.client,
        presences=await presences(here.client, now=datetime.now(UTC), words=words),
        words=words,
        reminded=await last_reminder(here.client),
        form=ReminderForm(),
    )


async def acceptance(request: Request, here: AtClient) -> Response:
    """At the first time that suits both, or with the schedule."""
    meeting, form = await _meeting(request, here)
    await accept(meeting, waiting=form.slot.data == "later", by=here.at.person)
    return _back(here, _("Agreed in your client’s name. Both get an invitation."))


async def declining(request: Request, here: AtClient) -> Response:
    meeting, form = await _meeting(request, here)
    await decline(meeting, reason=form.reason.data or "", by=here.at.person)
    return _back(here, _("Declined in your client’s name. The other one is told."))


async def cancellation(request: Request, here: AtClient) -> Response:
    meeting, form = await _meeting(request, here)
    await cancel(meeting, reason=form.reason.data or "", by=here.at.person)
    return _back(here, _("Cancelled in your client’s name. The other one is told."))


async def asking(request: Request, here: AtClient) -> Response:
    form = await submitted(request, AskForm)
    if not form.validate():
        raise Refused(" ".join(str(error) for error in form.message.errors) or _("Choose whom to ask."))
    asker = await _presence(here, int(form.participant.data or 0))
    invitee = await Participant.get_or_none(id=form.invitee.data, event_id=asker.event_id)
    if invitee is None:
        raise NotFound
    await request_meeting(asker, invitee, message=form.message.data or "", by=here.at.person)
    return _back(here, _("%(name)s is asked in your client’s name.") % {"name": invitee.name})


async def ticking(request: Request, here: AtClient) -> Response:
    form = await submitted(request, RoundsForm)
    if not form.validate():
        raise Refused(_("Choose the rounds."))
    participant = await _presence(here, int(form.participant.data or 0))
    rounds = await Round.filter(id__in=form.numbers(), event_id=participant.event_id)
    await tick_rounds(participant, rounds, by=here.at.person)
    return _back(here, _("Saved in your client’s name."))


async def reminder(request: Request, here: AtClient) -> Response:
    form = await submitted(request, ReminderForm)
    if not form.validate():
        raise Refused(" ".join(str(error) for error in form.words.errors))
    await remind(here.client, form.words.data or "", request.app.state.settings, by=here.at.person)
    return _back(here, _("The reminder is on its way."))


async def dismissal(request: Request, here: AtClient) -> Response:
    await dismiss_client(here.client, by=here.at.person)
    flash = _("No longer your client: %(name)s.") % {"name": here.client.person.name}
    return see_other(here.at.path, flash=flash)


async def _meeting(request: Request, here: AtClient) -> tuple[Meeting, MeetingForm]:
    form = await submitted(request, MeetingForm)
    if not form.validate():
        raise Refused(" ".join(str(error) for error in form.reason.errors) or _("Choose a meeting."))
    meeting = await meeting_of(here.client, int(form.meeting.data or 0))
    if meeting is None:
        raise NotFound
    return meeting, form


async def _presence(here: AtClient, number: int) -> Participant:
    found = await presence_of(here.client, number)
    if found is None:
        raise NotFound
    return found


def _back(here: AtClient, flash: str) -> Response:
    return see_other(here.client.path, flash=flash)


ONE = "/clients/{id:int}"
routes: list[BaseRoute] = [
    route(ONE, client_page, at_client),
    route(f"{ONE}/acceptance", acceptance, at_client, methods=["POST"]),
    route(f"{ONE}/declining", declining, at_client, methods=["POST"]),
    route(f"{ONE}/cancellation", cancellation, at_client, methods=["POST"]),
    route(f"{ONE}/requests", asking, at_client, methods=["POST"]),
    route(f"{ONE}/rounds", ticking, at_client, methods=["POST"]),
    route(f"{ONE}/reminder", reminder, at_client, methods=["POST"]),
    route(f"{ONE}/end", dismissal, at_client, methods=["POST"]),
]
