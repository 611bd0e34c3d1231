"""What the daily mail about requests says: who waits for an answer, who would rather meet at another time, and what
became of meetings that no calendar knows."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby

from tortoise.expressions import Subquery

from app.i18n import _
from app.models import Change
from app.source import Waiting
from app.wording import when
from events.models import Participant, ParticipantStatus
from matchmaking.messages.models import Silence
from matchmaking.models import Meeting, MeetingStatus, ProposedTime, Seat, SeatRole
from matchmaking.parties import asks
from matchmaking.proposing import standing, unanswered
from matchmaking.why import why

RECENT = timedelta(days=3)  # what is older nobody needs to be told any more
# After these whoever was asked looks forward to it, too.
MUTUAL = {"meeting.accepted", "meeting.arranged", "meeting.chosen", "meeting.proposed"}
NEWS = {*MUTUAL, "meeting.declined", "meeting.cancelled", "meeting.expired"}


async def waiting(now: datetime) -> Sequence[Waiting]:
    """Who waits for whose answer, and whom an answer waits for; oldest first."""
    wishes = await _not_shut_out(await standing(ProposedTime.all(), now=now))
    requests = await Meeting.filter(unanswered(now)).select_related("event", "asker", "invitee")
    found = [
        *(_for(one.invitee, one, one.subject, one.created_at) for one in requests),
        *(_for(one.asked, one.meeting, f"proposal:{one.id}", one.at) for one in wishes),
        *(_for(reader, about, f"answer:{fact.id}", fact.at, open=False) for fact, about, reader in await _news(now)),
    ]
    return sorted((one for one in found if one.person_id), key=lambda one: one.since)


async def reasons(subjects: Sequence[str]) -> Mapping[str, Sequence[str]]:
    """Of each of them what there is to know: why whoever was asked could want to meet whoever asked, which time is
    proposed, what the answer is."""
    numbers: dict[str, list[int]] = defaultdict(list)
    for kind, _colon, number in (one.partition(":") for one in subjects):
        if kind in ("meeting", "proposal", "answer"):
            numbers[kind].append(int(number))
    proposed = await ProposedTime.filter(id__in=numbers["proposal"]).select_related("slot", "meeting__event")
    facts = await Change.filter(id__in=numbers["answer"])
    meetings = await Meeting.in_bulk([fact.subject_id for fact in facts], "id")
    return {
        **await _worth(numbers["meeting"]),
        **{f"proposal:{one.id}": [_rather(one)] for one in proposed},
        **{f"answer:{fact.id}": [_became(meetings[fact.subject_id])] for fact in facts if fact.subject_id in meetings},
    }


async def _not_shut_out(wishes: Sequence[ProposedTime]) -> list[ProposedTime]:
    """What they have agreed to stands, but no mail is about somebody of whom they want to hear no more."""
    silences = Silence.filter(other_id__in={one.by_id for one in wishes})
    shut = set(await silences.values_list("owner_id", "other_id"))
    return [one for one in wishes if (one.asked.id, one.by_id) not in shut]


async def _news(now: datetime) -> Sequence[tuple[Change, Meeting, Participant]]:
    """What became of meetings lately that had no time and so no invitation, and who may not know."""
    changed = Meeting.filter(changed_at__gt=now - RECENT, slot_id__isnull=True, status__not=MeetingStatus.REQUESTED)
    numbers = Subquery(changed.values("id"))
    meetings = {one.id: one for one in await changed.select_related("event", "asker", "invitee", "group")}
    people = defaultdict(list, {one.id: [one.asker, one.invitee] for one in meetings.values()})
    joined = Seat.filter(meeting_id__in=numbers).exclude(role=SeatRole.INTERPRETER).select_related("participant")
    for seat in await joined:
        people[seat.meeting_id].append(seat.participant)
    facts = Change.filter(subject="meeting", subject_id__in=numbers, kind__in=list(NEWS)).order_by("subject_id", "id")
    found: list[tuple[Change, Meeting, Participant]] = []
    for number, group in groupby(await facts, key=lambda fact: fact.subject_id):
        meeting, history = meetings.get(number), list(group)  # None: it changed between the queries
        last = history[-1]
        fresh = last.at > now - RECENT and "start" not in last.data
        if meeting and fresh and last.kind == f"meeting.{meeting.status.value}":
            found += [(last, meeting, one) for one in people[number] if _hears(one, meeting, history)]
    return found


def _hears(one: Participant, meeting: Meeting, history: Sequence[Change]) -> bool:
    """The side that asked, or all once they looked forward to it; but not who did it, who came only afterwards, or
    who takes part no more."""
    last, mutual = history[-1], any(fact.kind in MUTUAL for fact in history)
    here = one.status == ParticipantStatus.APPROVED
    return here and one.topic in last.topics and last.by != one.topic and (mutual or bool(asks(meeting, one)))


def _for(reader: Participant, meeting: Meeting, subject: str, since: datetime, *, open: bool = True) -> Waiting:
    """Of the reader's, with event and people at hand."""
    return Waiting(
        person_id=reader.person_id or 0,
        scope=meeting.event.scope,
        subject=subject,
        name=_with_whom(meeting, reader),
        since=since,
        url=f"/e/{meeting.event.slug}/meetings",
        open=open,
    )


def _with_whom(meeting: Meeting, reader: Participant) -> str:
    if meeting.group_id is not None and meeting.group:
        return meeting.group.title
    return (meeting.invitee if asks(meeting, reader) else meeting.asker).name


async def _worth(numbers: Sequence[int]) -> Mapping[str, Sequence[str]]:
    """The weightiest reasons, as on a card."""
    asked = await Meeting.filter(id__in=numbers).select_related("event")
    found: dict[str, Sequence[str]] = {}
    for event in {one.event_id: one.event for one in asked}.values():
        pairs = {one.subject: (one.invitee_id, one.asker_id) for one in asked if one.event_id == event.id}
        known = await why(event, pairs.values())
        found |= {subject: known[pair].brief for subject, pair in pairs.items() if pair in known}
    return found


def _rather(proposed: ProposedTime) -> str:
    return _("Another time: %(time)s") % {"time": when(proposed.slot.start, proposed.meeting.event.tz)}


def _became(meeting: Meeting) -> str:
    reason = {"reason": meeting.reason}
    match meeting.status:
        case MeetingStatus.DECLINED:
            return _("Declined: “%(reason)s”") % reason if meeting.reason else _("Declined.")
        case MeetingStatus.CANCELLED:
            return _("Called off: “%(reason)s”") % reason if meeting.reason else _("Called off.")
        case MeetingStatus.EXPIRED:
            return _("Not answered in time: the request has expired.")
        case _:
            return _("Agreed. The schedule has yet to find a time.")
