"""gettext for whoever is being served: the language is set once a request or mail, texts ask for it here."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from io import BytesIO

from babel import negotiate_locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

LANGUAGES = {"en": "English", "pl": "Polski", "fi": "Suomi"}

_language: ContextVar[str] = ContextVar("language", default="en")


def _(message: str) -> str:
    """The message in the language being served; it may hold %(name)s places for the caller to fill."""
    return str(_catalogue(_language.get()).ugettext(message))


def ngettext(singular: str, plural: str, n: int) -> str:
    return str(_catalogue(_language.get()).ungettext(singular, plural, n))


def later(message: str) -> str:
    """Marks a text that is written when its module loads; `_` translates it for each reader, when it is shown."""
    return message


def language() -> str:
    return _language.get()


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Serve what happens inside in this language; one that we have no texts for is English."""
    token = _language.set(code if code in languages() else "en")
    try:
        yield
    finally:
        _language.reset(token)


@cache
def languages() -> dict[str, str]:
    """Code → own name of the languages there are texts for."""
    return {code: name for code, name in LANGUAGES.items() if code == "en" or _file(code).is_file()}


def preferred(accept_language: str) -> str:
    """The best of ours for an Accept-Language header (RFC 9110 12.5.4; weights only order what is listed)."""
    wanted = [part.split(";")[0].strip() for part in accept_language[:200].split(",")]
    return negotiate_locale(wanted, list(languages()), sep="-") or "en"


@cache
def _catalogue(code: str) -> NullTranslations:
    if not _file(code).is_file():
        return NullTranslations()
    compiled = BytesIO()
    with _file(code).open("rb") as file:
        write_mo(compiled, read_po(file, locale=code))
    compiled.seek(0)
    return Translations(compiled)


def _file(code: str) -> Traversable:
    return resources.files("app") / "locale" / f"{code}.po"
