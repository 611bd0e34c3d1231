"""When two people can meet, and what stands in the way: read before a meeting is placed, and to word a refusal."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from app.intervals import Interval, overlaps


class Occupation(StrEnum):
    SESSION = "session"
    MEETING = "meeting"
    BLOCK = "block"  # time somebody keeps for themselves


@dataclass(frozen=True, slots=True)
class Busy:
    span: Interval
    what: Occupation
    title: str = ""


@dataclass(frozen=True, slots=True)
class Diary:
    """One participant's time: the rounds they have ticked, and what they do already.

    `full` are rounds in which they have as many meetings as they may, `pause` is what lies between two of theirs.
    """

    rounds: frozenset[int]
    busy: tuple[Busy, ...]
    full: frozenset[int] = frozenset()
    pause: timedelta = timedelta()


class Gate(StrEnum):
    """Why a slot is not for those who meet to choose."""

    NOT_OPEN = "booking has not opened"
    CLOSED = "booking is closed"
    SCHEDULE = "the organisers give the times"
    NOT_NAMED = "whoever asked named other times"


@dataclass(frozen=True, slots=True)
class Slot:
    id: int
    round: int
    span: Interval
    gate: Gate | None = None
    mute: bool = False  # they need an interpreter, and none is free


@dataclass(frozen=True, slots=True)
class Tables:
    """Ids of the tables of each round in the order to fill them, and of those taken in each slot."""

    of_round: Mapping[int, Sequence[int]]
    taken: Mapping[int, Collection[int]]

    def free_at(self, slot: Slot) -> int | None:
        taken = self.taken.get(slot.id, ())
        return next((table for table in self.of_round.get(slot.round, ()) if table not in taken), None)


@dataclass(frozen=True, slots=True)
class Place:
    slot: Slot
    table: int


@dataclass(frozen=True, slots=True)
class Begun:
    slot: Slot


@dataclass(frozen=True, slots=True)
class NoCommonRound:
    """Somebody has not ticked this round: you, who can, or `others[who]`."""

    slot: Slot
    ticked_by_you: bool
    who: int = 0


@dataclass(frozen=True, slots=True)
class YouAreBusy:
    slot: Slot
    busy: Busy


@dataclass(frozen=True, slots=True)
class TheyAreBusy:
    """`others[who]`, with what is theirs to tell: this holds nothing of it."""

    slot: Slot
    who: int = 0


@dataclass(frozen=True, slots=True)
class Gated:
    """The slot is not for them to choose, as its gate says."""

    slot: Slot
    gate: Gate


@dataclass(frozen=True, slots=True)
class RoundFull:
    """As many meetings as one may have in this round: you, or `others[who]`."""

    slot: Slot
    who: int | None


@dataclass(frozen=True, slots=True)
class TooClose:
    """Less than the pause lies between this slot and a meeting: yours, or of `others[who]`."""

    slot: Slot
    who: int | None


@dataclass(frozen=True, slots=True)
class TablesTaken:
    slot: Slot


@dataclass(frozen=True, slots=True)
class NoInterpreter:
    """Everybody is free, and nobody who could speak for them."""

    slot: Slot


Obstacle = Begun | Gated | NoCommonRound | RoundFull | TooClose | YouAreBusy | TheyAreBusy | TablesTaken | NoInterpreter


def first_free(
    slots: Iterable[Slot], you: Diary, others: Sequence[Diary], tables: Tables, *, now: datetime
) -> Place | None:
    """The earliest slot in which all of you can sit down, and a table for it."""
    for slot in _in_order(slots):
        table = tables.free_at(slot)
        if table is not None and not slot.mute and not _between(slot, you, others, now):
            return Place(slot, table)
    return None


def common_free(
    slots: Iterable[Slot], you: Diary, others: Sequence[Diary], tables: Tables, *, now: datetime
) -> list[Slot]:
    return [slot for slot in _in_order(slots) if not obstacle(slot, you, others, tables, now=now)]


def why_not(
    slots: Iterable[Slot], you: Diary, others: Sequence[Diary], tables: Tables, *, now: datetime
) -> list[Obstacle]:
    """What stands in the way, for each slot that is not free."""
    found = (obstacle(slot, you, others, tables, now=now) for slot in _in_order(slots))
    return [each for each in found if each]


def obstacle(slot: Slot, you: Diary, others: Sequence[Diary], tables: Tables, *, now: datetime) -> Obstacle | None:
    """The first thing in the way; what is yours to change before what is theirs."""
    if in_the_way := _between(slot, you, others, now):
        return in_the_way
    if tables.free_at(slot) is None:
        return TablesTaken(slot)
    return NoInterpreter(slot) if slot.mute else None


def free_slots(slots: Iterable[Slot], diary: Diary, *, now: datetime) -> list[Slot]:
    """When one participant can be met."""
    return [
        slot
        for slot in _in_order(slots)
        if slot.round in diary.rounds and now < slot.span.start and not _busy(slot, diary)
        if slot.round not in diary.full and not _too_close(slot, diary)
    ]


def _in_order(slots: Iterable[Slot]) -> list[Slot]:
    return sorted(slots, key=lambda slot: (slot.span, slot.id))


def _between(slot: Slot, you: Diary, others: Sequence[Diary], now: datetime) -> Obstacle | None:
    if slot.span.start <= now:
        return Begun(slot)
    if slot.gate:
        return Gated(slot, slot.gate)
    elsewhere = next((who for who, other in enumerate(others) if slot.round not in other.rounds), None)
    if slot.round not in you.rounds or elsewhere is not None:
        return NoCommonRound(slot, ticked_by_you=slot.round in you.rounds, who=elsewhere or 0)
    if busy := _busy(slot, you):
        return YouAreBusy(slot, busy)
    taken = next((who for who, other in enumerate(others) if _busy(slot, other)), None)
    return _limit(slot, you, others) if taken is None else TheyAreBusy(slot, taken)


def _limit(slot: Slot, you: Diary, others: Sequence[Diary]) -> Obstacle | None:
    """Nobody does anything else then, and still it would be too much for somebody."""
    sides: list[tuple[int | None, Diary]] = [(None, you), *enumerate(others)]
    for who, diary in sides:
        if slot.round in diary.full:
            return RoundFull(slot, who)
        if _too_close(slot, diary):
            return TooClose(slot, who)
    return None


def _busy(slot: Slot, diary: Diary) -> Busy | None:
    return next((busy for busy in diary.busy if overlaps(slot.span, busy.span)), None)


def _too_close(slot: Slot, diary: Diary) -> bool:
    if not diary.pause:
        return False
    around = Interval(slot.span.start - diary.pause, slot.span.end + diary.pause)
    return any(busy.what is Occupation.MEETING and overlaps(around, busy.span) for busy in diary.busy)
