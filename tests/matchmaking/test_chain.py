"""Which link of a value chain is missing, and what is sought in vain."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchmaking.chain import LINKS, NEXT, PRODUCT, Gap, Line, coverage
from matchmaking.profile_models import ChainRole

WORDS = st.sampled_from(("lignin", "kraft lignin", "bark", "dryers", "Dryer", "press cake"))
LINES = st.lists(
    st.builds(
        Line,
        organisation=st.integers(1, 6),
        role=st.sampled_from(LINKS),
        offers=st.lists(WORDS, max_size=3).map(tuple),
        needs=st.lists(WORDS, max_size=3).map(tuple),
    ),
    max_size=12,
)


def line(organisation: int, role: str, offers: str = "", needs: str = "") -> Line:
    return Line(organisation, role, tuple(filter(None, [offers])), tuple(filter(None, [needs])))


def test_links_are_the_roles_there_are() -> None:
    assert set(LINKS) == {role.value for role in ChainRole}


@pytest.mark.parametrize(
    ("standing", "missing"),
    [
        ((), ()),
        (("raw material",), ("component", "equipment")),
        (("raw material", "end user"), ("component", "equipment", "integrator")),
        (("funder",), ()),  # nobody misses what a helper could help
        (LINKS, ()),
        (tuple(role for role in LINKS if role != "integrator"), ("integrator",)),
        (PRODUCT, ()),  # and a chain works without helpers
    ],
)
def test_a_link_is_missing_where_somebody_beside_it_stands_alone(
    standing: tuple[str, ...], missing: tuple[str, ...]
) -> None:
    found = coverage(line(number, role) for number, role in enumerate(standing))
    assert tuple(link.role for link in found.missing) == missing


@pytest.mark.parametrize(
    ("offer", "by", "open_need"),
    [
        ("dryers", 2, False),
        ("freeze dryer", 2, False),  # says it more exactly
        ("dryers", 1, True),  # their own
        ("presses", 2, True),
    ],
)
def test_what_another_organisation_offers_is_no_gap(offer: str, by: int, open_need: bool) -> None:
    found = coverage([line(1, "raw material", needs="Dryer"), line(by, "equipment", offers=offer)])
    assert found.gaps == ((Gap("Dryer", 1),) if open_need else ())


def test_gaps_count_organisations_and_the_most_sought_comes_first() -> None:
    lines = [line(1, "service", needs="Bark"), line(1, "funder", needs="bark"), line(2, "service", needs="Lignin")]
    lines.append(line(3, "component", needs="lignin"))
    assert coverage(lines).gaps == (Gap("Lignin", 2), Gap("Bark", 1))


@pytest.mark.parametrize(("standing", "whole"), [(PRODUCT, True), (LINKS[5:], False), ((), False), (LINKS[:4], False)])
def test_a_chain_is_whole_with_all_that_a_product_passes_through(standing: tuple[str, ...], whole: bool) -> None:
    assert coverage(line(number, role) for number, role in enumerate(standing)).whole == whole


@given(LINES)
def test_coverage_keeps_its_promises(lines: list[Line]) -> None:
    found = coverage(lines)
    assert tuple(link.role for link in found.links) == LINKS
    assert found.organisations == len({one.organisation for one in lines})
    for link in found.links:
        assert bool(link.organisations) == any(one.role == link.role for one in lines)
        beside = any(one.role in NEXT[link.role] and one.role in PRODUCT for one in lines)
        assert link.missing == (not link.organisations and link.role in PRODUCT and beside)
    assert [gap.seekers for gap in found.gaps] == sorted((gap.seekers for gap in found.gaps), reverse=True)


@given(LINES, LINES)
def test_more_offers_open_no_gap(lines: list[Line], more: list[Line]) -> None:
    offering = [Line(one.organisation + 10, one.role, one.offers, ()) for one in more]
    terms = {gap.term for gap in coverage(lines).gaps}
    assert {gap.term for gap in coverage([*lines, *offering]).gaps} <= terms
