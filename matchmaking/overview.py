"""One participant's meetings, sorted by who has to do what; and all meetings of an event for its desk."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from app.text import has_words, sought
from events.models import Event, Participant
from matchmaking.answers import answers_to
from matchmaking.models import LIVE, Meeting, MeetingStatus
from matchmaking.parties import of_participants, people, principals, with_people
from matchmaking.round_models import Slot

DESK_PAGE = 50  # meetings on one page of the desk
Answers = Mapping[tuple[str, int], str]  # as `answers_to` gives them


@dataclass(frozen=True, slots=True)
class Ticket:
    """A meeting as one of its people sees it, with people, slot, round and table at hand."""

    meeting: Meeting
    reader: Participant
    answer: str = ""  # PARTSTAT: what the other one's calendar last said

    @property
    def id(self) -> int:
        return self.meeting.id

    @property
    def asked(self) -> bool:
        """By the one who sees it."""
        return self.meeting.asker_id == self.reader.id

    @property
    def other(self) -> Participant:
        """Whom they meet in the first place: for a colleague, who sits across the table."""
        meeting = self.meeting
        house = self.reader.organisation_id
        with_asker = self.asked or (house is not None and meeting.asker.organisation_id == house)
        return meeting.invitee if with_asker and meeting.invitee_id != self.reader.id else meeting.asker

    @property
    def further(self) -> list[Participant]:
        """Who else is there."""
        return [one for one in people(self.meeting) if one.id not in (self.reader.id, self.other.id)]

    @property
    def talks(self) -> bool:
        """Rather than interprets, or looks on from the desk."""
        return self.reader.id in {one.id for one in principals(self.meeting)}

    @property
    def state(self) -> str:
        """The stored status, or "waiting": accepted, and without a time."""
        return "waiting" if self.meeting.waiting else self.meeting.status.value


@dataclass(frozen=True, slots=True)
class Overview:
    """`to_answer` and `waiting` by age, `coming` and `past` by time, `closed` newest first."""

    to_answer: tuple[Ticket, ...]  # they asked
    asked: tuple[Ticket, ...]  # I asked
    waiting: tuple[Ticket, ...]  # agreed, without a time
    coming: tuple[Ticket, ...]
    past: tuple[Ticket, ...]
    closed: tuple[Ticket, ...]  # declined, cancelled, expired

    @property
    def empty(self) -> bool:
        return not any((self.to_answer, self.asked, self.waiting, self.coming, self.past, self.closed))


async def overview(participant: Participant, *, now: datetime) -> Overview:
    return (await overviews([participant], now=now))[participant.id]


async def overviews(participants: Sequence[Participant], *, now: datetime) -> dict[int, Overview]:
    """By participant (id). Five queries, whatever their number."""
    theirs = Meeting.filter(of_participants([one.id for one in participants]))
    live = await whole(theirs.filter(status__in=LIVE)).order_by("id")
    closed = await whole(theirs.exclude(status__in=LIVE)).order_by("-changed_at")
    answers = await answers_to([one for one in live if one.placed and one.slot and one.slot.end > now])
    return {one.id: _overview(one, _tickets(live, one), _tickets(closed, one), answers, now) for one in participants}


def _tickets(meetings: Sequence[Meeting], reader: Participant) -> list[Ticket]:
    """Of those that the reader is in."""
    return [ticket(meeting, reader) for meeting in meetings if reader.id in {one.id for one in people(meeting)}]


def _overview(
    participant: Participant, live: Sequence[Ticket], closed: Sequence[Ticket], answers: Answers, now: datetime
) -> Overview:
    requested = [one for one in live if one.meeting.status == MeetingStatus.REQUESTED]
    placed = sorted((one for one in live if one.meeting.placed), key=lambda one: _slot(one).start)
    return Overview(
        to_answer=tuple(one for one in requested if one.meeting.invitee_id == participant.id),
        asked=tuple(one for one in requested if one.meeting.invitee_id != participant.id),
        waiting=tuple(one for one in live if one.meeting.waiting),
        coming=tuple(_answered(one, answers) for one in placed if _slot(one).end > now),
        past=tuple(one for one in placed if _slot(one).end <= now),
        closed=tuple(closed),
    )


def ticket(meeting: Meeting, reader: Participant) -> Ticket:
    return Ticket(meeting, reader)


async def with_answers(tickets: Sequence[Ticket]) -> tuple[Ticket, ...]:
    answers = await answers_to([one.meeting for one in tickets])
    return tuple(_answered(one, answers) for one in tickets)


def _answered(one: Ticket, answers: Answers) -> Ticket:
    return replace(one, answer=answers.get((one.meeting.subject, one.other.person_id or 0), ""))


def whole(meetings: QuerySet[Meeting]) -> QuerySet[Meeting]:
    """With everything a page shows of them."""
    found = with_people(meetings, "organisation", "organisation__region")
    return found.select_related("event", "slot__round", "table", "group")


async def settled(participant: Participant) -> set[int]:
    """Participants who need not be recommended: there is a request or a meeting, or they said no to one."""
    return (await settled_with([participant]))[participant.id]


async def settled_with(participants: Sequence[Participant]) -> dict[int, set[int]]:
    """`settled` by participant (id), in the same queries however many."""
    ids = [one.id for one in participants]
    live = Q(status__in=LIVE)
    live &= Q(group_id__isnull=True)
    theirs = Q(asker_id__in=ids, status=MeetingStatus.DECLINED) | of_participants(ids) & live
    found: dict[int, set[int]] = {id: set() for id in ids}
    for meeting in await with_people(Meeting.filter(theirs)):
        inside = {one.id for one in people(meeting)}
        for one in inside & found.keys():
            if meeting.status != MeetingStatus.DECLINED or one == meeting.asker_id:
                found[one] |= inside - {one}
    return found


NAMES = ("asker__name", "asker__organisation__name", "invitee__name", "invitee__organisation__name")


@dataclass(frozen=True, slots=True)
class DeskList:
    meetings: Sequence[Meeting]
    counts: dict[str, int]  # by state, "waiting" and "placed" instead of accepted
    page: int
    pages: int


async def desk_list(event: Event, *, state: str = "", words: str = "", page: int = 1) -> DeskList:
    """Meetings of one state ("" is all) whose people or organisations contain all words."""
    found = Meeting.filter(event=event)
    numbers = await counts(event)
    if state in ("placed", "waiting"):
        found = found.filter(status=MeetingStatus.ACCEPTED, slot_id__isnull=state == "waiting")
    elif state in {status.value for status in MeetingStatus}:
        found = found.filter(status=state)
    found = found.order_by("slot__start", "table__number", "id")
    rows = await found.values_list("id", *(NAMES if words else ()))
    wanted = sought(words)
    ids = [id for id, *names in rows if has_words(" ".join(filter(None, names)), wanted)]
    pages = max(1, -(-len(ids) // DESK_PAGE))
    page = min(max(page, 1), pages)
    ids = ids[(page - 1) * DESK_PAGE : page * DESK_PAGE]
    shown = {meeting.id: meeting for meeting in await whole(Meeting.filter(id__in=ids))}
    return DeskList([shown[id] for id in ids], numbers, page, pages)


async def counts(event: Event) -> dict[str, int]:
    """By state, "waiting" and "placed" instead of accepted."""
    found: dict[str, int] = {}
    for status, slot_id in await Meeting.filter(event=event).values_list("status", "slot_id"):
        state = status.value
        if status == MeetingStatus.ACCEPTED:
            state = "placed" if slot_id else "waiting"
        found[state] = found.get(state, 0) + 1
    return found


def _slot(one: Ticket) -> Slot:
    assert one.meeting.slot
    return one.meeting.slot
