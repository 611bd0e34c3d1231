"""Days, lists, countries and the order of names in the three languages."""

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import wording
from app.i18n import language, later, ngettext, preferred, speaking
from app.wording import alphabetical, by_name, since

INSTANT = datetime(2026, 5, 5, 8, 20, tzinfo=UTC)
NAMES = ["Łódź", "Lublin", "Lyon", "Ålesund", "Aachen", "Örebro", "Oulu", "Zwolle", "Żywiec", "Ängelholm", "3D Valley"]


@pytest.mark.parametrize(
    ("code", "day", "when", "dated", "several", "country", "tongue", "number"),
    [
        ("en", "Tuesday 5 May", "Tue 5 May 10:20", "5 May 2026", "a, b and c", "Finland", "Polish", "12,500.5"),
        ("pl", "wtorek, 5 maja", "wt. 5 maja 10:20", "5 maja 2026", "a, b i c", "Finlandia", "polski", "12\xa0500,5"),
        (
            "fi", "tiistai 5. toukokuuta", "ti 5.5. 10:20", "5. toukokuuta 2026", "a, b ja c", "Suomi", "puola",
            "12\xa0500,5",
        ),
    ],
)  # fmt: skip
def test_things_are_said_as_the_reader_says_them(
    code: str, day: str, when: str, dated: str, several: str, country: str, tongue: str, number: str
) -> None:
    with speaking(code):
        assert wording.day(date(2026, 5, 5)) == day
        assert wording.when(INSTANT, ZoneInfo("Europe/Warsaw")) == when
        assert wording.dated(date(2026, 5, 5)) == dated
        assert wording.several(["a", "b", "c"]) == several
        assert wording.country("FI") == country
        assert wording.tongue("pl") == tongue
        assert wording.number(12_500.5) == number


def test_what_nobody_knows_stays_as_it_is() -> None:
    assert (wording.country("QZ"), wording.tongue("zzz"), wording.country("")) == ("QZ", "zzz", "")


@pytest.mark.parametrize(
    ("code", "ordered"),
    [
        ("en", "3D Valley, Aachen, Ålesund, Ängelholm, Łódź, Lublin, Lyon, Örebro, Oulu, Zwolle, Żywiec"),
        ("pl", "3D Valley, Aachen, Ålesund, Ängelholm, Lublin, Lyon, Łódź, Örebro, Oulu, Zwolle, Żywiec"),
        ("fi", "3D Valley, Aachen, Łódź, Lublin, Lyon, Oulu, Zwolle, Żywiec, Ålesund, Ängelholm, Örebro"),
    ],
)
def test_names_are_in_the_order_of_the_alphabet(code: str, ordered: str) -> None:
    with speaking(code):
        assert ", ".join(sorted(NAMES, key=alphabetical)) == ordered


@given(st.lists(st.text()))
def test_every_text_has_its_place_whatever_the_case(names: list[str]) -> None:
    for code in ("en", "pl", "fi"):
        with speaking(code):
            keys = [alphabetical(name) for name in names]
            assert sorted(keys) == [alphabetical(name) for name in sorted(names, key=alphabetical)]
            assert keys == [alphabetical(name.casefold()) for name in names]


@given(st.lists(st.text("abcxyz ")))
def test_plain_letters_sort_as_they_always_did(names: list[str]) -> None:
    assert sorted(names, key=alphabetical) == sorted(names)


def test_a_language_without_texts_is_english() -> None:
    with speaking("de"):
        assert language() == "en"
    assert preferred("de, *;q=0.1") == "en"
    assert preferred("de-AT, fi-FI;q=0.8") == "fi"


def test_polish_counts_in_three_ways_and_finnish_in_two() -> None:
    singular, plural = later("%(n)s person"), later("%(n)s people")
    with speaking("pl"):
        said = [ngettext(singular, plural, n) for n in (1, 2, 5, 12, 22, 112)]
        assert said == [f"%(n)s {word}" for word in ("osoba", "osoby", "osób", "osób", "osoby", "osób")]
    with speaking("fi"):
        assert [ngettext(singular, plural, n) for n in (1, 2)] == ["%(n)s henkilö", "%(n)s henkilöä"]


def test_things_stand_by_name_in_the_readers_alphabet() -> None:
    regions = [SimpleNamespace(name=name) for name in ("Örebro", "Łódź", "Tampere", "Lublin")]
    with speaking("fi"):
        assert [one.name for one in by_name(regions)] == ["Łódź", "Lublin", "Tampere", "Örebro"]
    with speaking("pl"):
        assert [one.name for one in by_name(regions)] == ["Lublin", "Łódź", "Örebro", "Tampere"]


@pytest.mark.parametrize(
    ("told", "english", "finnish"),
    [
        ("2007", "2007", "2007"),
        ("2013-11", "November 2013", "marraskuu 2013"),
        ("2020-11-17", "17 November 2020", "17. marraskuuta 2020"),
        ("2020-13", "2020-13", "2020-13"),
        ("long ago", "long ago", "long ago"),
    ],
)
def test_a_day_of_which_a_part_is_known_is_told_in_the_readers_way(told: str, english: str, finnish: str) -> None:
    with speaking("en"):
        assert since(told) == english
    with speaking("fi"):
        assert since(told) == finnish


@pytest.mark.parametrize(
    ("code", "one", "month", "year", "named"),
    [
        ("en", "23–24 November 2026", "30 November – 1 December 2026", "31 December 2026 – 1 January 2027",
         "Monday 23 – Tuesday 24 November 2026"),
        ("pl", "23–24 listopada 2026", "30 listopada – 1 grudnia 2026", "31 grudnia 2026 – 1 stycznia 2027",
         "poniedziałek, 23 – wtorek, 24 listopada 2026"),
        ("fi", "23.–24. marraskuuta 2026", "30. marraskuuta – 1. joulukuuta 2026",
         "31. joulukuuta 2026 – 1. tammikuuta 2027", "maanantai 23. – tiistai 24. marraskuuta 2026"),
    ],
)  # fmt: skip
def test_month_and_year_are_said_once(code: str, one: str, month: str, year: str, named: str) -> None:
    two = [
        SimpleNamespace(first_day=day, last_day=day + timedelta(days=1))
        for day in (date(2026, 11, 23), date(2026, 11, 30), date(2026, 12, 31))
    ]
    with speaking(code):
        assert [wording.days(event) for event in two] == [one, month, year]
        assert wording.weekdays(two[0]) == named
        single = SimpleNamespace(first_day=date(2026, 5, 5), last_day=date(2026, 5, 5))
        assert wording.days(single) == wording.dated(date(2026, 5, 5))


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("Berries and herbs.", "Berries and herbs."),
        ("Berries, herbs, plants and their side-streams. Coordinated", "Berries, herbs…"),
        ("Uninterruptedlylongword", "Uninterruptedly…"),
    ],
)
def test_a_text_is_cut_between_words_with_one_ellipsis(text: str, short: str) -> None:
    assert wording.shortened(text, 18 if " " in text else 15) == short


def test_a_zone_is_named_by_its_city_in_the_readers_language() -> None:
    told = {}
    for code in ("en", "pl", "fi"):
        with speaking(code):
            told[code] = [wording.clock_of(zone) for zone in ("Europe/Warsaw", "Europe/Brussels", "Atlantic/Azores")]
    assert told == {
        "en": ["Warsaw", "Brussels", "Azores"],
        "pl": ["Warszawa", "Bruksela", "Azory"],
        "fi": ["Varsova", "Bryssel", "Azorit"],
    }
