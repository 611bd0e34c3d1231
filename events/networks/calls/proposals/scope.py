"""Who may come in to the pages of proposals, which are sealed: until the deadline they are there for their authors
alone, afterwards also for coordinators, and for the reviewers they were given to. To everybody else there is no such
address.
"""

from dataclasses import dataclass

from starlette.requests import Request

from app.auth import signed_in
from app.errors import NotFound, Refused
from app.i18n import _
from app.models import Person
from events.networks.calls.models import Call, Phase
from events.networks.calls.proposals.models import (
    CallAuthor,
    CallFile,
    CallProposal,
    CallReview,
    ProposalStatus,
    ReviewStatus,
)
from events.networks.calls.scope import Place, find, place_at


@dataclass(frozen=True, slots=True)
class AtProposal:
    """A proposal and whoever may read it: one of its authors, a coordinator, or the reviewer of `review`."""

    place: Place
    proposal: CallProposal
    author: bool
    review: CallReview | None

    @property
    def actor(self) -> Person:
        return self.place.actor

    @property
    def writable(self) -> bool:
        return self.author and self.place.phase == Phase.OPEN


async def reader(request: Request) -> AtProposal:
    """Whoever may read the proposal."""
    await signed_in(request)
    return await _at_proposal(request, await find(CallProposal, request))


async def author(request: Request) -> AtProposal:
    """Its authors."""
    at = await reader(request)
    if not at.author:
        raise NotFound
    return at


async def writer(request: Request) -> AtProposal:
    """Its authors, until the deadline."""
    at = await author(request)
    if not at.writable:
        raise Refused(_("The deadline of this call has passed."))
    return at


async def decider(request: Request) -> AtProposal:
    """Its call's coordinators, once it can be read; nobody decides about what they wrote."""
    at = await reader(request)
    if not at.place.runs or at.author:
        raise NotFound
    return at


async def named_author(request: Request) -> tuple[AtProposal, CallAuthor]:
    """One author of a proposal, for its authors."""
    await signed_in(request)
    found = await find(CallAuthor, request)
    at = await _at_proposal(request, await CallProposal.get(id=found.proposal_id))
    if not at.author:
        raise NotFound
    return at, found


async def file_reader(request: Request) -> tuple[Place, CallFile]:
    """A document for whoever sees the call, an attachment for whoever may read its proposal."""
    found = await find(CallFile, request)
    if found.proposal_id is None:
        return await place_at(request, await Call.get(id=found.call_id)), found
    await signed_in(request)
    at = await _at_proposal(request, await CallProposal.get(id=found.proposal_id))
    return at.place, found


async def file_owner(request: Request) -> tuple[Place, CallFile]:
    """A document for coordinators, an attachment for its authors."""
    await signed_in(request)
    found = await find(CallFile, request)
    if found.proposal_id is None:
        place = await place_at(request, await Call.get(id=found.call_id))
        allowed = place.runs
    else:
        at = await _at_proposal(request, await CallProposal.get(id=found.proposal_id))
        place, allowed = at.place, at.author
    if not allowed:
        raise NotFound
    return place, found


async def reviewer(request: Request) -> tuple[AtProposal, CallReview]:
    """A review, for whom it was given to."""
    await signed_in(request)
    found = await find(CallReview, request)
    at = await _at_proposal(request, await CallProposal.get(id=found.proposal_id))
    if at.review is None or at.review.id != found.id:
        raise NotFound
    return at, at.review


async def reviewed(request: Request) -> tuple[AtProposal, CallReview]:
    """A review, for the call's coordinators who did not write the proposal."""
    await signed_in(request)
    found = await find(CallReview, request)
    at = await _at_proposal(request, await CallProposal.get(id=found.proposal_id))
    if not at.place.runs or at.author:
        raise NotFound
    return at, found


async def _at_proposal(request: Request, proposal: CallProposal) -> AtProposal:
    call = await Call.get(id=proposal.call_id)
    place = await place_at(request, call)
    wrote = await CallAuthor.filter(proposal=proposal, email=place.actor.email).exists()
    given = CallReview.filter(proposal=proposal, reviewer__email=place.actor.email).exclude(status=ReviewStatus.RECUSED)
    review = await given.select_related("reviewer").first()
    unsealed = place.phase in (Phase.CLOSED, Phase.PUBLISHED) and proposal.status == ProposalStatus.SUBMITTED
    if not (wrote or (unsealed and (place.runs or review))):
        raise NotFound
    await proposal.fetch_related("organisation__region", "topic", "pilots")
    return AtProposal(place, proposal, wrote, review if unsealed else None)
