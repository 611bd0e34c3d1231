"""Searching finds what people mean: other endings in Polish, Finnish and English, without accents, by beginnings."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.text import plain
from matchmaking.stems import searched, stem

FORMS = [
    # Finnish
    "lajittelu lajittelun lajitteluun lajittelua lajittelussa lajittelusta",
    "kartonki kartongin kartonkia kartongista kartongit",
    "biokaasu biokaasun biokaasua biokaasulla biokaasut",
    "marja marjan marjoja marjat marjojen marjoista",
    "tuotanto tuotannon tuotantoa tuotannossa",
    "kumppani kumppanin kumppania kumppaneita kumppaneille",
    "yritys yrityksen yritykset yritykselle",
    "puhdistamo puhdistamon puhdistamoa puhdistamoiden",
    "maatalous maatalouden maataloutta maataloudessa",
    "tulostin tulostimen tulostinta tulostimet tulostimia",
    "kierrätys kierrätyksen kierrätystä kierrätykseen",
    "jäte jätteen jätettä jätteet jätteitä",
    "lannoite lannoitteen lannoitetta lannoitteet",
    # Polish
    "biogaz biogazu biogazem biogazie",
    "odpady odpadów odpadami odpadach odpadom",
    "serwatka serwatki serwatkę serwatce serwatką",
    "technologia technologii technologie technologię",
    "drukarka drukarki drukarkę drukarek",
    "borówka borówki borówek borówkami",
    "przemysłowy przemysłowa przemysłowe przemysłowych przemysłowego",
    "woda wody wodę wodzie wodą",
    "fermentacja fermentacji fermentację fermentacją",
    "projekt projektu projekty projektów projektem",
    "recykling recyklingu recyklingiem",
    "dolina doliny dolin dolinę",
    "włókno włókna włókien włóknami",
    "oczyszczalnia oczyszczalni oczyszczalnie oczyszczalnię",
    # English
    "printer printers",
    "coating coatings coated",
    "enzyme enzymes",
]
APART = [
    ("biogaz", "biologia"),
    ("woda", "wodór"),
    ("marja", "markkina"),
    ("drukarka", "druhna"),
    ("tuotanto", "tutkimus"),
    ("coating", "coaching"),
]
words = st.text(st.characters(categories=["Ll", "Lu"], exclude_characters="ıß"), min_size=1, max_size=14)


@pytest.mark.parametrize("forms", FORMS, ids=lambda forms: forms.split()[0])
def test_every_form_of_a_word_finds_every_other(forms: str) -> None:
    missed = [(one, other) for one, other in product(forms.split(), repeat=2) if not searched(other).holds(one)]
    assert not missed


@pytest.mark.parametrize(("one", "other"), APART)
def test_other_words_are_not_found(one: str, other: str) -> None:
    assert not searched(other).holds(one)
    assert not searched(one).holds(other)


def test_all_words_of_the_query_must_be_there() -> None:
    text = searched("Ligniini ja kuori, Łódź 2027")
    assert text.holds("lodz ligniinin")
    assert text.holds("")
    assert not text.holds("ligniini Tampere")


def test_parts_of_compounds_are_found_once_they_say_something() -> None:
    assert searched("biokaasulaitos").holds("kaasu")
    assert not searched("biokaasulaitos").holds("kaa")


@given(st.lists(words, min_size=1, max_size=6))
def test_a_text_holds_each_of_its_words_and_their_beginnings(said: list[str]) -> None:
    text = searched(" ".join(said))
    for word in said:
        assert text.holds(word)
        assert text.holds(word.upper())
        assert text.holds(word[:3])


@given(st.text(max_size=200), st.text(max_size=40))
def test_case_and_accents_do_not_matter(text: str, query: str) -> None:
    assert searched(text).holds(query) == searched(plain(text)).holds(plain(query))


@given(words)
def test_a_stem_is_never_empty_nor_longer_than_its_word_and_a_letter(word: str) -> None:
    for one in plain(word).split():
        assert 0 < len(stem(one)) <= len(one) + 1


@given(st.lists(words, max_size=6), st.lists(words, max_size=6), st.text(max_size=20))
def test_more_text_never_loses_a_finding(one: list[str], more: list[str], query: str) -> None:
    if searched(" ".join(one)).holds(query):
        assert searched(" ".join([*one, *more])).holds(query)
