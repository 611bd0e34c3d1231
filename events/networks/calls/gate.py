"""The call, or the proposal with its call, as it stands behind the call's gate: what every verb of the calls opens."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from app.errors import Refused, Stale
from app.i18n import _
from app.journal import Actor, Changes, changing
from events.networks.calls.models import Call, Phase
from events.networks.calls.proposals.models import CallProposal


@asynccontextmanager
async def changing_call(call: Call, by: Actor) -> AsyncIterator[tuple[Changes, Call]]:
    async with changing(call.scope, by=by) as changes:
        yield changes, await Call.get(id=call.id).select_related("network", "region")


@asynccontextmanager
async def changing_proposal(proposal: CallProposal, by: Actor) -> AsyncIterator[tuple[Changes, CallProposal]]:
    """The proposal has its call and organisation at hand."""
    async with changing(f"call:{proposal.call_id}", by=by) as changes:
        yield changes, await CallProposal.get(id=proposal.id).select_related("call", "organisation")


def refuse_unless_open(call: Call, changes: Changes) -> None:
    """By the clock of this server, read behind the gate: at the deadline itself it is too late."""
    phase = call.phase(changes.at)
    if phase == Phase.DRAFT:
        raise Refused(_("This call is not open yet."))
    if phase != Phase.OPEN:
        raise Refused(_("The deadline of this call has passed."))


def refuse_stale(known: int, version: int, *, title: str) -> None:
    if known != version:
        raise Stale(
            _("Somebody else changed “%(title)s” a moment ago.") % {"title": title},
            hints=[_("Look at it again, then repeat your change if you still want it.")],
        )
