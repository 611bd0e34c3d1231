"""Who takes part: the people of a meeting, whom somebody may act for, and who hears of a change."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from tortoise.expressions import Q, Subquery
from tortoise.query_utils import Prefetch
from tortoise.queryset import QuerySet

from app.errors import Forbidden
from app.i18n import _
from app.journal import Actor
from app.models import Person
from events.models import Event, Participant, ParticipantStatus
from events.networks.support.consent import leaves
from matchmaking.models import Meeting, Seat, SeatRole


def people(meeting: Meeting) -> list[Participant]:
    """Everybody in it: who asked, who was asked, then those who joined. The meeting comes from `with_people`."""
    return [meeting.asker, meeting.invitee, *(seat.participant for seat in meeting.seats)]


def principals(meeting: Meeting) -> list[Participant]:
    """Those who talk: everybody but the interpreter."""
    interpreting = {seat.participant_id for seat in meeting.seats if seat.role == SeatRole.INTERPRETER}
    return [one for one in people(meeting) if one.id not in interpreting]


def asks(meeting: Meeting, one: Participant) -> bool | None:
    """Whether one of its people is on the side that asked; None: in a group nobody did."""
    if meeting.group_id is not None:
        return None
    if one.id in (meeting.asker_id, meeting.invitee_id):
        return one.id == meeting.asker_id
    return one.organisation_id is not None and one.organisation_id == meeting.asker.organisation_id


def across(meeting: Meeting, one: Participant) -> list[Participant]:
    """Those on the other side of the table, who asked or was asked first; nobody in a group."""
    mine = asks(meeting, one)
    return [] if mine is None else [other for other in principals(meeting) if asks(meeting, other) is not mine]


def with_people(meetings: QuerySet[Meeting], *parts: str) -> QuerySet[Meeting]:
    """With its people at hand, and these relations of each: "organisation"."""
    asked = [side + part for side in ("asker", "invitee") for part in ("", *(f"__{part}" for part in parts))]
    seats = Seat.all().select_related("participant", *(f"participant__{part}" for part in parts))
    return meetings.select_related(*asked).prefetch_related(Prefetch("seats", seats.order_by("id")))


def of_participants(ids: Collection[int]) -> Q:
    """Meetings that any of them is in."""
    seated = Seat.filter(participant_id__in=ids).values("meeting_id")
    return Q(asker_id__in=ids) | Q(invitee_id__in=ids) | Q(id__in=Subquery(seated))


def of_persons(ids: Collection[int]) -> Q:
    """Meetings that any of these persons is in, at whatever event."""
    seated = Seat.filter(participant__person_id__in=ids).values("meeting_id")
    return Q(asker__person_id__in=ids) | Q(invitee__person_id__in=ids) | Q(id__in=Subquery(seated))


def members(event: Event) -> str:
    """The topic of what every participant may see and the world may not: profiles, rounds."""
    return f"members:{event.id}"


async def acting_for(*participants: Participant, by: Actor, office: bool = False) -> dict[str, Any]:
    """What the journal adds about the actor: nothing for one of the participants, who it was for when the desk acts
    on their behalf, or, in what an `office` may do, the support office that they allow it. Raises Forbidden for
    anybody else."""
    if not isinstance(by, Person) or by.id in {participant.person_id for participant in participants}:
        return {}
    if by.admin or await runs_desk(participants[0].event_id, by):
        return {"on_behalf_of": [participant.id for participant in participants]}
    found = await leaves(_persons(participants), adviser=by) if office else []
    if found:
        clients = [one.id for one in participants if one.person_id in {leave.person for leave in found}]
        return {"on_behalf_of": clients, "office": found[0].office}
    raise Forbidden(_("Only the people concerned and the organisers may do this."))


def as_desk(acting: Mapping[str, Any]) -> bool:
    """Whether it is the organisers who act: they pass over limits and locks. An office may what its client may."""
    return bool(acting) and "office" not in acting


async def spoken_for(participants: Sequence[Participant], *, by: Person) -> list[Participant]:
    """Those of them that the person is, or may act for as their support office; the desk acts for nobody alone."""
    own = [participant for participant in participants if participant.person_id == by.id]
    if own or not participants or by.admin or await runs_desk(participants[0].event_id, by):
        return own
    allowed = {leave.person for leave in await leaves(_persons(participants), adviser=by)}
    return [participant for participant in participants if participant.person_id in allowed]


async def desk_only(event: Event, *, by: Actor) -> None:
    """Raises Forbidden for a person who does not run this event's desk."""
    if isinstance(by, Person) and not by.admin and not await runs_desk(event.id, by):
        raise Forbidden(_("Only the organisers may do this."))


async def runs_desk(event_id: int, person: Person) -> bool:
    found = await Participant.get_or_none(event_id=event_id, person=person, status=ParticipantStatus.APPROVED)
    return found is not None and found.runs_desk


def _persons(participants: Sequence[Participant]) -> list[int]:
    return [participant.person_id for participant in participants if participant.person_id is not None]
