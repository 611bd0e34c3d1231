"""The mails about proposals: coordinators hear of one that was submitted, its author how it was answered.

A proposal owes them until they are queued; the worker words what is true when it looks.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from app import outbox
from app.config import Settings
from app.i18n import _, later, speaking
from app.ical.itip import Mailbox
from app.journal import changing
from app.letters import letter
from app.models import Mail, Person
from events.networks.models import NetworkRole
from events.networks.proposing.models import Proposal, ProposalKind, ProposalStatus

A_ROUND = 20

SUBJECTS: Mapping[ProposalStatus, str] = {
    ProposalStatus.SUBMITTED: later("Proposed: “%(title)s”"),
    ProposalStatus.RETURNED: later("Please look again: “%(title)s”"),
    ProposalStatus.DECLINED: later("Declined: “%(title)s”"),
    ProposalStatus.ACCEPTED: later("Accepted: “%(title)s”"),
}


async def tell(settings: Settings) -> bool:
    """Queue what is owed. True if there was anything."""
    owing = await Proposal.filter(owed=True).select_related("network", "pilot", "author").order_by("id").limit(A_ROUND)
    for proposal in owing:
        readers, now = await _readers(proposal), datetime.now(UTC)
        mails = await asyncio.to_thread(lambda: [_worded(proposal, one, settings, now) for one in readers])  # noqa: B023
        await _queue(proposal, mails)
    return bool(owing)


async def _queue(proposal: Proposal, mails: Sequence[Mail]) -> None:
    """Unless another worker was faster, or the proposal has moved on: then the next look words what is true."""
    async with changing(_scope(proposal), by="worker") as changes:
        if await Proposal.filter(id=proposal.id, owed=True, version=proposal.version).update(owed=False):
            await outbox.post_all(mails)
            changes.record("proposal_letter.queued", proposal, topics=[], data={"count": len(mails)})


async def _readers(proposal: Proposal) -> list[Person]:
    if proposal.status != ProposalStatus.SUBMITTED:
        return [proposal.author]
    roles = NetworkRole.filter(network_id=proposal.network_id).select_related("person").order_by("id")
    of_pilot = await roles.filter(pilot_id=proposal.pilot_id) if proposal.kind == ProposalKind.CASE else []
    found = of_pilot or await roles.filter(pilot_id__isnull=True)
    return [role.person for role in found]


def _worded(proposal: Proposal, reader: Person, settings: Settings, now: datetime) -> Mail:
    local, _at, domain = settings.mail_from.partition("@")
    sender = Mailbox(proposal.network.name, f"{local}+network-{proposal.network_id}@{domain}")
    url = f"{settings.base_url}/networks/{proposal.network.code}/proposals/{proposal.id}"
    with speaking(reader.language):
        return letter(
            "events/mail/proposal_letter",
            {"proposal": proposal, "url": url},
            scope=_scope(proposal),
            sender=sender,
            recipient=Mailbox(reader.name, reader.email),
            subject=_(SUBJECTS[proposal.status]) % {"title": proposal.title},
            settings=settings,
            now=now,
        )


def _scope(proposal: Proposal) -> str:
    """The journal of the mails about a network's proposals."""
    return f"mail:network-{proposal.network_id}"
