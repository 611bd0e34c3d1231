"""What a coordinator makes of a proposal: returned or declined with a reason, or accepted and so listed."""

from app.db import IntegrityError
from app.errors import Refused
from app.i18n import _
from app.journal import Actor, Changes
from events.networks.models import DemoCase, Pilot
from events.networks.proposing.drafting import changing_proposal, turn
from events.networks.proposing.models import Partner, Proposal, ProposalKind, ProposalStatus


async def send_back(proposal: Proposal, reason: str, *, by: Actor) -> Proposal:
    """To its author, with what to change before submitting it again."""
    async with changing_proposal(proposal, by=by) as (changes, current):
        _refuse_unready(current, reason)
        await turn(current, ProposalStatus.RETURNED, changes, reason=reason)
        changes.record("proposal.returned", current, topics=[], data={"title": current.title})
    return current


async def decline(proposal: Proposal, reason: str, *, by: Actor) -> Proposal:
    """For good."""
    async with changing_proposal(proposal, by=by) as (changes, current):
        _refuse_unready(current, reason)
        await turn(current, ProposalStatus.DECLINED, changes, reason=reason)
        changes.record("proposal.declined", current, topics=[], data={"title": current.title})
    return current


async def accept(proposal: Proposal, code: str, *, reason: str = "", by: Actor) -> Proposal:
    """It is a demo case, or a pilot, of this code from now on, and whoever proposed it the first partner. Raises
    Refused for a code that is taken."""
    async with changing_proposal(proposal, by=by) as (changes, current):
        _refuse_unready(current, reason or "-")
        try:
            made = await _listed(current, code, changes)
        except IntegrityError as error:
            raise Refused(_("The code “%(code)s” is taken.") % {"code": code}, hints=[_("Choose another.")]) from error
        await Partner.create(
            pilot_id=current.pilot_id,
            demo_case_id=current.demo_case_id,
            organisation=current.organisation,
            person=current.author,
            at=changes.at,
        )
        await turn(current, ProposalStatus.ACCEPTED, changes, reason=reason)
        changes.record(
            "proposal.accepted", current, topics=[current.network.scope],
            data={"title": current.title, "organisation": current.organisation.name, "code": made.code},
        )  # fmt: skip
    return current


async def _listed(proposal: Proposal, code: str, changes: Changes) -> DemoCase | Pilot:
    network = proposal.network
    if proposal.kind == ProposalKind.CASE:
        case = await DemoCase.create(pilot_id=proposal.pilot_id, code=code, name=proposal.title, stage=proposal.stage)
        proposal.demo_case_id = case.id
        pilot = await Pilot.get(id=case.pilot_id)
        told = {"pilot": pilot.code, "name": case.name}
        changes.record("democase.added", case, topics=[network.scope], data=told)
        return case
    pilot = await Pilot.create(
        network=network,
        code=code,
        names={proposal.language: proposal.title},
        abouts={proposal.language: proposal.text},
        position=await Pilot.filter(network=network).count(),
    )
    proposal.pilot_id = pilot.id
    await pilot.leads.add(await proposal.organisation.region)
    changes.record("pilot.added", pilot, topics=[network.scope], data={"network": network.name, "code": code})
    return pilot


def _refuse_unready(proposal: Proposal, reason: str) -> None:
    if proposal.status != ProposalStatus.SUBMITTED:
        raise Refused(_("“%(title)s” does not wait for an answer.") % {"title": proposal.title})
    if not reason:
        raise Refused(_("Say why: the author reads it."))
