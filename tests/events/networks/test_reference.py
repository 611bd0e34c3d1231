import re

import pytest

from events.networks.models import MembershipStatus, Stage
from events.networks.reference import Reference, load, parse


@pytest.fixture(scope="module")
def known() -> Reference:
    return load()


def test_reference_knows_the_four_networks(known: Reference) -> None:
    sizes = {network.code: (len(network.memberships), len(network.pilots)) for network in known.networks}
    assert sizes == {"vanguard": (32, 7), "berry": (9, 6), "errin": (0, 0), "nereus": (22, 0)}
    assert len(known.regions) == 56


def test_reference_knows_pilots_in_three_languages(known: Reference) -> None:
    pilots = {pilot.code: pilot for network in known.networks for pilot in network.pilots}
    assert all(set(pilot.names) == {"en", "pl", "fi"} for pilot in pilots.values())
    assert pilots["NANO"].leads == ("skane", "tampere")
    assert [demo_case.name for demo_case in pilots["BIO"].demo_cases] == [
        "Biobased aromatics",
        "Lignocellulose refinery",
        "Turning (waste) gas into value",
        "Biogas beyond energy",
    ]


def test_reference_knows_regions_and_notes_in_three_languages(known: Reference) -> None:
    names = {region.code: region.names for region in known.regions}
    assert all(set(name) == {"en", "pl", "fi"} and all(name.values()) for name in names.values())
    assert names["tampere"] == {"en": "Tampere Region", "pl": "Region Tampere", "fi": "Pirkanmaa"}
    notes = [one.notes for network in known.networks for one in network.memberships if one.notes]
    assert notes
    assert all(set(note) == {"en", "pl", "fi"} for note in notes)


def test_reference_says_only_what_the_tables_can_hold(known: Reference) -> None:
    for region in known.regions:
        assert re.fullmatch(r"[a-z-]{2,60}", region.code)
        assert re.fullmatch(r"[A-Z]{2}", region.country)
        assert not region.nuts or region.nuts.startswith({"GR": "EL"}.get(region.country, region.country))
    for network in known.networks:
        assert set(network.abouts) == {"en", "pl", "fi"}
        assert "\n" not in "".join(network.abouts.values())
        assert {membership.status for membership in network.memberships} <= set(MembershipStatus)
        assert all(len(pilot.code) <= 12 for pilot in network.pilots)
        assert {demo_case.stage for pilot in network.pilots for demo_case in pilot.demo_cases} <= set(Stage)


def test_every_region_belongs_somewhere(known: Reference) -> None:
    members = {membership.region for network in known.networks for membership in network.memberships}
    assert {region.code for region in known.regions} == members


REGION = '[[regions]]\ncode = "malopolska"\nnames.en = "Małopolska"\ncountry = "PL"\n'
NETWORK = '[[networks]]\ncode = "vanguard"\nname = "Vanguard"\nabouts.en = "Regions"\n'
PILOT = '[[networks.pilots]]\ncode = "BIO"\nnames.en = "Bioeconomy"\n'
MEMBER = '[[networks.memberships]]\nregion = "malopolska"\nstatus = "full member"\n'
DEMO_CASE = '[[networks.pilots.demo_cases]]\ncode = "gas"\nname = "Gas"\nstage = "connect"\n'


def test_parse_reads_a_small_file() -> None:
    reference = parse(REGION + NETWORK + MEMBER + PILOT + DEMO_CASE)
    assert reference.networks[0].pilots[0].demo_cases[0].name == "Gas"
    assert reference.networks[0].memberships[0].start is None


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (REGION + REGION + NETWORK, "more than one region: malopolska"),
        (REGION + NETWORK + NETWORK, "more than one network: vanguard"),
        (REGION + NETWORK + MEMBER + MEMBER, "more than one member of vanguard: malopolska"),
        (REGION + NETWORK + PILOT + PILOT, "more than one pilot of vanguard: BIO"),
        (REGION + NETWORK + PILOT + DEMO_CASE + DEMO_CASE, "more than one demo case of BIO: gas"),
        (REGION + NETWORK + MEMBER.replace("malopolska", "atlantis"), "no region: atlantis"),
        (REGION + NETWORK + PILOT + 'leads = ["atlantis"]\n', "a lead of BIO that is no region: atlantis"),
        (REGION + NETWORK + PILOT.replace("names.en", "names.pl"), "BIO has no English name"),
        (REGION.replace("names.en", "names.pl") + NETWORK, "malopolska has no English name"),
    ],
)
def test_parse_refuses_what_does_not_hold_together(text: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        parse(text)


def test_parse_refuses_fields_it_does_not_know() -> None:
    with pytest.raises(TypeError, match="colour"):
        parse(REGION + 'colour = "red"\n' + NETWORK)
    with pytest.raises(TypeError, match="about"):
        parse(REGION + NETWORK.replace('abouts.en = "Regions"\n', ""))
