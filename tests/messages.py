"""Every text that a person can read, collected from the code, and the catalogues of its translations.

`python -m tests.messages` (`make messages`) brings the catalogues up to date. New texts are in them untranslated, and
the tests fail until somebody has translated them; texts that nobody says any more go.
"""

from pathlib import Path

import wtforms
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
SLICES = ("app", "events", "matchmaking")
CATALOGUES = {code: ROOT / "app" / "locale" / f"{code}.po" for code in ("pl", "fi")}

METHODS = [("**.py", "python"), ("templates/**", "jinja2")]
OPTIONS = {"templates/**": {"extensions": "jinja2.ext.do", "trim_blocks": "true", "silent": "false"}}
# Which argument of what is a text: sentences of pure modules are marked by the exception or note they stand in.
KEYWORDS = {
    "_": None,
    "later": None,
    "ngettext": (1, 2),
    "BadText": None,
    "BadSchedule": (2,),
    "Oddity": (2,),
    "note": (2,),
}
FIELDS = [("fields/**.py", "python"), ("validators.py", "python")]
LIBRARY = {"gettext": None, "ngettext": (1, 2)}  # WTForms' own sentences, in our words


def collected() -> Catalog:
    """What the code says today, in English."""
    catalogue = Catalog(project="Pilotmatch", charset="utf-8")
    for name in SLICES:
        _collect(catalogue, ROOT / name, METHODS, KEYWORDS)
    _collect(catalogue, Path(wtforms.__file__).parent, FIELDS, LIBRARY)
    return catalogue


def read(code: str) -> Catalog:
    with CATALOGUES[code].open("rb") as file:
        return read_po(file, locale=code, domain="messages")


def is_translated(message: Message) -> bool:
    """In every plural form."""
    return bool(message.string) and all(message.string)


def update() -> None:
    new = collected()
    for code, path in CATALOGUES.items():
        old = read(code) if path.exists() else Catalog(locale=code, project="Pilotmatch", charset="utf-8")
        old.update(new, no_fuzzy_matching=True, update_header_comment=False, update_creation_date=False)
        with path.open("wb") as file:
            write_po(file, old, width=120, sort_by_file=True, ignore_obsolete=True, include_lineno=False)
        missing = sum(not is_translated(message) for message in old if message.id)
        print(f"{path.relative_to(ROOT)}: {len(old)} texts, {missing} to translate")


def _collect(
    catalogue: Catalog, folder: Path, methods: list[tuple[str, str]], keywords: dict[str, tuple[int, ...] | None]
) -> None:
    for path, line, message, _comments, _context in extract_from_dir(folder, methods, OPTIONS, keywords):
        catalogue.add(message, None, [(f"{folder.name}/{path}", line)])


if __name__ == "__main__":
    update()
