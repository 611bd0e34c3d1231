"""Puts the question to the scheduler: every accepted meeting whose time may still be found or moved. Reads only."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from tortoise.expressions import Q

from app import journal
from events.models import Event, Participant
from matchmaking import availability
from matchmaking.availability import Diary, free_slots
from matchmaking.diaries import diaries, floor
from matchmaking.models import Meeting, MeetingStatus
from matchmaking.parties import people, with_people
from matchmaking.proposal import Posed, Spot
from matchmaking.scheduler import problem

FREEZE = timedelta(minutes=30)  # slots that begin sooner are left as they are: people are on their way
LOOKS = 5


async def problem_of(event: Event, *, now: datetime, keep: bool = False, requests: bool = False) -> Posed:
    """The problem as of one revision. While others keep writing, the last look stands: a release checks again.

    `keep`: every meeting that has a time is taken for fixed. `requests`: as if everybody who is asked had said yes.
    """
    for _look in range(LOOKS):
        revision = await journal.revision(event.scope)
        posed = await _look_at(event, revision, now, keep=keep, requests=requests)
        if await journal.revision(event.scope) == revision:
            break
    return posed


async def _look_at(event: Event, revision: int, now: datetime, *, keep: bool, requests: bool) -> Posed:
    ground = await floor(event)
    slots = [slot for slot in ground.slots if slot.span.start >= now + FREEZE]
    meetings = await _movable(event, [slot.id for slot in slots], now=now, requests=requests)
    fixed = {meeting.id: meeting.slot_id for meeting in meetings if meeting.slot_id and (keep or meeting.fixed)}
    everybody = list({one.id: one for meeting in meetings for one in people(meeting)}.values())
    found = await diaries(everybody, within=ground.span, without={meeting.id for meeting in meetings})
    own = _own(fixed, meetings)
    tables = tuple(ground.seats[slot.id] for slot in slots)
    asked = problem.Problem(
        participants=tuple(_participant(found[one.id], slots, own[one.id], now) for one in everybody),
        slots=tuple(_slot(slot, len(seats)) for slot, seats in zip(slots, tables, strict=True)),
        meetings=tuple(_meetings(meetings, everybody, slots, tables, fixed)),
    )
    return Posed(
        problem=asked,
        revision=revision,
        participants=tuple(one.id for one in everybody),
        slots=tuple(slot.id for slot in slots),
        tables=tables,
        versions=tuple(meeting.version for meeting in meetings),
        spots=tuple(_spot(meeting) for meeting in meetings),
    )


async def _movable(event: Event, slots: Sequence[int], *, now: datetime, requests: bool) -> list[Meeting]:
    """Accepted ones without a slot, or in one that has time left; with `requests` also those that can be accepted."""
    wanted = Q(status=MeetingStatus.ACCEPTED)
    if requests:
        wanted |= Q(status=MeetingStatus.REQUESTED, expires_at__gt=now)
    found = with_people(Meeting.filter(wanted, event=event))
    upcoming = set(slots)
    return [meeting for meeting in await found.order_by("id") if meeting.slot_id in {None, *upcoming}]


def _spot(meeting: Meeting) -> Spot | None:
    return Spot(meeting.slot_id, meeting.table_id) if meeting.slot_id and meeting.table_id else None


def _own(fixed: Mapping[int, int], meetings: Sequence[Meeting]) -> dict[int, set[int]]:
    """By participant the slots of their fixed meetings."""
    held: dict[int, set[int]] = defaultdict(set)
    for meeting in meetings:
        for one in people(meeting) if meeting.id in fixed else ():
            held[one.id].add(fixed[meeting.id])
    return held


def _participant(
    diary: Diary, slots: Sequence[availability.Slot], fixed: set[int], now: datetime
) -> problem.Participant:
    """Whatever has come up since, a meeting that is fixed may stay where it is."""
    free = {slot.id for slot in free_slots(slots, diary, now=now)} | fixed
    return problem.Participant(blocked=sum(1 << index for index, slot in enumerate(slots) if slot.id not in free))


def _slot(slot: availability.Slot, tables: int) -> problem.Slot:
    return problem.Slot(_minutes(slot.span.start), _minutes(slot.span.end), tables=tables, round=slot.round)


def _minutes(instant: datetime) -> int:
    return int(instant.timestamp() // 60)


def _meetings(
    meetings: Sequence[Meeting],
    everybody: Sequence[Participant],
    slots: Sequence[availability.Slot],
    tables: Sequence[Sequence[int]],
    fixed: Mapping[int, int],
) -> list[problem.Meeting]:
    person = {one.id: index for index, one in enumerate(everybody)}
    slot = {one.id: index for index, one in enumerate(slots)}
    asked = []
    for meeting in meetings:
        current = slot[meeting.slot_id] if meeting.slot_id else None
        asked.append(
            problem.Meeting(
                id=meeting.id,
                people=tuple(person[one.id] for one in people(meeting)),
                fixed=current if meeting.id in fixed else None,
                current=current,
                table=_seat(meeting, tables[current]) if current is not None else None,
            )
        )
    return asked


def _seat(meeting: Meeting, tables: Sequence[int]) -> int | None:
    """None: its table is lost."""
    return tables.index(meeting.table_id) if meeting.table_id in tables else None
