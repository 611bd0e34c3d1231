"""May one participant ask another for a meeting, accept, or join? Loads what `rules` weighs."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from tortoise.expressions import Q

from app.errors import Refused
from app.wording import when
from events.models import Event, Participant, ParticipantStatus
from matchmaking.bookmarks.vetoes import kept_apart, pair_of, vetoes_among, vetoes_of
from matchmaking.conditions import conditions_of, matrix_of, most_of
from matchmaking.models import Meeting, MeetingStatus
from matchmaking.parties import of_participants, people, with_people
from matchmaking.profile_models import Profile, ProfileStatus
from matchmaking.refusals import Standing, refusal, refusal_to_join
from matchmaking.round_models import Round
from matchmaking.rule_models import Conditions
from matchmaking.rules import (
    MIRRORED,
    Before,
    Hindrance,
    Matrix,
    Side,
    fair_cap,
    hindrance,
    hindrance_to_join,
    hindrance_to_yes,
)


async def standing(asker: Participant, invitee: Participant, *, desk_reads: bool = False) -> Standing:
    """Whether the one may ask the other; what the two think of each other is not for the desk to read."""
    return (await standings([(asker, invitee)], desk_reads=desk_reads))[0]


async def standings(pairs: Sequence[tuple[Participant, Participant]], *, desk_reads: bool = False) -> list[Standing]:
    """For each (asker, invitee) of one event, in the same queries however many they are."""
    if not pairs:
        return []
    event_id = pairs[0][0].event_id
    conditions, matrix = await conditions_of(event_id), await matrix_of(event_id)
    sides = await _sides([one for pair in pairs for one in pair], conditions)
    newest = await _newest(pairs)
    vetoes = (
        frozenset[tuple[int, int]]() if desk_reads else await vetoes_among({one.id for pair in pairs for one in pair})
    )
    shut, opens = await _window(event_id, conditions)
    found = []
    for asker, invitee in pairs:
        yours = replace(sides[asker.id], shuts=(asker.id, invitee.id) in vetoes)
        theirs = replace(sides[invitee.id], shuts=(invitee.id, asker.id) in vetoes)
        last = newest.get(pair_of(asker.id, invitee.id))
        before = Before(last.asker_id, last.status.value) if last else None
        against = hindrance(yours, theirs, before=before, matrix=matrix, shut=shut)
        found.append(Standing(asker, invitee, yours, theirs, against, opens, last))
    return found


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


async def refuse_yes(meeting: Meeting, *, reader: Participant | None = None) -> None:
    """Raises Refused where rules or limits forbid by now what the request asks for; said to the invitee, or to the
    `reader` of the two."""
    you = reader or meeting.invitee
    other = meeting.asker if you.id == meeting.invitee_id else meeting.invitee
    conditions, matrix = await conditions_of(meeting.event_id), await matrix_of(meeting.event_id)
    yours, theirs = await side_of(you, conditions), await side_of(other, conditions)
    asked = you.id == meeting.invitee_id
    sides = (theirs, yours) if asked else (yours, theirs)
    if found := hindrance_to_yes(*sides, matrix=matrix, locked=conditions.locked):
        raise refusal(Standing(you, other, yours, theirs, found if asked else MIRRORED.get(found, found)))


async def forbidden(requests: Sequence[Meeting]) -> list[Meeting]:
    """Those of one event that nobody may say yes to for their people, if to all the others: by the matrix, a veto, or
    because one of the two would have too many meetings. For whoever chooses among requests, or who goes."""
    if not requests:
        return []
    both = list({one.id: one for each in requests for one in (each.asker, each.invitee)}.values())
    ids = [one.id for one in both]
    matrix, most = await matrix_of(both[0].event_id), await most_of(both)
    apart = await kept_apart(await Event.get(id=both[0].event_id), among=ids)
    counts = await agreed_by(ids)
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
    counts = await agreed_by(most)
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
    return (await _newest([(one, other)])).get(pair_of(one.id, other.id))


async def side_of(participant: Participant, conditions: Conditions) -> Side:
    """With how much they may ask and agree to, and have."""
    return (await _sides([participant], conditions))[participant.id]


async def agreed_by(ids: Collection[int]) -> Counter[int]:
    """To how many meetings each participant (id) has agreed, whoever asked."""
    if not ids:
        return Counter()
    agreed = with_people(Meeting.filter(of_participants(ids), status=MeetingStatus.ACCEPTED))
    return Counter(one.id for meeting in await agreed for one in people(meeting))


async def _newest(pairs: Sequence[tuple[Participant, Participant]]) -> dict[tuple[int, int], Meeting]:
    """By `pair_of` the two the newest meeting that is no group's, whoever asked for it."""
    ones, others = {one.id for one, _other in pairs}, {other.id for _one, other in pairs}
    either_way = Q(asker_id__in=ones, invitee_id__in=others) | Q(asker_id__in=others, invitee_id__in=ones)
    found = await Meeting.filter(either_way, group_id__isnull=True).order_by("id")
    return {pair_of(each.asker_id, each.invitee_id): each for each in found}


async def _sides(participants: Sequence[Participant], conditions: Conditions) -> dict[int, Side]:
    """By participant (id); all are of one event."""
    everybody = {one.id: one for one in participants}
    ids = list(everybody)
    approved = Profile.filter(participant_id__in=ids, status=ProfileStatus.APPROVED)
    ready = {id for (id,) in await approved.values_list("participant_id")}
    asked = Counter(await Meeting.filter(asker_id__in=ids).values_list("asker_id", "status"))
    agreed, most = await agreed_by(ids), await most_of(list(everybody.values()))

    def side(one: Participant) -> Side:
        takes_part = one.status == ParticipantStatus.APPROVED and one.person_id is not None
        refused = asked[one.id, MeetingStatus.DECLINED] + asked[one.id, MeetingStatus.EXPIRED]
        accepted = asked[one.id, MeetingStatus.ACCEPTED]
        return Side(
            one.id,
            one.organisation_id,
            ready=takes_part and one.id in ready,
            type=one.type_id,
            cap_of_all=conditions.pending,
            pending=asked[one.id, MeetingStatus.REQUESTED],
            cap=fair_cap(conditions.pending, accepted=accepted, refused=refused),
            meetings=agreed[one.id],
            most=most.get(one.id),
        )

    return {one.id: side(one) for one in everybody.values()}
