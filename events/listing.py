"""The events and networks that the home page lists, and what stands around one event."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from app.models import Person
from app.wording import by_name
from events.models import Event, Participant, ParticipantStatus
from events.networks.models import Network, Series

FRESH = timedelta(weeks=3)  # after an event there is still something to say about it


@dataclass(frozen=True, slots=True)
class Around:
    """The series an event belongs to, the convention it is held at, and what is held at it."""

    series: Series | None
    host: Event | None
    parts: tuple[Event, ...]


async def home(today: date) -> tuple[Sequence[Event], Sequence[Event], Sequence[Network]]:
    """Events from today on by their first day, the last twenty before it, and all networks; three queries."""
    events = Event.all().select_related("network")
    coming = await events.filter(last_day__gte=today).order_by("first_day", "title").limit(100)
    past = await events.filter(last_day__lt=today).order_by("-first_day").limit(20)
    return coming, past, by_name(await Network.all())


async def participations(person: Person, today: date) -> Sequence[Participant]:
    """Theirs, with the event, at events that are coming or ended in the last weeks, by first day."""
    mine = Participant.filter(person=person, event__last_day__gte=today - FRESH)
    mine = mine.exclude(status=ParticipantStatus.WITHDRAWN).select_related("event__network")
    return await mine.order_by("event__first_day", "event__title")


async def with_event(participant: Participant) -> Sequence[Participant]:
    """The one of an event's page, as the tasks want it."""
    return await Participant.filter(id=participant.id).select_related("event")


async def of_network(network: Network, today: date) -> Sequence[Event]:
    """Its events from today on, by their first day."""
    return await Event.filter(network=network, last_day__gte=today).order_by("first_day", "title").limit(50)


async def around(event: Event) -> Around:
    """Three queries at most."""
    return Around(
        series=await Series.get_or_none(id=event.series_id) if event.series_id else None,
        host=await Event.get_or_none(id=event.part_of_id) if event.part_of_id else None,
        parts=tuple(await Event.filter(part_of=event).order_by("first_day", "title")),
    )
