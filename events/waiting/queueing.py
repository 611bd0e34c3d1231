"""Who of those who wait is offered what was given back; pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

SHORTEST = timedelta(minutes=5)  # who is offered something needs so long to see it


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a list. `ahead`: the organisers let them go first; `worth` is how much the two have for each other,
    0 to 1000, where somebody waits for a person."""

    id: int
    since: datetime
    ahead: bool = False
    worth: int = 0


def in_order(places: Iterable[Place]) -> list[Place]:
    """The best first: whom the organisers let go first, then those worth most, then who has waited longest."""
    return sorted(places, key=lambda one: (not one.ahead, -one.worth, one.since, one.id))


def deadline(now: datetime, *, minutes: int, start: datetime) -> datetime | None:
    """Until when an offer made now stands: never beyond the start. None: it is too late to offer anything."""
    until = min(now + timedelta(minutes=minutes), start)
    return until if until >= now + SHORTEST else None
