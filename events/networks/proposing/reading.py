"""Proposals as pages list them: somebody's own, and those that wait for a coordinator."""

from collections.abc import Sequence

from app.models import Person
from app.wording import alphabetical
from events.networks.models import Network, Region
from events.networks.proposing.models import Proposal, ProposalStatus
from events.networks.scope import Standing


async def own(network: Network, person: Person) -> Sequence[Proposal]:
    """Newest first."""
    mine = Proposal.filter(network=network, author=person).select_related("pilot", "organisation")
    return await mine.order_by("-id").limit(100)


async def waiting(standing: Standing) -> Sequence[Proposal]:
    """Those that this coordinator can answer, the longest waiting first; pilots are for the whole network's."""
    submitted = Proposal.filter(network=standing.network, status=ProposalStatus.SUBMITTED)
    if not standing.whole:
        submitted = submitted.filter(pilot_id__in=list(standing.pilots))
    return await submitted.select_related("pilot", "organisation__region", "author").order_by("changed_at").limit(200)


async def regions() -> list[Region]:
    return sorted(await Region.all(), key=lambda region: alphabetical(region.name))
