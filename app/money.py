"""Amounts of money as whole minor units (grosz, cent) of a currency: exact, and the same number in both databases."""

import re
from decimal import Decimal

from babel.numbers import get_currency_precision

from app.text import BadText

CURRENCIES = ("EUR", "PLN", "BGN", "CHF", "CZK", "DKK", "GBP", "HUF", "ISK", "NOK", "RON", "SEK", "UAH")
MOST = 10**15  # minor units: what a page can show and two databases add up without a doubt

_TYPED = re.compile(r"([0-9]{1,3}(?: [0-9]{3})+|[0-9]+)(?:[.,]([0-9]{1,2}))?")
_BLANKS = str.maketrans(dict.fromkeys("\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}\N{THIN SPACE}", " "))


def amount_of(typed: str) -> Decimal:
    """What somebody typed: 150000, 150 000 or 1 234,50. Raises BadText: 150.000 is a thousand times as much to some."""
    found = _TYPED.fullmatch(typed.translate(_BLANKS).strip())
    if not found:
        raise BadText("Write amounts as 150000 or 150 000.50, without other signs.")
    amount = Decimal(f"{found[1].replace(' ', '')}.{found[2] or '0'}")
    if amount * 100 > MOST:
        raise BadText("This amount cannot be right.")
    return amount


def minor_units(amount: Decimal, currency: str) -> int:
    """Raises BadText for more decimals than the currency has."""
    units = amount.scaleb(_digits(currency))
    if units != units.to_integral_value():
        raise BadText("This currency has no such small amounts.")
    return int(units)


def decimal_of(minor: int, currency: str) -> Decimal:
    return Decimal(minor).scaleb(-_digits(currency))


def plainly(minor: int, currency: str) -> str:
    """As a form shows it again: 150000 or 150000.50."""
    amount = decimal_of(minor, currency)
    return f"{amount:.0f}" if amount == amount.to_integral_value() else f"{amount:.{_digits(currency)}f}"


def _digits(currency: str) -> int:
    return get_currency_precision(currency)
