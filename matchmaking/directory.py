"""Who is at the event and what they bring: the approved profiles, searched, and ranked for one of them with reasons."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from app.i18n import language
from app.wording import alphabetical
from events.models import Event, Participant, ParticipantStatus
from events.networks.models import DemoCase, Pilot
from matchmaking.affinity import Affinity, affinity
from matchmaking.cards import Card, cards, crowd_of
from matchmaking.conditions import matrix_of
from matchmaking.grounds import brief
from matchmaking.models import Meeting, MeetingStatus
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
    """Approved participants with approved profiles; six queries at most, whatever their number."""
    approved = Profile.filter(participant__event=event, status=ProfileStatus.APPROVED)
    found = await _directory(event, approved.filter(participant__status=ParticipantStatus.APPROVED))
    return replace(found, among=await crowd_of(event.id, found.cards))


async def directory_for(event: Event, reader: Participant) -> Directory:
    """Without those whom the rules keep from the reader's sight, unless the two have something with each other."""
    everybody, matrix = await directory(event), await matrix_of(event.id)
    if not any(cell == "apart" for cell in matrix.cells.values()):
        return everybody
    partners = await _partners(reader)
    seen = (card for card in everybody.cards if card.id in partners or matrix.may_see(reader.type_id, card.type))
    return replace(everybody, cards=tuple(seen))


async def queue(event: Event, status: ProfileStatus) -> Directory:
    """For the desk: the profiles of one status of those who take part or have asked to."""
    here = (ParticipantStatus.PENDING, ParticipantStatus.APPROVED)
    found = Profile.filter(participant__event=event, participant__status__in=here, status=status)
    return await _directory(event, found)


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


async def _directory(event: Event, profiles: QuerySet[Profile]) -> Directory:
    return Directory(
        cards=tuple(await cards(profiles)),
        pilots=tuple(await Pilot.filter(network_id=event.network_id).order_by("position", "id")),
        demo_cases=tuple(
            await DemoCase.filter(pilot__network_id=event.network_id).order_by("pilot__position", "pilot_id", "id")
        ),
    )


async def _partners(reader: Participant) -> set[int]:
    """Participants (ids) they have a request or a meeting with, and themselves."""
    live = Meeting.filter(status__in=[MeetingStatus.REQUESTED, MeetingStatus.ACCEPTED])
    mine = await live.filter(Q(asker=reader) | Q(invitee=reader)).values_list("asker_id", "invitee_id")
    return {reader.id, *(one for pair in mine for one in pair)}


def _match(card: Card, found: Affinity, names: Names) -> Match:
    said = {reason: sentence(reason, names) for reason in found.reasons}
    return Match(card, found.score, tuple(said.values()), tuple(said[reason] for reason in brief(found.reasons)))
