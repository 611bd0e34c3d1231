"""A pilot as its page shows it: who leads and coordinates it, its demo cases by stage, its sessions and events."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from app.wording import alphabetical
from events.models import Event, Session, SessionStatus
from events.networks.models import DemoCase, Follow, NetworkRole, Pilot, Region, Stage
from events.networks.reading import pilot_coordinators

STAGES = list(Stage)


@dataclass(frozen=True, slots=True)
class PilotPage:
    """`programme` are the sessions on it of the released events from today on; `past` events before that."""

    pilot: Pilot
    leads: tuple[Region, ...]
    coordinators: tuple[NetworkRole, ...]
    demo_cases: tuple[DemoCase, ...]
    programme: tuple[tuple[Event, tuple[Session, ...]], ...]
    past: tuple[Event, ...]
    followers: int


async def pilot_page(pilot: Pilot, today: date) -> PilotPage:
    released = Event.filter(sessions__pilots=pilot, sessions__start__isnull=False, version__isnull=False).distinct()
    return PilotPage(
        pilot=pilot,
        leads=tuple(sorted(await pilot.leads.all(), key=lambda region: alphabetical(region.name))),
        coordinators=tuple(await pilot_coordinators(pilot)),
        demo_cases=tuple(sorted(await DemoCase.filter(pilot=pilot), key=_by_stage)),
        programme=await _programme(pilot, today),
        past=tuple(await released.filter(last_day__lt=today).order_by("-first_day").limit(20)),
        followers=await Follow.filter(pilot=pilot).count(),
    )


def _by_stage(case: DemoCase) -> tuple[bool, int, Sequence[int]]:
    """The furthest first, those that are closed last."""
    return case.closed, -STAGES.index(case.stage), alphabetical(case.name)


async def _programme(pilot: Pilot, today: date) -> tuple[tuple[Event, tuple[Session, ...]], ...]:
    sessions = Session.filter(
        pilots=pilot, start__isnull=False, status=SessionStatus.CONFIRMED,
        event__version__isnull=False, event__last_day__gte=today,
    )  # fmt: skip
    found = await sessions.select_related("event", "room").order_by("event__first_day", "event_id", "start").limit(200)
    return tuple((event, tuple(group)) for event, group in groupby(found, key=lambda session: session.event))
