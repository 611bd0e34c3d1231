"""A network's calendar: all its events, or those of one series, month by month; and as a feed for calendar programs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import groupby

from tortoise.queryset import QuerySet

from app.source import Occasion
from events.models import Event, EventKind
from events.networks.models import Network, Series

NOTHING_YET = datetime(2000, 1, 1, tzinfo=UTC)  # before anything a client may have kept


@dataclass(frozen=True, slots=True)
class CalendarPage:
    """The events of a year, or those to come, by month; `years` are those with any, `kinds` those among the events."""

    year: int | None
    kind: EventKind | None
    months: tuple[tuple[date, tuple[Event, ...]], ...]
    years: tuple[int, ...]
    kinds: tuple[EventKind, ...]


@dataclass(frozen=True, slots=True)
class News:
    """What decides the bytes of a feed."""

    versions: tuple[tuple[int, int], ...]  # (event, about_version)
    changed: datetime


async def calendar_page(network: Network, *, year: int | None, kind: EventKind | None, today: date) -> CalendarPage:
    """Without a year what is coming: all that is not over today."""
    everything = await _of(network)
    coming = [event for event in everything if event.last_day >= today]
    events = [event for event in everything if event.first_day.year == year] if year else coming
    wanted = [event for event in events if kind in (None, event.kind)]
    there = {event.kind for event in events}
    return CalendarPage(
        year=year,
        kind=kind,
        months=tuple((month, tuple(group)) for month, group in groupby(wanted, key=_month)),
        years=tuple(sorted({event.first_day.year for event in everything})),
        kinds=tuple(kind for kind in EventKind if kind in there),
    )


async def events_of(series: Series) -> Sequence[Event]:
    """In their order, the first first."""
    return await Event.filter(series=series).order_by("first_day", "id")


async def news(network: Network, series: Series | None = None) -> News:
    """One query, for a poll that most often ends with a 304."""
    rows = await _of(network, series).values_list("id", "about_version", "about_changed_at")
    return News(
        versions=tuple((number, version) for number, version, _changed in rows),
        changed=max((changed for _number, _version, changed in rows), default=NOTHING_YET),
    )


async def occasions(network: Network, series: Series | None = None) -> list[Occasion]:
    """Each event over all its days; a feed is never empty, so a network without any stands in it itself."""
    events = await _of(network, series)
    if not events:
        day = NOTHING_YET.date()
        return [
            Occasion(
                network.name, f"network-{network.code}", f"/networks/{network.code}", "", "UTC", day, day, NOTHING_YET
            )
        ]
    return [
        Occasion(
            event.title, event.slug, f"/e/{event.slug}",
            ", ".join(filter(None, (event.venue, event.city))), event.zone,
            event.first_day, event.last_day, event.about_changed_at, event.translations.get("title", {}),
        )
        for event in events
    ]  # fmt: skip


def _of(network: Network, series: Series | None = None) -> QuerySet[Event]:
    events = Event.filter(network=network, series=series) if series else Event.filter(network=network)
    return events.order_by("first_day", "title", "id")


def _month(event: Event) -> date:
    return event.first_day.replace(day=1)
