"""Who may come in to a proposal: its author at any time, from its submission on the coordinators who can answer it."""

from dataclasses import dataclass

from starlette.requests import Request

from app.errors import NotFound
from events.networks.models import Pilot
from events.networks.proposing.models import Partner, Proposal, ProposalKind, ProposalStatus
from events.networks.scope import Standing, reader


@dataclass(frozen=True, slots=True)
class AtProposal:
    """A proposal and whoever stands before it; `answers`: as a coordinator of its pilot or of the network."""

    standing: Standing
    proposal: Proposal
    mine: bool
    answers: bool

    @property
    def path(self) -> str:
        return f"{self.standing.path}/proposals/{self.proposal.id}"


@dataclass(frozen=True, slots=True)
class AtPartner:
    standing: Standing
    pilot: Pilot
    partner: Partner


async def at_proposal(request: Request) -> AtProposal:
    standing = await reader(request)
    found = Proposal.filter(id=request.path_params["id"], network=standing.network)
    proposal = await found.select_related("pilot", "demo_case", "organisation__region", "author").first()
    if proposal is None:
        raise NotFound
    mine = proposal.author_id == standing.actor.id
    of_pilot = proposal.kind == ProposalKind.CASE and proposal.pilot_id in standing.pilots
    answers = proposal.status != ProposalStatus.DRAFT and (standing.whole or of_pilot)
    if not (mine or answers):
        raise NotFound
    return AtProposal(standing, proposal, mine, answers)


async def own_proposal(request: Request) -> AtProposal:
    at = await at_proposal(request)
    if not at.mine:
        raise NotFound
    return at


async def answerable(request: Request) -> AtProposal:
    at = await at_proposal(request)
    if not at.answers:
        raise NotFound
    return at


async def at_partner(request: Request) -> AtPartner:
    """Whoever joined with it, and the coordinators of the pilot."""
    standing = await reader(request)
    found = Partner.filter(id=request.path_params["id"], pilot__network=standing.network)
    partner = await found.select_related("pilot").first()
    if partner is None or not (partner.person_id == standing.actor.id or standing.coordinates(partner.pilot)):
        raise NotFound
    return AtPartner(standing, partner.pilot, partner)
