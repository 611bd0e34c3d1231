"""Calls as pages show them: lists by deadline, a call with all that belongs to it, the coordinators' overview."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from tortoise.expressions import Q

from app.models import Person
from app.money import plainly
from app.wording import alphabetical
from events.models import Event, EventKind, Session, SessionStatus
from events.networks.calls.models import (
    Call,
    CallAuthor,
    CallBriefing,
    CallCriterion,
    CallDecision,
    CallFile,
    CallOfficer,
    CallProposal,
    CallReview,
    CallStatus,
    CallTopic,
    OfficerRole,
    Phase,
    ProposalStatus,
    ReviewStatus,
    Verdict,
)
from events.networks.calls.reviewing import conflicts
from events.networks.calls.scoring import Criterion, Standing, score, standing
from events.networks.models import Network, Pilot, Region

PAST_SHOWN = 30


@dataclass(frozen=True, slots=True)
class CallLists:
    open: Sequence[Call]  # the next deadline first
    past: Sequence[Call]  # the latest first


@dataclass(frozen=True, slots=True)
class Result:
    """A line of the published list."""

    proposal: CallProposal
    decision: CallDecision
    pilots: Sequence[Pilot]


@dataclass(frozen=True, slots=True)
class CallPage:
    call: Call
    phase: Phase
    pilots: Sequence[Pilot]
    topics: Sequence[CallTopic]
    criteria: Sequence[CallCriterion]
    documents: Sequence[CallFile]
    briefings: Sequence[CallBriefing]
    granted: Sequence[Result]  # empty before it is published
    reserve: Sequence[Result]


@dataclass(frozen=True, slots=True)
class Line:
    """A submitted proposal in the overview; `decision` is None while there is none."""

    proposal: CallProposal
    reviews: Sequence[CallReview]
    standing: Standing | None
    decision: CallDecision | None

    @property
    def finished(self) -> int:
        return sum(review.status == ReviewStatus.FINAL for review in self.reviews)


@dataclass(frozen=True, slots=True)
class Overview:
    """`submitted` is how many there are, before the deadline, when nobody may read them and `lines` is empty."""

    submitted: int
    lines: Sequence[Line]
    undecided: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """A proposal with all that belongs to it; who may see which part is for the page to know."""

    authors: Sequence[CallAuthor]
    files: Sequence[CallFile]
    reviews: Sequence[tuple[CallReview, float | None]]  # the score of those that are final
    criteria: Sequence[CallCriterion]
    decision: CallDecision | None
    decision_typed: Mapping[str, str]  # as its form shows it


@dataclass(frozen=True, slots=True)
class Assignment:
    """A reviewer, and each submitted proposal: whether it is theirs, and whether they have an interest in it."""

    reviewer: CallOfficer
    proposals: Sequence[tuple[CallProposal, CallReview | None, bool]]


@dataclass(frozen=True, slots=True)
class Options:
    """What a proposal can choose from."""

    regions: Sequence[Region]
    pilots: Sequence[Pilot]
    topics: Sequence[CallTopic]


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


async def drafts(network: Network) -> Sequence[Call]:
    """For those who run the network."""
    return await Call.filter(network=network, status=CallStatus.DRAFT).order_by("-id").limit(50)


async def of_person(person: Person) -> tuple[Sequence[CallProposal], Sequence[CallReview], Sequence[Call]]:
    """What somebody proposes, reviews and runs, the newest first; three queries."""
    proposals = CallProposal.filter(authors__email=person.email).select_related("call", "organisation")
    reviews = CallReview.filter(reviewer__email=person.email, reviewer__role=OfficerRole.REVIEWER)
    open_ones = reviews.exclude(status=ReviewStatus.RECUSED).select_related("proposal__call")
    run = Call.filter(officers__email=person.email, officers__role=OfficerRole.COORDINATOR)
    return (
        await proposals.order_by("-id").limit(100),
        await open_ones.order_by("-id").limit(200),
        await run.order_by("-id").limit(100),
    )


async def call_page(call: Call, now: datetime) -> CallPage:
    """Seven queries at most; briefings are those whose event is public."""
    results = await _results(call) if call.status == CallStatus.PUBLISHED else []
    return CallPage(
        call=call,
        phase=call.phase(now),
        pilots=await call.pilots.all().order_by("position"),
        topics=await CallTopic.filter(call=call),
        criteria=await CallCriterion.filter(call=call),
        documents=await CallFile.filter(call=call, proposal_id__isnull=True),
        briefings=await briefings(call, public=True),
        granted=[result for result in results if result.decision.verdict == Verdict.GRANTED],
        reserve=[result for result in results if result.decision.verdict == Verdict.RESERVE],
    )


async def briefings(call: Call, *, public: bool) -> Sequence[CallBriefing]:
    """By day; sessions that are cancelled or have no time yet stay out of the public ones."""
    found = await CallBriefing.filter(call=call).select_related("event", "session")
    kept = [one for one in found if not public or _is_public(one)]
    return sorted(kept, key=lambda one: (_day(one), one.id))


async def overview(call: Call, now: datetime) -> Overview:
    """Proposals with what the reviewers say, the best first; before the deadline only how many there are."""
    submitted = CallProposal.filter(call=call, status=ProposalStatus.SUBMITTED)
    if call.phase(now) in (Phase.DRAFT, Phase.OPEN):
        return Overview(await submitted.count(), (), 0)
    weights = _weights(await criteria(call))
    decisions = {one.proposal_id: one for one in await CallDecision.filter(proposal__call=call)}
    reviews: dict[int, list[CallReview]] = {}
    for review in await CallReview.filter(proposal__call=call).select_related("reviewer"):
        reviews.setdefault(review.proposal_id, []).append(review)
    proposals = await submitted.select_related("organisation__region", "topic").prefetch_related("pilots")
    lines = [
        Line(one, reviews.get(one.id, []), _standing(reviews.get(one.id, []), weights), decisions.get(one.id))
        for one in proposals
    ]
    lines.sort(key=lambda line: (-(line.standing.average if line.standing else -1), alphabetical(line.proposal.title)))
    return Overview(len(lines), lines, sum(line.decision is None for line in lines))


async def officers(call: Call, role: OfficerRole) -> Sequence[CallOfficer]:
    return await CallOfficer.filter(call=call, role=role).prefetch_related("reviews")


async def criteria(call: Call) -> Sequence[CallCriterion]:
    return await CallCriterion.filter(call=call)


async def sheet(proposal: CallProposal, call: Call) -> Sheet:
    """Five queries."""
    known = await criteria(call)
    weights = _weights(known)
    decision = await CallDecision.get_or_none(proposal=proposal)
    reviews = await CallReview.filter(proposal=proposal).select_related("reviewer").order_by("reviewer__name", "id")
    typed = {}
    if decision:
        amount = plainly(decision.amount, call.currency) if decision.amount else ""
        typed = {"verdict": decision.verdict.value, "amount": amount, "reason": decision.reason}
    return Sheet(
        authors=await CallAuthor.filter(proposal=proposal),
        files=await CallFile.filter(proposal=proposal),
        reviews=[(one, _score(one, weights)) for one in reviews],
        criteria=known,
        decision=decision,
        decision_typed=typed,
    )


async def assignments(call: Call, now: datetime) -> Sequence[Assignment]:
    """For each reviewer; empty lists before the deadline."""
    lines = (await overview(call, now)).lines
    proposals = sorted((line.proposal for line in lines), key=lambda one: alphabetical(one.title))
    found = []
    for reviewer in await officers(call, OfficerRole.REVIEWER):
        interests = await conflicts(reviewer, proposals)
        theirs = {review.proposal_id: review for review in reviewer.reviews}
        found.append(Assignment(reviewer, [(one, theirs.get(one.id), one.id in interests) for one in proposals]))
    return found


async def options(call: Call) -> Options:
    regions, pilots = await offered(call.network_id)
    if narrowed := await call.pilots.all().order_by("position"):
        pilots = narrowed
    return Options(regions, pilots, await CallTopic.filter(call=call))


async def offered(network_id: int) -> tuple[Sequence[Region], Sequence[Pilot]]:
    """All regions there are, and the network's pilots."""
    return await Region.all(), await Pilot.filter(network_id=network_id).order_by("position", "code")


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


def points_of(review: CallReview) -> Mapping[int, int]:
    return {int(key): value for key, value in review.points.items()}


async def _results(call: Call) -> list[Result]:
    found = CallProposal.filter(call=call, status=ProposalStatus.SUBMITTED, decision__id__isnull=False)
    whole = await found.select_related("organisation__region", "decision").prefetch_related("pilots")
    lines = [Result(one, one.decision, tuple(one.pilots)) for one in whole]
    return sorted(lines, key=lambda line: (-line.decision.amount, alphabetical(line.proposal.title)))


def _is_public(briefing: CallBriefing) -> bool:
    session = briefing.session
    if session is None:
        return True
    return briefing.event.released and session.start is not None and session.status == SessionStatus.CONFIRMED


def _day(briefing: CallBriefing) -> str:
    session = briefing.session
    return session.start.isoformat() if session and session.start else briefing.event.first_day.isoformat()


def _standing(reviews: Sequence[CallReview], weights: Sequence[Criterion]) -> Standing | None:
    scores = (_score(review, weights) for review in reviews)
    return standing([one for one in scores if one is not None])


def _score(review: CallReview, weights: Sequence[Criterion]) -> float | None:
    if review.status != ReviewStatus.FINAL or not weights:
        return None
    return score(points_of(review), weights)


def _weights(known: Sequence[CallCriterion]) -> list[Criterion]:
    return [Criterion(one.id, one.weight, one.most) for one in known]
