"""A company is asked once: loads its people for `delegating` to choose from, and says the choice with its reasons."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from app.errors import Refused
from app.i18n import _
from app.journal import Actor
from app.wording import clock, several, tongue
from events.models import Event, Organisation, Participant, ParticipantStatus
from events.networks.models import DemoCase, Pilot
from matchmaking.asking import agreed_by, standings
from matchmaking.availability import Diary, Slot, free_slots
from matchmaking.cards import Card, cards
from matchmaking.delegating import Choice, Delegate, FreeAt, NeverFree, SameDemoCase, SamePilot, Speaks, Why, choose
from matchmaking.diaries import diaries, floor
from matchmaking.meetings import request_meeting
from matchmaking.models import Meeting
from matchmaking.profile_models import Profile, ProfileStatus


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who could go, and why: "works on Biobased aromatics", "speaks Polish", "free at 10:20"."""

    participant: Participant
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Call:
    """Of an organisation (id) as a whole; `asked` is whom the request went to, None: nobody yet."""

    asker: Participant
    house: int
    asked: Participant | None = None


async def delegation(asker: Participant, house: Organisation, *, now: datetime) -> list[Candidate]:
    """Who of the organisation could meet this asker, whoever fits best first; only people they may ask."""
    return (await delegations([Call(asker, house.id)], now=now))[0]


async def delegations(calls: Sequence[Call], *, now: datetime) -> list[list[Candidate]]:
    """`delegation` for each of the calls at one event, with whoever was asked, in the same queries however many."""
    if not calls:
        return []
    event = await Event.get(id=calls[0].asker.event_id)
    askers = {call.asker.id: call.asker for call in calls}
    mine = {card.id: card for card in await cards(Profile.filter(participant_id__in=list(askers)))}
    theirs = await _delegates(event, {call.house for call in calls})
    found = {one.id: one for one in await Participant.filter(id__in=list(theirs)).select_related("organisation")}
    pairs = [(call.asker, one) for call in calls for one in found.values() if one.organisation_id == call.house]
    able = {(one.asker.id, one.invitee.id) for one in await standings(pairs) if not one.against}
    ground = await floor(event)
    times = await diaries(list((askers | found).values()), within=ground.span)
    booked = await agreed_by(list(theirs))
    words = await _words(event)

    def candidates(call: Call) -> list[Candidate]:
        if call.asker.id not in mine:
            return []
        asked = call.asked.id if call.asked else None
        delegates = [
            Delegate(card.wishes, _common(ground.slots, times[call.asker.id], times[card.id], now), booked[card.id])
            for card in theirs.values()
            if (call.asker.id, card.id) in able or (card.id == asked and found[card.id].organisation_id == call.house)
        ]
        return [words.candidate(choice, found) for choice in choose(mine[call.asker.id].wishes, delegates)]

    return [candidates(call) for call in calls]


async def ask_house(asker: Participant, house: Organisation, *, message: str, by: Actor, now: datetime) -> Meeting:
    """Ask the organisation: the request goes to whoever fits best, and any colleague may answer. Raises Refused when
    nobody of it can be asked, or it was asked already."""
    candidates = await delegation(asker, house, now=now)
    if not candidates:
        raise Refused(_("Nobody of %(house)s can be asked for a meeting now.") % {"house": house.name})
    chosen = candidates[0].participant
    return await request_meeting(asker, chosen, message=message, house=house, by=by)


async def _delegates(event: Event, houses: Collection[int]) -> dict[int, Card]:
    """By participant those of the organisations who take part and have approved profiles."""
    profiles = Profile.filter(participant__event=event, participant__organisation_id__in=houses)
    profiles = profiles.filter(participant__status=ParticipantStatus.APPROVED, participant__person_id__isnull=False)
    return {card.id: card for card in await cards(profiles.filter(status=ProfileStatus.APPROVED))}


def _common(slots: Sequence[Slot], one: Diary, other: Diary, now: datetime) -> tuple[datetime, ...]:
    mine = {slot.id for slot in free_slots(slots, one, now=now)}
    return tuple(slot.span.start for slot in free_slots(slots, other, now=now) if slot.id in mine)


@dataclass(frozen=True, slots=True)
class _Words:
    zone: ZoneInfo
    demo_cases: dict[int, str]
    pilots: dict[int, str]

    def candidate(self, choice: Choice, found: dict[int, Participant]) -> Candidate:
        return Candidate(found[choice.participant], tuple(self.phrase(one) for one in choice.why))

    def phrase(self, why: Why) -> str:
        match why:
            case SameDemoCase(case):
                return _("same demo case: %(name)s") % {"name": self.demo_cases[case]}
            case SamePilot(pilot):
                return _("same pilot: %(name)s") % {"name": self.pilots[pilot]}
            case Speaks(languages):
                return _("speaks %(languages)s") % {"languages": several(map(tongue, languages))}
            case FreeAt(start):
                return _("free at %(time)s") % {"time": clock(start, self.zone)}
            case NeverFree():
                return _("no free time in common")


async def _words(event: Event) -> _Words:
    cases = await DemoCase.filter(pilot__network_id=event.network_id)
    pilots = await Pilot.filter(network_id=event.network_id)
    return _Words(event.tz, {one.id: one.name for one in cases}, {one.id: one.code for one in pilots})
