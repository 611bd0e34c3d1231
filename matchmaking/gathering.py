"""The people of a meeting and all that decides when they can meet, loaded for `availability` to judge."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from app.intervals import Interval
from app.journal import Actor
from app.models import Person
from events.models import Event, Participant
from matchmaking import availability
from matchmaking.availability import Diary, Gate, Obstacle, Place, Slot, Tables
from matchmaking.diaries import diaries, floor
from matchmaking.interpreters.booking import Bridging, bridging_of
from matchmaking.models import Meeting, MeetingStatus
from matchmaking.parties import principals, spoken_for
from matchmaking.round_models import Mode, Round


@dataclass(frozen=True, slots=True)
class Gathering:
    """As it stood at `now`. "You" reads the answer, unless the desk or an office does: then all are named."""

    you: Participant
    others: Sequence[Participant]
    desk_reads: bool
    slots: Sequence[Slot]
    your_diary: Diary
    their_diaries: Sequence[Diary]  # of the others
    tables: Tables
    rounds: Mapping[int, str]  # names by id
    zone: ZoneInfo
    now: datetime
    bridging: Bridging | None = None  # the interpreters they need

    def first_free(self) -> Place | None:
        return availability.first_free(self.slots, self.your_diary, self.their_diaries, self.tables, now=self.now)

    def free(self) -> list[Slot]:
        return availability.common_free(self.slots, self.your_diary, self.their_diaries, self.tables, now=self.now)

    def obstacle(self, slot: Slot) -> Obstacle | None:
        return availability.obstacle(slot, self.your_diary, self.their_diaries, self.tables, now=self.now)

    def obstacles(self) -> list[Obstacle]:
        return availability.why_not(self.slots, self.your_diary, self.their_diaries, self.tables, now=self.now)


async def gathering_of(
    event: Event, meeting: Meeting, *, reader: Actor, now: datetime, any_time: bool = False
) -> Gathering:
    """Those of a meeting, as if it had no place; the meeting has its people at hand (`parties.with_people`).
    `any_time`: also those that a request does not name.

    The gates of rounds stand for its people and their support offices, and not for the desk.
    """
    everybody = principals(meeting)
    mine = await spoken_for(everybody, by=reader) if isinstance(reader, Person) else []
    reads = bool(mine) and isinstance(reader, Person) and mine[0].person_id == reader.id
    you = mine[0] if mine else meeting.invitee
    others = [one for one in everybody if one.id != you.id]
    asked = meeting.status == MeetingStatus.REQUESTED and not any_time
    named = await _named(meeting) if asked else frozenset()
    found = await _gather(event, you, others, host=meeting.invitee, without=[meeting.id], now=now, desk_reads=not reads)
    found = await _bridged(found, meeting)
    return await _gated(found, event, named) if mine else found


async def gathering_for(
    event: Event, asker: Participant, invitee: Participant, *, now: datetime, desk_reads: bool = False
) -> Gathering:
    """Two who have no meeting yet, read by the one who would ask, or by the desk about them."""
    found = await _gather(event, asker, [invitee], host=invitee, without=(), now=now, desk_reads=desk_reads)
    return await _gated(found, event, frozenset())


async def _gather(
    event: Event,
    you: Participant,
    others: Sequence[Participant],
    *,
    host: Participant,
    without: Collection[int],
    now: datetime,
    desk_reads: bool,
) -> Gathering:
    ground = await floor(event, without=without)
    found = await diaries([you, *others], within=ground.span, without=without)
    first = [host, *(one for one in (you, *others) if one.id != host.id)]
    return Gathering(
        you=you,
        others=others,
        desk_reads=desk_reads,
        slots=ground.slots,
        your_diary=found[you.id],
        their_diaries=[found[one.id] for one in others],
        tables=ground.tables_for(first),
        rounds={one.id: one.name for one in await Round.filter(event=event)},
        zone=event.tz,
        now=now,
    )


async def _bridged(found: Gathering, meeting: Meeting) -> Gathering:
    """Where they share no language, in no slot without an interpreter."""
    span = Interval(found.slots[0].span.start, max(slot.span.end for slot in found.slots)) if found.slots else None
    needed = await bridging_of(meeting, within=span)
    if needed is None:
        return found
    able = [one.diary for one in needed.candidates]
    open_ones = {slot.id for one in able for slot in availability.free_slots(found.slots, one, now=found.now)}
    slots = [replace(slot, mute=slot.id not in open_ones) for slot in found.slots]
    return replace(found, slots=slots, bridging=needed)


async def _named(meeting: Meeting) -> frozenset[int]:
    """Slots (ids) that whoever asked would take; none: any."""
    return frozenset(slot.id for slot in await meeting.times.all())


async def _gated(found: Gathering, event: Event, named: Collection[int]) -> Gathering:
    rounds = {one.id: one for one in await Round.filter(event=event)}
    slots = [replace(slot, gate=_gate(rounds[slot.round], slot, named, found.now)) for slot in found.slots]
    return replace(found, slots=slots)


def _gate(opened: Round, slot: Slot, named: Collection[int], now: datetime) -> Gate | None:
    if not opened.takes_bookings(now):
        return Gate.NOT_OPEN if opened.opens_at and now < opened.opens_at else Gate.CLOSED
    if opened.mode == Mode.SCHEDULE:
        return Gate.SCHEDULE
    return Gate.NOT_NAMED if opened.mode == Mode.ASKING and named and slot.id not in named else None
