"""A meeting gets its slot and table, and what it occupies there: within an open block of whichever verb places it."""

from datetime import datetime

from app import occupancy
from app.errors import NotFound
from app.intervals import Interval
from app.journal import Actor
from app.models import Person
from matchmaking import availability
from matchmaking.gathering import Gathering, gathering_of
from matchmaking.interpreters.booking import book_interpreter, no_interpreter
from matchmaking.models import Keep, Meeting
from matchmaking.obstacles import not_then, nothing_free
from matchmaking.parties import people, spoken_for
from matchmaking.round_models import Slot, Table


async def give_place(meeting: Meeting, chosen: Slot | None, *, at: datetime, by: Actor) -> None:
    """Place it, and hold its people and its table."""
    gathering = await gathering_of(meeting.event, meeting, reader=by, now=at)
    place = _chosen(gathering, chosen, meeting.table) if chosen else gathering.first_free()
    if place is None:
        raise nothing_free(gathering)
    await sit_down(meeting, place, at=at)
    await _hold_to(meeting, by if chosen else None)


async def sit_down(meeting: Meeting, place: availability.Place, *, at: datetime) -> None:
    """Within an open block: place it then and there, with an interpreter if it needs one, and hold them all."""
    slot = await Slot.get(id=place.slot.id).select_related("round")
    meeting.place(slot, await Table.get(id=place.table), at=at)
    if unmet := await book_interpreter(meeting):
        raise no_interpreter(unmet)
    await occupancy.hold(meeting.subject, claims(meeting))


def claims(meeting: Meeting) -> list[occupancy.Claim]:
    """What a placed meeting occupies."""
    assert meeting.slot
    return claims_at(meeting, meeting.slot.span, meeting.table_id)


def claims_at(meeting: Meeting, span: Interval, table: int | None) -> list[occupancy.Claim]:
    """Then and there: its people and the table."""
    resources = (*(one.topic for one in people(meeting)), f"table:{table}")
    return [(resource, span) for resource in resources if resource]


async def _hold_to(meeting: Meeting, chooser: Actor | None) -> None:
    """Who chose the time holds to it; the first that is free was nobody's choice."""
    await Keep.filter(meeting=meeting).delete()
    meeting.fixed = chooser is not None
    if meeting.fixed:
        mine = await spoken_for(people(meeting), by=chooser) if isinstance(chooser, Person) else []
        await Keep.create(meeting=meeting, participant=mine[0] if mine else None)


def _chosen(gathering: Gathering, chosen: Slot, table: Table | None) -> availability.Place:
    slot = next((slot for slot in gathering.slots if slot.id == chosen.id), None)
    if slot is None:
        raise NotFound
    if found := gathering.obstacle(slot):
        raise not_then(gathering, found)
    free = gathering.tables.free_at(slot)
    assert free is not None  # else it were an obstacle
    theirs, taken = gathering.tables.of_round[slot.round], gathering.tables.taken.get(slot.id, ())
    keeps = table and table.id in theirs and table.id not in taken
    return availability.Place(slot, table.id if table and keeps else free)
