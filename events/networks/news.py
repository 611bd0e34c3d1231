"""What is new in a pilot: events, sessions, demo cases, calls; other slices add theirs (`NEWS` in app.slices)."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.i18n import _
from app.models import Change
from app.texts import in_language, said
from app.wording import dated
from events.models import Event, Session, SessionStatus
from events.networks.calls.models import Call, CallStatus
from events.networks.models import DemoCase
from events.release_models import Release


@dataclass(frozen=True, slots=True)
class Item:
    """One piece of news, worded for the reader. `key` is its identity: nobody is told twice.

    `members_of` is the event whose approved participants alone may read it; None: everybody may. `not_for` are
    the persons who know it already, or may not see it.
    """

    pilot: int
    key: str  # "session:12"
    at: datetime
    words: str
    url: str  # a path of ours
    members_of: int | None = None
    not_for: Collection[int | None] = ()


News = Callable[[Collection[int], datetime], Awaitable[Sequence[Item]]]
"""What is new since then in pilots of these ids, in the language being served."""


async def news(pilots: Collection[int], since: datetime) -> Sequence[Item]:
    """What this slice knows; a few queries, however many pilots there are."""
    return [*await _events(pilots, since), *await _demo_cases(pilots, since), *await _calls(pilots, since)]


async def _events(pilots: Collection[int], since: datetime) -> list[Item]:
    """An event is news once, when its programme is first released; afterwards each session that is added to it."""
    sessions = Session.filter(
        pilots__id__in=list(pilots), start__isnull=False, status=SessionStatus.CONFIRMED, event__version__isnull=False
    ).distinct()
    found = await sessions.select_related("event").prefetch_related("pilots").order_by("start", "id")
    released = await _first_releases({session.event_id for session in found})
    items: dict[tuple[int, str], Item] = {}
    for session in found:
        opened = released[session.event_id]
        new = session.created_at > opened
        key = session.subject if new else f"event:{session.event_id}"
        at = session.created_at if new else opened
        words = _session(session) if new else _event(session.event)
        url = f"/e/{session.event.slug}/sessions/{session.id}" if new else f"/e/{session.event.slug}"
        for pilot in session.pilots:
            if pilot.id in pilots and at > since:
                items.setdefault((pilot.id, key), Item(pilot.id, key, at, words, url))
    return list(items.values())


async def _first_releases(events: Collection[int]) -> dict[int, datetime]:
    rows = await Release.filter(event_id__in=list(events)).order_by("-revision").values_list("event_id", "at")
    return {number: at for number, at in rows}  # noqa: C416 - the oldest is the last to be written


async def _demo_cases(pilots: Collection[int], since: datetime) -> list[Item]:
    """New ones, and those that reached another stage."""
    facts = await Change.filter(
        kind__in=["democase.added", "democase.moved_on"], at__gt=since, scope__startswith="network:"
    ).order_by("id")
    newest = {fact.subject_id: fact for fact in facts}
    cases = DemoCase.filter(id__in=list(newest), pilot_id__in=list(pilots)).select_related("pilot__network")
    return [
        Item(
            case.pilot_id,
            f"democase:{case.id}@{case.stage.value}",
            newest[case.id].at,
            _("Demo case: %(name)s (%(stage)s)") % {"name": case.name, "stage": _(case.stage.value)},
            f"/networks/{case.pilot.network.code}/pilots/{case.pilot.code}",
        )
        for case in await cases
    ]


async def _calls(pilots: Collection[int], since: datetime) -> list[Item]:
    """That one is open, and afterwards its results."""
    facts = await Change.filter(kind__in=["call.opened", "call.published"], subject="call", at__gt=since)
    told = {(fact.subject_id, fact.kind): fact.at for fact in facts}
    calls = Call.filter(id__in=[number for number, _kind in told], pilots__id__in=list(pilots)).distinct()
    items = []
    for call in await calls.prefetch_related("pilots"):
        decided = call.status == CallStatus.PUBLISHED
        at = told.get((call.id, "call.published" if decided else "call.opened"))
        words = _("Results of a call: %(title)s") if decided else _("Open call: %(title)s")
        title = in_language(call.titles, call.language)
        key = f"call:{call.id}@decided" if decided else f"call:{call.id}"
        items += [
            Item(pilot.id, key, at, words % {"title": title}, call.path)
            for pilot in call.pilots
            if at and pilot.id in pilots
        ]
    return items


def _event(event: Event) -> str:
    told = {"title": said(event, "title"), "day": dated(event.first_day), "city": event.city}
    return _("Event: %(title)s, %(day)s, %(city)s") % told if event.city else _("Event: %(title)s, %(day)s") % told


def _session(session: Session) -> str:
    return _("Session: %(title)s (%(event)s)") % {
        "title": said(session, "title"),
        "event": said(session.event, "title"),
    }
