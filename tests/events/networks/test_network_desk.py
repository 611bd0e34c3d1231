"""The desk of a network over HTTP: who comes in, what its forms keep, what they refuse with a sentence."""

from typing import Any

import pytest

from app import journal
from app.auth import make_admin
from app.i18n import speaking
from app.models import Person
from events.models import Event, EventKind
from events.networks.coordinators import appoint
from events.networks.memberships import admit_region
from events.networks.models import DemoCase, Membership, MembershipStatus, Network, NetworkRole, Pilot, Region, Series
from events.networks.reading import pilot_coordinators
from events.networks.terms import Term

Conference = Any  # see conftest.py
Browser = Any
DESK = "/networks/vanguard/desk"


@pytest.fixture
async def desk(conference: Conference, browser: Browser) -> Any:
    """The browser of a coordinator of the whole network."""
    await appoint(conference.network, conference.organiser.email, by="test")
    return await browser(conference.organiser)


async def test_texts_are_kept_and_bad_addresses_said(conference: Conference, desk: Any) -> None:
    assert (await desk.get(f"{DESK}/about")).status_code == 200
    for odd in ("javascript:alert(1)", "https://[example.org"):
        bad = await desk.post(f"{DESK}/about", name="Vanguard Initiative", website=odd)
        assert bad.status_code == 422
        assert "begins with https://" in bad.text
    kept = await desk.post(
        f"{DESK}/about", name="Vanguard Initiative", **{"abouts-en": "Regions"}, website="https://example.org"
    )
    assert kept.status_code == 303
    assert (await Network.get(id=conference.network.id)).name == "Vanguard Initiative"
    page = (await desk.get(f"{DESK}/journal")).text
    assert "own texts were changed" in page
    assert "Olga" in page


async def test_member_is_admitted_changed_corrected_and_ended(conference: Conference, desk: Any) -> None:
    region = str(conference.region.id)
    made = await desk.post(f"{DESK}/members", region=region, status="observer", start="2020-05-01", end="", note="")
    assert made.status_code == 303
    overlap = await desk.post(f"{DESK}/members", region=region, status="full member", start="2021-01-01", end="")
    assert overlap.status_code == 409
    assert "on some of these days already: observer, since 1 May 2020" in overlap.text
    membership = await Membership.get()
    here = f"{DESK}/members/{membership.id}"
    assert (await desk.get(here)).status_code == 200
    assert (
        await desk.post(f"{here}/status", **{"new-status": "full member", "new-on": "2021-07-01"})
    ).status_code == 303
    full = await Membership.get(end=None)
    assert full.status == MembershipStatus.FULL
    wrong = await desk.post(f"{DESK}/members/{full.id}", status="full member", start="2021-06-30", end="")
    assert wrong.status_code == 409
    assert (await desk.post(f"{DESK}/members/{full.id}/end", on="not a day")).status_code == 409
    assert (await desk.post(f"{DESK}/members/{full.id}/end", on="2024-01-01")).status_code == 303
    page = (await desk.get("/networks/vanguard?on=2023-12-31")).text
    assert "1 region on 31 December 2023" in page
    assert "Former members" in (await desk.get("/networks/vanguard?on=2024-01-01")).text
    assert (await desk.post(f"{DESK}/members/{full.id}/removal")).status_code == 303
    assert await Membership.all().count() == 1


async def test_regions_are_added_with_their_letters_and_edited(conference: Conference, desk: Any) -> None:
    made = await desk.post(f"{DESK}/regions", **{"names-pl": "Śląskie"}, country="pl", nuts="pl22")
    assert made.status_code == 303
    silesia = await Region.get(code="slaskie")
    assert (silesia.country, silesia.nuts) == ("PL", "PL22")
    again = await desk.post(f"{DESK}/regions", **{"names-pl": "Śląskie"}, country="PL", nuts="")
    assert again.status_code == 409
    assert "There is a region “slaskie” already" in again.text
    for wrong in ({"country": "Poland"}, {"country": "P1"}, {"country": "PL", "nuts": "22"}):
        assert (await desk.post(f"{DESK}/regions", **{"names-pl": "Opolskie"}, **wrong)).status_code == 422
    here = f"{DESK}/regions/slaskie"
    assert (await desk.post(here, **{"names-en": "Silesia"}, country="PL")).status_code == 404, "it is no member yet"
    await admit_region(conference.network, silesia, MembershipStatus.FULL, Term(), by="test")
    assert (await desk.get(here)).status_code == 200
    assert (await desk.post(here, **{"names-en": "Silesia"}, country="PL", nuts="PL22")).status_code == 303
    assert (await Region.get(code="slaskie")).name == "Silesia"


async def test_pilot_has_names_leads_and_demo_cases_at_stages(conference: Conference, desk: Any) -> None:
    await admit_region(conference.network, conference.region, MembershipStatus.FULL, Term(), by="test")
    region = str(conference.region.id)
    fields = {"code": "nano", "names-en": "Nano", "names-fi": "Uudet nanotuotteet", "leads": region}
    made = await desk.post(f"{DESK}/pilots", **fields)
    assert made.headers["location"] == f"{DESK}/pilots/NANO"
    nano = await Pilot.get(code="NANO").prefetch_related("leads")
    assert nano.names == {"en": "Nano", "fi": "Uudet nanotuotteet"}
    assert [lead.name for lead in nano.leads] == ["Małopolska"]
    assert (await desk.post(f"{DESK}/pilots", **fields)).status_code == 409
    nameless = await desk.post(f"{DESK}/pilots/NANO", **{"names-pl": " "})
    assert nameless.status_code == 422
    assert "This field is required" in nameless.text
    here = f"{DESK}/pilots/NANO"
    page = (await desk.get(here)).text
    assert "Uudet nanotuotteet" in page
    assert (await desk.post(f"{here}/cases", name="Lab on a chip", stage="learn")).status_code == 303
    case = await DemoCase.get(pilot=nano)
    assert case.code == "lab-on-a-chip"
    assert (await desk.post(f"{here}/cases/{case.id}", name="Lab on a chip", stage="demonstrate")).status_code == 303
    assert (await desk.post(f"{here}/cases/{case.id}", name="", stage="demonstrate")).status_code == 409
    assert '<option value="demonstrate" selected>' in (await desk.get(here)).text
    kinds = [fact.kind for fact in await journal.changes_since(conference.network.scope, 0)]
    assert kinds[-3:] == ["pilot.added", "democase.added", "democase.moved_on"]
    shown = (await desk.get("/networks/vanguard/pilots/NANO")).text
    assert 'aria-current="step">demonstrate' in shown


async def test_pilot_coordinator_keeps_one_pilot_and_nothing_else(
    conference: Conference, desk: Any, browser: Browser
) -> None:
    anna = await conference.person("Anna")
    await Pilot.create(network=conference.network, code="NANO", names={"en": "Nano"})
    page = await desk.post(f"{DESK}/coordinators", email="nobody@example.org", pilot="")
    assert page.status_code == 409
    assert "Ask them to sign in once" in page.text
    bio = await Pilot.get(code="BIO")
    assert (await desk.post(f"{DESK}/coordinators", email=anna.email, pilot=str(bio.id))).status_code == 303
    assert (
        "coordinates this already"
        in (await desk.post(f"{DESK}/coordinators", email=anna.email, pilot=str(bio.id))).text
    )
    hers = await browser(anna)
    assert (await hers.get(DESK)).status_code == 200
    assert (await hers.get(f"{DESK}/pilots/BIO")).status_code == 200
    for path in ("/pilots/NANO", "/about", "/members", "/journal", "/coordinators"):
        assert (await hers.get(f"{DESK}{path}")).status_code == 404
    assert "Anna" in (await hers.get("/networks/vanguard/pilots/BIO")).text
    role = await NetworkRole.get(person=anna)
    assert (await desk.post(f"{DESK}/coordinators/{role.id}/removal")).status_code == 303
    assert (await hers.get(DESK)).status_code == 404


async def test_coordinators_of_a_pilot_stand_in_the_readers_alphabet(conference: Conference) -> None:
    pilot = await Pilot.get(code="BIO")
    for name in ("Zofia", "Łucja", "Lena", "Michał"):
        await appoint(conference.network, (await conference.person(name)).email, pilot=pilot, by="test")
    with speaking("pl"):
        assert [one.person.name for one in await pilot_coordinators(pilot)] == ["Lena", "Łucja", "Michał", "Zofia"]
    with speaking("en"):
        assert [one.person.name for one in await pilot_coordinators(pilot)] == ["Lena", "Łucja", "Michał", "Zofia"]


async def test_event_of_a_series_is_made_by_a_coordinator(conference: Conference, desk: Any) -> None:
    assert (await desk.post(f"{DESK}/series", **{"titles-en": "Roadshow"}, slug="Road show")).status_code == 422
    assert (await desk.post(f"{DESK}/series", **{"titles-en": "Roadshow"}, slug="roadshow")).status_code == 303
    assert (await desk.post(f"{DESK}/series", **{"titles-en": "Roadshow"}, slug="roadshow")).status_code == 409
    series = await Series.get()
    assert (
        await desk.post(f"{DESK}/series/roadshow", **{"titles-en": "Roadshow 2027", "abouts-en": "Four cities"})
    ).status_code == 303
    assert (await desk.get(f"/networks/vanguard/events/new?series={series.id}")).status_code == 200
    fields = {
        "title": "Roadshow in Tampere", "slug": "roadshow-tampere", "kind": "workshop", "zone": "Europe/Helsinki",
        "first_day": "2027-03-01", "last_day": "2027-03-01", "city": "Tampere", "country": "FI", "summary": "",
        "series": str(series.id), "part_of": "",
    }  # fmt: skip
    made = await desk.post("/networks/vanguard/events/new", **fields)
    assert made.headers["location"] == "/e/roadshow-tampere/desk"
    event = await Event.get(slug="roadshow-tampere")
    assert (event.series_id, event.network_id) == (series.id, conference.network.id)
    taken = await desk.post("/networks/vanguard/events/new", **fields)
    assert taken.status_code == 409
    assert "belongs to another event" in taken.text
    page = (await desk.get("/networks/vanguard/series/roadshow")).text
    assert "Roadshow in Tampere" in page
    assert "Four cities" in page


async def test_only_conventions_hold_other_events(conference: Conference, desk: Any, browser: Browser) -> None:
    event, path = conference.event, "/e/krakow/desk/belonging"
    await Event.filter(id=event.id).update(kind=EventKind.CONVENTION)
    fields = {
        "title": "Seminar", "slug": "seminar", "kind": "research seminar", "zone": "Europe/Warsaw",
        "first_day": str(event.first_day), "last_day": str(event.first_day), "series": "", "part_of": str(event.id),
        "summary": "", "city": "", "country": "", "venue": "",
    }  # fmt: skip
    convention = await desk.post("/networks/vanguard/events/new", **{**fields, "slug": "other", "kind": "convention"})
    assert convention.status_code == 422
    assert "not held at another one" in convention.text
    assert (await desk.post("/networks/vanguard/events/new", **fields)).status_code == 303
    assert "Seminar" in (await desk.get("/e/krakow")).text
    assert "Kraków Brokerage Days" in (await desk.get("/e/seminar")).text
    assert (await desk.post(path, series="", part_of="999")).status_code == 409
    assert (await desk.post("/e/seminar/desk/belonging", series="", part_of="")).status_code == 303
    assert (await Event.get(slug="seminar")).part_of_id is None


async def test_site_administrator_keeps_every_desk(conference: Conference, browser: Browser) -> None:
    await make_admin("admin@example.org")
    admin = await browser(await Person.get(email="admin@example.org"))
    for path in (
        "",
        "/about",
        "/members",
        "/regions",
        "/pilots",
        "/pilots/BIO",
        "/series",
        "/coordinators",
        "/journal",
    ):
        assert (await admin.get(DESK + path)).status_code == 200, path
    assert (await admin.get("/networks/unknown/desk")).status_code == 404
