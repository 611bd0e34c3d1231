"""Waiting lists for people as pages show them: a meeting's, one's own places, and all of them for the desk."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from events.models import Event, Participant
from events.waiting.models import WaitState
from matchmaking.models import Meeting
from matchmaking.parties import people
from matchmaking.waitlist.models import MeetingWait
from matchmaking.waitlist.offering import awaited, queue, waits_with_meetings


@dataclass(frozen=True, slots=True)
class Standing:
    """Somebody's place in the list of `partner`; `ahead` come before them, `agreed` once the partner has said yes."""

    wait: MeetingWait
    partner: Participant
    ahead: int

    @property
    def agreed(self) -> bool:
        return self.wait.meeting.waiting

    @property
    def offered(self) -> bool:
        return self.wait.offered and self.wait.until is not None

    @property
    def passed(self) -> bool:
        return self.wait.state == WaitState.PASSED


async def standing_at(meeting: Meeting) -> Standing | None:
    """The place that one of the meeting's two has."""
    found = await waits_with_meetings(MeetingWait.filter(meeting_id=meeting.id))
    return (await _standings(await Event.get(id=meeting.event_id), found))[0] if found else None


async def piece(me: Participant) -> tuple[str, Mapping[str, Any]]:
    """A part of the page of one's waiting places: its template, and what that shows."""
    found = await waits_with_meetings(MeetingWait.filter(waiter=me))
    event = await Event.get(id=me.event_id)
    return "matchmaking/waitlist_piece.html", {"places": await _standings(event, found)}


async def desk_piece(event: Event) -> tuple[str, Mapping[str, Any]]:
    """The same for the desk: everybody who is waited for, with who waits, in the order of the offers."""
    offered = await waits_with_meetings(MeetingWait.filter(meeting__event=event, state=WaitState.OFFERED))
    standings = await _standings(event, [*offered, *await queue(event)])
    lines = [
        (partner, list(those))
        for partner, those in groupby(
            sorted(standings, key=lambda one: (one.partner.name, one.partner.id)), key=lambda one: one.partner
        )
    ]
    return "matchmaking/desk_waitlist_piece.html", {"lines": lines}


async def _standings(event: Event, waits: Sequence[MeetingWait]) -> list[Standing]:
    order = [(wait.id, awaited(wait)) for wait in await queue(event)]
    found = []
    for wait in waits:
        partner = awaited(wait)
        before = [number for number, other in order if other == partner]
        ahead = before.index(wait.id) if wait.id in before else 0
        found.append(Standing(wait, next(one for one in people(wait.meeting) if one.id == partner), ahead))
    return found
