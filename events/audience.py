"""Who hears of a change to the programme: everybody once it is released, before that only the desk."""

from collections.abc import Sequence

from events.models import Event, Participant, Session


async def audience(event: Event, sessions: Sequence[Session] = ()) -> list[str]:
    """The topics of a change to these sessions; their speakers' and guests' calendars follow it."""
    if not event.released:
        return [event.desk]
    return [event.scope, event.desk, *await people(sessions)]


async def people(sessions: Sequence[Session]) -> list[str]:
    """`person:7` of everybody who speaks in one of the sessions or has it in their agenda; two queries."""
    ids = [session.id for session in sessions]
    speaking = await Participant.filter(speaking__id__in=ids).distinct().only("id", "person_id")
    booked = await Participant.filter(bookings__session_id__in=ids).distinct().only("id", "person_id")
    return sorted({participant.topic for participant in (*speaking, *booked) if participant.topic})
