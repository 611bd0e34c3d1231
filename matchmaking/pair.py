"""Two participants and all that decides when they can meet, loaded for `availability` to judge."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from app.journal import Actor
from app.models import Person
from events.models import Event, Participant
from matchmaking import availability
from matchmaking.availability import Diary, Obstacle, Place, Slot, Tables
from matchmaking.diaries import diaries, floor
from matchmaking.models import Meeting, Round


@dataclass(frozen=True, slots=True)
class Pair:
    """As it stood at `now`. "You" reads the answer, unless the desk does: then both are named."""

    you: Participant
    they: Participant
    desk_reads: bool
    slots: Sequence[Slot]
    your_diary: Diary
    their_diary: Diary
    tables: Tables
    rounds: Mapping[int, str]  # names by id
    zone: ZoneInfo
    now: datetime

    def first_free(self) -> Place | None:
        return availability.first_free(self.slots, self.your_diary, self.their_diary, self.tables, now=self.now)

    def free(self) -> list[Slot]:
        return availability.common_free(self.slots, self.your_diary, self.their_diary, self.tables, now=self.now)

    def obstacle(self, slot: Slot) -> Obstacle | None:
        return availability.obstacle(slot, self.your_diary, self.their_diary, self.tables, now=self.now)

    def obstacles(self) -> list[Obstacle]:
        return availability.why_not(self.slots, self.your_diary, self.their_diary, self.tables, now=self.now)


async def pair_of(event: Event, meeting: Meeting, *, reader: Actor, now: datetime) -> Pair:
    """The two of a meeting, as if it had no place; the meeting has its people at hand."""
    you, they = meeting.invitee, meeting.asker
    if isinstance(reader, Person) and they.person_id == reader.id:
        you, they = they, you
    ground = await floor(event, without=[meeting.id])
    found = await diaries([you, they], within=ground.span, without=[meeting.id])
    return Pair(
        you=you,
        they=they,
        desk_reads=not isinstance(reader, Person) or you.person_id != reader.id,
        slots=ground.slots,
        your_diary=found[you.id],
        their_diary=found[they.id],
        tables=ground.tables,
        rounds={one.id: one.name for one in await Round.filter(event=event)},
        zone=event.tz,
        now=now,
    )
