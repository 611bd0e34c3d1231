"""The tables of docs/ name what the code has: every kind of fact in the journal, and every setting."""

import ast
import re
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

from app.config import Settings, from_environment
from events import wording
from events.networks.calls import wording as calls
from matchmaking import telling

ROOT = Path(__file__).resolve().parent.parent
SLICES = ("app", "events", "matchmaking")
KIND = re.compile(r"[a-z_]+\.[a-z_]+")
NO_KINDS = re.compile(r"pilotmatch\..*|.*\.(ics|xml|json)")  # names of loggers and files
SETTING = re.compile(r"[A-Z]+(_[A-Z]+)+")
NEEDED = {
    "DATABASE_URL": "sqlite:////tmp/pilotmatch.sqlite3",
    "BASE_URL": "https://meet.example.org",
    "SECRET_KEY": "0123456789abcdefghijklmnopqrstuvwxyz",
    "SMTP_URL": "smtps://mail.example.org",
    "MAIL_FROM": "meetings@example.org",
}


def test_every_kind_of_fact_is_documented() -> None:
    recorded = {kind for file in _journal_writers() for kind in _kinds_in(file)}
    assert {kind for kinds in _documented().values() for kind in kinds} == recorded


def test_every_fact_of_an_event_that_the_desk_hears_has_a_sentence() -> None:
    heard = {kind for kind, who in _documented()["event:3"].items() if re.search(r"\b(all|desk)\b", who)}
    assert heard == wording.SENTENCES.keys() | telling.SENTENCES.keys()


def test_every_fact_that_a_calls_desk_hears_has_a_sentence() -> None:
    heard = {kind for kind, who in _documented()["call:4"].items() if re.search(r"\bdesk\b", who)}
    assert heard == calls.SENTENCES.keys()


def test_every_setting_is_documented_with_its_default() -> None:
    read = {text for text in _texts(ROOT / "app" / "config.py") if SETTING.fullmatch(text)}
    rows = dict(re.findall(r"^\| `([A-Z_]+)` \| ([^|]+) \|", (ROOT / "docs" / "SETTINGS.md").read_text("utf-8"), re.M))
    assert rows.keys() == read
    assert {name for name, needed in rows.items() if needed.startswith("yes")} == NEEDED.keys()
    settings = from_environment(NEEDED)
    defaults = {name: _default(settings, name) for name in rows.keys() - NEEDED.keys()}
    assert {name: rows[name].replace("`", "") for name in defaults} == defaults


def test_every_library_is_declared_pinned_and_explained() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    declared = {_plain(re.split(r"[<>=;]", line)[0]) for line in project["dependencies"]}
    known = packages_distributions()
    imported = {_plain(known[name][0]) for file in _modules() for name in _imports(file) if name in known}
    assert imported - {"pilotmatch"} <= declared, "what is imported is declared, not found by luck"
    pinned = {_plain(line.partition("==")[0]) for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines()}
    assert declared <= pinned
    table = (ROOT / "ARCHITECTURE.md").read_text("utf-8").partition("| library | why |")[2].partition("\n\n")[0]
    rows = [row.split("|")[1] for row in table.splitlines()[2:]]
    explained = [_plain(name) for row in rows for name in re.split(r"[,()]", row) if name.strip()]
    assert sorted(explained) == sorted(declared), "each once"


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _modules() -> Iterator[Path]:
    return (file for slice in SLICES for file in (ROOT / slice).rglob("*.py"))


def _imports(file: Path) -> Iterator[str]:
    """The packages it imports, by the first part of their names."""
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name.partition(".")[0] for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.partition(".")[0]


def _documented() -> dict[str, dict[str, str]]:
    """Scope → kind → who hears of it."""
    scopes = (ROOT / "docs" / "CHANGES.md").read_text("utf-8").split("\n## `")[1:]
    return {scope.partition("`")[0]: dict(_rows(scope)) for scope in scopes}


def _rows(section: str) -> Iterator[tuple[str, str]]:
    for kinds, who in re.findall(r"^\| (`[^|]+`) \| ([^|]+) \|", section, re.M):
        yield from ((kind, who) for kind in re.findall(r"`([^`]+)`", kinds))


def _journal_writers() -> Iterator[Path]:
    for file in sorted(path for name in SLICES for path in (ROOT / name).rglob("*.py")):
        if re.search(r"^from \S+ import .*\b(changing(_\w+)?|Changes)\b", file.read_text("utf-8"), re.M):
            yield file


def _kinds_in(file: Path) -> Iterator[str]:
    return (text for text in _texts(file) if KIND.fullmatch(text) and not NO_KINDS.fullmatch(text))


def _texts(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def _default(settings: Settings, name: str) -> str:
    """As the table says it."""
    value = getattr(settings, name.lower())
    if value is None:
        return "no"
    said = ("yes" if value else "no") if isinstance(value, bool) else f"{value:g}"
    return f"no, {said}"
