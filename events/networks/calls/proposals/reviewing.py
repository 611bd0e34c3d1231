"""Reviews: given to named people who have nothing to do with the proposal, drafted, made final, sent back."""

from collections.abc import Collection, Mapping, Sequence

from app.errors import NotFound, Refused
from app.i18n import _
from app.journal import Changes
from app.models import Person
from app.text import plain
from events.models import Participant, ParticipantStatus
from events.networks.calls.gate import changing_call, changing_proposal, refuse_stale
from events.networks.calls.models import Call, CallCriterion, CallOfficer, OfficerRole, Phase
from events.networks.calls.proposals.models import (
    CallAuthor,
    CallProposal,
    CallReview,
    LetterKind,
    ProposalStatus,
    ReviewStatus,
)
from events.networks.calls.proposals.writing import owe
from events.networks.models import Listing


async def assign(reviewer: CallOfficer, proposals: Sequence[CallProposal], *, by: Person) -> None:
    """These proposals are for this reviewer, and no others; begun reviews are not taken away.

    Raises Refused for a proposal they have an interest in, all or nothing.
    """
    async with changing_call(await reviewer.call, by) as (changes, current):
        _refuse_unless_closed(current, changes)
        if reviewer.role != OfficerRole.REVIEWER:
            raise NotFound
        before = {review.proposal_id: review for review in await CallReview.filter(reviewer=reviewer)}
        wanted = {proposal.id for proposal in proposals}
        await _take_away([review for key, review in before.items() if key not in wanted], reviewer, changes)
        new = (
            await CallProposal.filter(
                id__in=list(wanted - before.keys()), call=current, status=ProposalStatus.SUBMITTED
            )
            .select_related("organisation")
            .order_by("id")
        )
        if len(new) < len(wanted - before.keys()):
            raise NotFound
        interests = await conflicts([reviewer], new)
        for proposal in new:
            if (reviewer.id, proposal.id) in interests:
                words = _("%(name)s cannot review “%(title)s”: they come from the same organisation, or wrote it.")
                raise Refused(words % {"name": reviewer.name, "title": proposal.title})
            review = await CallReview.create(proposal=proposal, reviewer=reviewer, points={})
            await owe(proposal, LetterKind.REVIEWING, reviewer, changes, review=review.id)
            told = {"name": reviewer.name, "title": proposal.title}
            changes.record("review.assigned", review, topics=[current.desk], data=told)


async def write_review(
    review: CallReview, points: Mapping[int, int], comment: str, *, final: bool, version: int, by: Person
) -> CallReview:
    """Points by criterion; a final review has one for each, and a comment."""
    async with changing_proposal(await review.proposal, by) as (changes, proposal):
        current = await CallReview.get(id=review.id).select_related("reviewer")
        refuse_stale(current.version, version, title=proposal.title)
        _refuse_unless_closed(proposal.call, changes)
        if current.status != ReviewStatus.DRAFT:
            raise Refused(_("This review is final."), hints=[_("A coordinator of the call can give it back to you.")])
        criteria = await CallCriterion.filter(call=proposal.call)
        _refuse_beyond(criteria, points)
        if final and (not comment or {criterion.id for criterion in criteria} != points.keys()):
            raise Refused(_("A final review has points for every criterion, and a comment."))
        current.points, current.comment = {str(key): value for key, value in points.items()}, comment
        current.status, current.version = ReviewStatus.FINAL if final else ReviewStatus.DRAFT, current.version + 1
        await current.save()
        heard = [proposal.call.desk] if final else []
        kind = "review.finished" if final else "review.drafted"
        changes.record(kind, current, topics=heard, data={"name": current.reviewer.name, "title": proposal.title})
    return current


async def recuse(review: CallReview, *, by: Person) -> CallReview:
    """The reviewer has an interest in the proposal: they no longer see it, and what they gave does not count."""
    return await _put(review, ReviewStatus.RECUSED, "review.recused", by=by)


async def give_back(review: CallReview, *, by: Person) -> CallReview:
    """A coordinator lets the reviewer change a final review."""
    return await _put(review, ReviewStatus.DRAFT, "review.given_back", by=by)


async def conflicts(
    reviewers: Collection[CallOfficer], proposals: Collection[CallProposal]
) -> frozenset[tuple[int, int]]:
    """Pairs of ids, of a reviewer and a proposal they have an interest in: they wrote it, or belong to its organisation
    at any event, on any list, by another proposal or by what the coordinator said of them. Three queries; proposals
    have their organisation at hand.
    """
    emails = [reviewer.email for reviewer in reviewers]
    presences = Participant.filter(person__email__in=emails, organisation_id__isnull=False)
    approved = presences.exclude(status=ParticipantStatus.WITHDRAWN)
    houses = {*await approved.values_list("person__email", "organisation_id")}
    houses |= {*await Listing.filter(person__email__in=emails).values_list("person__email", "organisation_id")}
    written = await CallAuthor.filter(email__in=emails).values_list("email", "proposal_id", "proposal__organisation_id")
    houses |= {(email, house) for email, _proposal, house in written}
    own = {(email, proposal) for email, proposal, _house in written}
    said = {who.id: _alike(who.organisation) for who in reviewers if who.organisation}
    names = {one.id: _alike(one.organisation.name) for one in proposals}
    return frozenset(
        (who.id, one.id)
        for who in reviewers
        for one in proposals
        if (who.email, one.id) in own or (who.email, one.organisation_id) in houses or said.get(who.id) == names[one.id]
    )


def _alike(name: str) -> str:
    return " ".join(plain(name).split())


async def _take_away(reviews: Sequence[CallReview], reviewer: CallOfficer, changes: Changes) -> None:
    for review in reviews:
        if review.points or review.comment or review.status != ReviewStatus.DRAFT:
            proposal = await review.proposal
            raise Refused(
                _("%(name)s has begun to review “%(title)s”.") % {"name": reviewer.name, "title": proposal.title}
            )
        changes.record("review.taken_away", review, topics=[], data={"name": reviewer.name})
        await review.delete()


async def _put(review: CallReview, status: ReviewStatus, kind: str, *, by: Person) -> CallReview:
    async with changing_proposal(await review.proposal, by) as (changes, proposal):
        _refuse_unless_closed(proposal.call, changes)
        current = await CallReview.get(id=review.id).select_related("reviewer")
        if current.status == status:
            return current
        current.status, current.version = status, current.version + 1
        await current.save()
        told = {"name": current.reviewer.name, "title": proposal.title}
        changes.record(kind, current, topics=[proposal.call.desk], data=told)
    return current


def _refuse_unless_closed(call: Call, changes: Changes) -> None:
    phase = call.phase(changes.at)
    if phase in (Phase.DRAFT, Phase.OPEN):
        raise Refused(_("Proposals are sealed until the deadline."))
    if phase == Phase.PUBLISHED:
        raise Refused(_("The decisions are published."))


def _refuse_beyond(criteria: Sequence[CallCriterion], points: Mapping[int, int]) -> None:
    most = {criterion.id: criterion.most for criterion in criteria}
    if any(not 0 <= given <= most.get(key, -1) for key, given in points.items()):
        raise Refused(_("These are more points than the criterion has."))
