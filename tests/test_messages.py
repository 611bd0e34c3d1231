"""Every text is marked for translation, every text is translated, and translations fit what they translate."""

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from jinja2 import nodes

from app.templating import environment
from tests.messages import CATALOGUES, KEYWORDS, LIBRARY, ROOT, SLICES, collected, is_translated, read

TEMPLATES = sorted(file for name in SLICES for file in (ROOT / name).rglob("templates/**/*.*"))
SCRIPTS = sorted((ROOT / "static" / "js").glob("*.js"))
MODULES = sorted(file for name in SLICES for file in (ROOT / name).rglob("*.py"))
WORD = re.compile(r"[^\W\d_]{2,}")
NAMES = {"Pilotmatch", "TRL", "https"}  # the same in every language
PARAMETER = re.compile(r"[?&;]\w+=")  # of an address
READ_ALOUD = {"alt", "title", "placeholder", "aria-label", "label"}
SENTENCE = re.compile(r"[A-Z“][^/]*[a-z] [^/]*[a-z].*[.?!:…]|[A-Z][a-z]+( [a-z]+)+")
# Whose words are for operators and developers, in English: settings, the command line, the log, broken promises.
TECHNICAL = {
    "BadSetting", "BadMigration", "ClickException", "UsageError", "AssertionError", "ValueError", "TypeError",
    "RuntimeError", "PlainTextResponse", "echo", "option", "progressbar", "info", "warning", "log", "execute",
}  # fmt: skip
LITERAL = re.compile(
    r"""//[^\n]*|/\*.*?\*/|"((?:[^"\\\n]|\\.)*)"|'((?:[^'\\\n]|\\.)*)'|`((?:[^`\\]|\\.)*)`""", re.DOTALL
)
FILLED = re.compile(r"\$\{[^}]*\}")  # a place of a template literal
SHOWN = re.compile(r"(?:textContent|innerText|ariaLabel|title|placeholder)\s*=\s*[\"'`]([^\"'`]*)")
PLACE = re.compile(r"%(?:\((\w+)\))?[sd]|\{(\w+)\}")


@pytest.fixture(scope="module", params=list(CATALOGUES))
def catalogue(request: pytest.FixtureRequest) -> Catalog:
    return read(request.param)


@pytest.fixture(scope="module")
def said() -> Catalog:
    return collected()


@pytest.mark.parametrize("file", TEMPLATES, ids=lambda file: str(file.relative_to(ROOT)))
def test_template_has_no_unmarked_text(file: Path) -> None:
    source = file.read_text()
    assert not list(_written(source, html=file.suffix == ".html"))
    assert not [text for text in _quoted(environment.parse(source)) if SENTENCE.fullmatch(text)]


@pytest.mark.parametrize("file", SCRIPTS, ids=lambda file: file.name)
def test_script_takes_its_texts_from_the_page(file: Path) -> None:
    """In a `data-` attribute that the template has translated."""
    assert not list(_spoken(file.read_text()))


def test_mails_are_among_the_templates() -> None:
    assert {file.suffix for file in TEMPLATES if file.parent.name == "mail"} == {".html", ".txt"}


@pytest.mark.parametrize("file", MODULES, ids=lambda file: str(file.relative_to(ROOT)))
def test_module_has_no_unmarked_sentence(file: Path) -> None:
    assert not [text for text in _sentences(ast.parse(file.read_text())) if SENTENCE.fullmatch(text)]


@pytest.mark.parametrize("file", MODULES, ids=lambda file: str(file.relative_to(ROOT)))
def test_no_text_is_translated_when_its_module_loads(file: Path) -> None:
    assert not list(_early(ast.parse(file.read_text()))), "`later` marks it, `_` translates it when it is shown"


def test_catalogue_has_what_the_code_says(catalogue: Catalog, said: Catalog) -> None:
    """`make messages` brings it up to date."""
    assert {_key(message) for message in catalogue} == {_key(message) for message in said}


def test_every_text_is_translated(catalogue: Catalog) -> None:
    assert not [message.id for message in catalogue if message.id and not is_translated(message)]
    assert not [message.id for message in catalogue if message.fuzzy]


def test_every_plural_has_all_its_forms(catalogue: Catalog) -> None:
    plural = [message for message in catalogue if message.id and message.pluralizable]
    assert plural
    assert not [message.id for message in plural if len(message.string) != catalogue.num_plurals]


def test_translations_name_what_the_original_names(catalogue: Catalog) -> None:
    """All of it and nothing else; a form for one thing may leave its number out, as the English may."""
    for message in catalogue:
        texts, last = _texts(message.id), _places(_texts(message.id)[-1])
        for position, form in enumerate(_texts(message.string)):
            allowed = [last, _places(texts[0])] if position == 0 else [last]
            assert _places(form) in allowed, (message.id, form)


def test_translations_begin_and_end_as_the_original_does(catalogue: Catalog) -> None:
    for message in catalogue:
        for form in _texts(message.string) if message.id else ():
            text = _texts(message.id)[0]
            assert form[-1:].isspace() == text[-1:].isspace(), message.id
            assert form == form.lstrip(), message.id
            assert not set(form) & set('"“'), message.id  # „…” in Polish, ”…” in Finnish


@pytest.mark.parametrize(
    "text", ["<p>Save it</p>", '<img alt="A map">', "<p>{{ name }} wrote</p>", "{% if a %}Yes{% endif %}"]
)
def test_unmarked_text_is_seen(text: str) -> None:
    assert list(_written(text, html=True))


@pytest.mark.parametrize("text", ["<p>{{ _('Save it') }}</p>", '<p class="soft small">{{ a }} – 3 · Pilotmatch</p>'])
def test_marked_text_is_not_taken_for_unmarked(text: str) -> None:
    assert not list(_written(text, html=True))


@pytest.mark.parametrize(
    "code", ['raise Refused("This is taken.")', 'label = Line("Your name", limit=3)', 'hints=["Move it first."]']
)
def test_unmarked_sentence_is_seen(code: str) -> None:
    assert [text for text in _sentences(ast.parse(code)) if SENTENCE.fullmatch(text)]


@pytest.mark.parametrize(
    "code", ['say("The page has news.");', "it.textContent = 'Pause';", "say(`${name} is on the board.`);"]
)
def test_text_of_a_script_is_seen(code: str) -> None:
    assert list(_spoken(code))
    assert not list(_spoken('// "The page has news."\nlisten("change:session.moved"); it.textContent = words.news;'))


def test_early_translation_is_seen() -> None:
    assert list(_early(ast.parse('class A:\n    label = Line(_("Name"))')))
    assert not list(_early(ast.parse('def say():\n    return _("Name")')))


def _written(source: str, *, html: bool) -> Iterator[str]:
    """Text between the tags, or in an attribute that is read aloud."""
    plain = re.sub(r"\{#.*?#\}|\{%.*?%\}", " ", source, flags=re.DOTALL)
    plain = re.sub(r"\{\{.*?\}\}", "jinja", plain, flags=re.DOTALL)
    plain = re.sub(r"jinja(/[a-z-]+)+(#[a-z-]+)?", "jinja", plain)  # an address of our own
    for text in _Texts.of(plain) if html else [plain]:
        left = set(WORD.findall(PARAMETER.sub(" ", text).replace("jinja", " "))) - NAMES
        if left:
            yield text.strip()


class _Texts(HTMLParser):
    @classmethod
    def of(cls, source: str) -> list[str]:
        parser = cls()
        parser.texts = []
        parser.feed(source)
        parser.close()
        return parser.texts

    texts: list[str]

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.texts += [value for name, value in attrs if name in READ_ALOUD and value]


def _spoken(source: str) -> Iterator[str]:
    """What a script says itself: sentences, and words that it puts on the page."""
    literals = [next((group for group in found.groups() if group), "") for found in LITERAL.finditer(source)]
    yield from (text for text in literals if SENTENCE.fullmatch(FILLED.sub("Name", text)))
    yield from (text for text in SHOWN.findall(source) if WORD.search(FILLED.sub(" ", text)))


def _quoted(node: nodes.Node) -> Iterator[str]:
    """Texts inside expressions, but for those that are marked."""
    if isinstance(node, nodes.Call) and isinstance(node.node, nodes.Name) and node.node.name in KEYWORDS:
        return
    if isinstance(node, nodes.Const) and isinstance(node.value, str):
        yield node.value
    for child in node.iter_child_nodes():
        yield from _quoted(child)


def _sentences(node: ast.AST) -> Iterator[str]:
    """Texts in code, but for docstrings and those that are marked or technical."""
    if isinstance(node, ast.Call) and _called(node) in {*KEYWORDS, *LIBRARY, *TECHNICAL}:
        return
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    for child in ast.iter_child_nodes(node):
        yield from _sentences(child)


def _early(node: ast.AST) -> Iterator[ast.Call]:
    """Calls of `_` and `ngettext` outside functions."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
        return
    if isinstance(node, ast.Call) and _called(node) in ("_", "ngettext"):
        yield node
    for child in ast.iter_child_nodes(node):
        yield from _early(child)


def _called(node: ast.Call) -> str:
    return node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")


def _key(message: Message) -> tuple[str, ...]:
    return _texts(message.id)


def _texts(text: str | tuple[str, ...] | list[str]) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)


def _places(text: str) -> set[str]:
    return {"".join(found) for found in PLACE.findall(text)}
