"""Proposals as pages show them: whose they are, the coordinators' overview, one of them whole, the published list."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.models import Person
from app.money import plainly
from app.wording import alphabetical
from events.networks.calls.models import Call, CallCriterion, CallOfficer, CallStatus, CallTopic, OfficerRole, Phase
from events.networks.calls.proposals.models import (
    CallAuthor,
    CallDecision,
    CallFile,
    CallProposal,
    CallReview,
    ProposalStatus,
    ReviewStatus,
    Verdict,
)
from events.networks.calls.proposals.reviewing import conflicts
from events.networks.calls.proposals.scoring import Criterion, Standing, score, standing
from events.networks.calls.reading import criteria, offered, officers
from events.networks.models import Pilot, Region


@dataclass(frozen=True, slots=True)
class Mine:
    """What somebody proposes, reviews and runs, the newest first; `decisions` are the published ones, by proposal."""

    proposals: Sequence[CallProposal]
    decisions: Mapping[int, CallDecision]
    reviews: Sequence[CallReview]
    calls: Sequence[Call]


@dataclass(frozen=True, slots=True)
class Result:
    """A line of the published list."""

    proposal: CallProposal
    decision: CallDecision
    pilots: Sequence[Pilot]


@dataclass(frozen=True, slots=True)
class Results:
    """What was published; the reserve list has no amounts."""

    granted: Sequence[Result]
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

    @property
    def expected(self) -> int:
        """Reviews that are there or still come: nobody waits for one who has an interest in the proposal."""
        return sum(review.status != ReviewStatus.RECUSED for review in self.reviews)


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


async def of_person(person: Person) -> Mine:
    """Four queries."""
    proposals = CallProposal.filter(authors__email=person.email).select_related("call", "organisation")
    decisions = CallDecision.filter(proposal__authors__email=person.email, proposal__call__status=CallStatus.PUBLISHED)
    reviews = CallReview.filter(reviewer__email=person.email, reviewer__role=OfficerRole.REVIEWER)
    open_ones = reviews.exclude(status=ReviewStatus.RECUSED).select_related("proposal__call")
    run = Call.filter(officers__email=person.email, officers__role=OfficerRole.COORDINATOR)
    return Mine(
        proposals=await proposals.order_by("-id").limit(100),
        decisions={one.proposal_id: one for one in await decisions},
        reviews=await open_ones.order_by("-id").limit(200),
        calls=await run.order_by("-id").limit(100),
    )


async def results(call: Call) -> Results:
    """Empty before it is published."""
    if call.status != CallStatus.PUBLISHED:
        return Results((), ())
    found = CallProposal.filter(call=call, status=ProposalStatus.SUBMITTED, decision__id__isnull=False)
    whole = await found.select_related("organisation__region", "decision").prefetch_related("pilots")
    lines = [Result(one, one.decision, tuple(one.pilots)) for one in whole]
    lines.sort(key=lambda line: (-line.decision.amount, alphabetical(line.proposal.title)))
    return Results(
        granted=[line for line in lines if line.decision.verdict == Verdict.GRANTED],
        reserve=[line for line in lines if line.decision.verdict == Verdict.RESERVE],
    )


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


async def sheet(proposal: CallProposal, call: Call) -> Sheet:
    """Five queries."""
    known = await criteria(call)
    weights = _weights(known)
    decision = await CallDecision.get_or_none(proposal=proposal)
    found = await CallReview.filter(proposal=proposal).select_related("reviewer").order_by("id")
    reviews = sorted(found, key=lambda one: alphabetical(one.reviewer.name))
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
    """For each reviewer; empty lists before the deadline. Ten queries, however many reviewers there are."""
    lines = (await overview(call, now)).lines
    proposals = sorted((line.proposal for line in lines), key=lambda one: alphabetical(one.title))
    reviewers = await officers(call, OfficerRole.REVIEWER)
    interests = await conflicts(reviewers, proposals)
    given = {(one.reviewer_id, one.proposal_id): one for line in lines for one in line.reviews}
    return [
        Assignment(who, [(one, given.get((who.id, one.id)), (who.id, one.id) in interests) for one in proposals])
        for who in reviewers
    ]


async def options(call: Call) -> Options:
    regions, pilots = await offered(call.network_id)
    if narrowed := await call.pilots.all().order_by("position"):
        pilots = narrowed
    return Options(regions, pilots, await CallTopic.filter(call=call))


def points_of(review: CallReview) -> Mapping[int, int]:
    return {int(key): value for key, value in review.points.items()}


def _standing(reviews: Sequence[CallReview], weights: Sequence[Criterion]) -> Standing | None:
    scores = (_score(review, weights) for review in reviews)
    return standing([one for one in scores if one is not None])


def _score(review: CallReview, weights: Sequence[Criterion]) -> float | None:
    if review.status != ReviewStatus.FINAL or not weights:
        return None
    return score(points_of(review), weights)


def _weights(known: Sequence[CallCriterion]) -> list[Criterion]:
    return [Criterion(one.id, one.weight, one.most) for one in known]
