"""Groups that gather people, for followers of their pilot who take part in the event (see NEWS in app.slices)."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from app.i18n import _
from app.texts import said
from events.models import Participant
from events.networks.news import Item
from matchmaking.conditions import matrices_of
from matchmaking.groups.models import Group, GroupStatus
from matchmaking.rules import Matrix


async def news(pilots: Collection[int], since: datetime) -> Sequence[Item]:
    found = Group.filter(demo_case__pilot_id__in=list(pilots), status=GroupStatus.GATHERING, created_at__gt=since)
    groups = await found.select_related("event", "demo_case").prefetch_related("members__participant").order_by("id")
    matrices = await matrices_of({one.event_id for one in groups})
    people = await _people(list(matrices))
    return [
        Item(
            one.demo_case.pilot_id,
            f"group:{one.id}",
            one.created_at,
            _("A group gathers: %(demo_case)s (%(event)s)")
            % {"demo_case": one.demo_case.name, "event": said(one.event, "title")},
            f"/e/{one.event.slug}/groups",
            members_of=one.event_id,
            not_for=_not_for([member.participant for member in one.members], matrices[one.event_id], people),
        )
        for one in groups
        if one.demo_case
    ]


async def _people(events: Sequence[int]) -> Mapping[tuple[int, int | None], set[int | None]]:
    """Person by event and type of participant."""
    taking_part = Participant.filter(event_id__in=events, person_id__isnull=False)
    found: dict[tuple[int, int | None], set[int | None]] = defaultdict(set)
    for event, type, person in await taking_part.values_list("event_id", "type_id", "person_id"):
        found[event, type].add(person)
    return found


def _not_for(
    members: Sequence[Participant], matrix: Matrix, people: Mapping[tuple[int, int | None], set[int | None]]
) -> set[int | None]:
    """Its members, and those who may not see all of them (see `Table.shown_to`)."""
    hidden = (
        persons
        for (event, type), persons in people.items()
        if any(event == one.event_id and not matrix.may_see(type, one.type_id) for one in members)
    )
    return {one.person_id for one in members}.union(*hidden)
