"""An office's clients as its advisers see them: who has to do what, and one client's events with what is open there."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.models import Person, Reminder, ReminderKind
from app.text import has_words, sought
from app.wording import alphabetical, when
from events.models import Organisation, Participant, ParticipantStatus
from events.networks.support.models import Adviser, Client, Office
from matchmaking.cards import cards
from matchmaking.directory import Match, directories_for
from matchmaking.models import LIVE, Meeting, MeetingStatus
from matchmaking.overview import Overview, overviews, settled_with
from matchmaking.parties import of_persons, people, with_people
from matchmaking.profile_models import Profile
from matchmaking.proposing import unanswered
from matchmaking.round_models import Availability, Round
from matchmaking.times import rounds_for_each

A_PAGE = 50
MOST_EVENTS = 10  # of one client, the newest
PROPOSED = 12  # partners to choose from


@dataclass(frozen=True, slots=True)
class Row:
    client: Client  # with person and adviser
    house: Organisation | None
    to_answer: int  # others wait for them
    asked: int  # they wait for others
    coming: int


@dataclass(frozen=True, slots=True)
class Portfolio:
    rows: Sequence[Row]
    found: int
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class Presence:
    """A client at an event; `partners` are whom they could ask, the best first."""

    participant: Participant
    overview: Overview
    rounds: Sequence[Round]
    ticked: frozenset[int]
    partners: Sequence[Match]
    over: bool

    def when(self, instant: datetime) -> str:
        """By the event's clock: a page shows events of several zones."""
        return when(instant, self.participant.event.tz)


async def portfolio(
    office: Office, *, now: datetime, words: str = "", adviser: Adviser | None = None, page: int = 1
) -> Portfolio:
    """By name; `adviser` narrows it to their own. Each word must be in the name or the address."""
    mine = Client.filter(office=office, adviser=adviser) if adviser else Client.filter(office=office)
    rows = await mine.order_by("id").values_list("id", "person__name", "person__email")
    wanted = sought(words)
    named = [(id, name) for id, name, email in rows if has_words(f"{name} {email}", wanted)]
    named.sort(key=lambda one: alphabetical(one[1]))
    found = len(named)
    pages = max(1, -(-found // A_PAGE))
    page = min(max(page, 1), pages)
    ids = [id for id, _name in named[(page - 1) * A_PAGE : page * A_PAGE]]
    shown = {one.id: one for one in await Client.filter(id__in=ids).select_related("person", "adviser__person")}
    return Portfolio(await _rows([shown[id] for id in ids], now), found, page, pages)


async def presences(client: Client, *, now: datetime, words: str = "") -> list[Presence]:
    """Where they take part, the newest event first, in the same queries however many; `words` narrow whom they could
    ask."""
    approved = Participant.filter(person_id=client.person_id, status=ParticipantStatus.APPROVED)
    newest = await approved.order_by("-event__last_day", "-id").limit(MOST_EVENTS).select_related("event")
    coming = [one for one in newest if one.event.last_day >= now.astimezone(one.event.tz).date()]
    ticks = await Availability.filter(participant_id__in=[one.id for one in newest])
    seen, rounds = await overviews(newest, now=now), await rounds_for_each(coming)
    partners = await _partners(coming, words)
    return [
        Presence(
            participant=one,
            overview=seen[one.id],
            rounds=rounds.get(one.id, []),
            ticked=frozenset(tick.round_id for tick in ticks if tick.participant_id == one.id),
            partners=partners.get(one.id, []),
            over=one not in coming,
        )
        for one in newest
    ]


async def meeting_of(client: Client, number: int) -> Meeting | None:
    """One of theirs."""
    return await Meeting.filter(of_persons([client.person_id]), id=number).first()


async def presence_of(client: Client, number: int) -> Participant | None:
    return await Participant.get_or_none(id=number, person_id=client.person_id).select_related("event")


async def last_reminder(client: Client) -> datetime | None:
    mails = Reminder.filter(person_id=client.person_id, kind=ReminderKind.SUPPORT, key__startswith="client:")
    newest = await mails.order_by("-at").first()
    return newest.at if newest else None


async def _rows(clients: Sequence[Client], now: datetime) -> list[Row]:
    """Three queries, whatever their number."""
    persons = [one.person_id for one in clients]
    counts = await _counts(persons, now)
    houses = await _houses(persons)
    return [
        Row(
            client=one,
            house=houses.get(one.person_id),
            to_answer=counts[one.person_id, "to_answer"],
            asked=counts[one.person_id, "asked"],
            coming=counts[one.person_id, "coming"],
        )
        for one in clients
    ]


async def _counts(persons: Sequence[int], now: datetime) -> Counter[tuple[int | None, str]]:
    counts: Counter[tuple[int | None, str]] = Counter()
    live = with_people(Meeting.filter(of_persons(persons), status__in=LIVE)).select_related("slot")
    for meeting in await live:
        if meeting.status == MeetingStatus.REQUESTED:
            if meeting.expires_at and meeting.expires_at > now:
                counts[meeting.invitee.person_id, "to_answer"] += 1
                counts[meeting.asker.person_id, "asked"] += 1
        elif meeting.slot is None or meeting.slot.end > now:
            counts.update((one.person_id, "coming") for one in people(meeting))
    return counts


async def _houses(persons: Sequence[int]) -> dict[int, Organisation]:
    """Of each person the organisation they came for last."""
    found = Participant.filter(person_id__in=list(persons), organisation_id__isnull=False)
    rows = await found.order_by("id").select_related("organisation__region")
    return {one.person_id: one.organisation for one in rows if one.person_id and one.organisation}


async def _partners(participants: Sequence[Participant], words: str) -> dict[int, Sequence[Match]]:
    """By participant. The client's own marks on people stay their own: they do not order these lists."""
    own = {card.id: card for card in await cards(Profile.filter(participant_id__in=[one.id for one in participants]))}
    here = [one for one in participants if one.id in own]
    found, without = await directories_for(here, {one.event_id: one.event for one in here}), await settled_with(here)

    def matches(one: Participant) -> Sequence[Match]:
        everybody = found[one.event_id]
        unlike = {card.id for card in everybody.cards if words and not card.said.holds(words)}
        return everybody.matches(own[one.id], limit=PROPOSED, without=without[one.id] | unlike)

    return {one.id: matches(one) for one in here}


async def advisers_of(office: Office) -> list[Adviser]:
    return await Adviser.filter(office=office).select_related("person").order_by("id")


async def other_offices(office: Office) -> list[Office]:
    others = await Office.all().exclude(id=office.id).select_related("organisation")
    return sorted(others, key=lambda one: alphabetical(one.organisation.name))


async def waiting_for(person: Person, *, now: datetime) -> list[Meeting]:
    """Requests that this person has not answered, oldest first."""
    open_ones = Meeting.filter(unanswered(now), invitee__person_id=person.id)
    return await open_ones.order_by("id").select_related("event", "asker__organisation")
