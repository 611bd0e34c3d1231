"""The day as pages show it: where one is expected now, what goes on at one's table, who is here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.wording import alphabetical
from events.models import Event, Participant, ParticipantStatus
from matchmaking.models import Meeting, MeetingStatus
from matchmaking.onsite.gaps import Waiting, filling, open_absences, tables_for
from matchmaking.onsite.models import Absence, Presence, StandIn
from matchmaking.overview import Ticket, ticket
from matchmaking.parties import of_participants, with_people
from matchmaking.stems import searched


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
        waiting=(await filling([mine], now))[0] if mine else None,
        missed=tuple(one for one in absences if me in one.asked),
        calls=tuple([one for one in await asked.select_related(*parts) if now < one.absence.slot.end]),
        open_tables=tuple(await tables_for(me, now)),
    )


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


def _said(participant: Participant) -> str:
    return " ".join([participant.name, participant.organisation.name if participant.organisation else ""])
