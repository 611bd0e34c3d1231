"""A proposal in its author's hands: drafted, edited, submitted to the coordinators, taken back."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from app.errors import Forbidden, NotFound, Refused, Stale
from app.i18n import _
from app.journal import Actor, Changes, changing
from app.models import Person
from events.networks.models import Network, Pilot, Stage
from events.networks.proposing.models import Proposal, ProposalKind, ProposalStatus
from events.participants import Affiliation, organisation_of

MOST_OPEN = 10  # proposals of one person in one network that nobody has answered


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What is proposed: a demo case of `pilot`, or, where that is None, a pilot of its own."""

    affiliation: Affiliation
    pilot: Pilot | None
    language: str
    title: str
    text: str = ""
    stage: Stage = Stage.LEARN


async def draft(network: Network, content: Content, *, by: Person) -> Proposal:
    """Raises Refused for somebody with too many that wait for an answer."""
    async with changing(network.scope, by=by) as changes:
        answered = (ProposalStatus.DECLINED, ProposalStatus.ACCEPTED)
        if await Proposal.filter(network=network, author=by).exclude(status__in=answered).count() >= MOST_OPEN:
            raise Refused(
                _("You have %(most)d proposals here that are not decided.") % {"most": MOST_OPEN},
                hints=[_("Take one of them up again.")],
            )
        proposal = Proposal(network=network, author=by, created_at=changes.at, version=0)
        await _write(proposal, content, changes)
        changes.record("proposal.drafted", proposal, topics=[])
    return proposal


async def edit(proposal: Proposal, content: Content, *, version: int, by: Person) -> Proposal:
    """While it is a draft, or was returned. Raises Stale for an old version."""
    async with changing_proposal(proposal, by=by) as (changes, current):
        _refuse_strangers(current, by)
        _refuse_fixed(current)
        if current.version != version:
            raise Stale(
                _("This proposal was changed in another window meanwhile."),
                hints=[_("Load the page and write again.")],
            )
        await _write(current, content, changes)
        changes.record("proposal.edited", current, topics=[])
    return current


async def submit(proposal: Proposal, *, by: Person) -> Proposal:
    """The coordinators get a mail and can read it. Submitting twice is once."""
    async with changing_proposal(proposal, by=by) as (changes, current):
        _refuse_strangers(current, by)
        if current.status == ProposalStatus.SUBMITTED:
            return current
        _refuse_fixed(current)
        if not current.text:
            raise Refused(_("The proposal says nothing yet but its title."), hints=[_("Write what it is about first.")])
        await turn(current, ProposalStatus.SUBMITTED, changes, reason=current.reason)
        changes.record("proposal.submitted", current, topics=[], data={"title": current.title})
    return current


async def take_back(proposal: Proposal, *, by: Person) -> Proposal:
    """A draft again, that the coordinators do not read."""
    async with changing_proposal(proposal, by=by) as (changes, current):
        _refuse_strangers(current, by)
        if current.status == ProposalStatus.DRAFT:
            return current
        if current.status != ProposalStatus.SUBMITTED:
            raise Refused(_("The coordinators have answered it already."))
        await turn(current, ProposalStatus.DRAFT, changes, reason=current.reason)
        changes.record("proposal.taken_back", current, topics=[], data={"title": current.title})
    return current


@asynccontextmanager
async def changing_proposal(proposal: Proposal, *, by: Actor) -> AsyncIterator[tuple[Changes, Proposal]]:
    """The proposal as it stands behind the gate of its network, with network, pilot and organisation."""
    async with changing(Network.scope_of(proposal.network_id), by=by) as changes:
        yield changes, await Proposal.get(id=proposal.id).select_related("network", "pilot", "organisation", "author")


async def turn(proposal: Proposal, status: ProposalStatus, changes: Changes, *, reason: str) -> None:
    """Whoever waits for news of it gets a mail, but nobody of a draft."""
    proposal.status, proposal.reason = status, reason
    proposal.owed = status != ProposalStatus.DRAFT
    await _save(proposal, changes)


async def _write(proposal: Proposal, content: Content, changes: Changes) -> None:
    if content.pilot and content.pilot.network_id != proposal.network_id:
        raise NotFound
    proposal.kind = ProposalKind.CASE if content.pilot else ProposalKind.PILOT
    proposal.pilot_id = content.pilot.id if content.pilot else None
    proposal.organisation_id = (await organisation_of(content.affiliation)).id
    proposal.language, proposal.title, proposal.text = content.language, content.title, content.text
    proposal.stage = content.stage
    await _save(proposal, changes)


async def _save(proposal: Proposal, changes: Changes) -> None:
    proposal.version += 1
    proposal.changed_at = changes.at
    await proposal.save()


def _refuse_strangers(proposal: Proposal, by: Person) -> None:
    if proposal.author_id != by.id:
        raise Forbidden(_("Only its author may do this."))


def _refuse_fixed(proposal: Proposal) -> None:
    if not proposal.editable:
        raise Refused(
            _("“%(title)s” is not a draft any more.") % {"title": proposal.title},
            hints=[_("While nobody has answered it, you can take it back.")],
        )
