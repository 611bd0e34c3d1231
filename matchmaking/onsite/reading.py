"""The day as pages show it: where one is expected now, who is waited for, who could sit down instead, who is here."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.errors import Refused
from app.intervals import Interval
from app.wording import alphabetical
from events.models import Event, Participant, ParticipantStatus
from matchmaking.affinity import score
from matchmaking.cards import cards
from matchmaking.diaries import diaries
from matchmaking.models import Meeting, MeetingStatus
from matchmaking.onsite.absences import could_sit, refuse_stranger
from matchmaking.onsite.models import Absence, Presence, StandIn
from matchmaking.onsite.nearby import Candidate, in_order
from matchmaking.overview import Ticket, ticket
from matchmaking.parties import LIVE, of_participants, with_people
from matchmaking.profile_models import Profile, ProfileStatus
from matchmaking.stems import searched
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


@dataclass(frozen=True, slots=True)
class Today:
    """One participant's day: `waiting` at their own table, `missed` where they are waited for, `calls` of people who
    would meet them now, `open_tables` where somebody waits whom they could meet."""

    presence: Presence
    current: Ticket | None
    following: Ticket | None
    waiting: Waiting | None
    missed: tuple[Absence, ...]
    calls: tuple[StandIn, ...]
    open_tables: tuple[Absence, ...]


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody expected, for the list at the door."""

    participant: Participant
    presence: Presence | None

    @property
    def here(self) -> bool:
        return self.presence is not None and self.presence.here_at is not None


async def today(me: Participant, *, now: datetime) -> Today:
    placed = Meeting.filter(of_participants([me.id]), status=MeetingStatus.ACCEPTED, slot__end__gt=now)
    found = await with_people(placed.order_by("slot__start").limit(2), "organisation__region").select_related(
        "event", "slot__round", "table"
    )
    tickets = [ticket(meeting, me) for meeting in found]
    current = next((one for one in tickets if one.meeting.slot and one.meeting.slot.start <= now), None)
    absences = await open_absences([me.event_id], now)
    mine = next((one for one in absences if one.reporter_id == me.id), None)
    asked = StandIn.filter(guest=me, by_guest=False, answer__isnull=True, absence__ended_at__isnull=True)
    parts = ("absence__slot", "absence__table", "absence__reporter__organisation")
    return Today(
        presence=await Presence.get_or_none(participant=me) or Presence(participant=me),
        current=current,
        following=next((one for one in tickets if one is not current), None),
        waiting=await _waiting(mine, now, most=SHOWN) if mine else None,
        missed=tuple(one for one in absences if me in one.asked),
        calls=tuple([one for one in await asked.select_related(*parts) if now < one.absence.slot.end]),
        open_tables=tuple(await _tables_for(me, now)),
    )


async def no_shows(event: Event, *, now: datetime) -> Sequence[Waiting]:
    """For the desk: everybody who waits at a table now, longest first, with who could fill the gap."""
    return [await _waiting(one, now, most=AT_THE_DESK) for one in await open_absences([event.id], now)]


async def missed_by(me: Participant, *, now: datetime) -> Sequence[Absence]:
    """Where somebody waits for them."""
    return [one for one in await open_absences([me.event_id], now) if me in one.asked]


async def standby(event: Event) -> Sequence[Participant]:
    """Who wants to be called, longest here first."""
    found = Presence.filter(participant__event=event, standby=True, here_at__isnull=False)
    found = found.filter(participant__status=ParticipantStatus.APPROVED)
    return [one.participant for one in await found.order_by("here_at").select_related("participant__organisation")]


async def door_list(event: Event, words: str) -> Sequence[Guest]:
    """Everybody who takes part, by name; every one of the words must be found."""
    people = Participant.filter(event=event, status=ParticipantStatus.APPROVED, person_id__isnull=False)
    known = {one.participant_id: one for one in await Presence.filter(participant__event=event)}
    guests = [Guest(one, known.get(one.id)) for one in await people.select_related("organisation")]
    kept = [one for one in guests if searched(_said(one.participant)).holds(words)]
    return sorted(kept, key=lambda one: alphabetical(one.participant.name))


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


async def _waiting(absence: Absence, now: datetime, *, most: int) -> Waiting:
    asks = now >= absence.others_from
    return Waiting(absence, asks, tuple(await _free(absence, most=most)) if asks else ())


async def _free(absence: Absence, *, most: int) -> list[Free]:
    """Who is here, free in this slot and interested, the best first, and whom no rule or wish keeps apart."""
    proposals = {one.guest_id: one for one in await StandIn.filter(absence=absence)}
    here = Presence.filter(participant__event_id=absence.meeting.event_id, here_at__isnull=False)
    standing_by = {one.participant_id: one.standby for one in await here}
    people = {
        one.id: one
        for one in await Participant.filter(id__in=list(standing_by)).select_related("organisation")
        if one.id != absence.reporter_id and one not in absence.asked
    }
    able = await _able(absence, list(people.values()))
    found: list[Free] = []
    for one in in_order(await _candidates(absence, able, standing_by)):
        guest = people[one.participant]
        if len(found) < most and await _allowed(absence, guest):
            found.append(Free(guest, one, proposals.get(guest.id)))
    return found


async def _able(absence: Absence, people: Sequence[Participant]) -> list[int]:
    """Free in the slot; whoever waits for somebody at a table of their own is free as well."""
    span = Interval(absence.slot.start, absence.slot.end)
    absences = await open_absences([absence.meeting.event_id], absence.slot.start)
    absent = {who.id for one in absences for who in one.asked}
    found = await diaries([absence.reporter, *people], within=span, without=[one.meeting_id for one in absences])
    mine = found[absence.reporter_id]
    return [one.id for one in people if one.id not in absent and could_sit(absence, mine, found[one.id])]


async def _candidates(absence: Absence, able: Collection[int], standing_by: Mapping[int, bool]) -> list[Candidate]:
    wishes = await _wishes([absence.reporter_id, *able])
    live = Meeting.filter(of_participants([absence.reporter_id]), status__in=LIVE, group_id__isnull=True)
    pairs = {one.invitee_id if one.asker_id == absence.reporter_id else one.asker_id: one for one in await live}
    tables = await _tables(absence, able)
    mine = wishes.get(absence.reporter_id)
    return [
        Candidate(
            participant=one,
            worth=score(mine, wishes[one]) if mine and one in wishes else 0,
            agreed=one in pairs and pairs[one].waiting,
            asked=one in pairs and pairs[one].status == MeetingStatus.REQUESTED,
            standby=standing_by[one],
            tables=tables.get(one),
        )
        for one in able
    ]


async def _wishes(ids: Sequence[int]) -> dict[int, Wishes]:
    found = Profile.filter(participant_id__in=list(ids), status=ProfileStatus.APPROVED)
    return {card.id: card.wishes for card in await cards(found)}


async def _tables(absence: Absence, able: Collection[int]) -> dict[int, int]:
    """By participant how many tables away they have been or will be, in this round, at the time nearest to now."""
    near: dict[int, tuple[float, int]] = {}
    placed = Meeting.filter(of_participants(list(able)), slot__round_id=absence.slot.round_id)
    placed = placed.filter(status=MeetingStatus.ACCEPTED, table__line=False)
    for meeting in await with_people(placed).select_related("slot", "table"):
        assert meeting.slot
        assert meeting.table
        apart = abs((meeting.slot.start - absence.slot.start).total_seconds())
        for one in (meeting.asker_id, meeting.invitee_id):
            if one in able and apart < near.get(one, (float("inf"), 0))[0]:
                near[one] = apart, abs(meeting.table.number - absence.table.number)
    return {one: tables for one, (_apart, tables) in near.items()}


async def _allowed(absence: Absence, guest: Participant) -> bool:
    try:
        await refuse_stranger(absence, guest)
    except Refused:
        return False
    return True


async def _tables_for(me: Participant, now: datetime) -> list[Absence]:
    """Where somebody waits whom I could meet and to whom I have not offered it yet; for those on standby."""
    mine = await Presence.get_or_none(participant=me)
    if mine is None or not mine.standby or mine.here_at is None:
        return []
    found = []
    for absence in await open_absences([me.event_id], now):
        if now >= absence.others_from and me.id != absence.reporter_id and me not in absence.asked:
            found += [
                absence for one in await _free(absence, most=SHOWN) if one.participant.id == me.id and not one.proposal
            ]
    return found


def _said(participant: Participant) -> str:
    return " ".join([participant.name, participant.organisation.name if participant.organisation else ""])
