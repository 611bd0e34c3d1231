"""What the demo story's names stand for, as the rows come."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import TypeVar

from app.models import Person
from events.models import Event, Participant, ParticipantType, Room, Session, Track
from events.networks.models import Pilot, Region
from matchmaking.demo.cast import Interest
from matchmaking.demo.story import Story
from matchmaking.round_models import Round
from matchmaking.wishes import Wish

T = TypeVar("T")


@dataclass(slots=True)
class Stage:
    """What the story's names stand for, as the rows come."""

    story: Story
    first_day: date
    progress: Callable[[int, str], object]
    event: Event = field(init=False)
    people: dict[str, Person] = field(default_factory=dict)  # by address
    participants: dict[str, Participant] = field(default_factory=dict)
    rooms: dict[str | None, Room] = field(default_factory=dict)  # by name
    tracks: dict[str | None, Track] = field(default_factory=dict)
    sessions: dict[str, Session] = field(default_factory=dict)  # by title
    rounds: list[Round] = field(default_factory=list)
    types: dict[str, ParticipantType] = field(default_factory=dict)  # by name
    pilots: dict[str, Pilot] = field(default_factory=dict)  # by code
    regions: dict[str, Region] = field(default_factory=dict)

    @property
    def organiser(self) -> Person:
        return self.people[self.story.staff[0].email]

    def at(self, day: int, clock: str) -> datetime:
        local = datetime.combine(self.first_day + timedelta(days=day - 1), time.fromisoformat(clock), self.event.tz)
        return local.astimezone(UTC)

    def steps(self, share: int, words: str, things: Iterable[T]) -> Iterator[T]:
        """Walk through the things, telling `share` hundredths of progress on the way, and in `words` what happens."""
        things = list(things)
        for number, thing in enumerate(things):
            yield thing
            self.progress(share * (number + 1) // len(things) - share * number // len(things), words)

    def wish(self, interest: Interest) -> Wish:
        pilot = self.pilots[interest.pilot]
        cases = {case.code: case.id for case in pilot.demo_cases}
        demo_case = cases[interest.demo_case] if interest.demo_case else None
        return Wish(pilot.id, demo_case, interest.role, interest.offers, interest.needs, interest.trl)
