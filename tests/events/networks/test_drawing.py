"""Drawings of networks: tiles that never overlap, bars that hold every member."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from events.networks.drawing import BASE, LEVELS, PLACES, TILE, TOP, tile_map, year_chart

codes = st.sampled_from([*PLACES, "XK", "GL", "US"])


@given(st.lists(codes, max_size=40))
def test_every_region_is_counted_in_a_tile_of_its_own(countries: list[str]) -> None:
    drawn = tile_map(countries)
    assert {tile.country: tile.count for tile in drawn.tiles if tile.count} == Counter(countries)
    assert len({(tile.x, tile.y) for tile in drawn.tiles}) == len(drawn.tiles)
    assert all(tile.x + TILE <= drawn.width + 2 and tile.y + TILE <= drawn.height + 2 for tile in drawn.tiles)


@given(st.lists(codes, min_size=1, max_size=40))
def test_more_regions_never_have_a_lighter_shade(countries: list[str]) -> None:
    tiles = sorted(tile_map(countries).tiles, key=lambda tile: tile.count)
    assert [tile.level for tile in tiles] == sorted(tile.level for tile in tiles)
    assert tiles[-1].level == LEVELS
    assert all((tile.level == 0) == (tile.count == 0) for tile in tiles)


def test_places_of_countries_are_their_own() -> None:
    assert len(set(PLACES.values())) == len(PLACES)


@given(st.lists(st.tuples(st.integers(2000, 2030), st.tuples(*[st.integers(0, 60)] * 3)), max_size=40))
def test_bars_are_stacked_and_stay_in_the_drawing(years: list[tuple[int, tuple[int, ...]]]) -> None:
    for bar in year_chart(years).bars:
        below = float(BASE)
        for y, height in bar.parts:
            assert abs(y + height - below) <= 0.2
            assert y >= TOP - 0.1
            below = y
