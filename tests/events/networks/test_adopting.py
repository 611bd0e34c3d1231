from dataclasses import replace
from datetime import date

from app import journal
from events.networks.adopting import SCOPE, adopt_reference
from events.networks.models import DemoCase, Membership, MembershipStatus, Network, Pilot, Region, Stage
from events.networks.reference import DemoCase as KnownDemoCase
from events.networks.reference import Region as KnownRegion
from events.networks.reference import load


async def test_first_run_creates_everything(database: str) -> None:
    await adopt_reference(load(), by="system")
    assert (await Region.all().count(), await Network.all().count()) == (56, 4)
    nano = await Pilot.get(network__code="vanguard", code="NANO").prefetch_related("leads")
    assert nano.name_in("fi") == "Uudet nanotuotteet"
    assert {region.name for region in nano.leads} == {"Skåne", "Tampere Region"}
    kainuu = await Membership.get(network__code="berry", region__code="kainuu")
    assert (kainuu.start, kainuu.status, kainuu.note) == (
        date(2020, 11, 17), MembershipStatus.FULL, "coordinator",
    )  # fmt: skip
    aromatics = await DemoCase.get(pilot__code="BIO", code="aromatics")
    assert (aromatics.name, aromatics.stage) == ("Biobased aromatics", Stage.CONNECT)
    pilots = await Pilot.filter(network__code="vanguard").order_by("position")
    assert [pilot.code for pilot in pilots] == ["ADMA", "BIO", "ESM", "3DP", "NANO", "HEALTH", "HYDROGEN"]


async def test_second_run_changes_nothing(database: str) -> None:
    await adopt_reference(load(), by="system")
    before = await journal.revision(SCOPE)
    await adopt_reference(load(), by="system")
    assert await journal.revision(SCOPE) == before


async def test_desk_owns_what_is_there(database: str) -> None:
    await adopt_reference(load(), by="system")
    await Region.filter(code="malopolska").update(names={"en": "Lesser Poland"})
    await Membership.filter(network__code="vanguard", region__code="wales").update(end=date(2021, 1, 1))
    await (await Pilot.get(code="NANO")).leads.clear()
    await DemoCase.filter(code="aromatics").update(stage=Stage.DEMONSTRATE)
    await adopt_reference(load(), by="system")
    assert (await Region.get(code="malopolska")).name == "Lesser Poland"
    assert (await Membership.get(network__code="vanguard", region__code="wales")).end == date(2021, 1, 1)
    assert await (await Pilot.get(code="NANO")).leads.all().count() == 0
    assert (await DemoCase.get(code="aromatics")).stage == Stage.DEMONSTRATE


async def test_a_grown_reference_adds_what_it_gained(database: str) -> None:
    await adopt_reference(load(), by="system")
    before = await journal.revision(SCOPE)
    known = load()
    vanguard, *others = known.networks
    first, *pilots = vanguard.pilots
    first = replace(first, demo_cases=(KnownDemoCase("blades", "Turbine blades", "learn"),))
    grown = replace(
        known,
        regions=(*known.regions, KnownRegion("opolskie", {"en": "Opole", "pl": "Opolskie"}, "PL")),
        networks=(replace(vanguard, pilots=(first, *pilots)), *others),
    )
    await adopt_reference(grown, by="system")
    facts = await journal.changes_since(SCOPE, before)
    assert [(fact.kind, fact.data["name"]) for fact in facts] == [
        ("region.added", {"en": "Opole", "pl": "Opolskie"}),
        ("democase.added", "Turbine blades"),
    ]
