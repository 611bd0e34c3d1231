"""From typed strings to clean values: WTForms with our input rule, saying everything that is wrong at once."""

from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum
from typing import Any

from wtforms import Form as BaseForm
from wtforms.fields import (
    BooleanField,
    Field,
    FormField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import InputRequired, NumberRange, Optional, StopValidation, ValidationError
from wtforms.widgets import CheckboxInput

from app import i18n, money
from app.i18n import LANGUAGES, _
from app.text import BadText, canonical_address, clean_line, clean_text


class _Translations:
    """WTForms' own sentences, through our catalogue."""

    def gettext(self, string: str) -> str:
        return _(string)

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        return i18n.ngettext(singular, plural, n)


class Form(BaseForm):
    class Meta:
        def get_translations(self, form: BaseForm) -> _Translations:
            return _Translations()

        def bind_field(self, form: BaseForm, unbound_field: Any, options: dict[str, Any]) -> Field:
            """Labels are marked `later` where the form is declared; here they get the language of this request."""
            field: Field = unbound_field.bind(form=form, **options)
            field.label.text = _(field.label.text) if field.label.text else ""
            field.description = _(field.description) if field.description else ""
            return field


def Line(label: str, *, limit: int, required: bool = True, **kwargs: Any) -> StringField:
    """One line of text."""
    return _CleanString(label, [needed(required)], clean=_line(limit), **kwargs)


def Text(label: str, *, limit: int, required: bool = False, **kwargs: Any) -> TextAreaField:
    """Several lines of text."""
    return _CleanTextArea(label, [needed(required)], clean=_text(limit), **kwargs)


def Address(label: str, **kwargs: Any) -> StringField:
    """A mail address, in its canonical form."""
    kwargs.setdefault("render_kw", {"autocomplete": "email", "inputmode": "email"})
    return _CleanString(label, [_Needed()], clean=canonical_address, **kwargs)


def Whole(label: str, *, low: int, high: int, required: bool = True, **kwargs: Any) -> IntegerField:
    """A whole number from `low` to `high`."""
    render = {"min": low, "max": high, **kwargs.pop("render_kw", {})}
    return IntegerField(label, [needed(required), NumberRange(low, high)], render_kw=render, **kwargs)


def Choice(label: str, choices: type[StrEnum] | Iterable[tuple[Any, str]], **kwargs: Any) -> SelectField:
    """One of a list: an enum, or (value, words) pairs."""
    return SelectField(label, choices=_offered(choices), **kwargs)


def Ticks(label: str, choices: type[StrEnum] | Iterable[tuple[Any, str]] = (), **kwargs: Any) -> SelectMultipleField:
    """Several of a list, each with a box to tick."""
    return SelectMultipleField(label, choices=_offered(choices), option_widget=CheckboxInput(), **kwargs)


def Tick(label: str, **kwargs: Any) -> BooleanField:
    return BooleanField(label, **kwargs)


class Amount(StringField):
    """Money as people type it: a Decimal, which `money.minor_units` makes whole once the currency is known."""

    data: Any

    def __init__(self, label: str, *, required: bool = True, **kwargs: Any) -> None:
        render = {"inputmode": "decimal", "autocomplete": "off", **kwargs.pop("render_kw", {})}
        super().__init__(label, [needed(required)], render_kw=render, **kwargs)

    def _value(self) -> str:
        return str(self.raw_data[0]) if self.raw_data else str(self.data or "")

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        typed, self.data = (str(valuelist[0]).strip() if valuelist else ""), None
        if typed:
            try:
                self.data = money.amount_of(typed)
            except BadText as error:
                raise ValidationError(_(error.sentence) % error.values) from error


class InLanguages(FormField):  # type: ignore[type-arg]  # its stub is generic, the class is not
    """A text in each of our languages: a dict code → text of those that were written (see app.texts).

    `one` makes the field of a language: `lambda label: Line(label, limit=200, required=False)`.
    """

    def __init__(self, label: str, one: Callable[[str], Any], *, required: bool = True, **kwargs: Any) -> None:
        each = type("EachLanguage", (Form,), {code: one(name) for code, name in LANGUAGES.items()})
        super().__init__(each, label, **kwargs)
        self.flags.required = required
        self._said: list[str] = []
        self._unknown: list[str] = []

    def process(self, formdata: Any, *args: Any, **kwargs: Any) -> None:
        super().process(formdata, *args, **kwargs)
        start = f"{self.name}{self.separator}"
        posted = (name.removeprefix(start) for name in formdata or () if name.startswith(start))
        self._unknown = [code for code in posted if code not in LANGUAGES]

    @property
    def data(self) -> dict[str, str]:
        return {code: text for code, text in self.form.data.items() if text}

    @property
    def errors(self) -> list[str]:  # type: ignore[override]  # one list of all languages', as pages show them
        said = [f"{LANGUAGES[code]}: {' '.join(map(str, errors))}" for code, errors in self.form.errors.items() if code]
        return said + self._said

    def validate(self, form: Any, extra_validators: Any = ()) -> bool:
        sound = self.form.validate()
        self._said = []
        if self._unknown:
            self._said = [_("Texts can be in %(languages)s.") % {"languages": ", ".join(LANGUAGES.values())}]
        elif self.flags.required and not self.data:
            self._said = [self.gettext("This field is required.")]
        for validator in extra_validators:
            try:
                validator(form, self)
            except ValidationError as error:
                self._said.append(str(error))
        return sound and not self._said


class Lines(TextAreaField):
    """One term a line: a list of clean lines without repetition."""

    data: Any

    def __init__(self, label: str, *, limit: int, most: int, **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.limit, self.most = limit, most

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "\n".join(self.data or [])

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        typed = str(valuelist[0]) if valuelist else ""
        lines = [_cleaned(clean_line, line, self.limit) for line in typed.splitlines() if line.strip()]
        self.data = list(dict.fromkeys(lines))
        if len(self.data) > self.most:
            raise ValidationError(_("At most %(most)d lines, please.") % {"most": self.most})


class _Clean(Field):
    """Cleans what was typed, and shows what was typed when it was refused."""

    def __init__(self, label: str, validators: Any, *, clean: Callable[[str], str], **kwargs: Any) -> None:
        super().__init__(label, validators, **kwargs)
        self.clean = clean

    def _value(self) -> str:
        return str(self.raw_data[0]) if self.raw_data else str(self.data or "")

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        self.data = _cleaned_by(self.clean, str(valuelist[0])) if valuelist else ""


class _CleanString(_Clean, StringField):
    pass


class _CleanTextArea(_Clean, TextAreaField):
    pass


def _line(limit: int) -> Callable[[str], str]:
    return lambda value: clean_line(value, limit=limit)


def _text(limit: int) -> Callable[[str], str]:
    return lambda value: clean_text(value, limit=limit)


def _cleaned(clean: Callable[..., str], value: str, limit: int) -> str:
    return _cleaned_by(lambda text: clean(text, limit=limit), value)


def _cleaned_by(clean: Callable[[str], str], value: str) -> str:
    if "\N{REPLACEMENT CHARACTER}" in value:  # what decoding makes of bytes that are no UTF-8
        raise ValidationError(_("Some characters arrived broken. Please type them again."))
    try:
        return clean(value) if value else ""
    except BadText as error:
        raise ValidationError(_(error.sentence) % error.values) from error


class _Needed(InputRequired):
    """Something must be left of it once it is cleaned: blanks are nothing."""

    def __call__(self, form: Any, field: Field) -> None:
        super().__call__(form, field)
        if field.data == "" and not field.errors:
            raise StopValidation(self.message or field.gettext("This field is required."))


def needed(required: bool) -> InputRequired | Optional:
    return _Needed() if required else Optional()


def _offered(choices: type[StrEnum] | Iterable[tuple[Any, str]]) -> Callable[[], list[SelectChoice]]:
    """Asked for anew by each form, so that what is offered is in the language of the request."""
    if isinstance(choices, type):
        return lambda: [SelectChoice(item.value, _(item.value).capitalize()) for item in choices]
    pairs = list(choices)
    return lambda: [SelectChoice(value, _(words)) for value, words in pairs]
