"""A proposal, from its first draft to the deadline: written by several, submitted, changed, withdrawn.

Until the deadline only its authors can read it; afterwards also the call's coordinators, if it was submitted.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from app.errors import NotFound, Refused
from app.i18n import _
from app.journal import Changes
from app.models import Person
from app.wording import money
from events.networks.calls.gate import changing_call, changing_proposal, refuse_stale, refuse_unless_open
from events.networks.calls.models import Call, CallOfficer, CallStatus, CallTopic
from events.networks.calls.proposals.models import (
    CallAuthor,
    CallDecision,
    CallLetter,
    CallProposal,
    LetterKind,
    ProposalStatus,
    Verdict,
)
from events.networks.models import NetworkRole, Pilot
from events.participants import Affiliation, organisation_of

MOST_DRAFTS = 5  # of one person in one call
MOST_AUTHORS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What is proposed; `amount` in minor units of the call's currency. A draft may leave out summary and amount."""

    affiliation: Affiliation
    language: str
    title: str
    summary: str = ""
    amount: int | None = None
    topic: CallTopic | None = None
    pilots: Sequence[Pilot] = ()


async def draft_proposal(call: Call, content: Content, *, by: Person) -> CallProposal:
    """Its first author is whoever drafts it. Raises Refused for those who run the call or review in it."""
    async with changing_call(call, by) as (changes, current):
        refuse_unless_open(current, changes)
        await _refuse_officer(current, by.email, by.name)
        mine = CallProposal.filter(call=current, authors__email=by.email)
        if await mine.exclude(status=ProposalStatus.WITHDRAWN).count() >= MOST_DRAFTS:
            raise Refused(_("You have %(most)d proposals in this call already.") % {"most": MOST_DRAFTS})
        proposal = CallProposal(call=current, created_at=changes.at)
        await _write(proposal, content, changes)
        await CallAuthor.create(proposal=proposal, email=by.email, name=by.name)
        changes.record("call_proposal.drafted", proposal, topics=[])
    return proposal


async def edit_proposal(proposal: CallProposal, content: Content, *, version: int, by: Person) -> CallProposal:
    """Until the deadline; what is submitted stays submitted, and so must stay complete."""
    async with changing_proposal(proposal, by) as (changes, current):
        refuse_unless_open(current.call, changes)
        refuse_stale(current.version, version, title=current.title)
        current.version += 1
        await _write(current, content, changes)
        changes.record("call_proposal.edited", current, topics=[])
    return current


async def submit(proposal: CallProposal, *, by: Person) -> CallProposal:
    """Counts if it arrives before the deadline. Its authors get a receipt each time."""
    async with changing_proposal(proposal, by) as (changes, current):
        refuse_unless_open(current.call, changes)
        _refuse_incomplete(current)
        if current.status == ProposalStatus.SUBMITTED:
            return current
        current.status, current.submitted_at = ProposalStatus.SUBMITTED, changes.at
        await current.save()
        await owe_authors(current, LetterKind.RECEIPT, changes, at=changes.at.isoformat())
        changes.record("call_proposal.submitted", current, topics=[current.call.desk])
    return current


async def withdraw(proposal: CallProposal, *, by: Person) -> CallProposal:
    """Before the deadline it can be submitted again; afterwards a withdrawal is for good, and gives its grant back."""
    async with changing_proposal(proposal, by) as (changes, current):
        if current.call.status == CallStatus.PUBLISHED:
            raise Refused(_("The decisions are published."), hints=[_("Write to those who run the call.")])
        if current.status == ProposalStatus.WITHDRAWN:
            return current
        before, current.status = current.status, ProposalStatus.WITHDRAWN
        await current.save()
        await _give_back(current)
        if before == ProposalStatus.SUBMITTED:
            await owe_authors(current, LetterKind.WITHDRAWAL, changes)
        heard = [current.call.desk] if before == ProposalStatus.SUBMITTED else []
        changes.record("call_proposal.withdrawn", current, topics=heard)
    return current


async def name_author(proposal: CallProposal, *, email: str, name: str, by: Person) -> CallAuthor:
    """Whoever signs in with this address (canonical) can read and write the proposal."""
    async with changing_proposal(proposal, by) as (changes, current):
        refuse_unless_open(current.call, changes)
        await _refuse_officer(current.call, email, name)
        known = await CallAuthor.filter(proposal=current)
        if any(author.email == email for author in known):
            raise Refused(_("%(name)s is an author already.") % {"name": name})
        if len(known) >= MOST_AUTHORS:
            raise Refused(_("A proposal has %(most)d authors at most.") % {"most": MOST_AUTHORS})
        if await CallLetter.filter(proposal=current, kind=LetterKind.NAMED).count() >= 2 * MOST_AUTHORS:
            raise Refused(_("Too many people were named and taken off again."))
        author = await CallAuthor.create(proposal=current, email=email, name=name)
        await owe(current, LetterKind.NAMED, author, changes, by=by.name)
        changes.record("author.named", author, topics=[], data={"name": name})
    return author


async def remove_author(author: CallAuthor, *, by: Person) -> None:
    """The last one stays: somebody must answer for the proposal."""
    async with changing_proposal(await author.proposal, by) as (changes, current):
        refuse_unless_open(current.call, changes)
        if not await CallAuthor.filter(proposal=current).exclude(id=author.id).exists():
            raise Refused(_("%(name)s is the only author.") % {"name": author.name})
        if await CallAuthor.filter(id=author.id).delete():
            changes.record("author.removed", author, topics=[], data={"name": author.name})


async def owe_authors(proposal: CallProposal, kind: LetterKind, changes: Changes, **data: object) -> None:
    for author in await CallAuthor.filter(proposal=proposal):
        await owe(proposal, kind, author, changes, **data)


async def owe(
    proposal: CallProposal, kind: LetterKind, reader: CallAuthor | CallOfficer, changes: Changes, **data: object
) -> None:
    await letter(proposal, kind, reader, changes, **data).save()


def letter(
    proposal: CallProposal, kind: LetterKind, reader: CallAuthor | CallOfficer, changes: Changes, **data: object
) -> CallLetter:
    """A mail that this person is owed; `letters` words it, with what is true now."""
    facts = {"title": proposal.title, **data}
    return CallLetter(
        call_id=proposal.call_id, proposal=proposal, kind=kind, email=reader.email, name=reader.name, data=facts,
        at=changes.at,
    )  # fmt: skip


async def _write(proposal: CallProposal, content: Content, changes: Changes) -> None:
    call = proposal.call
    if content.topic and content.topic.call_id != call.id:
        raise NotFound
    if any(pilot.network_id != call.network_id for pilot in content.pilots):
        raise NotFound
    if content.amount is not None and content.amount > call.limit:
        words = _("One proposal can ask for %(most)s at most.")
        raise Refused(words % {"most": money(call.limit, call.currency)})
    proposal.organisation_id = (await organisation_of(content.affiliation)).id
    proposal.language, proposal.title, proposal.summary = content.language, content.title, content.summary
    proposal.amount, proposal.topic_id = content.amount, content.topic.id if content.topic else None
    proposal.changed_at = changes.at
    if proposal.status == ProposalStatus.SUBMITTED:
        _refuse_incomplete(proposal)
    await proposal.save()
    await proposal.pilots.clear()
    await proposal.pilots.add(*content.pilots)


def _refuse_incomplete(proposal: CallProposal) -> None:
    if not proposal.summary:
        raise Refused(_("The proposal has no summary yet."))
    if proposal.amount is None:
        raise Refused(_("The proposal does not say yet how much it asks for."))


async def _refuse_officer(call: Call, email: str, name: str) -> None:
    whole = NetworkRole.filter(network_id=call.network_id, pilot_id__isnull=True, person__email=email)
    if await CallOfficer.filter(call=call, email=email).exists() or await whole.exists():
        raise Refused(_("%(name)s runs this call or reviews in it.") % {"name": name})


async def _give_back(proposal: CallProposal) -> None:
    decision = await CallDecision.get_or_none(proposal=proposal)
    if decision and decision.verdict == Verdict.GRANTED:
        call = await Call.get(id=proposal.call_id)
        call.granted -= decision.amount
        await call.save(update_fields=["granted"])
    await CallDecision.filter(proposal=proposal).delete()
