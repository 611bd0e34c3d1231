"""Loads what `availability` reckons with: slots, tables, and what people do already. Few queries for many people."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import chain

from app import db
from app.intervals import CELL, Interval, cells
from app.journal import person_topic
from app.wording import several
from events.models import Event, Participant, Session, SessionStatus
from events.partaking_models import Booking
from matchmaking import availability
from matchmaking.availability import Busy, Diary, Occupation, Tables
from matchmaking.conditions import conditions_of
from matchmaking.models import Meeting, MeetingStatus
from matchmaking.parties import of_participants, people, with_people
from matchmaking.round_models import Availability, Block, Round, Slot, Table
from matchmaking.waitlist.models import MeetingWait


@dataclass(frozen=True, slots=True)
class Floor:
    """The slots of an event in order of time, and its tables with what is taken of them.

    `seats` are the tables of each slot (ids) that are not lost by then; the lost ones are taken, by nobody. `hosted`
    are tables that belong to somebody, by round and then by owner ("host:3", "house:5").
    """

    slots: tuple[availability.Slot, ...]
    tables: Tables
    seats: Mapping[int, tuple[int, ...]]
    hosted: Mapping[int, Mapping[str, Sequence[int]]]

    def tables_for(self, people: Sequence[Participant]) -> Tables:
        """Where these can sit: at the own table of the first who has one in the round, else at nobody's."""
        of_round = {number: self._own(number, people) or self._open(number) for number in self.tables.of_round}
        return Tables(of_round, self.tables.taken)

    def _own(self, round_id: int, people: Sequence[Participant]) -> Sequence[int]:
        hosted = self.hosted.get(round_id, {})
        owners = (key for one in people for key in (f"host:{one.id}", f"house:{one.organisation_id}"))
        return next((hosted[key] for key in owners if key in hosted), ())

    def _open(self, round_id: int) -> Sequence[int]:
        owned = {table for tables in self.hosted.get(round_id, {}).values() for table in tables}
        return [table for table in self.tables.of_round[round_id] if table not in owned]

    @property
    def span(self) -> Interval | None:
        """From the first slot to the last."""
        if not self.slots:
            return None
        return Interval(self.slots[0].span.start, max(slot.span.end for slot in self.slots))


async def floor(event: Event, *, without: Collection[int] = ()) -> Floor:
    """As if the meetings `without` (ids) had no place."""
    slots = await Slot.filter(round__event=event).order_by("start", "id")
    of_round = defaultdict(list)
    for table in await Table.filter(round__event=event).order_by("number"):
        of_round[table.round_id].append(table)
    seats = {slot.id: tuple(one.id for one in of_round[slot.round_id] if one.stands(slot)) for slot in slots}
    taken = defaultdict(set)
    for slot in slots:
        taken[slot.id] = {one.id for one in of_round[slot.round_id]} - {*seats[slot.id]}
    placed = Meeting.filter(event=event, status=MeetingStatus.ACCEPTED, slot_id__isnull=False)
    for meeting_id, slot_id, table_id in await placed.values_list("id", "slot_id", "table_id"):
        if meeting_id not in without:
            taken[slot_id].add(table_id)
    for wait in await offered(event):
        if wait.meeting_id not in without and wait.slot_id and wait.table_id:
            taken[wait.slot_id].add(wait.table_id)
    ids = {round_id: [one.id for one in tables] for round_id, tables in of_round.items()}
    shown = tuple(availability.Slot(slot.id, slot.round_id, slot.span) for slot in slots)
    return Floor(shown, Tables(ids, taken), seats, _hosted(of_round))


async def offered(event: Event) -> list[MeetingWait]:
    """Slots and tables that are held for somebody who has yet to answer."""
    open_ones = MeetingWait.filter(meeting__event=event, slot_id__isnull=False, table_id__isnull=False)
    return await open_ones.filter(meeting__status=MeetingStatus.ACCEPTED, meeting__slot_id__isnull=True)


def _hosted(of_round: Mapping[int, Sequence[Table]]) -> dict[int, dict[str, list[int]]]:
    found: dict[int, dict[str, list[int]]] = {}
    for round_id, tables in of_round.items():
        for table in tables:
            if table.host_id or table.house_id:
                owner = f"host:{table.host_id}" if table.host_id else f"house:{table.house_id}"
                found.setdefault(round_id, {}).setdefault(owner, []).append(table.id)
    return found


async def diaries(
    participants: Sequence[Participant], *, within: Interval | None, without: Collection[int] = ()
) -> dict[int, Diary]:
    """By participant id, as if the meetings `without` (ids) had no place. What they do elsewhere counts too."""
    rounds = defaultdict(set)
    for tick in await Availability.filter(participant_id__in=[one.id for one in participants]):
        rounds[tick.participant_id].add(tick.round_id)
    busy: dict[int, list[Busy]] = defaultdict(list)
    if within:
        found = await _kept_free(participants, within), await _seats(participants, within)
        for participant_id, entry in chain(*found, await _occupied(participants, within, without)):
            busy[participant_id].append(entry)
    full = await _full(participants, without)
    pause = timedelta(minutes=(await conditions_of(participants[0].event_id)).pause_minutes if participants else 0)
    return {
        one.id: Diary(frozenset(rounds[one.id]), tuple(busy[one.id]), frozenset(full[one.id]), pause)
        for one in participants
    }


async def _full(participants: Sequence[Participant], without: Collection[int]) -> defaultdict[int, set[int]]:
    """By participant the rounds in which they have as many meetings as one may."""
    full: defaultdict[int, set[int]] = defaultdict(set)
    ids = {one.id for one in participants}
    rounds = Round.filter(event_id__in={one.event_id for one in participants}, most_meetings__isnull=False)
    limits = {one.id: one.most_meetings for one in await rounds}
    if not limits:
        return full
    placed = Meeting.filter(of_participants(ids), status=MeetingStatus.ACCEPTED, slot_id__isnull=False)
    counts: Counter[tuple[int, int]] = Counter()
    for meeting in await with_people(placed.exclude(id__in=list(without))).select_related("slot"):
        assert meeting.slot
        counts.update((one.id, meeting.slot.round_id) for one in people(meeting) if one.id in ids)
    for (one, opened), count in counts.items():
        if (most := limits.get(opened)) and count >= most:
            full[one].add(opened)
    return full


async def _kept_free(participants: Sequence[Participant], within: Interval) -> list[tuple[int, Busy]]:
    blocks = Block.filter(participant_id__in=[one.id for one in participants])
    return [
        (block.participant_id, Busy(block.span, Occupation.BLOCK, block.note))
        for block in await blocks.filter(start__lt=within.end, end__gt=within.start)
    ]


async def _seats(participants: Sequence[Participant], within: Interval) -> list[tuple[int, Busy]]:
    """Booked seats; they hold no occupancy, for whoever gave them may move them. A mark makes nobody busy."""
    ids = {one.person_id: one.id for one in participants if one.person_id}
    seats = Booking.filter(participant__person_id__in=list(ids), session__capacity__isnull=False)
    seats = seats.filter(session__status=SessionStatus.CONFIRMED)
    seats = seats.filter(session__start__lt=within.end, session__end__gt=within.start)
    return [
        (ids[person_id], Busy(Interval(start, end), Occupation.SESSION, seat.session.title))
        for seat in await seats.select_related("session", "participant")
        if (person_id := seat.participant.person_id) and (start := seat.session.start) and (end := seat.session.end)
    ]


async def _occupied(
    participants: Sequence[Participant], within: Interval, without: Collection[int]
) -> list[tuple[int, Busy]]:
    """Meetings, and sessions they speak in, of this event and every other."""
    ids = {person_topic(one.person_id): one.id for one in participants if one.person_id}
    apart = {f"meeting:{meeting_id}" for meeting_id in without}
    held = [(who, holder, span) for who, holder, span in await _held(list(ids), within) if holder not in apart]
    titles = await _titles({holder for _who, holder, _span in held})
    return [(ids[who], _busy(who, holder, span, titles)) for who, holder, span in held]


async def _held(resources: Sequence[str], within: Interval) -> list[tuple[str, str, Interval]]:
    """(resource, holder, span) of everything held, as spans of whole cells."""
    if not resources:
        return []
    reach = cells(within.start, within.end)
    marks = ", ".join(f"${n + 3}" for n in range(len(resources)))
    rows = await db.rows(
        "SELECT resource, holder, min(cell) AS first, max(cell) AS last FROM occupancy "  # noqa: S608 - placeholders only
        f"WHERE cell BETWEEN $1 AND $2 AND resource IN ({marks}) GROUP BY resource, holder ORDER BY resource, first",
        reach.start,
        reach.stop - 1,
        *resources,
    )
    return [(row["resource"], row["holder"], _span(row["first"], row["last"])) for row in rows]


def _span(first: int, last: int) -> Interval:
    """A holder holds one stretch, so its first and last cell say all."""
    return Interval(datetime.fromtimestamp(first * CELL, UTC), datetime.fromtimestamp((last + 1) * CELL, UTC))


async def _titles(holders: Collection[str]) -> dict[str, dict[str, str]]:
    """For each holder what it is called, by whom: a meeting is called after the others. "" is for anybody."""
    sessions = await Session.filter(id__in=_ids(holders, "session")).only("id", "title")
    titles = {session.subject: {"": session.title} for session in sessions}
    for meeting in await with_people(Meeting.filter(id__in=_ids(holders, "meeting"))):
        titles[meeting.subject] = {one.topic: _others(one, people(meeting)) for one in people(meeting) if one.topic}
    return titles


def _others(one: Participant, everybody: Sequence[Participant]) -> str:
    return several(other.name for other in everybody if other.id != one.id)


def _ids(holders: Collection[str], kind: str) -> list[int]:
    parts = (holder.split(":") for holder in holders)
    return [int(number) for what, number in parts if what == kind]


def _busy(who: str, holder: str, span: Interval, titles: dict[str, dict[str, str]]) -> Busy:
    called = titles.get(holder, {})
    what = Occupation.MEETING if holder.startswith("meeting:") else Occupation.SESSION
    return Busy(span, what, called.get(who) or called.get("", ""))
