"""Who is whose client: by region, choice and hand; earlier registrations, the queue, handing over, leaving."""

from collections.abc import Awaitable, Callable

import pytest

from app.errors import NotFound, Refused
from app.models import Person
from events.models import Organisation, OrganisationKind, ParticipantKind
from events.networks.memberships import admit_region
from events.networks.models import Membership, MembershipStatus
from events.networks.support.assigning import (
    allow,
    choose,
    dismiss_client,
    forbid,
    hand_over,
    link_due,
    take_on,
    waiting_people,
)
from events.networks.support.models import Client, Coverage, Office
from events.networks.support.offices import add_adviser, close_office, cover, dismiss_adviser, open_office
from events.networks.terms import Term
from events.participants import Affiliation, approve, register
from tests.matchmaking.conftest import Fair, make_fair


@pytest.fixture
async def fair(database: str) -> Fair:
    return await make_fair()


async def office_of(person: Person) -> int | None:
    client = await Client.get_or_none(person=person)
    return client.office_id if client else -1


async def test_people_registered_before_and_after_get_the_office_of_their_region(fair: Fair) -> None:
    early, far = await fair.newcomer("Early"), await fair.newcomer("Far", region=1)
    office = await open_office("Centrum", fair.regions[0], by="test")
    assert await office_of(fair[early]) == office.id
    late = await fair.newcomer("Late")
    assert await office_of(fair[late]) == -1
    assert await link_due() == 1
    assert await link_due() == 0
    assert [await office_of(fair[one]) for one in (late, far)] == [office.id, -1]
    await cover(office, fair.regions, by="test")
    assert await office_of(fair[far]) == office.id
    assert {client.allowed_at for client in await Client.all()} == {None}, "nobody allowed anything yet"


async def test_organisers_supporters_authorities_and_advisers_are_nobodys_clients(fair: Fair) -> None:
    office = await open_office("Centrum", fair.regions[0], by="test")
    for name, kind in (("Office", OrganisationKind.SUPPORT), ("Town", OrganisationKind.AUTHORITY)):
        person = await fair.person(name)
        house = Affiliation(f"{name} house", kind, fair.regions[0])
        await approve(await register(fair.event, person, affiliation=house, by=person), by="test")
    desk = await fair.person("Desk")
    company = Affiliation("Company", OrganisationKind.COMPANY, fair.regions[0])
    await register(fair.event, desk, affiliation=company, kind=ParticipantKind.DESK, by="test")
    adviser = await fair.newcomer("Ewa")
    await add_adviser(office, fair[adviser].email, by="test")
    assert await link_due() == 0
    with pytest.raises(Refused):
        await choose(office, by=fair[adviser])
    with pytest.raises(Refused):
        await take_on(office, fair[adviser], by="test")


async def test_a_client_who_begins_to_advise_is_no_client_any_more(fair: Fair) -> None:
    anna = await fair.newcomer("Anna")
    office = await open_office("Centrum", fair.regions[0], by="test")
    await add_adviser(office, fair[anna].email, by="test")
    assert not await Client.exists()
    with pytest.raises(Refused):
        await add_adviser(office, fair[anna].email, by="test")


async def test_queue_has_whom_nobody_covers_once_each_and_hands_empty_it(fair: Fair) -> None:
    far = await fair.newcomer("Far", region=1)
    await fair.newcomer("Far", region=1, event=await fair.second_event("oulu"))
    office = await open_office("Centrum", fair.regions[0], by="test")
    assert [one.person_id for one in await waiting_people(fair.network.id)] == [far.person_id]
    client = await take_on(office, fair[far], by="test")
    assert (await take_on(office, fair[far], by="test")).id == client.id
    assert await waiting_people(fair.network.id) == []


async def test_who_left_is_not_brought_back_by_region_or_hand_and_may_choose_again(fair: Fair) -> None:
    anna = await fair.newcomer("Anna")
    office = await open_office("Centrum", fair.regions[0], by="test")
    await choose(None, by=fair[anna])
    assert await link_due() == 0
    assert await waiting_people(fair.network.id) == []
    with pytest.raises(Refused):
        await take_on(office, fair[anna], by="test")
    await choose(office, by=fair[anna])
    assert await office_of(fair[anna]) == office.id
    await dismiss_client(await Client.get(person=fair[anna]), by="test")
    assert await link_due() == 0
    assert await office_of(fair[anna]) is None


async def test_saying_none_without_an_office_changes_nothing(fair: Fair) -> None:
    anna = await fair.newcomer("Anna")
    await choose(None, by=fair[anna])
    assert not await Client.exists()


async def test_handing_over_keeps_consent_inside_an_office_and_ends_it_between_two(fair: Fair) -> None:
    anna, ewa, iga = await fair.newcomer("Anna"), await fair.person("Ewa"), await fair.person("Iga")
    office = await open_office("Centrum", fair.regions[0], by="test")
    other = await open_office("Inne", fair.regions[1], by="test")
    mine, theirs = [await add_adviser(one, who.email, by="test") for one, who in ((office, ewa), (other, iga))]
    await allow(await Client.get(person=fair[anna]), by=fair[anna])
    assert await hand_over([await Client.get()], office=office, adviser=mine, by=ewa) == 1
    assert (await Client.get()).allowed_at is not None
    before = await Client.get()
    with pytest.raises(Refused):
        await hand_over([before], office=other, adviser=mine, by=ewa)
    assert await hand_over([before], office=other, adviser=theirs, by=ewa) == 1
    moved = await Client.get()
    assert (moved.office_id, moved.adviser_id, moved.allowed_at) == (other.id, theirs.id, None)
    assert await hand_over([before], office=office, adviser=None, by=ewa) == 0, "no longer theirs to hand over"


async def test_nobody_allows_an_office_that_they_have_not_seen(fair: Fair) -> None:
    anna, stranger = await fair.newcomer("Anna"), await fair.person("Jan")
    office = await open_office("Centrum", fair.regions[0], by="test")
    other = await open_office("Inne", fair.regions[1], by="test")
    seen = await Client.get()
    with pytest.raises(NotFound):
        await allow(seen, by=stranger)
    await hand_over([seen], office=other, adviser=None, by="test")
    with pytest.raises(Refused):
        await allow(seen, by=fair[anna])
    assert (await Client.get()).allowed_at is None
    await allow(await Client.get(), by=fair[anna])
    await forbid(await Client.get(), by=fair[anna])
    assert (await Client.get()).allowed_at is None
    assert office.id != other.id


async def test_an_adviser_who_leaves_takes_no_client_along(fair: Fair) -> None:
    await fair.newcomer("Anna")
    office, ewa = await open_office("Centrum", fair.regions[0], by="test"), await fair.person("Ewa")
    adviser = await add_adviser(office, ewa.email, by="test")
    await hand_over([await Client.get()], office=office, adviser=adviser, by=ewa)
    await dismiss_adviser(adviser, by="test")
    await dismiss_adviser(adviser, by="test")
    client = await Client.get()
    assert (client.office_id, client.adviser_id) == (office.id, None)


async def test_a_closed_offices_clients_wait_or_get_the_next_one(fair: Fair) -> None:
    anna = await fair.newcomer("Anna")
    office = await open_office("Centrum", fair.regions[0], by="test")
    await close_office(office, by="test")
    assert [one.person_id for one in await waiting_people(fair.network.id)] == [anna.person_id]
    with pytest.raises(NotFound):
        await choose(office, by=fair[anna])
    with pytest.raises(NotFound):
        await close_office(office, by="test")
    again = await open_office("Centrum", fair.regions[0], by="test")
    assert await office_of(fair[anna]) == again.id


async def no_twice(fair: Fair, office: Office) -> None:
    await open_office("Centrum", fair.regions[0], by="test")


async def no_company(fair: Fair, office: Office) -> None:
    await Organisation.create(name="Bark", kind=OrganisationKind.COMPANY, region=fair.regions[0])
    await open_office("Bark", fair.regions[0], by="test")


async def no_region_twice(fair: Fair, office: Office) -> None:
    other = await open_office("Inne", fair.regions[1], by="test")
    await cover(other, fair.regions, by="test")


async def no_stranger(fair: Fair, office: Office) -> None:
    await add_adviser(office, "nobody@example.org", by="test")


@pytest.mark.parametrize("wrong", [no_twice, no_company, no_region_twice, no_stranger])
async def test_what_cannot_be_is_refused_and_leaves_nothing(
    fair: Fair, wrong: Callable[[Fair, Office], Awaitable[None]]
) -> None:
    office = await open_office("Centrum", fair.regions[0], by="test")
    with pytest.raises(Refused):
        await wrong(fair, office)
    assert await Coverage.filter(office=office, region=fair.regions[0]).count() == 1
    await admit_region(fair.network, fair.regions[0], MembershipStatus.FULL, Term(), by="test")
    assert await Membership.all().count() == 1


async def test_thousands_are_linked_in_rounds(fair: Fair, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("events.networks.support.assigning.A_ROUND", 2)
    for name in ("One", "Two", "Three"):
        await fair.newcomer(name)
    await open_office("Centrum", fair.regions[0], by="test")
    assert await Client.all().count() == 2
    assert [await link_due(), await link_due()] == [1, 0]
