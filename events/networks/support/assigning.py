"""Whose office helps whom: by region of itself, by the client's choice, by hand; handed over, allowed to act, left."""

from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from tortoise.queryset import QuerySet

from app.errors import NotFound, Refused
from app.i18n import _
from app.journal import Actor, Changes, changing
from app.models import Person
from events.models import OrganisationKind, Participant, ParticipantKind, ParticipantStatus
from events.networks.support.models import Adviser, Came, Client, Coverage, Office

SCOPE = "support"  # one journal: a client moves from office to office
LOOK = timedelta(seconds=5)
A_ROUND = 500  # people linked in one transaction


class Linking:
    """The worker: looks every few seconds who has registered since."""

    def __init__(self) -> None:
        self.next = datetime.min.replace(tzinfo=UTC)

    async def work(self) -> bool:
        now = datetime.now(UTC)
        if now < self.next:
            return False
        self.next = now + LOOK
        return await link_due() == A_ROUND


async def link_due() -> int:
    """Give everybody without an office the one that covers their region; how many."""
    if not await unassigned().filter(organisation__region__coverage__id__isnull=False).exists():
        return 0
    async with changing(SCOPE, by="worker") as changes:
        return await link_within(changes)


async def link_within(changes: Changes) -> int:
    """As `link_due`, in an open block. Who comes from two regions belongs to the one they named last."""
    covered = unassigned().filter(organisation__region__coverage__id__isnull=False)
    rows = await covered.order_by("id").limit(A_ROUND).values_list("person_id", "organisation__region_id")
    offices = dict(await Coverage.all().values_list("region_id", "office_id"))
    found = {person: offices[region] for person, region in rows}
    for person, office in found.items():
        client = await Client.create(
            person_id=person, office_id=office, origin=Came.REGION, since=changes.at, owed=True
        )
        _record(changes, "client.linked", client)
    return len(rows)


def unassigned() -> QuerySet[Participant]:
    """Presences of people who could be helped and have no office: nobody covers their region, or not yet."""
    return Participant.filter(
        person_id__isnull=False,
        status__in=[ParticipantStatus.PENDING, ParticipantStatus.APPROVED],
        kind__in=[ParticipantKind.DELEGATE, ParticipantKind.SPEAKER],
        organisation__kind__in=[OrganisationKind.COMPANY, OrganisationKind.CLUSTER, OrganisationKind.RESEARCH],
        person__client__id__isnull=True,
        person__advising__id__isnull=True,
    )


async def take_on(office: Office, person: Person, *, by: Actor) -> Client:
    """By hand, out of the queue or from nowhere. Raises Refused for somebody else's client and who left or advises."""
    async with changing(SCOPE, by=by) as changes:
        if not await Office.exists(id=office.id):
            raise NotFound
        await _refuse_adviser(person)
        client = await Client.get_or_none(person=person)
        if client and client.office_id == office.id:
            return client
        if client:
            raise Refused(
                _("%(name)s has an office already, or wants none.") % {"name": person.name},
                hints=[_("They choose for themselves on their account page.")],
            )
        client = await Client.create(person=person, office=office, origin=Came.HAND, since=changes.at, owed=True)
        _record(changes, "client.linked", client)
    return client


async def choose(office: Office | None, *, by: Person) -> None:
    """The client's own word: this office helps them, or none. What the one before was allowed ends with it."""
    async with changing(SCOPE, by=by) as changes:
        if office and not await Office.exists(id=office.id):
            raise NotFound
        await _refuse_adviser(by)
        client = await Client.get_or_none(person=by)
        wanted = office.id if office else None
        if (client.office_id if client else None) == wanted:
            return
        client = client or Client(person=by)
        client.office_id, client.adviser_id, client.allowed_at, client.owed = wanted, None, None, False
        client.origin, client.since = Came.CHOICE, changes.at
        await client.save()
        _record(changes, "client.linked" if office else "client.left", client)


async def allow(client: Client, *, by: Person) -> None:
    """Their office, the one they saw, may act for them from now on."""
    async with _own(client, by=by) as (changes, current):
        if current.office_id is None or current.office_id != client.office_id:
            raise Refused(_("You have another office by now."), hints=[_("Look at your account page again.")])
        if current.allowed_at is None:
            current.allowed_at = changes.at
            await current.save(update_fields=["allowed_at"])
            _record(changes, "client.allowed", current)


async def forbid(client: Client, *, by: Person) -> None:
    """It may no more; what it did stays done."""
    async with _own(client, by=by) as (changes, current):
        if current.allowed_at is not None:
            current.allowed_at = None
            await current.save(update_fields=["allowed_at"])
            _record(changes, "client.forbidden", current)


async def hand_over(clients: Collection[Client], *, office: Office, adviser: Adviser | None, by: Actor) -> int:
    """To another adviser, of this office or another; how many moved. Another office asks anew whether it may act.
    Who left or changed office in the meantime is passed over."""
    async with changing(SCOPE, by=by) as changes:
        if not await Office.exists(id=office.id):
            raise NotFound
        if adviser and not await Adviser.exists(id=adviser.id, office_id=office.id):
            raise Refused(_("This person does not advise there any more."))
        moved = 0
        for before in clients:
            client = await Client.get_or_none(id=before.id, office_id=before.office_id)
            if client and (client.office_id, client.adviser_id) != (office.id, adviser.id if adviser else None):
                _move(client, office, adviser, changes.at)
                await client.save()
                _record(changes, "client.handed_over", client)
                moved += 1
    return moved


async def dismiss_client(client: Client, *, by: Actor) -> None:
    """The office does not help them any more; no region brings them back, and they may choose again."""
    async with changing(SCOPE, by=by) as changes:
        current = await Client.get_or_none(id=client.id, office_id=client.office_id)
        if current is None or current.office_id is None:
            return
        current.office_id = current.adviser_id = current.allowed_at = None
        current.owed = False
        current.since = changes.at
        await current.save()
        _record(changes, "client.left", current)


async def waiting_people(network_id: int) -> Sequence[Participant]:
    """The fallback queue: people of a network's events whom no office covers, each once, the longest first."""
    found = await unassigned().filter(event__network_id=network_id).order_by("id").select_related(
        "person", "organisation__region", "event"
    )  # fmt: skip
    newest = {one.person_id: one for one in found}
    return list(newest.values())


@asynccontextmanager
async def _own(client: Client, *, by: Person) -> AsyncIterator[tuple[Changes, Client]]:
    """Behind the gate, and nobody else's."""
    async with changing(SCOPE, by=by) as changes:
        current = await Client.get_or_none(id=client.id, person=by)
        if current is None:
            raise NotFound
        yield changes, current


def _move(client: Client, office: Office, adviser: Adviser | None, at: datetime) -> None:
    if client.office_id != office.id:
        client.office_id, client.allowed_at = office.id, None
        client.origin, client.since = Came.HAND, at
    client.adviser_id, client.owed = adviser.id if adviser else None, True


async def _refuse_adviser(person: Person) -> None:
    if await Adviser.exists(person=person):
        raise Refused(_("Who advises in an office is nobody’s client."))


def _record(changes: Changes, kind: str, client: Client) -> None:
    changes.record(kind, client, topics=[SCOPE], data={"office": client.office_id, "origin": client.origin.value})
