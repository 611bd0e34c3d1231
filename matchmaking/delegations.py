"""A company is asked once: loads its people for `delegating` to choose from, and says the choice with its reasons."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from app.errors import Refused
from app.i18n import _
from app.journal import Actor
from app.wording import clock, several, tongue
from events.models import Event, Organisation, Participant, ParticipantStatus
from events.networks.models import DemoCase, Pilot
from matchmaking.asking import standing
from matchmaking.availability import Diary, Slot, free_slots
from matchmaking.cards import Card, cards
from matchmaking.delegating import Choice, Delegate, FreeAt, NeverFree, SameDemoCase, SamePilot, Speaks, Why, choose
from matchmaking.diaries import diaries, floor
from matchmaking.meetings import request_meeting
from matchmaking.models import Meeting, MeetingStatus
from matchmaking.parties import of_participants, people, with_people
from matchmaking.profile_models import Profile, ProfileStatus


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who could go, and why: "works on Biobased aromatics", "speaks Polish", "free at 10:20"."""

    participant: Participant
    why: tuple[str, ...]


async def delegation(
    asker: Participant, house: Organisation, *, asked: Participant | None = None, now: datetime
) -> list[Candidate]:
    """Who of the organisation could meet this asker, whoever fits best first; only people they may ask, or whom they
    have asked."""
    event = await Event.get(id=asker.event_id)
    mine = await cards(Profile.filter(participant=asker))
    theirs = await _delegates(asker, house, asked)
    if not mine or not theirs:
        return []
    members = {card.id: card for card in theirs}
    found = {one.id: one for one in await Participant.filter(id__in=members).select_related("organisation")}
    ground = await floor(event)
    times = await diaries([asker, *found.values()], within=ground.span)
    booked = await _agreed(list(members))
    delegates = [
        Delegate(card.wishes, _common(ground.slots, times[asker.id], times[card.id], now), booked[card.id])
        for card in theirs
    ]
    words = await _words(event)
    return [words.candidate(choice, found) for choice in choose(mine[0].wishes, delegates)]


async def ask_house(asker: Participant, house: Organisation, *, message: str, by: Actor, now: datetime) -> Meeting:
    """Ask the organisation: the request goes to whoever fits best, and any colleague may answer. Raises Refused when
    nobody of it can be asked, or it was asked already."""
    candidates = await delegation(asker, house, now=now)
    if not candidates:
        raise Refused(_("Nobody of %(house)s can be asked for a meeting now.") % {"house": house.name})
    chosen = candidates[0].participant
    return await request_meeting(asker, chosen, message=message, house=house, by=by)


async def _delegates(asker: Participant, house: Organisation, asked: Participant | None) -> list[Card]:
    """With approved profiles, and nothing against asking them."""
    profiles = Profile.filter(participant__event_id=asker.event_id, participant__organisation=house)
    profiles = profiles.filter(participant__status=ParticipantStatus.APPROVED, participant__person_id__isnull=False)
    found = await cards(profiles.filter(status=ProfileStatus.APPROVED))
    here = {one.id: one for one in await Participant.filter(id__in=[card.id for card in found])}
    return [card for card in found if here[card.id] == asked or not (await standing(asker, here[card.id])).against]


async def _agreed(ids: Sequence[int]) -> Counter[int]:
    meetings = Meeting.filter(of_participants(ids), status=MeetingStatus.ACCEPTED)
    return Counter(one.id for meeting in await with_people(meetings) for one in people(meeting))


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
