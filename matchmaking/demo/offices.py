"""Support offices of the demonstration: who advises there, clients of their regions, and whom some let act."""

from collections import defaultdict

from app.models import Person
from events.models import Event, OrganisationKind, Participant
from events.networks.support.assigning import allow, hand_over
from events.networks.support.models import Adviser, Client, Office
from events.networks.support.offices import add_adviser, open_office

ALLOWING, OWN = 3, 2  # every third client lets the office act, every second has an adviser of their own


async def open_offices(event: Event, *, by: Person) -> None:
    """Each business support office that comes to the event helps whoever comes from its region."""
    there = Participant.filter(event=event, organisation__kind=OrganisationKind.SUPPORT, person_id__isnull=False)
    advisers: dict[int, list[Adviser]] = defaultdict(list)
    for one in await there.order_by("id").select_related("organisation__region", "person"):
        office = await _office(one, by=by)
        if one.person and not await Adviser.exists(office=office, person=one.person):
            advisers[office.id].append(await add_adviser(office, one.person.email, by=by))
    for office in await Office.filter(id__in=list(advisers)):
        clients = await Client.filter(office=office).order_by("id").select_related("person")
        for client in clients[::ALLOWING]:
            await allow(client, by=client.person)
        first = advisers[office.id][0]
        await hand_over(clients[::OWN], office=office, adviser=first, by=await first.person)


async def _office(one: Participant, *, by: Person) -> Office:
    house = one.organisation
    assert house
    return await Office.get_or_none(organisation=house) or await open_office(house.name, house.region, by=by)
