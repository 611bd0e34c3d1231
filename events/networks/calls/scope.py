"""Who may come in to the pages of calls: each admit turns a request into where somebody stands, or refuses.

Drafts are there for coordinators only. Proposals are sealed: until the deadline for their authors alone, afterwards
also for coordinators, and for the reviewers they were given to. To everybody else there is no such address.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from starlette.requests import Request
from tortoise.models import Model

from app.auth import person_of
from app.errors import Forbidden, NotFound
from app.i18n import _
from app.models import Person
from events.networks.calls.models import (
    Call,
    CallAuthor,
    CallBriefing,
    CallCriterion,
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
)
from events.networks.models import NetworkRole

Thing = TypeVar("Thing", bound=Model)


@dataclass(frozen=True, slots=True)
class Place:
    """A call and whoever stands before it; `runs`: they coordinate it. `now` is when they came."""

    call: Call
    person: Person | None
    runs: bool
    now: datetime

    @property
    def actor(self) -> Person:
        """The person, where signing in was needed to get here."""
        assert self.person is not None
        return self.person

    @property
    def phase(self) -> Phase:
        return self.call.phase(self.now)


@dataclass(frozen=True, slots=True)
class Sheet:
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


async def visitor(request: Request) -> Place:
    """Anybody, at a call that is public."""
    return await _place(request, await _find(Call, request))


async def applicant(request: Request) -> Place:
    """Somebody who has signed in."""
    await _signed_in(request)
    return await visitor(request)


async def coordinator(request: Request) -> Place:
    """Coordinators of the call or of its network, and administrators."""
    place = await applicant(request)
    if not place.runs:
        raise NotFound
    return place


async def topic(request: Request) -> tuple[Place, CallTopic]:
    return await _owned(request, CallTopic)


async def criterion(request: Request) -> tuple[Place, CallCriterion]:
    return await _owned(request, CallCriterion)


async def officer(request: Request) -> tuple[Place, CallOfficer]:
    return await _owned(request, CallOfficer)


async def briefing(request: Request) -> tuple[Place, CallBriefing]:
    return await _owned(request, CallBriefing)


async def reader(request: Request) -> Sheet:
    """Whoever may read the proposal."""
    await _signed_in(request)
    return await _sheet(request, await _find(CallProposal, request))


async def author(request: Request) -> Sheet:
    """Its authors."""
    sheet = await reader(request)
    if not sheet.author:
        raise NotFound
    return sheet


async def decider(request: Request) -> Sheet:
    """Its call's coordinators, once it can be read."""
    sheet = await reader(request)
    if not sheet.place.runs:
        raise NotFound
    return sheet


async def named_author(request: Request) -> tuple[Sheet, CallAuthor]:
    """One author of a proposal, for its authors."""
    await _signed_in(request)
    found = await _find(CallAuthor, request)
    sheet = await _sheet(request, await CallProposal.get(id=found.proposal_id))
    if not sheet.author:
        raise NotFound
    return sheet, found


async def file_reader(request: Request) -> tuple[Place, CallFile]:
    """A document for whoever sees the call, an attachment for whoever may read its proposal."""
    found = await _find(CallFile, request)
    if found.proposal_id is None:
        return await _place(request, await Call.get(id=found.call_id)), found
    await _signed_in(request)
    sheet = await _sheet(request, await CallProposal.get(id=found.proposal_id))
    return sheet.place, found


async def file_owner(request: Request) -> tuple[Place, CallFile]:
    """A document for coordinators, an attachment for its authors."""
    await _signed_in(request)
    found = await _find(CallFile, request)
    if found.proposal_id is None:
        place = await _place(request, await Call.get(id=found.call_id))
        allowed = place.runs
    else:
        sheet = await _sheet(request, await CallProposal.get(id=found.proposal_id))
        place, allowed = sheet.place, sheet.author
    if not allowed:
        raise NotFound
    return place, found


async def reviewer(request: Request) -> tuple[Sheet, CallReview]:
    """A review, for whom it was given to."""
    await _signed_in(request)
    found = await _find(CallReview, request)
    sheet = await _sheet(request, await CallProposal.get(id=found.proposal_id))
    if sheet.review is None or sheet.review.id != found.id:
        raise NotFound
    return sheet, sheet.review


async def reviewed(request: Request) -> tuple[Sheet, CallReview]:
    """A review, for the call's coordinators."""
    await _signed_in(request)
    found = await _find(CallReview, request)
    sheet = await _sheet(request, await CallProposal.get(id=found.proposal_id))
    if not sheet.place.runs:
        raise NotFound
    return sheet, found


async def _signed_in(request: Request) -> None:
    """Before anything is looked for, so that the way to the sign-in page tells nobody what there is."""
    if await person_of(request) is None:
        raise Forbidden(_("Sign in first."))


async def _find(model: type[Thing], request: Request) -> Thing:
    found = await model.get_or_none(id=request.path_params["id"])
    if found is None:
        raise NotFound
    return found


async def _owned(request: Request, model: type[Thing]) -> tuple[Place, Thing]:
    """A part of a call, for the call's coordinators."""
    await _signed_in(request)
    found = await _find(model, request)
    place = await _place(request, await Call.get(id=found.call_id))  # type: ignore[attr-defined]  # all parts have it
    if not place.runs:
        raise NotFound
    return place, found


async def _place(request: Request, call: Call) -> Place:
    await call.fetch_related("network", "region")
    person = await person_of(request)
    runs = person is not None and await _runs(call, person)
    if call.status == CallStatus.DRAFT and not runs:
        raise NotFound
    return Place(call, person, runs, datetime.now(UTC))


async def _runs(call: Call, person: Person) -> bool:
    if person.admin:
        return True
    named = CallOfficer.filter(call=call, role=OfficerRole.COORDINATOR, email=person.email)
    return (
        await named.exists()
        or await NetworkRole.filter(network_id=call.network_id, pilot_id__isnull=True, person=person).exists()
    )


async def _sheet(request: Request, proposal: CallProposal) -> Sheet:
    call = await Call.get(id=proposal.call_id)
    place = await _place(request, call)
    wrote = await CallAuthor.filter(proposal=proposal, email=place.actor.email).exists()
    given = CallReview.filter(proposal=proposal, reviewer__email=place.actor.email).exclude(status=ReviewStatus.RECUSED)
    review = await given.select_related("reviewer").first()
    unsealed = place.phase in (Phase.CLOSED, Phase.PUBLISHED) and proposal.status == ProposalStatus.SUBMITTED
    if not (wrote or (unsealed and (place.runs or review))):
        raise NotFound
    await proposal.fetch_related("organisation__region", "topic", "pilots")
    return Sheet(place, proposal, wrote, review if unsealed else None)
