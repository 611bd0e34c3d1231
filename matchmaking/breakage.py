"""What a change of the organisers would break. Nothing is broken unseen: a verb works out the whole list behind the
gate and refuses with it, unless the organiser sends back the mark of exactly that list."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from app import occupancy
from app.errors import Refused
from app.i18n import _
from app.journal import Changes
from app.seen import mark_of
from matchmaking.meetings import call_off, tell
from matchmaking.models import Keep, Meeting
from matchmaking.parties import with_people
from matchmaking.placing import claims
from matchmaking.round_models import Table


class Fate(StrEnum):
    """What becomes of a meeting or request, the worst last."""

    KEPT = "kept"
    MOVED = "moved"  # same time, another table or link
    WAITING = "waiting"  # agreed still, without a time
    CANCELLED = "cancelled"


class Why(StrEnum):
    SLOT = "slot"  # its slot goes
    ROUND = "round"  # its round goes
    TABLE = "table"  # its table goes, or is somebody's from now on
    PLACE = "place"  # the round is somewhere else
    TYPE = "type"  # somebody's type does not meet in the round any more
    RULE = "rule"  # the one may not ask the other any more
    AGREED = "agreed"  # the rule forbids it from now on, and they agreed before
    TIMES = "times"  # the request loses a time that it named
    SCHEDULE = "schedule"  # it named times in a round whose times the organisers give from now on
    LEAVES = "leaves"  # one of its people does not come, and too few remain
    GOES_ON = "goes on"  # one of its people does not come, and the others do


@dataclass(frozen=True, slots=True)
class Hit:
    """One meeting (id) as it stood at `version`; `table` (id) is where it moves, if it does."""

    meeting: int
    version: int
    fate: Fate
    why: Why
    table: int | None = None


@dataclass(frozen=True, slots=True)
class Breakage:
    """Everything that a change would do to meetings; `ticks`: so many people can no longer be met in a round."""

    hits: tuple[Hit, ...] = ()
    ticks: int = 0

    def __bool__(self) -> bool:
        return bool(self.hits or self.ticks)

    @property
    def mark(self) -> str:
        """Another list has another mark."""
        return mark_of(self)

    def of(self, fate: Fate) -> list[Hit]:
        return [hit for hit in self.hits if hit.fate is fate]


class Breaks(Refused):
    """The change was not made: this is what it would break, as the organiser has not seen it yet, or not so."""

    def __init__(self, breakage: Breakage, *, looked: bool) -> None:
        again = _("Meetings have changed since you looked. Nothing is changed yet: please look again.")
        super().__init__(again if looked else _("Nothing is changed yet: please look first at what this would change."))
        self.breakage = breakage


def refuse_unseen(breakage: Breakage, seen: str) -> None:
    """`seen` is the mark of the list that was looked at; empty: none. Raises Breaks."""
    if breakage and breakage.mark != seen:
        raise Breaks(breakage, looked=bool(seen))


async def apply(changes: Changes, breakage: Breakage, *, reason: str) -> None:
    """In the open block, and before the places that are left may go. Partners read the `reason` of a cancellation."""
    struck = {hit.meeting: hit for hit in breakage.hits if hit.fate is not Fate.KEPT}
    found = with_people(Meeting.filter(id__in=list(struck)).order_by("id"))
    meetings = await found.select_related("event", "slot__round", "table")
    await _move(changes, [one for one in meetings if struck[one.id].fate is Fate.MOVED], struck)
    for meeting in meetings:
        if struck[meeting.id].fate is Fate.WAITING:
            await occupancy.release([meeting.subject])
            await Keep.filter(meeting=meeting).delete()
            meeting.fixed = False
            meeting.unplace(at=changes.at)
            await meeting.save()
            tell(changes, "meeting.unscheduled", meeting, {})
    cancelled = [one for one in meetings if struck[one.id].fate is Fate.CANCELLED]
    await call_off(changes, cancelled, reason=reason, acting={})


async def _move(changes: Changes, meetings: Iterable[Meeting], struck: dict[int, Hit]) -> None:
    """To the table of the hit, or the same one. All leave before any sits down: two may change places."""
    moving = list(meetings)
    await occupancy.release([meeting.subject for meeting in moving])
    await Meeting.filter(id__in=[meeting.id for meeting in moving]).update(slot_id=None, table_id=None)
    for meeting in moving:
        goal = struck[meeting.id].table
        table = await Table.get(id=goal) if goal else meeting.table
        assert meeting.slot
        assert table
        meeting.place(meeting.slot, table, at=changes.at)
        await meeting.save()
        tell(changes, "meeting.rescheduled", meeting, {})
    await occupancy.hold_many([(meeting.subject, claims(meeting)) for meeting in moving])
