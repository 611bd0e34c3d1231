"""Money: what people type, exact minor units, and how it is said."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.i18n import LANGUAGES, speaking
from app.money import CURRENCIES, MOST, amount_of, decimal_of, minor_units, plainly
from app.text import BadText
from app.wording import money


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("150000", "150000"),
        ("150 000", "150000"),
        ("150\N{NO-BREAK SPACE}000,50", "150000.50"),
        ("1 234 567.5", "1234567.5"),
        (" 0 ", "0"),
    ],
)
def test_amounts_are_read_as_people_write_them(typed: str, amount: str) -> None:
    assert amount_of(typed) == Decimal(amount)


@pytest.mark.parametrize(
    "typed", ["150.000", "150,000", "1.234,50", "15 00", "-5", "1e9", "5 zł", "٣", "", ".5", "NaN", "9" * 40]
)
def test_amounts_that_could_mean_something_else_are_refused(typed: str) -> None:
    with pytest.raises(BadText):
        amount_of(typed)


def test_a_currency_without_cents_takes_none() -> None:
    assert minor_units(Decimal("500"), "ISK") == 500
    with pytest.raises(BadText):
        minor_units(Decimal("500.50"), "ISK")


@given(st.integers(0, MOST), st.sampled_from(CURRENCIES))
def test_minor_units_survive_the_way_through_a_form(minor: int, currency: str) -> None:
    assert minor_units(decimal_of(minor, currency), currency) == minor
    if decimal_of(minor, currency) * 100 <= MOST:
        assert minor_units(amount_of(plainly(minor, currency)), currency) == minor


@given(st.integers(0, MOST), st.sampled_from(CURRENCIES), st.sampled_from(sorted(LANGUAGES)))
def test_every_digit_is_said_in_every_language(minor: int, currency: str, code: str) -> None:
    with speaking(code):
        digits = "".join(filter(str.isdigit, money(minor, currency)))
    assert int(digits) in (minor, decimal_of(minor, currency))


def test_money_is_said_in_the_readers_way() -> None:
    said = {}
    for code in LANGUAGES:
        with speaking(code):
            said[code] = money(15_000_000, "PLN").replace("\N{NO-BREAK SPACE}", "_")
    assert said == {"en": "PLN_150,000", "pl": "150_000_zł", "fi": "150_000_PLN"}
