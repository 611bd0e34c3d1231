"""How times, days, lists, countries and languages are said in the language being served, and how names are sorted."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import date, datetime, tzinfo
from functools import lru_cache
from typing import Protocol, TypeVar
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime, get_timezone_location
from babel.lists import format_list
from babel.numbers import format_currency, format_decimal

from app.i18n import language
from app.money import decimal_of
from app.text import plain


class Named(Protocol):
    @property
    def name(self) -> str: ...


class Lasting(Protocol):
    @property
    def first_day(self) -> date: ...

    @property
    def last_day(self) -> date: ...


NamedT = TypeVar("NamedT", bound=Named)
DAYS = {"en": "EEEE d MMMM", "pl": "EEEE, d MMMM", "fi": "cccc d. MMMM"}
SHORT_DAYS = {"en": "EEE d MMM", "pl": "EEE d MMMM", "fi": "ccc d.M."}
DATES = {"en": "d MMMM y", "pl": "d MMMM y", "fi": "d. MMMM y"}
ISO = re.compile(r"\d{4}(-\d\d){0,2}")
ALPHABETS = {
    "en": "abcdefghijklmnopqrstuvwxyz",
    "pl": "aąbcćdeęfghijklłmnńoópqrsśtuvwxyzźż",
    "fi": "abcdefghijklmnopqrstuvwxyzåäö",
}


def clock(instant: datetime, zone: tzinfo) -> str:
    """10:20"""
    return f"{instant.astimezone(zone):%H:%M}"


def day(value: date) -> str:
    """Tuesday 5 May"""
    return format_date(value, DAYS[language()], locale=language())


def when(instant: datetime, zone: tzinfo) -> str:
    """Tue 5 May 10:20"""
    pattern = f"{SHORT_DAYS[language()]} HH:mm"
    return format_datetime(instant.astimezone(zone), pattern, locale=language())


def dated(value: date) -> str:
    """5 May 2026"""
    return format_date(value, DATES[language()], locale=language())


def days(event: Lasting) -> str:
    """23–24 November 2026; one day as it is."""
    return _from_to(event, DATES[language()])


def weekdays(event: Lasting) -> str:
    """Monday 23 – Tuesday 24 November 2026"""
    return _from_to(event, f"{DAYS[language()]} y")


def since(value: str) -> str:
    """May 2026, for 2026-05; a year or a day likewise, and what is none of them as it stands."""
    if ISO.fullmatch(value):
        parts = [int(part) for part in value.split("-")]
        try:
            told = date(*[*parts, 1, 1][:3])
        except ValueError:
            return value
        return {1: str(parts[0]), 2: month(told), 3: dated(told)}[len(parts)]
    return value


def month(value: date) -> str:
    """May 2026"""
    return format_date(value, "LLLL y", locale=language())


def number(value: float) -> str:
    """12,500.5"""
    return format_decimal(value, locale=language())


def clock_of(zone: str) -> str:
    """Whose clock it is: Warsaw, for Europe/Warsaw."""
    return str(get_timezone_location(ZoneInfo(zone), locale=_locale(), return_city=True))


def money(minor: int, currency: str) -> str:
    """€1,234.50, 150 000 zł: minor units in the reader's way, without cents where there are none."""
    amount, locale = decimal_of(minor, currency), _locale()
    pattern = locale.currency_formats["standard"].pattern
    if locale.currency_symbols.get(currency, currency).isalpha() and pattern.startswith("¤"):
        pattern = pattern.replace("¤", "¤\N{NO-BREAK SPACE}")  # CLDR: a blank between letters and digits
    if amount == amount.to_integral_value():
        pattern = pattern.replace(".00", "")
    return format_currency(amount, currency, pattern, locale=locale, currency_digits=False)


def deadline(instant: datetime, zone: tzinfo) -> str:
    """29 March 2019, 15:00"""
    local = instant.astimezone(zone)
    return f"{dated(local.date())}, {local:%H:%M}"


def to_the_second(instant: datetime, zone: tzinfo) -> str:
    """29 March 2019, 14:59:59"""
    local = instant.astimezone(zone)
    return f"{dated(local.date())}, {local:%H:%M:%S}"


def shortened(text: str, most: int) -> str:
    """At most so many letters, cut between two words, with an ellipsis where something is left out."""
    if len(text) <= most:
        return text
    return text[:most].rsplit(" ", 1)[0].rstrip(" .,;:–-") + "…"


def several(words: Iterable[str]) -> str:
    """a, b and c"""
    return str(format_list(list(words), locale=_locale()))


def country(code: str) -> str:
    """Finland, for its ISO 3166-1 code; a code that nobody knows as it is."""
    return str(_locale().territories.get(code, code))


def tongue(code: str) -> str:
    """Finnish, for its ISO 639-1 code."""
    return str(_locale().languages.get(code, code))


def alphabetical(text: str) -> tuple[int, ...]:
    """A key to sort names by, in the reader's alphabet: in Polish Łódź after Lublin, in Finnish Örebro after Tampere.

    Letters that the alphabet does not have count as those they are made from; digits and signs come first.
    """
    return _key(text, ALPHABETS[language()])


def by_name(things: Iterable[NamedT]) -> list[NamedT]:
    """Sorted as `alphabetical` says; a database knows the alphabet of one language at the most."""
    return sorted(things, key=lambda thing: alphabetical(thing.name))


@lru_cache(maxsize=16_384)  # a directory of thousands is sorted for each of its readers
def _key(text: str, alphabet: str) -> tuple[int, ...]:
    own = (letter if letter in alphabet else plain(letter) for letter in unicodedata.normalize("NFC", text.casefold()))
    return tuple(_rank(letter, alphabet) for letter in "".join(own))


def _rank(letter: str, alphabet: str) -> int:
    if letter in alphabet:
        return alphabet.index(letter)
    return ord(letter) + len(alphabet) if letter.isalpha() else ord(letter) - 0x110000


def _from_to(event: Lasting, pattern: str) -> str:
    """The month and the year once, where both days have the same."""
    first, last = event.first_day, event.last_day
    if first == last:
        return format_date(first, pattern, locale=language())
    start = pattern
    if first.year == last.year:
        start = start.removesuffix(" y")
        if first.month == last.month:
            start = start.removesuffix(" MMMM")
    dash = "–" if " " not in start else " – "
    return f"{format_date(first, start, locale=language())}{dash}{format_date(last, pattern, locale=language())}"


def _locale() -> Locale:
    return Locale.parse("en_GB" if language() == "en" else language())
