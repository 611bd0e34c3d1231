"""Calls as pages show them: lists by deadline, a call with all that belongs to it, what a call can choose from."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from events.models import Event, EventKind, Session, SessionStatus
from events.networks.calls.models import (
    Call,
    CallBriefing,
    CallCriterion,
    CallOfficer,
    CallStatus,
    CallTopic,
    OfficerRole,
    Phase,
)
from events.networks.calls.proposals.models import CallFile
from events.networks.models import Network, Pilot, Region

PAST_SHOWN = 30


@dataclass(frozen=True, slots=True)
class CallLists:
    open: Sequence[Call]  # the next deadline first
    past: Sequence[Call]  # the latest first


@dataclass(frozen=True, slots=True)
class CallPage:
    call: Call
    phase: Phase
    pilots: Sequence[Pilot]
    topics: Sequence[CallTopic]
    criteria: Sequence[CallCriterion]
    documents: Sequence[CallFile]
    briefings: Sequence[CallBriefing]


async def public_calls(now: datetime, *, network: Network | None = None) -> CallLists:
    """Two queries."""
    known = Call.exclude(status=CallStatus.DRAFT).select_related("network", "region")
    if network:
        known = known.filter(network=network)
    ahead = Q(deadline__gt=now, status=CallStatus.OPEN)
    return CallLists(
        open=await known.filter(ahead).order_by("deadline", "id").limit(100),
        past=await known.filter(~ahead).order_by("-deadline", "-id").limit(PAST_SHOWN),
    )


def deadlines(network: Network) -> QuerySet[Call]:
    """Of all its public calls, the first one first."""
    return Call.filter(network=network).exclude(status=CallStatus.DRAFT).order_by("deadline", "id")


async def drafts(network: Network) -> Sequence[Call]:
    """For those who run the network."""
    return await Call.filter(network=network, status=CallStatus.DRAFT).order_by("-id").limit(50)


async def call_page(call: Call, now: datetime) -> CallPage:
    """Five queries; briefings are those whose event is public."""
    return CallPage(
        call=call,
        phase=call.phase(now),
        pilots=await call.pilots.all().order_by("position"),
        topics=await CallTopic.filter(call=call),
        criteria=await criteria(call),
        documents=await CallFile.filter(call=call, proposal_id__isnull=True),
        briefings=await briefings(call, public=True),
    )


async def briefings(call: Call, *, public: bool) -> Sequence[CallBriefing]:
    """By day; sessions that are cancelled or have no time yet stay out of the public ones."""
    found = await CallBriefing.filter(call=call).select_related("event", "session")
    kept = [one for one in found if not public or _is_public(one)]
    return sorted(kept, key=lambda one: (_day(one), one.id))


async def officers(call: Call, role: OfficerRole) -> Sequence[CallOfficer]:
    return await CallOfficer.filter(call=call, role=role)


async def criteria(call: Call) -> Sequence[CallCriterion]:
    return await CallCriterion.filter(call=call)


async def offered(network_id: int, call: Call | None = None) -> tuple[Sequence[Region], Sequence[Pilot]]:
    """All regions there are, and the network's pilots; one that is closed only where the call names it."""
    named = await call.pilots.all().values_list("id", flat=True) if call else []
    pilots = Pilot.filter(Q(closed_at__isnull=True) | Q(id__in=list(named)), network_id=network_id)
    return await Region.all(), await pilots.order_by("position", "code")


async def could_brief(network: Network, today: date) -> Sequence[tuple[Event, Sequence[Session]]]:
    """Events of the network from today on, briefings first, with the sessions that have a time."""
    events = await Event.filter(network=network, last_day__gte=today).order_by("first_day", "title").limit(50)
    sessions = Session.filter(
        event_id__in=[event.id for event in events], status=SessionStatus.CONFIRMED, start__isnull=False
    )
    by_event: dict[int, list[Session]] = {}
    for session in await sessions.order_by("start", "title").limit(1000):
        by_event.setdefault(session.event_id, []).append(session)
    first = sorted(events, key=lambda event: event.kind != EventKind.BRIEFING)
    return [(event, by_event.get(event.id, [])) for event in first]


async def calls_of_session(session_id: int) -> Sequence[Call]:
    """The public calls that this session is a briefing on."""
    return await Call.filter(briefings__session_id=session_id).exclude(status=CallStatus.DRAFT).order_by("deadline")


async def calls_of_event(event: Event) -> Sequence[Call]:
    """The public calls that the whole event is a briefing on."""
    whole = Call.filter(briefings__event=event, briefings__session_id__isnull=True)
    return await whole.exclude(status=CallStatus.DRAFT).order_by("deadline")


def _is_public(briefing: CallBriefing) -> bool:
    session = briefing.session
    if session is None:
        return True
    return briefing.event.released and session.start is not None and session.status == SessionStatus.CONFIRMED


def _day(briefing: CallBriefing) -> str:
    session = briefing.session
    return session.start.isoformat() if session and session.start else briefing.event.first_day.isoformat()
