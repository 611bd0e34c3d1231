"""Consortia as pages show them: what each has and lacks, who searches for partners, where its members could meet."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from app.models import Person
from app.wording import alphabetical
from events.models import Event, Participant, ParticipantStatus
from events.networks.calls.models import Call, CallTopic
from events.networks.models import Region
from matchmaking.consortia.models import Consortium, ConsortiumMember, ConsortiumPart, MemberState
from matchmaking.directory import directories_for
from matchmaking.groups.models import Group, GroupStatus
from matchmaking.marketplace.models import Opportunity, OpportunityKind

EVENTS, SEARCHES = 10, 50


@dataclass(frozen=True, slots=True)
class Board:
    """A consortium and what is on its board. `me` is the reader's own line, `decides` whether it is for them to say."""

    consortium: Consortium
    parts: tuple[tuple[ConsortiumPart, tuple[ConsortiumMember, ...]], ...]
    members: tuple[ConsortiumMember, ...]
    invited: tuple[ConsortiumMember, ...]
    asking: tuple[ConsortiumMember, ...]
    me: ConsortiumMember | None

    @property
    def coordinator(self) -> ConsortiumMember | None:
        return next((one for one in self.members if one.coordinates), None)

    @property
    def missing(self) -> tuple[ConsortiumPart, ...]:
        return tuple(part for part, ones in self.parts if not ones)

    @property
    def covered(self) -> int:
        return len(self.parts) - len(self.missing)

    @property
    def inside(self) -> bool:
        return self.me is not None and self.me.state == MemberState.IN

    @property
    def decides(self) -> bool:
        return self.inside and (self.coordinator is None or self.coordinator == self.me)

    @property
    def regions(self) -> tuple[Region, ...]:
        found = {one.organisation.region.id: one.organisation.region for one in self.members if one.organisation}
        return tuple(sorted(found.values(), key=lambda region: alphabetical(region.name)))


@dataclass(frozen=True, slots=True)
class Search:
    """An open entry of a marketplace that looks for partners for the topic, and who of its event wrote it."""

    opportunity: Opportunity
    event: Event
    author: Participant


async def boards(call: Call, reader: Person) -> Sequence[Board]:
    """The open ones of a call, those that lack most first, the reader's own before them. Four queries."""
    found = await Consortium.filter(call=call, closed_at__isnull=True).select_related("topic").order_by("-id")
    shown = await _boards(found, reader)
    return sorted(shown, key=lambda one: (not one.inside, one.me is None, -len(one.missing)))


async def board(consortium: Consortium, reader: Person) -> Board:
    return (await _boards([consortium], reader))[0]


async def searches(topics: Collection[CallTopic], reader: Person) -> Sequence[Search]:
    """Partner searches and project ideas that name a topic's code, at events where the reader sees their author."""
    codes = [topic.code.casefold() for topic in topics]
    mine = Participant.filter(person=reader, status=ParticipantStatus.APPROVED).select_related("event")
    places = {one.event_id: one for one in await mine}
    posted = Opportunity.filter(
        event_id__in=list(places), closed_at__isnull=True, kind__in=[OpportunityKind.PARTNERS, OpportunityKind.IDEA]
    ).exclude(call_topic="")
    found = []
    for one in await posted.select_related("participant__organisation__region").order_by("-id"):
        if any(code in one.call_topic.casefold() for code in codes):
            found.append(Search(one, places[one.event_id].event, one.participant))
    seen = await _seen([places[event] for event in {one.event.id for one in found}])
    return [one for one in found if one.author.id in seen][:SEARCHES]


async def meetings_of(consortium: Consortium) -> Sequence[Group]:
    """Its group meetings, the newest first."""
    living = Group.filter(consortium_id=consortium.id).exclude(status=GroupStatus.CANCELLED)
    return await living.select_related("event").order_by("-id")


async def places_to_meet(reader: Person, today: date) -> Sequence[Participant]:
    """Where the reader takes part, at events to come that have meetings."""
    here = Participant.filter(person=reader, status=ParticipantStatus.APPROVED, event__last_day__gte=today)
    found = await here.select_related("event").order_by("event__first_day").limit(EVENTS)
    return [one for one in found if one.event.nature.meetings]


async def _boards(consortia: Sequence[Consortium], reader: Person) -> list[Board]:
    ids = [one.id for one in consortia]
    parts = await ConsortiumPart.filter(consortium_id__in=ids).order_by("id")
    members = ConsortiumMember.filter(consortium_id__in=ids).select_related("organisation__region").order_by("id")
    everybody = await members
    return [
        _board(
            one,
            [part for part in parts if part.consortium_id == one.id],
            [who for who in everybody if who.consortium_id == one.id],
            reader,
        )
        for one in consortia
    ]


def _board(
    consortium: Consortium, parts: Sequence[ConsortiumPart], everybody: Sequence[ConsortiumMember], reader: Person
) -> Board:
    inside = tuple(one for one in everybody if one.state == MemberState.IN)
    return Board(
        consortium=consortium,
        parts=tuple((part, tuple(one for one in inside if one.part_id == part.id)) for part in parts),
        members=inside,
        invited=tuple(one for one in everybody if one.state == MemberState.INVITED),
        asking=tuple(one for one in everybody if one.state == MemberState.ASKING),
        me=next((one for one in everybody if one.email == reader.email), None),
    )


async def _seen(mine: Sequence[Participant]) -> set[int]:
    """Whom (participants) they find at their events, of whom each is at one."""
    events = {one.event_id: one.event for one in mine}
    found = await directories_for([one for one in mine if not one.runs_desk], events)
    return {card.id for everybody in found.values() for card in everybody.cards}
