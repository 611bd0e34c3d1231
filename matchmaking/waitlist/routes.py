"""The buttons of the waiting lists for people, on the page of a meeting."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from app.errors import NotFound
from app.i18n import _
from app.web import answer, route
from events.models import Participant
from events.scope import Place, find, member
from matchmaking.admits import AtMeeting, at_meeting
from matchmaking.asking import newest_meeting
from matchmaking.meetings import request_meeting
from matchmaking.waitlist.joining import join_waitlist, leave_waitlist, take_offer


async def asking(request: Request, place: Place) -> Response:
    """From the page of somebody without time: the request, and the place in their list."""
    other = await find(Participant, place, request.path_params["id"])
    meeting = await newest_meeting(place.me, other)
    if meeting is None or not meeting.live:
        meeting = await request_meeting(place.me, other, message="", by=place.actor)
    await join_waitlist(meeting, place.me, by=place.actor)
    flash = _("You are on the list. Once they say yes, the next time they have may be yours.")
    return answer(request, {"ok": True}, url=f"{place.path}/meetings/{meeting.id}", flash=flash)


async def joining(request: Request, at: AtMeeting) -> Response:
    if not at.mine:
        raise NotFound
    await join_waitlist(at.meeting, at.place.me, by=at.place.actor)
    flash = _("You are on the list. A time that is given back is offered to one at a time.")
    return answer(request, {"ok": True}, url=at.path, flash=flash)


async def leaving(request: Request, at: AtMeeting) -> Response:
    await leave_waitlist(at.meeting, by=at.place.actor)
    flash = _("You do not wait any more. The next one is asked.")
    return answer(request, {"ok": True}, url=at.path, flash=flash)


async def taking(request: Request, at: AtMeeting) -> Response:
    await take_offer(at.meeting, by=at.place.actor)
    return answer(request, {"ok": True}, url=at.path, flash=_("Agreed. It is in your agenda."))


routes: list[BaseRoute] = [
    route("/e/{slug}/people/{id}/waiting", asking, member, methods=["POST"]),
    route("/e/{slug}/meetings/{id}/waiting", joining, at_meeting, methods=["POST"]),
    route("/e/{slug}/meetings/{id}/waiting/end", leaving, at_meeting, methods=["POST"]),
    route("/e/{slug}/meetings/{id}/waiting/offer", taking, at_meeting, methods=["POST"]),
]
