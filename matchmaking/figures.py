"""The desk's figures: how full the rounds are, and how far profiles and meetings have come."""

from collections import Counter, defaultdict
from dataclasses import dataclass

from events.models import Event
from matchmaking.models import Meeting, MeetingStatus
from matchmaking.profile_models import Profile, ProfileStatus
from matchmaking.round_models import Availability, Round, Slot, Table


@dataclass(frozen=True, slots=True)
class RoundFigures:
    """`seats` is how many meetings fit: slots × tables."""

    round: Round
    slots: int
    tables: int
    ticks: int  # participants who can be met in it
    meetings: int
    lost: tuple[Table, ...]
    lines: int = 0  # places by video

    @property
    def seats(self) -> int:
        return self.slots * (self.tables + self.lines)

    @property
    def room(self) -> int:
        """Meetings there can be: each needs a table and two people."""
        return self.slots * min(self.tables + self.lines, self.ticks // 2)

    @property
    def short(self) -> int:
        """Tables that lack for everybody to meet at once."""
        return max(0, self.ticks // 2 - self.tables - self.lines)


async def rounds(event: Event) -> list[RoundFigures]:
    """In order of time; five queries."""
    found = await Round.filter(event=event).order_by("start")
    slots = Counter(slot.round_id for slot in await Slot.filter(round__event=event))
    standing = await Table.filter(round__event=event).order_by("number")
    tables = Counter(table.round_id for table in standing if not table.line)
    lines = Counter(table.round_id for table in standing if table.line)
    lost: dict[int, list[Table]] = defaultdict(list)
    for table in standing:
        if table.lost_from:
            lost[table.round_id].append(table)
    ticks = Counter(tick.round_id for tick in await Availability.filter(round__event=event))
    placed = Meeting.filter(event=event, status=MeetingStatus.ACCEPTED, slot_id__isnull=False)
    meetings = Counter(round_id for (round_id,) in await placed.values_list("slot__round_id"))
    return [
        RoundFigures(
            round=one,
            slots=slots[one.id],
            tables=tables[one.id],
            ticks=ticks[one.id],
            meetings=meetings[one.id],
            lost=tuple(lost[one.id]),
            lines=lines[one.id],
        )
        for one in found
    ]


async def profile_counts(event: Event) -> dict[str, int]:
    """By status."""
    counts = dict.fromkeys((status.value for status in ProfileStatus), 0)
    for (status,) in await Profile.filter(participant__event=event).values_list("status"):
        counts[status.value] += 1
    return counts
