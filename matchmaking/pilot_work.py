"""A pilot as brokerage events know it: its value chain, who took part year by year, and where to meet it next."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from tortoise.queryset import QuerySet

from app import db
from app.models import Person
from events.models import Event, Participant, ParticipantStatus
from events.networks.models import Network, Pilot
from matchmaking.chain import Coverage, Line, coverage
from matchmaking.marketplace.models import Opportunity
from matchmaking.profile_models import ChainRole, Interest, ProfileStatus
from matchmaking.round_models import Availability, Round
from matchmaking.supply import Supply, recent, supplies

EVENTS_SHOWN = 6
A_LINK = 60  # organisations named in one link


@dataclass(frozen=True, slots=True)
class Standing:
    """Who stands in a link, and how many more."""

    role: ChainRole
    lines: tuple[Supply, ...]
    more: int


@dataclass(frozen=True, slots=True)
class Presence:
    """Those who came to an event for a pilot."""

    event: Event
    people: int
    organisations: int
    regions: int


@dataclass(frozen=True, slots=True)
class Ahead:
    """An event to come; `rounds` with how many of the pilot's people can be met in each, for its participants only."""

    event: Event
    organisations: int
    opportunities: int
    rounds: tuple[tuple[Round, int], ...]
    member: bool


async def chain_of(pilot: Pilot, *, today: date) -> Coverage:
    """One query."""
    rows = (
        await recent(today)
        .filter(pilot=pilot)
        .values_list("profile__participant__organisation_id", "role", "offers", "needs")
    )
    return coverage(
        Line(organisation, ChainRole(role).value, tuple(offers), tuple(needs))
        for organisation, role, offers, needs in rows
        if organisation is not None
    )


async def who_stands(pilot: Pilot, *, today: date) -> tuple[Standing, ...]:
    """Organisations by link and name; one query."""
    lines = await supplies(recent(today).filter(pilot=pilot))
    found = []
    for role in ChainRole:
        here = [line for line in lines if role in line.roles]
        found.append(Standing(role, tuple(here[:A_LINK]), max(0, len(here) - A_LINK)))
    return tuple(found)


async def presences(pilot: Pilot) -> tuple[Presence, ...]:
    """The oldest event first; two queries."""
    rows = (
        await _interested()
        .filter(pilot=pilot)
        .values_list(
            "profile__participant__event_id",
            "profile__participant_id",
            "profile__participant__organisation_id",
            "profile__participant__organisation__region_id",
        )
    )
    seen: dict[int, list[tuple[int, int | None, int | None]]] = defaultdict(list)
    for event, *who in rows:
        seen[event].append((who[0], who[1], who[2]))
    events = await Event.filter(id__in=list(seen)).order_by("first_day", "id")
    return tuple(Presence(event, *(_different(seen[event.id], part) for part in range(3))) for event in events)


async def by_year(network: Network) -> dict[tuple[int, int], tuple[int, int]]:
    """(pilot, year) → how many organisations came to events for it, and from how many regions. One query."""
    rows = await db.rows(
        "SELECT DISTINCT interest.pilot_id AS pilot, event.first_day AS day, organisation.id AS house, "
        "organisation.region_id AS region FROM interest "
        "JOIN profile ON profile.id = interest.profile_id JOIN participant ON participant.id = profile.participant_id "
        "JOIN event ON event.id = participant.event_id "
        "JOIN organisation ON organisation.id = participant.organisation_id "
        "JOIN pilot ON pilot.id = interest.pilot_id "
        "WHERE pilot.network_id = $1 AND profile.status = 'approved' AND participant.status = 'approved'",
        network.id,
    )
    houses, regions = defaultdict(set), defaultdict(set)
    for row in rows:
        key = row["pilot"], int(str(row["day"])[:4])
        houses[key].add(row["house"])
        regions[key].add(row["region"])
    return {key: (len(ones), len(regions[key])) for key, ones in houses.items()}


async def ahead(pilot: Pilot, person: Person | None, *, today: date) -> tuple[Ahead, ...]:
    """Events to come where somebody works on the pilot, the next first; six queries at most."""
    here = _interested().filter(pilot=pilot, profile__participant__event__last_day__gte=today)
    rows = await here.values_list(
        "profile__participant__event_id", "profile__participant_id", "profile__participant__organisation_id"
    )
    houses, people = defaultdict(set), set()
    for event, participant, house in rows:
        houses[event].add(house)
        people.add(participant)
    events = await Event.filter(id__in=list(houses)).order_by("first_day", "id").limit(EVENTS_SHOWN)
    mine = await _memberships(person, events)
    opportunities, rounds = await _opportunities(pilot, mine), await _rounds(mine, people)
    return tuple(
        Ahead(
            event,
            len(houses[event.id] - {None}),
            opportunities.get(event.id, 0),
            tuple(rounds.get(event.id, ())),
            event.id in mine,
        )
        for event in events
    )


def _interested() -> QuerySet[Interest]:
    return Interest.filter(
        profile__status=ProfileStatus.APPROVED, profile__participant__status=ParticipantStatus.APPROVED
    )


def _different(rows: Sequence[tuple[int, int | None, int | None]], part: int) -> int:
    return len({row[part] for row in rows} - {None})


async def _memberships(person: Person | None, events: Sequence[Event]) -> set[int]:
    if person is None:
        return set()
    mine = Participant.filter(person=person, status=ParticipantStatus.APPROVED, event_id__in=[one.id for one in events])
    return {event for (event,) in await mine.values_list("event_id")}


async def _opportunities(pilot: Pilot, events: set[int]) -> dict[int, int]:
    """Only of events whose marketplace the reader can open."""
    found: dict[int, int] = defaultdict(int)
    posted = Opportunity.filter(
        pilot=pilot, event_id__in=list(events), closed_at__isnull=True,
        participant__status=ParticipantStatus.APPROVED, participant__profile__status=ProfileStatus.APPROVED,
    )  # fmt: skip
    for (event,) in await posted.values_list("event_id"):
        found[event] += 1
    return found


async def _rounds(events: set[int], people: set[int]) -> dict[int, list[tuple[Round, int]]]:
    ticks: dict[int, int] = defaultdict(int)
    ticked = Availability.filter(round__event_id__in=list(events))
    for opened, participant in await ticked.values_list("round_id", "participant_id"):
        ticks[opened] += participant in people
    found: dict[int, list[tuple[Round, int]]] = defaultdict(list)
    for opened in await Round.filter(event_id__in=list(events)).select_related("event").order_by("start"):
        if ticks[opened.id]:
            found[opened.event_id].append((opened, ticks[opened.id]))
    return found
