"""The events and networks that the home page lists."""

from collections.abc import Sequence
from datetime import date

from events.models import Event
from events.networks.models import Network


async def home(today: date) -> tuple[Sequence[Event], Sequence[Event], Sequence[Network]]:
    """Events from today on by their first day, the last twenty before it, and all networks; three queries."""
    events = Event.all().select_related("network")
    coming = await events.filter(last_day__gte=today).order_by("first_day", "title").limit(100)
    past = await events.filter(last_day__lt=today).order_by("-first_day").limit(20)
    return coming, past, await Network.all().order_by("name")


async def of_network(network: Network, today: date) -> Sequence[Event]:
    """Its events from today on, by their first day."""
    return await Event.filter(network=network, last_day__gte=today).order_by("first_day", "title").limit(50)
