"""What waits for the advisers of support offices, for their first page: clients whom others wait for."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from app.i18n import _, ngettext
from app.models import Person
from events.networks.support.models import Adviser, Client
from events.tasks import Errand
from matchmaking.models import Meeting
from matchmaking.proposing import unanswered


async def errands(person: Person, now: datetime) -> Sequence[Errand]:
    """Three queries, one for who advises nobody."""
    advising = await Adviser.filter(person=person).order_by("id").select_related("office__organisation")
    if not advising:
        return []
    clients = Client.filter(office_id__in=[one.office_id for one in advising])
    office_of = dict(await clients.values_list("person_id", "office_id"))
    open_ones = Meeting.filter(unanswered(now), invitee__person_id__in=list(office_of))
    waited_for = defaultdict(set)
    for (who,) in await open_ones.values_list("invitee__person_id"):
        waited_for[office_of[who]].add(who)
    return [
        Errand(
            one.office.path,
            _("Help your clients answer"),
            ngettext(
                "%(office)s: others wait for %(n)s client.",
                "%(office)s: others wait for %(n)s clients.",
                len(waited_for[one.office_id]),
            )
            % {"office": one.office.organisation.name, "n": len(waited_for[one.office_id])},
        )
        for one in advising
        if waited_for[one.office_id]
    ]
