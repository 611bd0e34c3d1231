"""What a person sees of their organisation: its people, the requests to it and their meetings."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from events.models import Participant
from matchmaking.answers import answers_to
from matchmaking.delegations import Call, Candidate, delegations
from matchmaking.houses import are_colleagues, colleagues_of
from matchmaking.models import LIVE, Meeting, MeetingStatus, SeatRole
from matchmaking.overview import Ticket, whole
from matchmaking.parties import of_participants, people, principals


@dataclass(frozen=True, slots=True)
class Shared:
    """A meeting of the house as one of its people reads it."""

    ticket: Ticket  # as the colleague sees it who is in it
    ours: tuple[Participant, ...]
    mine: bool  # the reader is in it
    candidates: tuple[Candidate, ...] = ()  # where the house was asked as a whole: who could go, and why

    @property
    def meeting(self) -> Meeting:
        return self.ticket.meeting

    @property
    def group(self) -> bool:
        return self.meeting.group_id is not None


@dataclass(frozen=True, slots=True)
class House:
    """`requests` wait for an answer of ours, those to the whole house first; `asked` for one of theirs; `agreed` are by
    time, without one last."""

    colleagues: tuple[Participant, ...]
    requests: tuple[Shared, ...]
    asked: tuple[Shared, ...]
    agreed: tuple[Shared, ...]


@dataclass(frozen=True, slots=True)
class Present:
    """One of a meeting's people; `role` is their seat's, `answer` the PARTSTAT that their calendar last said."""

    participant: Participant
    role: str
    answer: str


@dataclass(frozen=True, slots=True)
class Company:
    """The people of one meeting, and what its reader can do about them."""

    present: tuple[Present, ...]
    ours: tuple[Participant, ...]  # the reader's own people in it, themselves first
    others: tuple[Participant, ...]  # colleagues who are not in it
    goes_on: bool  # without the reader

    @property
    def several(self) -> bool:
        return len(self.present) > 2

    @property
    def interpreted(self) -> bool:
        return any(one.role == SeatRole.INTERPRETER for one in self.present)


async def house_of(reader: Participant, *, now: datetime) -> House:
    colleagues = await colleagues_of(reader)
    ids = [reader.id, *(one.id for one in colleagues)]
    theirs = whole(Meeting.filter(of_participants(ids), status__in=LIVE).order_by("slot__start", "id"))
    found = [_shared(meeting, reader) for meeting in await theirs if not meeting.over(now)]
    requested = [one for one in found if one.meeting.status == MeetingStatus.REQUESTED]
    to_us = [one for one in requested if one.meeting.invitee in one.ours]
    agreed = [one for one in found if one.meeting.status == MeetingStatus.ACCEPTED]
    return House(
        colleagues=tuple(colleagues),
        requests=await _with_candidates(sorted(to_us, key=_asked_of_one), now),
        asked=tuple(one for one in requested if one not in to_us),
        agreed=tuple(sorted(agreed, key=lambda one: one.meeting.slot is None)),
    )


async def company_of(meeting: Meeting, reader: Participant) -> Company:
    """The meeting comes from `overview.whole`."""
    inside = people(meeting)
    ids = {one.id for one in inside}
    ours = [one for one in principals(meeting) if one.id == reader.id or are_colleagues(one, reader)]
    ours.sort(key=lambda one: one.id != reader.id)
    others = [one for one in await colleagues_of(reader) if one.id not in ids]
    seats = {seat.participant_id: seat.role.value for seat in meeting.seats}
    first = SeatRole.MEMBER.value if meeting.group_id else ""
    answers = await answers_to([meeting])
    present = tuple(
        Present(one, seats.get(one.id, first), answers.get((meeting.subject, one.person_id or 0), "")) for one in inside
    )
    goes_on = meeting.group_id is not None or reader.id in seats or len(ours) > 1
    return Company(present, tuple(ours), tuple(others), goes_on)


def _shared(meeting: Meeting, reader: Participant) -> Shared:
    everybody = principals(meeting)
    mine = any(one.id == reader.id for one in everybody)
    ours = [one for one in everybody if one.id == reader.id or are_colleagues(one, reader)]
    ticket = Ticket(meeting, reader if mine else ours[0])
    return Shared(ticket, tuple(sorted(ours, key=lambda one: one.id != reader.id)), mine)


async def _with_candidates(requests: Sequence[Shared], now: datetime) -> tuple[Shared, ...]:
    """Those to the whole house come first, each with who could go."""
    calls = [Call(one.asker, one.house_id, one.invitee) for one in (each.meeting for each in requests) if one.house_id]
    found = await delegations(calls, now=now)
    whole = [replace(one, candidates=tuple(who)) for one, who in zip(requests, found, strict=False)]
    return (*whole, *requests[len(whole) :])


def _asked_of_one(one: Shared) -> bool:
    return one.meeting.house_id is None
