"""What a page about somebody shows of the reader's own: mark, note, block, and whether they can write to each other."""

from dataclasses import dataclass

from app.errors import Refused
from events.models import Participant
from matchmaking.bookmarks.marking import marks_of
from matchmaking.bookmarks.models import Mark
from matchmaking.marketplace.market import open_ones_of
from matchmaking.marketplace.models import Opportunity
from matchmaking.messages.reading import silenced
from matchmaking.messages.writing import against_writing
from matchmaking.outcomes.saying import note_on


@dataclass(frozen=True, slots=True)
class Between:
    """Of the reader about the other one; `opportunities` are the other's open ones."""

    mark: Mark | None
    note: str
    blocked: bool
    no_messages: Refused | None
    opportunities: list[Opportunity]


async def between(me: Participant, other: Participant) -> Between:
    return Between(
        mark=(await marks_of(me)).get(other.id),
        note=await note_on(me, other),
        blocked=await silenced(me, other),
        no_messages=await against_writing(me, other),
        opportunities=await open_ones_of(other.id),
    )
