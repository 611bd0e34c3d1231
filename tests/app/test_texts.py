"""Content in several languages: the reader's, else its own first, else any; typed in one field a language."""

from zoneinfo import ZoneInfo

import pytest
from starlette.datastructures import FormData
from wtforms import Field
from wtforms.validators import ValidationError

from app.forms import Form, InLanguages, Line
from app.i18n import speaking
from app.instants import Deadline
from app.templating import environment
from app.texts import in_language
from app.web import _Posted


@pytest.mark.parametrize(
    ("texts", "reader", "first", "text", "code"),
    [
        ({"pl": "Nabór", "en": "Call"}, "pl", "en", "Nabór", "pl"),
        ({"pl": "Nabór", "en": "Call"}, "fi", "pl", "Nabór", "pl"),
        ({"fi": "Haku"}, "pl", "en", "Haku", "fi"),
        ({"pl": "", "fi": "Haku"}, "pl", "pl", "Haku", "fi"),
        ({}, "pl", "en", "", ""),
    ],
)
def test_reader_gets_their_language_or_the_first(
    texts: dict[str, str], reader: str, first: str, text: str, code: str
) -> None:
    with speaking(reader):
        said = in_language(texts, first)
    assert (said, said.language) == (text, code)


def test_a_page_escapes_it_and_marks_its_language() -> None:
    source = (
        '{% from "app/macros.html" import spoken with context %}'
        '{% set said = texts|in_language("fi") %}<h1{{ spoken(said.language) }}>{{ said }}</h1>'
    )
    with speaking("pl"):
        shown = environment.from_string(source).render(texts={"fi": "<b>Haku</b>"}, language="pl")
    assert shown == '<h1 lang="fi">&lt;b&gt;Haku&lt;/b&gt;</h1>'


class CallForm(Form):
    title = InLanguages("Title", lambda label: Line(label, limit=10, required=False))

    def validate_title(self, field: Field) -> None:
        if "fi" in field.data:
            raise ValidationError("Not in Finnish, please.")

    note = InLanguages("Note", lambda label: Line(label, limit=10, required=False), required=False)


def typed(**values: str) -> CallForm:
    return CallForm(_Posted(FormData([(name.replace("_", "-"), value) for name, value in values.items()])))


def test_what_was_typed_in_some_languages_is_kept_and_nothing_else() -> None:
    form = typed(title_pl=" Nabór ", title_en="", note_fi="Huom")
    assert form.validate()
    assert (form.title.data, form.note.data) == ({"pl": "Nabór"}, {"fi": "Huom"})


def test_a_language_that_does_not_exist_is_refused() -> None:
    form = typed(title_xx="Nabór")
    assert not form.validate()
    assert form.title.data == {}
    assert form.title.errors == ["Texts can be in English, Polski, Suomi."]


def test_what_is_wrong_in_one_language_is_said_with_its_name() -> None:
    form = typed(title_en="Call", title_pl="Nabór wniosków")
    assert not form.validate()
    assert form.title.errors == ["Polski: Please keep this to 10 characters."]


def test_a_form_can_say_more_about_all_languages_together() -> None:
    form = typed(title_fi="Haku")
    assert not form.validate()
    assert form.title.errors == ["Not in Finnish, please."]


class DeadlineForm(Form):
    deadline = Deadline("Deadline", zone=ZoneInfo("Europe/Warsaw"))


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("2027-03-29T23:59", ""),
        ("2027-03-28T02:30", "The clocks go forward that night: this time does not exist."),
        ("2027-10-31T02:30", "The clocks go back that night: this time comes twice. Choose another one."),
        ("2027-03-29T23:59:30", "Please leave the seconds out."),
        ("0001-01-01T00:00", "This year cannot be right."),
    ],
)
def test_deadline_is_an_instant_that_nobody_can_doubt(typed: str, said: str) -> None:
    form = DeadlineForm(_Posted(FormData([("deadline", typed)])))
    assert form.validate() is not bool(said)
    assert form.errors.get("deadline", []) == ([said] if said else [])
