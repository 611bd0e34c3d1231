"""The private calendar of an office: who of its clients meets whom where, for each of its advisers."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from tortoise.expressions import Q

from app.feeds import Drawn
from app.i18n import _
from app.journal import moved
from app.models import Person
from app.polls import Contents
from app.source import Occasion
from events.ical import occasion
from events.models import Event, Participant
from events.networks.models import Network
from events.networks.support.assigning import SCOPE
from events.networks.support.models import Adviser, Client
from matchmaking import ical
from matchmaking.parties import of_persons

BEFORE = timedelta(days=30)  # how long a past event stays


async def of_office(person: Person, number: int) -> Drawn | None:
    """While they advise there. Meetings are transparent: the adviser is in none of them."""
    adviser = await Adviser.get_or_none(office_id=number, person=person).select_related("office__organisation")
    if adviser is None:
        return None
    persons = [one.person_id for one in await Client.filter(office_id=number)]
    since = (datetime.now(UTC) - BEFORE).date()
    current = await Event.filter(last_day__gte=since).order_by("first_day", "id")
    taken = Participant.filter(person_id__in=persons, event_id__in=[event.id for event in current])
    theirs = {one.event_id for one in await taken} if persons and current else set()
    occasions = [about for event in current if event.id in theirs and (about := await occasion(event.scope))]
    entries = await ical.placed(of_persons(persons) & Q(event_id__in=list(theirs))) if theirs else []
    name = _("%(office)s: meetings of its clients") % {"office": adviser.office.organisation.name}
    contents = Contents(name, occasions or [_nothing_yet(adviser, name)], entries)
    # All events: a client may come to another one at any time, and a network may have a new one.
    networks = [network.scope for network in await Network.all()]
    scopes = [SCOPE, *networks, *(event.scope for event in current)]
    return Drawn(contents, scopes, await _moved(adviser, [event for event in current if event.id in theirs]))


async def _moved(adviser: Adviser, events: Sequence[Event]) -> datetime:
    """The desk of an event hears of every meeting."""
    _revision, assigned = await moved(SCOPE, SCOPE)
    times = [adviser.at, assigned or adviser.at]
    for event in events:
        _revision, at = await moved(event.scope, event.desk)
        times.append(at or event.about_changed_at)
    return max(times)


def _nothing_yet(adviser: Adviser, name: str) -> Occasion:
    """A feed is never empty: the day the adviser came."""
    day = adviser.at.date()
    return Occasion(name, f"office-{adviser.office_id}", adviser.office.path, "", "UTC", day, day, adviser.at)
