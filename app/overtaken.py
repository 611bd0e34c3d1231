"""A page that somebody else has overtaken: beside what was typed in its form stands what is saved by now."""

from collections.abc import Collection
from datetime import date
from typing import Any

from wtforms import Field, HiddenField, SelectField

from app.errors import Stale
from app.forms import Form, InLanguages
from app.i18n import _
from app.wording import dated, several


class WasForm(Form):
    """`was` is the mark (`app.seen`) of what the page showed; empty: it showed nothing yet."""

    was = HiddenField()

    def show_now(self, stale: Stale, now: "WasForm") -> None:
        """`now` is the form as a new page would have it. Whoever saves once more has seen it."""
        self.form_errors.append(" ".join((str(stale), *stale.hints)))
        self.was.data = now.was.data
        say_now(self, now, but=("was",))


def say_now(mine: Form, now: Form, *, but: Collection[str] = (), nothing: str = "–") -> None:
    """At each field that has another value by now, which; `nothing` is the word for none."""
    for name, field in now._fields.items():
        if name not in but:
            _beside(mine[name], field, nothing)


def _beside(mine: Any, now: Any, nothing: str) -> None:
    if _value(mine) == _value(now):
        return
    if isinstance(mine, InLanguages):
        for name, each in now.form._fields.items():
            _beside(mine.form[name], each, nothing)
    else:
        mine.errors = [*mine.errors, _("By now it is: %(value)s") % {"value": _said(now) or nothing}]


def _value(field: Field) -> object:
    """What is ticked has no order."""
    return sorted(field.data) if isinstance(field.data, list) else field.data


def _said(field: Field) -> str:
    value = field.data
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(field, SelectField):
        chosen = {str(one) for one in (value if isinstance(value, list) else [value])}
        return several(str(label) for key, label, *_more in field.iter_choices() if str(key) in chosen)
    if isinstance(value, date):
        return dated(value)
    return "" if value is None else str(value)
