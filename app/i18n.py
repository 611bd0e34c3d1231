"""gettext for whoever is being served: the language is set once a request or mail, texts ask for it here."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from importlib import resources

from babel.support import NullTranslations, Translations

LANGUAGES = {"en": "English", "pl": "Polski", "fi": "Suomi"}

_language: ContextVar[str] = ContextVar("language", default="en")


def _(message: str) -> str:
    """The message in the language being served; it may hold %(name)s places for the caller to fill."""
    return str(_catalogue(_language.get()).ugettext(message))


def ngettext(singular: str, plural: str, n: int) -> str:
    return str(_catalogue(_language.get()).ungettext(singular, plural, n))


def language() -> str:
    return _language.get()


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Serve what happens inside in this language; an unknown code is English."""
    token = _language.set(code if code in LANGUAGES else "en")
    try:
        yield
    finally:
        _language.reset(token)


@cache
def _catalogue(code: str) -> NullTranslations:
    folder = str(resources.files("app") / "locale")
    return Translations.load(folder, [code], domain="pilotmatch")
