"""What each field takes and refuses, what it keeps of what was typed, and in which language it says so."""

from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from starlette.datastructures import FormData, UploadFile
from wtforms.validators import ValidationError

from app.forms import Address, Choice, Form, Line, Lines, Text, Tick, Ticks, Whole
from app.instants import Day, Instant, instant_in
from app.web import _Posted

WARSAW = ZoneInfo("Europe/Warsaw")


class Colour(StrEnum):
    RED = "red"
    DEEP_BLUE = "deep_blue"


class Everything(Form):
    line = Line("Line", limit=10)
    maybe = Line("Maybe", limit=10, required=False)
    text = Text("Text", limit=20)
    address = Address("Address")
    whole = Whole("Whole", low=1, high=9)
    choice = Choice("Choice", Colour)
    number = Choice("Number", [(1, "one"), (2, "two")], coerce=int)
    ticks = Ticks("Ticks", [("a", "A"), ("b", "B")])
    tick = Tick("Tick")
    day = Day("Day")
    no_day = Day("No day", required=False)
    lines = Lines("Lines", limit=10, most=3)
    instant = Instant("Instant", zone=WARSAW)
    no_instant = Instant("No instant", zone=WARSAW, required=False)


GOOD = {
    "line": "Anna", "address": "anna@example.org", "whole": "3", "choice": "red", "number": "2", "day": "2027-05-04",
    "instant": "2027-05-04T10:20",
}  # fmt: skip


def fill(**typed: Any) -> Everything:
    values = [
        (name, one) for name, value in (GOOD | typed).items() for one in (value if isinstance(value, list) else [value])
    ]
    return Everything(_Posted(FormData(values)))


TAKEN = [
    ("line", "  Zoë\tŁ ", "Zoë Ł"), ("line", "e\u0301" * 10, "é" * 10), ("line", "0", "0"), ("line", "<b>", "<b>"),
    ("maybe", "", ""), ("maybe", "   ", ""), ("text", "\r\na\r\n\tb\r\n", "a\n\tb"), ("text", "", ""),
    ("address", " Anna@EXAMPLE.org. ", "anna@example.org"), ("address", "a@bücher.de", "a@xn--bcher-kva.de"),
    ("whole", "1", 1), ("whole", "9", 9), ("whole", " 5 ", 5), ("choice", "deep_blue", "deep_blue"), ("number", "1", 1),
    ("ticks", ["a", "b"], ["a", "b"]), ("ticks", [], []), ("tick", "y", True), ("day", "2028-02-29", date(2028, 2, 29)),
    ("no_day", "", None), ("lines", "bio\r\n\r\n  energy \nbio\n", ["bio", "energy"]), ("lines", "", []),
    ("instant", "2027-05-04T10:20", datetime(2027, 5, 4, 8, 20, tzinfo=UTC)),
    ("instant", "2027-01-04T10:20", datetime(2027, 1, 4, 9, 20, tzinfo=UTC)),
    ("instant", "2027-05-04T10:20:00", datetime(2027, 5, 4, 8, 20, tzinfo=UTC)),
    ("instant", "2027-10-31T02:30", datetime(2027, 10, 31, 0, 30, tzinfo=UTC)),  # comes twice; the first is meant
    ("no_instant", "", None),
]  # fmt: skip


@pytest.mark.parametrize(("name", "typed", "value"), TAKEN)
def test_field_takes(name: str, typed: Any, value: Any) -> None:
    form = fill(**{name: typed})
    assert form.validate(), form.errors
    assert form[name].data == value


REFUSED = [
    ("line", "", "required"),
    ("line", "  \t ", "required"),
    ("line", "x" * 11, "10 characters"),
    ("line", "a\nb", "one line"),
    ("line", "a\x00b", "control"),
    ("line", "a\u2028b", "control"),
    ("line", "a\u202eb", "direction"),
    ("line", "\ud800", "control"),
    ("line", "\ufffd", "broken"),
    ("line", "=?u?q?x?=", "mail encoding"),
    ("line", "x" * 1_000_000, "10 characters"),
    ("maybe", "x" * 11, "10 characters"),
    ("text", "x" * 21, "20 characters"),
    ("text", "\x1b[31m", "control"),
    ("address", "", "required"),
    ("address", "anna", "one mail address"),
    ("address", "a@b.org, c@d.org", "one mail address"),
    ("address", "a@localhost", "mail domain"),
    ("whole", "", "required"),
    ("whole", "0", "between 1 and 9"),
    ("whole", "10", "between 1 and 9"),
    ("whole", "x", "integer"),
    ("whole", "1.5", "integer"),
    ("whole", "NaN", "integer"),
    ("whole", "9" * 10_000, "integer"),
    ("whole", "-1", "between"),
    ("choice", "green", "valid choice"),
    ("choice", "", "valid choice"),
    ("choice", "RED", "valid choice"),
    ("number", "3", "valid choice"),
    ("number", "x", "coerce"),
    ("ticks", ["a", "z"], "not a valid choice"),
    ("day", "", "required"),
    ("day", "2027-02-29", "valid date"),
    ("day", "04.05.2027", "valid date"),
    ("day", "0001-01-01", "cannot be right"),
    ("day", "9999-12-31", "cannot be right"),
    ("no_day", "x", "valid date"),
    ("lines", "a\nb\nc\nd", "At most 3"),
    ("lines", "x" * 11, "10 characters"),
    ("lines", "a\x00", "control"),
    ("instant", "", "required"),
    ("instant", "x", "valid datetime"),
    ("instant", "2027-05-04", "valid datetime"),
    ("instant", "2027-05-04T10:21", "steps of five minutes"),
    ("instant", "2027-05-04T10:20:30", "steps of five minutes"),
    ("instant", "2027-03-28T02:30", "does not exist"),
    ("instant", "2027-03-28T02:00", "does not exist"),
    ("instant", "0001-01-01T00:00", "cannot be right"),
    ("instant", "9999-12-31T23:55", "cannot be right"),
    ("no_instant", "2027-03-28T02:55", "does not exist"),
    ("no_instant", "soon", "valid datetime"),
]


@pytest.mark.parametrize(
    ("name", "typed", "sentence"), REFUSED, ids=lambda part: str(part)[:20].encode("ascii", "replace")
)
def test_field_refuses(name: str, typed: Any, sentence: str) -> None:
    form = fill(**{name: typed})
    assert not form.validate()
    assert list(form.errors) == [name]
    assert sentence in " ".join(form.errors[name])


def test_refused_time_is_no_value() -> None:
    """A rule that compares two times must not meet a naive one."""
    for typed in ("2027-03-28T02:30", "2027-05-04T10:21", "x"):
        form = fill(instant=typed)
        assert form.instant.data is None
        assert f'value="{typed}"' in str(form.instant())


@pytest.mark.parametrize("name", list(Everything(_Posted(FormData()))._fields))
def test_missing_field_is_empty_or_wrong_but_never_breaks(name: str) -> None:
    typed = [(key, value) for key, value in GOOD.items() if key != name]
    form = Everything(_Posted(FormData(typed)))
    assert form.validate() is (name not in GOOD)
    assert str(form[name]())


@pytest.mark.parametrize("name", list(Everything(_Posted(FormData()))._fields))
def test_file_in_place_of_text_is_nothing(name: str) -> None:
    file: Any = UploadFile(file=None, filename="x.txt")  # type: ignore[arg-type]
    form = fill(**{name: file})
    assert form.validate() is (name not in GOOD)
    assert "UploadFile" not in str(form[name]())


def test_everything_that_is_wrong_is_said_at_once() -> None:
    form = Everything(_Posted(FormData()))
    assert not form.validate()
    assert set(form.errors) == set(GOOD)
    assert all(
        errors == ["This field is required."]
        for name, errors in form.errors.items()
        if name not in ("choice", "number")
    )


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("line", '"><script>x'),
        ("text", "</textarea><b>"),
        ("whole", "<9>"),
        ("lines", "x" * 11 + "<"),
        ("address", "<@>"),
    ],
)
def test_refused_text_is_shown_again_escaped(name: str, typed: str) -> None:
    form = fill(**{name: typed})
    form.validate()
    shown = str(form[name]())
    assert "<script>" not in shown
    assert "<b>" not in shown
    assert typed.replace("<", "&lt;").replace(">", "&gt;").replace('"', "&#34;") in shown


def test_stored_values_are_shown() -> None:
    stored = {"line": "Anna", "whole": 3, "lines": ["a", "b"], "instant": datetime(2027, 5, 4, 8, 20, tzinfo=UTC)}
    form = Everything(data=stored)
    assert 'value="2027-05-04T10:20"' in str(form.instant())
    assert "a\nb</textarea>" in str(form.lines()).replace("\r\n", "\n")
    assert 'value="Anna"' in str(form.line())


def test_labels_and_choices_are_in_the_language_of_the_request(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forms are declared when the server starts; it is the reader who has a language."""
    words = {"Line": "Zeile", "deep_blue": "tiefblau", "This field is required.": "Bitte ausfüllen."}
    monkeypatch.setattr("app.forms._", lambda text: words.get(text, text))
    form = Everything(_Posted(FormData()))
    assert form.line.label.text == "Zeile"
    assert "Tiefblau" in str(form.choice())
    form.validate()
    assert form.errors["line"] == ["Bitte ausfüllen."]
    monkeypatch.undo()
    assert Everything(_Posted(FormData())).line.label.text == "Line"


def test_every_clock_change_has_its_gap() -> None:
    gaps = {
        "Europe/Warsaw": "2027-03-28T02:30", "Europe/Helsinki": "2027-03-28T03:30",
        "Europe/Lisbon": "2027-03-28T01:30", "Atlantic/Azores": "2027-03-28T00:30",
    }  # fmt: skip
    for zone, typed in gaps.items():
        wall = datetime.fromisoformat(typed)
        with pytest.raises(ValidationError, match="does not exist"):
            instant_in(wall, ZoneInfo(zone))
        assert instant_in(wall.replace(hour=12), ZoneInfo(zone)).astimezone(ZoneInfo(zone)).hour == 12
    assert instant_in(datetime.fromisoformat("2027-03-28T02:30"), ZoneInfo("UTC")).hour == 2
