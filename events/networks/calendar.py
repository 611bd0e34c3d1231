"""A network's calendar: its events and the deadlines of its calls, month by month; and, as that of one series of
events, a feed for calendar programs.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from tortoise.queryset import QuerySet

from app.source import Entry, Occasion
from events.models import Event, EventKind
from events.networks.calls.ical import deadline_entry
from events.networks.calls.models import Call
from events.networks.calls.reading import deadlines
from events.networks.models import Network, Series

NOTHING_YET = datetime(2000, 1, 1, tzinfo=UTC)  # before anything a client may have kept


@dataclass(frozen=True, slots=True)
class Month:
    first: date
    events: tuple[Event, ...]
    calls: tuple[Call, ...]  # whose deadline is in it


@dataclass(frozen=True, slots=True)
class CalendarPage:
    """What is in a year, or to come, by month; `years` are those with anything, `kinds` those among the events."""

    year: int | None
    kind: EventKind | None
    months: tuple[Month, ...]
    years: tuple[int, ...]
    kinds: tuple[EventKind, ...]


@dataclass(frozen=True, slots=True)
class News:
    """What decides the bytes of a feed."""

    versions: tuple[tuple[str, int, int], ...]  # (event, 7, about_version), (call, 4, version)
    changed: datetime


async def calendar_page(network: Network, *, year: int | None, kind: EventKind | None, today: date) -> CalendarPage:
    """Without a year what is coming: all that is not over today. Who asks for one kind of event gets no deadlines."""
    all_events, all_calls = await _of(network), await deadlines(network)
    events = [event for event in all_events if (event.first_day.year == year if year else event.last_day >= today)]
    calls = [call for call in all_calls if (_day(call).year == year if year else _day(call) >= today)]
    there = {event.kind for event in events}
    return CalendarPage(
        year=year,
        kind=kind,
        months=_by_month([one for one in events if kind in (None, one.kind)], calls if kind is None else []),
        years=tuple(sorted({*(one.first_day.year for one in all_events), *(_day(call).year for call in all_calls)})),
        kinds=tuple(kind for kind in EventKind if kind in there),
    )


async def events_of(series: Series) -> Sequence[Event]:
    """In their order, the first first."""
    return await Event.filter(series=series).order_by("first_day", "id")


async def news(network: Network, series: Series | None = None) -> News:
    """Two queries at most, for a poll that most often ends with a 304."""
    rows = [
        ("event", *row) for row in await _of(network, series).values_list("id", "about_version", "about_changed_at")
    ]
    if series is None:
        rows += [("call", *row) for row in await deadlines(network).values_list("id", "version", "changed_at")]
    return News(
        versions=tuple((what, number, version) for what, number, version, _changed in rows),
        changed=max((changed for *_rest, changed in rows), default=NOTHING_YET),
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


async def entries(network: Network) -> list[Entry]:
    """The deadlines of its calls."""
    return [deadline_entry(call) for call in await deadlines(network)]


def _of(network: Network, series: Series | None = None) -> QuerySet[Event]:
    events = Event.filter(network=network, series=series) if series else Event.filter(network=network)
    return events.order_by("first_day", "title", "id")


def _by_month(events: Sequence[Event], calls: Sequence[Call]) -> tuple[Month, ...]:
    """Months with anything in them; both lists are in the order of their days."""
    in_month: dict[date, tuple[list[Event], list[Call]]] = defaultdict(lambda: ([], []))
    for event in events:
        in_month[event.first_day.replace(day=1)][0].append(event)
    for call in calls:
        in_month[_day(call).replace(day=1)][1].append(call)
    return tuple(Month(first, tuple(held), tuple(due)) for first, (held, due) in sorted(in_month.items()))


def _day(call: Call) -> date:
    """Of the deadline, by the call's own clock."""
    return call.deadline.astimezone(call.tz).date()
