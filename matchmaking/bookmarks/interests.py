"""How much people want to meet each other by their marks: weights for whoever proposes meetings to both at once."""

from collections.abc import Mapping
from dataclasses import dataclass

from events.models import Event
from matchmaking.bookmarks.models import Bookmark, Mark
from matchmaking.bookmarks.vetoes import Pairs, kept_apart, pair_of

WEIGHTS: dict[Mark | None, int] = {None: 1, Mark.NICE: 2, Mark.MUST: 4}  # of one side


@dataclass(frozen=True, slots=True)
class Interests:
    """The marks of an event, by (owner, about)."""

    marks: Mapping[tuple[int, int], Mark]
    apart: Pairs

    def interest(self, one: int, other: int) -> int:
        """0: one of them does not want to; else 2 to 8, the same from both sides. Ids of participants.

        For schedules only: a list made for one of the two must not be ordered by what the other thinks.
        """
        if pair_of(one, other) in self.apart:
            return 0
        return WEIGHTS[self.marks.get((one, other))] + WEIGHTS[self.marks.get((other, one))]


async def interests(event: Event) -> Interests:
    """Three queries."""
    wanted = Bookmark.filter(owner__event=event).exclude(mark=Mark.NOT)
    marks = {(owner, about): mark for owner, about, mark in await wanted.values_list("owner_id", "about_id", "mark")}
    return Interests(marks, await kept_apart(event))
