"""Where somebody waits at a table, and who could sit down there instead: here, free and interested."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from app.intervals import Interval, overlaps
from events.models import Event, Participant
from matchmaking.affinity import score
from matchmaking.asking import standings
from matchmaking.availability import Diary
from matchmaking.bookmarks.vetoes import pair_of
from matchmaking.cards import cards
from matchmaking.diaries import diaries
from matchmaking.models import LIVE, Meeting, MeetingStatus
from matchmaking.onsite.absences import could_sit, keeps_apart
from matchmaking.onsite.models import Absence, Presence, StandIn
from matchmaking.onsite.nearby import Candidate, in_order
from matchmaking.parties import of_participants, with_people
from matchmaking.profile_models import Profile, ProfileStatus
from matchmaking.wishes import Wishes

SHOWN = 5  # people to ask
AT_THE_DESK = 3  # for each table


@dataclass(frozen=True, slots=True)
class Free:
    """Somebody who could sit down now; `proposal` is what one of the two has proposed."""

    participant: Participant
    candidate: Candidate
    proposal: StandIn | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """An absence as whoever waits, or the desk, sees it. `free` is empty until others may be asked."""

    absence: Absence
    asks: bool  # others may be asked by now
    free: tuple[Free, ...]


async def no_shows(event: Event, *, now: datetime) -> Sequence[Waiting]:
    """For the desk: everybody who waits at a table now, longest first, with who could fill the gap."""
    return await filling(await open_absences([event.id], now), now, most=AT_THE_DESK)


async def missed_by(me: Participant, *, now: datetime) -> Sequence[Absence]:
    """Where somebody waits for them."""
    return [one for one in await open_absences([me.event_id], now) if me in one.asked]


async def open_absence(meeting: Meeting, *, now: datetime) -> Absence | None:
    return next((one for one in await open_absences([meeting.event_id], now) if one.meeting_id == meeting.id), None)


async def open_absences(events: Collection[int], now: datetime) -> list[Absence]:
    """Of these events (ids), the longest first, each with its meeting and people. Two queries."""
    found = Absence.filter(meeting__event_id__in=list(events), ended_at__isnull=True, slot__end__gt=now).order_by(
        "at", "id"
    )
    rows = await found.select_related("slot__round", "table", "reporter__organisation", "missing")
    whole = with_people(Meeting.filter(id__in=[one.meeting_id for one in rows])).select_related("event")
    meetings = {one.id: one for one in await whole} if rows else {}
    for one in rows:
        one.meeting = meetings[one.meeting_id]
    return [one for one in rows if one.stands]


async def tables_for(me: Participant, now: datetime) -> list[Absence]:
    """Where somebody waits whom I could meet and to whom I have not offered it yet; for those on standby."""
    mine = await Presence.get_or_none(participant=me)
    if mine is None or not mine.standby or mine.here_at is None:
        return []
    open_ones = [one for one in await open_absences([me.event_id], now) if now >= one.others_from]
    free = await _free(open_ones, most=SHOWN)
    return [one for one in open_ones for who in free[one.id] if who.participant.id == me.id and not who.proposal]


async def filling(absences: Sequence[Absence], now: datetime, *, most: int = SHOWN) -> list[Waiting]:
    """Of one event, each with who could be asked."""
    free = await _free([one for one in absences if now >= one.others_from], most=most)
    return [Waiting(one, one.id in free, tuple(free.get(one.id, ()))) for one in absences]


async def _free(absences: Sequence[Absence], *, most: int) -> dict[int, list[Free]]:
    """For each absence of one event (by id) who is here, free in its slot and interested, the best first, and whom no
    rule or wish keeps apart. The same queries however many."""
    if not absences:
        return {}
    proposals = StandIn.filter(absence_id__in=[one.id for one in absences])
    proposed = {(one.absence_id, one.guest_id): one for one in await proposals}
    here = Presence.filter(participant__event_id=absences[0].meeting.event_id, here_at__isnull=False)
    standing_by = {one.participant_id: one.standby for one in await here}
    guests = await Participant.filter(id__in=list(standing_by)).select_related("organisation")
    people = {one.id: one for one in guests}
    candidates = await _candidates(absences, await _able(absences, guests), standing_by)
    pairs = [(one.reporter, people[who.participant]) for one in absences for who in candidates[one.id]]
    apart = {(one.asker.id, one.invitee.id) for one in await standings(pairs) if keeps_apart(one)}

    def free(absence: Absence) -> list[Free]:
        fitting = [one for one in candidates[absence.id] if (absence.reporter_id, one.participant) not in apart]
        return [
            Free(people[one.participant], one, proposed.get((absence.id, one.participant))) for one in fitting[:most]
        ]

    return {one.id: free(one) for one in absences}


async def _able(absences: Sequence[Absence], guests: Sequence[Participant]) -> dict[int, list[int]]:
    """By absence who is free in its slot; whoever waits for somebody at a table of their own is free as well."""
    spans = [one.slot.span for one in absences]
    within = Interval(min(span.start for span in spans), max(span.end for span in spans))
    waiting = await open_absences([absences[0].meeting.event_id], within.start)
    everybody = {one.id: one for one in (*(each.reporter for each in absences), *guests)}
    found = await diaries(list(everybody.values()), within=within, without=[one.meeting_id for one in waiting])

    def able(absence: Absence) -> list[int]:
        span = absence.slot.span
        absent = {who.id for one in waiting if one.slot.end > span.start for who in one.asked}
        absent |= {absence.reporter_id, *(one.id for one in absence.asked)}
        mine = _in(found[absence.reporter_id], span)
        return [one.id for one in guests if one.id not in absent and could_sit(absence, mine, _in(found[one.id], span))]

    return {one.id: able(one) for one in absences}


def _in(diary: Diary, span: Interval) -> Diary:
    """What is beside the slot does not count: they are here."""
    return replace(diary, busy=tuple(one for one in diary.busy if overlaps(one.span, span)))


async def _candidates(
    absences: Sequence[Absence], able: Mapping[int, Collection[int]], standing_by: Mapping[int, bool]
) -> dict[int, list[Candidate]]:
    """By absence, the best first."""
    reporters, guests = {one.reporter_id for one in absences}, {who for each in able.values() for who in each}
    wishes = await _wishes(reporters | guests)
    live = Meeting.filter(of_participants(reporters), status__in=LIVE, group_id__isnull=True)
    pairs = {pair_of(one.asker_id, one.invitee_id): one for one in await live}
    seats = await _seats(guests, {one.slot.round_id for one in absences})

    def candidate(absence: Absence, one: int) -> Candidate:
        mine, theirs = wishes.get(absence.reporter_id), wishes.get(one)
        agreed = pairs.get(pair_of(absence.reporter_id, one))
        return Candidate(
            participant=one,
            worth=score(mine, theirs) if mine and theirs else 0,
            agreed=agreed is not None and agreed.waiting,
            asked=agreed is not None and agreed.status == MeetingStatus.REQUESTED,
            standby=standing_by[one],
            tables=_apart(absence, seats.get((absence.slot.round_id, one), ())),
        )

    return {one.id: in_order(candidate(one, who) for who in able[one.id]) for one in absences}


async def _wishes(ids: Collection[int]) -> dict[int, Wishes]:
    found = Profile.filter(participant_id__in=list(ids), status=ProfileStatus.APPROVED)
    return {card.id: card.wishes for card in await cards(found)}


async def _seats(guests: Collection[int], rounds: Collection[int]) -> Mapping[tuple[int, int], Sequence[Meeting]]:
    """By round and participant (ids) where they sit or have sat, with slot and table at hand."""
    placed = Meeting.filter(of_participants(guests), slot__round_id__in=rounds)
    placed = placed.filter(status=MeetingStatus.ACCEPTED, table__line=False)
    found = defaultdict(list)
    for meeting in await placed.select_related("slot", "table"):
        assert meeting.slot
        for one in (meeting.asker_id, meeting.invitee_id):
            found[meeting.slot.round_id, one].append(meeting)
    return found


def _apart(absence: Absence, seats: Sequence[Meeting]) -> int | None:
    """How many tables away they have been or will be at the time nearest to now."""
    near = [(abs(one.slot.start - absence.slot.start), one.table.number) for one in seats if one.slot and one.table]
    return abs(min(near)[1] - absence.table.number) if near else None
