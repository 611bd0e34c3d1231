"""Content in several languages: which version of it a reader gets, so that pages can say in which language it is."""

from collections.abc import Mapping
from typing import Protocol

from app.i18n import language

Texts = Mapping[str, str]
"""Code of `app.i18n.LANGUAGES` → text; a language without a text is left out."""

Translations = Mapping[str, Texts]
"""Name of a text → what it is in other languages than the thing's own."""


class Told(Protocol):
    """A thing that tells of itself in one language, "" where nobody said which, and perhaps in others as well."""

    @property
    def language(self) -> str: ...

    @property
    def translations(self) -> Translations: ...


class Said(str):
    """A text that knows its language; templates mark it with `lang` where that is not the page's."""

    language: str

    def __new__(cls, text: str, language: str) -> "Said":
        said = super().__new__(cls, text)
        said.language = language
        return said


def in_language(texts: Texts, first: str = "en") -> Said:
    """What the reader gets: their language, else `first` (the content's own), else any there is; "" if none."""
    for code in (language(), first, *sorted(texts)):
        if texts.get(code):
            return Said(texts[code], code)
    return Said("", "")


def name_in(names: Texts, code: str) -> str:
    """A name in this language, whoever reads it, else in English, else in any that it has."""
    return names.get(code) or names.get("en") or next(iter(names.values()))


def said(thing: Told, name: str) -> Said:
    """The thing's text of that name, as its reader gets it."""
    own = str(getattr(thing, name))
    return in_language({**thing.translations.get(name, {}), thing.language: own}, thing.language)
