"""Decisions: who is granted how much, never more than the budget in all, and their publication.

The call's gate lets one decision through after the other, and the database refuses a sum beyond the budget (see
0004_calls.sql), so that two coordinators at two servers cannot give the same money away.
"""

from app import db
from app.errors import Refused
from app.i18n import _, ngettext
from app.journal import Changes
from app.models import Person
from app.wording import money
from events.networks.calls.announcing import heard, save_anew, shown
from events.networks.calls.gate import changing_call, changing_proposal
from events.networks.calls.models import Call, CallStatus, Phase
from events.networks.calls.proposals.models import (
    CallAuthor,
    CallDecision,
    CallLetter,
    CallProposal,
    LetterKind,
    ProposalStatus,
    Verdict,
)
from events.networks.calls.proposals.writing import letter, owe_authors


async def decide(proposal: CallProposal, verdict: Verdict, *, amount: int, reason: str, by: Person) -> CallDecision:
    """Granted with an amount in minor units, on the reserve list, or not granted; a later decision replaces it.

    Applicants learn it when the call is published, and afterwards of a change at once: the reserve list moves up.
    """
    async with changing_proposal(proposal, by) as (changes, current):
        call = current.call
        _refuse_early(call, changes)
        if current.status != ProposalStatus.SUBMITTED:
            raise Refused(_("This proposal is not submitted."))
        amount = amount if verdict == Verdict.GRANTED else 0
        if verdict == Verdict.GRANTED:
            _refuse_amount(current, amount)
        elif verdict == Verdict.REFUSED and not reason:
            raise Refused(_("Applicants learn why: please give a reason."))
        decision = await CallDecision.get_or_none(proposal=current)
        if decision and (decision.verdict, decision.amount, decision.reason) == (verdict, amount, reason):
            return decision
        decision = decision or CallDecision(proposal=current, amount=0)
        await _take_from_budget(call, amount - decision.amount)
        decision.verdict, decision.amount, decision.reason, decision.at = verdict, amount, reason, changes.at
        await decision.save()
        if call.status == CallStatus.PUBLISHED:
            await owe_authors(current, LetterKind.DECISION, changes, **_told(decision))
        changes.record(
            "decision.made", decision, topics=[call.desk],
            data={"title": current.title, "verdict": verdict.value, "amount": amount},
        )  # fmt: skip
    return decision


async def publish(call: Call, *, by: Person) -> Call:
    """Everybody can see who is granted how much, and each applicant is told; once all proposals are decided."""
    async with changing_call(call, by) as (changes, current):
        if current.status == CallStatus.PUBLISHED:
            return current
        _refuse_early(current, changes)
        submitted = CallProposal.filter(call=current, status=ProposalStatus.SUBMITTED)
        open_ones = await submitted.filter(decision__id__isnull=True).count()
        if open_ones:
            words = ngettext("%(n)s proposal is not decided yet.", "%(n)s proposals are not decided yet.", open_ones)
            raise Refused(words % {"n": open_ones})
        await _tell_all(current, changes)
        current.status, current.published_at = CallStatus.PUBLISHED, changes.at
        await save_anew(current, changes)
        changes.record("call.published", current, topics=heard(current), data=shown(current))
    return current


def _refuse_early(call: Call, changes: Changes) -> None:
    if call.phase(changes.at) in (Phase.DRAFT, Phase.OPEN):
        raise Refused(_("Proposals are sealed until the deadline."))


def _refuse_amount(proposal: CallProposal, amount: int) -> None:
    if amount <= 0:
        raise Refused(_("Say how much is granted."))
    asked = int(proposal.amount or 0)
    if amount > asked:
        words = _("The proposal asks for %(amount)s; more cannot be granted.")
        raise Refused(words % {"amount": money(asked, proposal.call.currency)})


async def _take_from_budget(call: Call, more: int) -> None:
    """Compare and swap, so that even a writer past the gate cannot spend the same money twice."""
    taken = await db.execute(
        "UPDATE call SET granted = granted + $2 WHERE id = $1 AND granted + $2 <= budget", call.id, more
    )
    if not taken:
        words = _("The budget has %(left)s left; this would be %(more)s too much.")
        over = more - call.left
        raise Refused(words % {"left": money(call.left, call.currency), "more": money(over, call.currency)})


async def _tell_all(call: Call, changes: Changes) -> None:
    """Every author of every submitted proposal, in a few statements."""
    authors = CallAuthor.filter(proposal__call=call, proposal__status=ProposalStatus.SUBMITTED)
    await CallLetter.bulk_create(
        [
            letter(one.proposal, LetterKind.DECISION, one, changes, **_told(one.proposal.decision))
            for one in await authors.select_related("proposal__decision").order_by("id")
        ],
        batch_size=100,
    )


def _told(decision: CallDecision) -> dict[str, object]:
    return {"verdict": decision.verdict.value, "amount": decision.amount, "reason": decision.reason}
