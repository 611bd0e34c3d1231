"""May one participant ask another for a meeting, accept, or join? Loads what `rules` weighs."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from tortoise.expressions import Q

from app.errors import Refused
from app.wording import when
from events.models import Event, Participant, ParticipantStatus
from matchmaking.bookmarks.vetoes import kept_apart, pair_of, shuts_out, vetoes_of
from matchmaking.conditions import conditions_of, matrix_of, most_of
from matchmaking.models import Meeting, MeetingStatus
from matchmaking.parties import of_participants, people, with_people
from matchmaking.profile_models import Profile, ProfileStatus
from matchmaking.refusals import Standing, refusal, refusal_to_join
from matchmaking.round_models import Round
from matchmaking.rule_models import Conditions
from matchmaking.rules import Before, Hindrance, Matrix, Side, fair_cap, hindrance, hindrance_to_join, hindrance_to_yes


async def standing(asker: Participant, invitee: Participant, *, desk_reads: bool = False) -> Standing:
    """Whether the one may ask the other; what the two think of each other is not for the desk to read."""
    newest = await newest_meeting(asker, invitee)
    conditions, matrix = await conditions_of(asker.event_id), await matrix_of(asker.event_id)
    yours, theirs = await side_of(asker, conditions), await side_of(invitee, conditions)
    if not desk_reads:
        yours = replace(yours, shuts=await shuts_out(asker, invitee))
        theirs = replace(theirs, shuts=await shuts_out(invitee, asker))
    before = Before(newest.asker_id, newest.status.value) if newest else None
    shut, opens = await _window(asker.event_id, conditions)
    found = hindrance(yours, theirs, before=before, matrix=matrix, shut=shut)
    return Standing(asker, invitee, yours, theirs, found, opens)


async def _window(event_id: int, conditions: Conditions) -> tuple[Hindrance | None, str]:
    """What keeps everybody from asking now, and when booking opens: one round that is open for it is enough."""
    if conditions.locked:
        return Hindrance.LOCKED, ""
    now, rounds = datetime.now(UTC), await Round.filter(event_id=event_id).select_related("event")
    if not rounds or any(one.takes_bookings(now) for one in rounds):
        return None, ""
    coming = [one.opens_at for one in rounds if one.opens_at and one.opens_at > now]
    if not coming:
        return Hindrance.CLOSED, ""
    return Hindrance.NOT_OPEN, when(min(coming), rounds[0].event.tz)


async def refuse_yes(meeting: Meeting) -> None:
    """Raises Refused where rules or limits forbid by now what the request asks for; said to the invitee."""
    conditions, matrix = await conditions_of(meeting.event_id), await matrix_of(meeting.event_id)
    yours, theirs = await side_of(meeting.invitee, conditions), await side_of(meeting.asker, conditions)
    found = hindrance_to_yes(theirs, yours, matrix=matrix, locked=conditions.locked)
    if found:
        raise refusal(Standing(meeting.invitee, meeting.asker, yours, theirs, found))


async def forbidden(requests: Sequence[Meeting]) -> list[Meeting]:
    """Those of one event that nobody may say yes to for their people, if to all the others: by the matrix, a veto, or
    because one of the two would have too many meetings. For whoever chooses among requests, or who goes."""
    if not requests:
        return []
    both = list({one.id: one for each in requests for one in (each.asker, each.invitee)}.values())
    ids = [one.id for one in both]
    matrix, most = await matrix_of(both[0].event_id), await most_of(both)
    apart = await kept_apart(await Event.get(id=both[0].event_id), among=ids)
    agreed = with_people(Meeting.filter(of_participants(ids), status=MeetingStatus.ACCEPTED))
    counts = Counter(one.id for meeting in await agreed for one in people(meeting))
    open_ = [each for each in requests if each.status == MeetingStatus.REQUESTED]
    counts.update(one.id for each in open_ for one in (each.asker, each.invitee))
    full = {one for one, limit in most.items() if counts[one] > limit}
    return [
        each
        for each in requests
        if (each in open_ and full & {each.asker_id, each.invitee_id})
        or pair_of(each.asker_id, each.invitee_id) in apart
        or not matrix.may_ask(each.asker.type_id, each.invitee.type_id)
    ]


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Somebody who would sit down with others, and what decides whether they may, read once for however many tables."""

    one: Participant
    side: Side
    matrix: Matrix
    shuts: frozenset[int]  # participants
    shut_out_by: frozenset[int]

    def against(self, others: Iterable[Participant], *, asks: bool | None = None, reads: bool = True) -> Refused | None:
        """What stands against sitting down with these people (`rules.hindrance_to_join`), in words for the newcomer who
        `reads` them, or for a colleague who does not learn which rule or whose wish it is."""
        for other in others:
            mine = replace(self.side, shuts=other.id in self.shuts)
            shut = other.id in self.shut_out_by and not mine.shuts
            theirs = Side(other.id, other.organisation_id, ready=True, type=other.type_id, shuts=shut)
            if found := hindrance_to_join(mine, theirs, asks=asks, matrix=self.matrix):
                return refusal_to_join(Standing(self.one, other, mine, theirs, found), reads=reads)
        return None


async def newcomer(one: Participant) -> Newcomer:
    one = await Participant.get(id=one.id).select_related("event")
    conditions, matrix = await conditions_of(one.event_id), await matrix_of(one.event_id)
    return Newcomer(one, await side_of(one, conditions), matrix, *await vetoes_of(one))


async def full_among(participants: Sequence[Participant]) -> frozenset[int]:
    """Those (ids) who have agreed to as many meetings as they may."""
    most = await most_of(participants)
    agreed = with_people(Meeting.filter(of_participants(list(most)), status=MeetingStatus.ACCEPTED)) if most else None
    counts = Counter(one.id for meeting in await agreed for one in people(meeting)) if agreed else Counter[int]()
    return frozenset(one for one, limit in most.items() if counts[one] >= limit)


async def refuse_one_more(asker: Participant, invitee: Participant, *, reads: bool) -> None:
    """Raises Refused where as many requests of theirs wait as may, in words for them, or for a colleague of theirs."""
    mine = await allowance(asker)
    if mine.pending >= mine.cap:
        theirs = Side(invitee.id, invitee.organisation_id, ready=True)
        raise refusal(Standing(asker, invitee, mine, theirs, Hindrance.TOO_MANY), desk_reads=not reads)


async def allowance(participant: Participant) -> Side:
    """How much they may ask and agree to, and have: pages show it from the start."""
    return await side_of(participant, await conditions_of(participant.event_id))


async def newest_meeting(one: Participant, other: Participant) -> Meeting | None:
    either_way = Q(asker_id=one.id, invitee_id=other.id) | Q(asker_id=other.id, invitee_id=one.id)
    return await Meeting.filter(either_way, group_id__isnull=True).order_by("-id").first()


async def side_of(participant: Participant, conditions: Conditions) -> Side:
    """With how much they may ask and agree to, and have."""
    approved = participant.status == ParticipantStatus.APPROVED and participant.person_id is not None
    profile = await Profile.get_or_none(participant=participant)
    counts = await _asked(participant)
    return Side(
        participant.id,
        participant.organisation_id,
        ready=approved and profile is not None and profile.status == ProfileStatus.APPROVED,
        type=participant.type_id,
        cap_of_all=conditions.pending,
        pending=counts.get(MeetingStatus.REQUESTED, 0),
        cap=fair_cap(
            conditions.pending,
            accepted=counts.get(MeetingStatus.ACCEPTED, 0),
            refused=counts.get(MeetingStatus.DECLINED, 0) + counts.get(MeetingStatus.EXPIRED, 0),
        ),
        meetings=await Meeting.filter(of_participants([participant.id]), status=MeetingStatus.ACCEPTED).count(),
        most=(await most_of([participant])).get(participant.id),
    )


async def _asked(asker: Participant) -> dict[MeetingStatus, int]:
    """How many of their requests have which status."""
    counts: dict[MeetingStatus, int] = {}
    for (status,) in await Meeting.filter(asker=asker).values_list("status"):
        counts[status] = counts.get(status, 0) + 1
    return counts
