"""Each person's choice: which pilots' news they get, and on which organisations' pages they may be read about."""

from collections.abc import Sequence
from dataclasses import dataclass

from tortoise.queryset import QuerySet

from app.errors import Refused
from app.i18n import _
from app.journal import changing
from app.models import Person
from app.wording import by_name
from events.models import Organisation, Participant, ParticipantStatus
from events.networks.models import Follow, Listing, Pilot
from events.networks.reading import by_network

PEOPLE = "people"


@dataclass(frozen=True, slots=True)
class House:
    """An organisation that somebody comes from; `listing` is there while they agree to be read about."""

    organisation: Organisation
    listing: Listing | None


async def follow(pilot: Pilot, *, by: Person) -> None:
    """News from now on; somebody who follows already stays so."""
    async with changing(PEOPLE, by=by) as changes:
        row, new = await Follow.get_or_create(person=by, pilot=pilot, defaults={"at": changes.at})
        if new:
            changes.record("pilot.followed", row, topics=[], data={"pilot": pilot.code})


async def unfollow(pilot: Pilot, *, by: Person) -> None:
    async with changing(PEOPLE, by=by) as changes:
        row = await Follow.get_or_none(person=by, pilot=pilot)
        if row:
            await row.delete()
            changes.record("pilot.unfollowed", row, topics=[], data={"pilot": pilot.code})


async def follows(person: Person, pilot: Pilot) -> bool:
    return await Follow.filter(person=person, pilot=pilot).exists()


async def followed(person: Person) -> Sequence[Pilot]:
    found = await Pilot.filter(follows__person_id=person.id).select_related("network")
    return sorted(found, key=by_network)


async def agree(organisation: Organisation, *, by: Person) -> None:
    """Name and position may be read on the pages of this organisation and its region. Raises Refused for somebody
    who never took part in an event for it."""
    async with changing(PEOPLE, by=by) as changes:
        presence = await _presences(by).filter(organisation=organisation).order_by("-created_at").first()
        if presence is None:
            raise Refused(_("You have not taken part in an event for %(name)s.") % {"name": organisation.name})
        row, _new = await Listing.update_or_create(
            person=by, organisation=organisation, defaults={"position": presence.position, "at": changes.at}
        )
        changes.record("listing.agreed", row, topics=[], data={"organisation": organisation.name})


async def disagree(organisation: Organisation, *, by: Person) -> None:
    async with changing(PEOPLE, by=by) as changes:
        row = await Listing.get_or_none(person=by, organisation=organisation)
        if row:
            await row.delete()
            changes.record("listing.withdrawn", row, topics=[], data={"organisation": organisation.name})


async def houses(person: Person) -> list[House]:
    """Where they have come from to events, or are listed; three queries."""
    listings = {one.organisation_id: one for one in await Listing.filter(person=person)}
    presences = await _presences(person).only("id", "organisation_id")
    ids = {*listings, *(one.organisation_id for one in presences)}
    found = by_name(await Organisation.filter(id__in=list(ids)))
    return [House(organisation, listings.get(organisation.id)) for organisation in found]


def _presences(person: Person) -> QuerySet[Participant]:
    return Participant.filter(person=person, status=ParticipantStatus.APPROVED, organisation_id__isnull=False)
