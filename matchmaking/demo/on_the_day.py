"""The day itself in the demo: names on the screen at the hall, somebody on standby, and lists of those who wait."""

from collections.abc import Mapping
from contextlib import suppress

from app.errors import Refused
from app.models import Person
from events.bookings import book
from events.models import Event, Participant, Session
from events.waiting.lists import join_list
from matchmaking.models import Meeting, MeetingStatus
from matchmaking.onsite.displays import make_display
from matchmaking.onsite.presence import Said, say
from matchmaking.parties import with_people
from matchmaking.waitlist.joining import join_waitlist

KEPT_TO_THEMSELVES = 5  # every fifth does not want to be shown
QUEUE = 4


async def come_together(
    event: Event, participants: Mapping[str, Participant], people: Mapping[str, Person], *, by: Person
) -> None:
    """By address, who takes part; the organiser opens a screen."""
    guests = [(one, people[email]) for email, one in participants.items() if one.person_id]
    for number, (one, person) in enumerate(guests):
        if number % KEPT_TO_THEMSELVES:
            await say(one, Said(shown=True, standby=number % 7 == 0), by=person)
    await make_display(event, event.venue, by=by)
    await _fill(event, guests)
    waiting = Meeting.filter(event=event, status=MeetingStatus.ACCEPTED, slot_id__isnull=True, group_id__isnull=True)
    for meeting in await with_people(waiting).limit(QUEUE):
        with suppress(Refused):
            await join_waitlist(meeting, meeting.asker, by=by)


async def _fill(event: Event, guests: list[tuple[Participant, Person]]) -> None:
    """The smallest session has no seat left, and some wait for one."""
    smallest = await Session.filter(event=event, capacity__isnull=False).order_by("capacity", "id").first()
    queued = 0
    for one, person in guests if smallest else ():
        assert smallest
        with suppress(Refused):
            current = await Session.get(id=smallest.id)
            if current.booked < (current.capacity or 0):
                await book(current, one, by=person)
            elif queued < QUEUE:
                await join_list(current, one, by=person)
                queued += 1
