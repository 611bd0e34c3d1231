"""Who is at the event and what they bring: the approved profiles, searched, and ranked for one of them with reasons."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from app.i18n import language
from app.wording import alphabetical
from events.models import Event, Participant, ParticipantStatus
from events.networks.models import DemoCase, Pilot
from matchmaking.affinity import Affinity, affinity
from matchmaking.cards import Card, cards, crowds_of
from matchmaking.conditions import matrices_of
from matchmaking.grounds import brief
from matchmaking.models import LIVE, Meeting
from matchmaking.profile_models import Profile, ProfileStatus
from matchmaking.ranking import NOBODY_CROWDED, NOTHING_MARKED, rank
from matchmaking.reasons import Names, sentence
from matchmaking.wishes import ALONE, Crowd, Wish


@dataclass(frozen=True, slots=True)
class Filter:
    """What a list is narrowed to; None keeps all. Every word of `words` must be found."""

    pilot: int | None = None
    demo_case: int | None = None
    region: int | None = None
    role: str | None = None
    house: str | None = None  # events.models.OrganisationKind
    trl: int | None = None
    people: frozenset[int] | None = None  # participants
    words: str = ""

    def keeps(self, card: Card) -> bool:
        return (
            (self.pilot is None or self.pilot in card.wishes.pilots)
            and (self.demo_case is None or self.demo_case in card.wishes.demo_cases)
            and (self.region is None or self.region == card.region)
            and (self.role is None or any(line.role == self.role for line in card.lines))
            and (self.house is None or (card.organisation is not None and card.organisation.kind == self.house))
            and (self.trl is None or any(line.trl == self.trl for line in card.lines))
            and (self.people is None or card.id in self.people)
            and card.said.holds(self.words)
        )


@dataclass(frozen=True, slots=True)
class Match:
    """Somebody worth meeting, and why, in sentences for the one who asks."""

    card: Card
    score: int  # 0 to 1000
    reasons: tuple[str, ...]
    brief: tuple[str, ...]  # the weightiest of them


@dataclass(frozen=True, slots=True)
class Earlier:
    """A profile of another event, and how many of its lines are about pilots that this event does not have."""

    card: Card
    event: str
    left_out: int


@dataclass(frozen=True, slots=True)
class Directory:
    """The approved profiles by name, and the pilots and demo cases of the network in their order."""

    cards: tuple[Card, ...]
    pilots: tuple[Pilot, ...]
    demo_cases: tuple[DemoCase, ...]
    among: Crowd = ALONE  # all who are approved, whether the reader sees them or not

    def find(self, participant_id: int) -> Card | None:
        return next((card for card in self.cards if card.id == participant_id), None)

    def only(self, kept: Filter) -> list[Card]:
        return [card for card in self.cards if kept.keeps(card)]

    def regions(self) -> list[tuple[int, str]]:
        """(id, name) of those that somebody comes from."""
        found = {card.region: card.place for card in self.cards if card.region is not None}
        return sorted(found.items(), key=lambda pair: alphabetical(pair[1]))

    def matches(
        self,
        me: Card,
        *,
        limit: int,
        without: Collection[int] = (),
        marks: Mapping[int, str] = NOTHING_MARKED,
        crowded: Mapping[int, int] = NOBODY_CROWDED,
    ) -> list[Match]:
        """The best partners first; `without` are participants who are settled already; `marks` and `crowded` as in
        `rank`."""
        others = {card.id: card for card in self.cards if card.id not in without}
        ranked = rank(me.wishes, self.among, limit=limit, of=others, marks=marks, crowded=crowded)
        names = self._names([me, *(others[one.participant] for one in ranked)])
        return [_match(others[one.participant], one.affinity, names) for one in ranked]

    def match(self, me: Card, other: Card) -> Match:
        return _match(other, affinity(me.wishes, other.wishes, self.among), self._names([me, other]))

    def pilot(self, line: Wish) -> Pilot:
        return next(pilot for pilot in self.pilots if pilot.id == line.pilot)

    def demo_case(self, line: Wish) -> DemoCase | None:
        return next((case for case in self.demo_cases if case.id == line.demo_case), None)

    def _names(self, seen: Iterable[Card]) -> Names:
        return Names(
            pilots={pilot.id: pilot.name_in(language()) for pilot in self.pilots},
            demo_cases={case.id: case.name for case in self.demo_cases},
            regions={card.region: card.place for card in seen if card.region is not None},
        )


async def directory(event: Event) -> Directory:
    """Approved participants with approved profiles; seven queries at most, whatever their number."""
    return (await directories([event]))[event.id]


async def directories(events: Sequence[Event]) -> dict[int, Directory]:
    """By event (id), in the same queries however many."""
    approved = Profile.filter(status=ProfileStatus.APPROVED, participant__status=ParticipantStatus.APPROVED)
    found = await _directories(events, approved.filter(participant__event_id__in=[one.id for one in events]))
    crowds = await crowds_of({id: one.cards for id, one in found.items()})
    return {id: replace(one, among=crowds[id]) for id, one in found.items()}


async def directory_for(event: Event, reader: Participant) -> Directory:
    """Without those whom the rules keep from the reader's sight, unless the two have something with each other."""
    return (await directories_for([reader], {event.id: event}))[event.id]


async def directories_for(readers: Sequence[Participant], events: Mapping[int, Event]) -> dict[int, Directory]:
    """`directory_for` each of the readers, of whom every event has one; in the same queries however many."""
    found, matrices = await directories(list(events.values())), await matrices_of(list(events))
    barred = [one for one in readers if matrices[one.event_id].hides]
    partners = await _partners([one.id for one in barred])
    for reader in barred:
        everybody, matrix = found[reader.event_id], matrices[reader.event_id]
        seen = (
            card
            for card in everybody.cards
            if card.id == reader.id or card.id in partners[reader.id] or matrix.may_see(reader.type_id, card.type)
        )
        found[reader.event_id] = replace(everybody, cards=tuple(seen))
    return found


async def queue(event: Event, status: ProfileStatus) -> Directory:
    """For the desk: the profiles of one status of those who take part or have asked to."""
    here = (ParticipantStatus.PENDING, ParticipantStatus.APPROVED)
    found = Profile.filter(participant__event=event, participant__status__in=here, status=status)
    return (await _directories([event], found))[event.id]


async def own_card(participant: Participant) -> Card | None:
    """Their card as others see it, or will once it is approved."""
    found = await cards(Profile.filter(participant=participant))
    return found[0] if found else None


async def earlier_profile(participant: Participant) -> Earlier | None:
    """What the same person wrote for another event last, as far as it is about pilots of this event's network."""
    others = Profile.filter(participant__person_id=participant.person_id).exclude(participant=participant)
    newest = await others.order_by("-id").first().select_related("participant__event")
    if participant.person_id is None or newest is None:
        return None
    (card,) = await cards(Profile.filter(id=newest.id))
    event = await Event.get(id=participant.event_id)
    pilots = {pilot.id for pilot in await Pilot.filter(network_id=event.network_id)}
    kept = tuple(line for line in card.lines if line.pilot in pilots)
    left_out = len(card.lines) - len(kept)
    return Earlier(replace(card, lines=kept), newest.participant.event.title, left_out)


async def _directories(events: Sequence[Event], profiles: QuerySet[Profile]) -> dict[int, Directory]:
    networks = {one.network_id for one in events}
    of_event, pilots, cases = defaultdict(list), defaultdict(list), defaultdict(list)
    for card in await cards(profiles):
        of_event[card.event].append(card)
    for pilot in await Pilot.filter(network_id__in=networks).order_by("position", "id"):
        pilots[pilot.network_id].append(pilot)
    listed = DemoCase.filter(pilot__network_id__in=networks).select_related("pilot")
    for case in await listed.order_by("pilot__position", "pilot_id", "id"):
        cases[case.pilot.network_id].append(case)
    return {
        one.id: Directory(tuple(of_event[one.id]), tuple(pilots[one.network_id]), tuple(cases[one.network_id]))
        for one in events
    }


async def _partners(readers: Collection[int]) -> Mapping[int, Collection[int]]:
    """By reader the participants (ids) they have a request or a meeting with."""
    found = defaultdict(set)
    if readers:
        live = Meeting.filter(status__in=LIVE)
        mine = live.filter(Q(asker_id__in=readers) | Q(invitee_id__in=readers))
        for one, other in await mine.values_list("asker_id", "invitee_id"):
            found[one].add(other)
            found[other].add(one)
    return found


def _match(card: Card, found: Affinity, names: Names) -> Match:
    said = {reason: sentence(reason, names) for reason in found.reasons}
    return Match(card, found.score, tuple(said.values()), tuple(said[reason] for reason in brief(found.reasons)))
