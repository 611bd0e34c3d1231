"""What is new in a pilot on the marketplaces, for followers who take part in the event (see NEWS in app.slices)."""

from collections.abc import Collection, Sequence
from datetime import datetime

from app.i18n import _
from events.networks.news import Item
from matchmaking.marketplace.models import Opportunity


async def news(pilots: Collection[int], since: datetime) -> Sequence[Item]:
    """Without titles: whether a reader may see an entry is for the marketplace to say, to which it leads."""
    found = Opportunity.filter(pilot_id__in=list(pilots), closed_at__isnull=True, created_at__gt=since)
    return [
        Item(
            one.pilot_id or 0,
            f"opportunity:{one.id}",
            one.created_at,
            _("Marketplace: %(kind)s (%(event)s)") % {"kind": _(one.kind.value), "event": one.event.title},
            f"/e/{one.event.slug}/opportunities?pilot={one.pilot_id}",
            members_of=one.event_id,
            not_for={one.participant.person_id},
        )
        for one in await found.select_related("event", "participant").order_by("id")
    ]
