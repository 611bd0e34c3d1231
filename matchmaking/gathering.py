"""The people of a meeting and all that decides when they can meet, loaded for `availability` to judge."""

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
from matchmaking.parties import people


@dataclass(frozen=True, slots=True)
class Gathering:
    """As it stood at `now`. "You" reads the answer, unless the desk does: then all are named."""

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

    def first_free(self) -> Place | None:
        return availability.first_free(self.slots, self.your_diary, self.their_diaries, self.tables, now=self.now)

    def free(self) -> list[Slot]:
        return availability.common_free(self.slots, self.your_diary, self.their_diaries, self.tables, now=self.now)

    def obstacle(self, slot: Slot) -> Obstacle | None:
        return availability.obstacle(slot, self.your_diary, self.their_diaries, self.tables, now=self.now)

    def obstacles(self) -> list[Obstacle]:
        return availability.why_not(self.slots, self.your_diary, self.their_diaries, self.tables, now=self.now)


async def gathering_of(event: Event, meeting: Meeting, *, reader: Actor, now: datetime) -> Gathering:
    """Those of a meeting, as if it had no place; the meeting has its people at hand (`parties.with_people`)."""
    everybody = people(meeting)
    mine = [one for one in everybody if isinstance(reader, Person) and one.person_id == reader.id]
    you = mine[0] if mine else meeting.invitee
    others = [one for one in everybody if one.id != you.id]
    ground = await floor(event, without=[meeting.id])
    found = await diaries(everybody, within=ground.span, without=[meeting.id])
    return Gathering(
        you=you,
        others=others,
        desk_reads=not mine,
        slots=ground.slots,
        your_diary=found[you.id],
        their_diaries=[found[one.id] for one in others],
        tables=ground.tables,
        rounds={one.id: one.name for one in await Round.filter(event=event)},
        zone=event.tz,
        now=now,
    )
