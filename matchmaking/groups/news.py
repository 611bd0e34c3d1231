"""Groups that gather people, for followers of their pilot who take part in the event (see NEWS in app.slices)."""

from collections.abc import Collection, Sequence
from datetime import datetime

from app.i18n import _
from app.texts import said
from events.networks.news import Item
from matchmaking.groups.models import Group, GroupStatus


async def news(pilots: Collection[int], since: datetime) -> Sequence[Item]:
    """Without titles: whether a reader may see a group is for the page to say to which it leads."""
    found = Group.filter(demo_case__pilot_id__in=list(pilots), status=GroupStatus.GATHERING, created_at__gt=since)
    found = found.select_related("event", "demo_case").prefetch_related("members__participant")
    return [
        Item(
            one.demo_case.pilot_id,
            f"group:{one.id}",
            one.created_at,
            _("A group gathers: %(demo_case)s (%(event)s)")
            % {"demo_case": one.demo_case.name, "event": said(one.event, "title")},
            f"/e/{one.event.slug}/groups",
            members_of=one.event_id,
            known_to={member.participant.person_id for member in one.members},
        )
        for one in await found.order_by("id")
        if one.demo_case
    ]
