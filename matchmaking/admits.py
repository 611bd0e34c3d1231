"""Who may come in to the pages of the brokerage event, beyond the admits of `events.scope`."""

from dataclasses import dataclass

from starlette.requests import HTTPConnection

from app.errors import Forbidden, NotFound
from app.i18n import _
from events.models import ParticipantStatus
from events.scope import Place, desk, find, newcomer
from matchmaking.draft_models import Draft
from matchmaking.houses import are_colleagues
from matchmaking.models import Meeting
from matchmaking.parties import people, principals


@dataclass(frozen=True, slots=True)
class AtMeeting:
    """A meeting, and whoever may see it: one of its people, or the desk."""

    place: Place
    meeting: Meeting

    @property
    def mine(self) -> bool:
        participant = self.place.participant
        return participant is not None and participant.id in {one.id for one in people(self.meeting)}

    @property
    def path(self) -> str:
        return f"{self.place.path}/meetings/{self.meeting.id}"


@dataclass(frozen=True, slots=True)
class AtDraft:
    place: Place
    draft: Draft

    @property
    def path(self) -> str:
        return f"{self.place.path}/desk/drafts/{self.draft.id}"


async def registered(request: HTTPConnection) -> Place:
    """Whoever has asked to take part: a profile can be written before the organisers have approved its author."""
    place = await newcomer(request)
    allowed = (ParticipantStatus.PENDING, ParticipantStatus.APPROVED)
    if place.participant is None or place.participant.status not in allowed:
        raise Forbidden(_("Register for the event first."))
    return place


async def at_meeting(request: HTTPConnection) -> AtMeeting:
    """One of its people, while they take part, or the desk; to everybody else there is no such meeting."""
    place = await newcomer(request)
    meeting = await find(Meeting, place, request.path_params["id"])
    await meeting.fetch_related("asker", "invitee", "seats__participant")
    found = AtMeeting(place, meeting)
    if not (place.desk or (found.mine and place.approved)):
        raise NotFound
    return found


async def near_meeting(request: HTTPConnection) -> AtMeeting:
    """Also a colleague of its asker or invitee, who may come instead or besides."""
    place = await newcomer(request)
    meeting = await find(Meeting, place, request.path_params["id"])
    await meeting.fetch_related("asker", "invitee", "seats__participant")
    found = AtMeeting(place, meeting)
    me = place.participant
    near = me is not None and any(are_colleagues(me, one) for one in principals(meeting))
    if not (place.desk or ((found.mine or near) and place.approved)):
        raise NotFound
    return found


async def at_draft(request: HTTPConnection) -> AtDraft:
    place = await desk(request)
    return AtDraft(place, await find(Draft, place, request.path_params["id"]))


def number_of(text: str) -> int:
    """An id out of an address. Raises NotFound for what is none."""
    if not (text.isascii() and text.isdigit() and len(text) < 16):
        raise NotFound
    return int(text)
