"""Puts the question to the scheduler: every accepted meeting whose time may still be found or moved. Reads only."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import combinations

from tortoise.expressions import Q

from app import journal
from events.models import Event, Participant
from matchmaking import availability
from matchmaking.affinity import score
from matchmaking.availability import Diary, Tables, free_slots
from matchmaking.bookmarks.interests import Interests, interests
from matchmaking.cards import cards, crowds_of
from matchmaking.conditions import conditions_of, most_of
from matchmaking.diaries import Floor, diaries, floor, offered
from matchmaking.interpreters.bridging import in_need
from matchmaking.interpreters.models import Interpreter
from matchmaking.models import Meeting, MeetingStatus, SeatRole
from matchmaking.orders import Order
from matchmaking.parties import people, with_people
from matchmaking.posed import Posed
from matchmaking.profile_models import Profile, ProfileStatus
from matchmaking.proposal import Spot
from matchmaking.round_models import Round
from matchmaking.scheduler import problem
from matchmaking.scheduler.problem import Limit
from matchmaking.stand_ins import Pools, colleagues_instead, interpreters_instead
from matchmaking.waitlist.models import MeetingWait
from matchmaking.wishes import ALONE, Crowd, Wishes

FREEZE = timedelta(minutes=30)  # slots that begin sooner are left as they are: people are on their way
LOOKS = 5
ASKED = 100  # points of a request by itself; what two have for each other comes to 1000 at most, and marks double it


async def problem_of(
    event: Event, *, now: datetime, keep: bool = False, requests: bool = False, order: Order | None = None
) -> Posed:
    """The problem as of one revision. While others keep writing, the last look stands: a release checks again.

    `keep`: every meeting that has a time is taken for fixed. `requests`: with those that can still be accepted.
    Without an `order` nobody's meetings are counted, and what stands may stand: pauses and limits of a round hold for
    whatever moves.
    """
    for _look in range(LOOKS):
        revision = await journal.revision(event.scope)
        posed = await _look_at(event, revision, now, keep=keep, requests=requests, order=order)
        if await journal.revision(event.scope) == revision:
            break
    return posed


async def _look_at(
    event: Event, revision: int, now: datetime, *, keep: bool, requests: bool, order: Order | None
) -> Posed:
    kept = await offered(event)
    ground = _around(await floor(event), kept)
    slots = [slot for slot in ground.slots if slot.span.start >= now + FREEZE]
    among = await _profiles(event) if requests else ALONE
    wishes = {one.participant: one for one in among.everybody}
    marks = await interests(event)
    meetings = await _to_place(event, slots, {wait.meeting_id for wait in kept}, marks, wishes, now, requests)
    fixed = {meeting.id: meeting.slot_id for meeting in meetings if meeting.slot_id and (keep or meeting.fixed)}
    pools = await _pools(event, meetings, ground, order)
    instead = [one for pool in pools.values() for each in pool for one in each]
    everybody = list({one.id: one for one in (*_people(meetings), *instead)}.values())
    found = await diaries(everybody, within=ground.span, without={meeting.id for meeting in meetings})
    held = _own(fixed, meetings)
    open_to_all = ground.tables_for(())
    tables = tuple(_standing(slot, open_to_all, ground) for slot in slots)
    own = {meeting.id: _own_tables(meeting, slots, ground) for meeting in meetings}
    booths = sorted({table for at in own.values() for table in at.booth})
    counts = await _counts(event, meetings, everybody, order)
    shown = tuple(_slot(slot, len(seats)) for slot, seats in zip(slots, tables, strict=True))
    here = (_participant(found[one.id], slots, held[one.id], now, counts[one.id]) for one in everybody)
    asked = _Asked(meetings, everybody, booths, slots, tables, own, fixed, wishes, among, marks, pools)
    limits = await _limits(event, slots, shown, standing=order is None)
    posed = problem.Problem(
        participants=(*here, *(problem.Participant(thing=True) for _ in booths)),
        slots=shown,
        meetings=tuple(_meetings(asked)),
        limits=(*(order.limits(shown) if order else ()), *limits),
        aim=order.aim if order else problem.Aim.WAITS,
    )
    return Posed(
        problem=posed,
        revision=revision,
        participants=(*(one.id for one in everybody), *(0 for _ in booths)),
        slots=tuple(slot.id for slot in slots),
        tables=tables,
        versions=tuple(meeting.version for meeting in meetings),
        spots=tuple(_spot(meeting) for meeting in meetings),
        own={meeting: at.tables for meeting, at in own.items() if at.tables},
    )


async def _to_place(
    event: Event, slots: Sequence[availability.Slot], offers: Collection[int | None], marks: Interests,
    wishes: Mapping[int, Wishes], now: datetime, requests: bool,
) -> list[Meeting]:  # fmt: skip
    """Not those to whom a time is offered already, nor what somebody vetoed, nor what needs an interpreter first."""
    movable = await _movable(event, [slot.id for slot in slots], now=now, requests=requests)
    meetings = [one for one in movable if one.id not in offers and not _is_vetoed(one, marks)]
    if requests and await Interpreter.filter(participant__event=event).exists():
        return [meeting for meeting in meetings if not _needs_interpreter(meeting, wishes)]
    return meetings


@dataclass(frozen=True, slots=True)
class _Own:
    """Where a meeting sits at a table that is its people's own: by slot (an index). `lost`: slots in which that table
    is not there. `booth` are the tables by id: each is in one place only, like a participant."""

    tables: Mapping[int, int]
    lost: int
    booth: tuple[int, ...]


def _people(meetings: Sequence[Meeting]) -> Iterator[Participant]:
    return (one for meeting in meetings for one in people(meeting))


async def _pools(event: Event, meetings: Sequence[Meeting], ground: Floor, order: Order | None) -> Pools:
    """Who could go instead of whom. A mending sends other interpreters only; nobody goes to a table that is a
    colleague's own."""
    pools = await interpreters_instead(event, meetings)
    for meeting, pool in (await colleagues_instead(event, meetings)).items() if order else ():
        first, *others = pool
        own = ground.tables_for([first]).of_round
        pools[meeting] = [[first, *(one for one in others if ground.tables_for([one]).of_round == own)]]
    return pools


def _around(ground: Floor, kept: Sequence[MeetingWait]) -> Floor:
    """Without the seats that are kept for somebody on a waiting list: nothing is planned with them."""
    taken = {(wait.slot_id, wait.table_id) for wait in kept}
    seats = {slot: tuple(one for one in tables if (slot, one) not in taken) for slot, tables in ground.seats.items()}
    return replace(ground, seats=seats)


def _standing(slot: availability.Slot, tables: Tables, ground: Floor) -> tuple[int, ...]:
    """The tables of nobody in particular that are there."""
    return tuple(one for one in ground.seats[slot.id] if one in tables.of_round[slot.round])


def _own_tables(meeting: Meeting, slots: Sequence[availability.Slot], ground: Floor) -> _Own:
    """Several tables of one owner are dealt out among their meetings beforehand."""
    everybody, invitee = people(meeting), meeting.invitee
    mine = ground.tables_for([invitee, *(one for one in everybody if one.id != invitee.id)])
    nobodys = ground.tables_for(())
    tables, lost, booth = dict[int, int](), 0, set[int]()
    for index, slot in enumerate(slots):
        choice = mine.of_round[slot.round]
        if choice == nobodys.of_round[slot.round]:
            continue
        table = choice[meeting.id % len(choice)]
        booth.add(table)
        if table in ground.seats[slot.id]:
            tables[index] = table
        else:
            lost |= 1 << index
    return _Own(tables, lost, tuple(sorted(booth)))


async def _counts(
    event: Event, meetings: Sequence[Meeting], everybody: Sequence[Participant], order: Order | None
) -> dict[int, tuple[int | None, int]]:
    """By participant how many meetings they are to have at most and at least. What is agreed is never too much."""
    if order is None:
        return {one.id: (None, 0) for one in everybody}
    agreed = Counter(one.id for each in meetings if each.status == MeetingStatus.ACCEPTED for one in people(each))
    wanted = await most_of(everybody)
    counts = dict[int, tuple[int | None, int]]()
    for one in everybody:
        named = [most for most in (order.most, wanted.get(one.id)) if most is not None]
        most = max(min(named), agreed[one.id]) if named else None
        counts[one.id] = most, order.least if most is None else min(order.least, most)
    return counts


async def _limits(
    event: Event, slots: Sequence[availability.Slot], shown: Sequence[problem.Slot], *, standing: bool
) -> list[Limit]:
    """The pause between two meetings of one person, and how many of a round they may have."""
    pause = (await conditions_of(event.id)).pause_minutes
    limits = [
        Limit(1 << one | 1 << other, 1, standing=standing)
        for one, other in combinations(range(len(shown)), 2)
        if shown[other].start - shown[one].end < pause
    ]
    for opened in await Round.filter(event=event, most_meetings__isnull=False):
        mask = sum(1 << index for index, slot in enumerate(slots) if slot.round == opened.id)
        limits.append(Limit(mask, opened.most_meetings or 0, standing=standing))
    return limits


async def _profiles(event: Event) -> Crowd:
    """What people offer and seek."""
    approved = Profile.filter(participant__event=event, status=ProfileStatus.APPROVED)
    return (await crowds_of({event.id: await cards(approved)}))[event.id]


def _wanted(meeting: Meeting, marks: Interests) -> int:
    """How much the two want to meet by their marks: from 2 to 8; 0: not at all."""
    return marks.interest(meeting.asker_id, meeting.invitee_id)


def _is_vetoed(meeting: Meeting, marks: Interests) -> bool:
    """What is agreed stays agreed, whatever they mark later."""
    return meeting.status == MeetingStatus.REQUESTED and not _wanted(meeting, marks)


def _needs_interpreter(meeting: Meeting, wishes: Mapping[int, Wishes]) -> bool:
    """A request for which one would have to be booked first: whoever accepts it does that."""
    if meeting.status != MeetingStatus.REQUESTED or meeting.unaided:
        return False
    if any(seat.role == SeatRole.INTERPRETER for seat in meeting.seats):
        return False
    return in_need([wishes[one.id].languages for one in people(meeting) if one.id in wishes])


async def _movable(event: Event, slots: Sequence[int], *, now: datetime, requests: bool) -> list[Meeting]:
    """Accepted ones without a slot, or in one that has time left; with `requests` also those that can be accepted."""
    wanted = Q(status=MeetingStatus.ACCEPTED)
    if requests:
        wanted |= Q(status=MeetingStatus.REQUESTED, expires_at__gt=now)
    found = with_people(Meeting.filter(wanted, event=event)).prefetch_related("times")
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
    diary: Diary, slots: Sequence[availability.Slot], fixed: set[int], now: datetime, counts: tuple[int | None, int]
) -> problem.Participant:
    """Whatever has come up since, a meeting that is fixed may stay where it is."""
    free = {slot.id for slot in free_slots(slots, diary, now=now)} | fixed
    most, least = counts
    blocked = sum(1 << index for index, slot in enumerate(slots) if slot.id not in free)
    return problem.Participant(blocked=blocked, most=most, least=least)


def _slot(slot: availability.Slot, tables: int) -> problem.Slot:
    return problem.Slot(_minutes(slot.span.start), _minutes(slot.span.end), tables=tables, round=slot.round)


def _minutes(instant: datetime) -> int:
    return int(instant.timestamp() // 60)


@dataclass(frozen=True, slots=True)
class _Asked:
    """All that makes the problem's meetings."""

    meetings: Sequence[Meeting]
    everybody: Sequence[Participant]
    booths: Sequence[int]
    slots: Sequence[availability.Slot]
    tables: Sequence[Sequence[int]]
    own: Mapping[int, _Own]
    fixed: Mapping[int, int]
    wishes: Mapping[int, Wishes]
    among: Crowd
    marks: Interests
    pools: Pools


def _meetings(asked: _Asked) -> Iterator[problem.Meeting]:
    person = {one.id: index for index, one in enumerate(asked.everybody)}
    booth = {one: len(person) + index for index, one in enumerate(asked.booths)}
    slot = {one.id: index for index, one in enumerate(asked.slots)}
    for meeting in asked.meetings:
        current = slot[meeting.slot_id] if meeting.slot_id else None
        own = asked.own[meeting.id]
        request = meeting.status == MeetingStatus.REQUESTED
        named = sum(1 << slot[one.id] for one in meeting.times if one.id in slot) if request else 0
        yield problem.Meeting(
            id=meeting.id,
            people=(*(person[one.id] for one in people(meeting)), *(booth[table] for table in own.booth)),
            allowed=(named or problem.EVERY) & ~own.lost,
            fixed=current if meeting.id in asked.fixed else None,
            current=current,
            table=_seat(meeting, asked.tables[current]) if current is not None else None,
            weight=_interest(meeting, asked) if request else 1,
            own=sum(1 << index for index in own.tables),
            asked=request,
            pools=tuple(tuple(person[one.id] for one in pool) for pool in asked.pools.get(meeting.id, ())),
        )


def _interest(meeting: Meeting, asked: _Asked) -> int:
    """Points: that somebody asked, and how much both sides have for each other, for a must of both four times that."""
    one, other = asked.wishes.get(meeting.asker_id), asked.wishes.get(meeting.invitee_id)
    points = ASKED + (score(one, other, asked.among) if one and other else 0)
    return points * _wanted(meeting, asked.marks) // 2


def _seat(meeting: Meeting, tables: Sequence[int]) -> int | None:
    """None: its table is lost."""
    return tables.index(meeting.table_id) if meeting.table_id in tables else None
