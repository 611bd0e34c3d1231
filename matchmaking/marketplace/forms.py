"""Forms of the marketplace: an opportunity with the event's own fields, and the desk's form for such a field."""

from collections.abc import Iterable, Sequence
from typing import Any

from wtforms import Field as AnyField
from wtforms import SelectField, SelectMultipleField
from wtforms.validators import InputRequired

from app.forms import Choice, Form, Line, Lines, Text, Tick, Ticks, Whole
from app.i18n import language, later
from app.wording import alphabetical, tongue
from events.networks.models import DemoCase, Pilot
from matchmaking.forms import NOTHING
from matchmaking.marketplace.extras import LONGEST, MOST_OPTIONS, NUMBERS, Answer, Field
from matchmaking.marketplace.models import ExtraKind, Opportunity, OpportunityKind
from matchmaking.marketplace.posting import Draft
from matchmaking.profile_forms import SPOKEN
from matchmaking.profile_models import ChainRole
from matchmaking.reasons import role_name

OPTION = 80  # characters


class OpportunityForm(Form):
    """`version` is the one the page saw; empty for a new one. `opportunity_form` adds the event's own fields."""

    version = Whole("", low=1, high=2**31 - 1, required=False)
    kind = Choice(later("What is it?"), OpportunityKind, validators=[InputRequired()])
    title = Line(later("Title"), limit=120)
    text = Text(
        later("In a few sentences"),
        limit=2000,
        required=True,
        description=later("What you have or need, what a partner gains, and by when."),
    )
    work = Choice(later("Pilot or demo case"), [], default="")
    role = Choice(later("Place in the value chain"), [], default="")
    trl = Choice(later("Readiness of your technology (TRL)"), [], default="")
    call_topic = Line(
        later("Call topic"), limit=120, required=False, description=later("Its code or name, if a call is meant.")
    )
    language = Choice(later("Language of this text"), [], default="")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.role.choices = [NOTHING, *((role.value, role_name(role.value).capitalize()) for role in ChainRole)]
        self.trl.choices = [NOTHING, *((str(level), str(level)) for level in range(1, 10))]
        named = sorted(((code, tongue(code)) for code in SPOKEN), key=lambda pair: alphabetical(pair[1]))
        self.language.choices = [NOTHING, *named]

    def offer(self, pilots: Iterable[Pilot], demo_cases: Sequence[DemoCase]) -> None:
        self.work.choices = [NOTHING]
        for pilot in pilots:
            self.work.choices.append((str(pilot.id), f"{pilot.code} · {pilot.name_in(language())}"))
            own = (case for case in demo_cases if case.pilot_id == pilot.id)
            self.work.choices += [(f"{pilot.id}.{case.id}", f"{pilot.code} · {case.name}") for case in own]

    def own(self) -> list[AnyField]:
        """The inputs of the event's own fields."""
        return [input for input in self if input.name.startswith("field-")]

    def draft(self) -> Draft:
        pilot, _dot, demo_case = str(self.work.data or "").partition(".")
        return Draft(
            kind=OpportunityKind(self.kind.data),
            title=str(self.title.data),
            text=str(self.text.data),
            pilot=int(pilot) if pilot else None,
            demo_case=int(demo_case) if demo_case else None,
            role=ChainRole(self.role.data) if self.role.data else None,
            trl=int(self.trl.data) if self.trl.data else None,
            call_topic=self.call_topic.data or "",
            language=self.language.data or "",
            answers={int(input.name.removeprefix("field-")): _answer(input) for input in self.own()},
        )


def opportunity_form(fields: Sequence[Field]) -> type[OpportunityForm]:
    """The form of this event."""
    return type("OwnOpportunityForm", (OpportunityForm,), {f"field-{field.id}": _input(field) for field in fields})


def opportunity_data(one: Opportunity) -> dict[str, Any]:
    """What the page of an opportunity starts with."""
    work = f"{one.pilot_id}.{one.demo_case_id}" if one.demo_case_id else str(one.pilot_id or "")
    answers = {f"field-{id}": _typed(answer) for id, answer in one.answers.items()}
    return {
        "version": one.version, "kind": one.kind.value, "title": one.title, "text": one.text, "work": work,
        "role": one.role.value if one.role else "", "trl": str(one.trl or ""), "call_topic": one.call_topic,
        "language": one.language, **answers,
    }  # fmt: skip


class AddFieldForm(Form):
    label = Line(later("Name of the field"), limit=120)
    kind = Choice(later("Kind of answer"), ExtraKind)
    options = Lines(
        later("Choices"), limit=OPTION, most=MOST_OPTIONS, description=later("For a list: one choice a line.")
    )
    required = Tick(later("Everybody must answer"))


class ChangeFieldForm(Form):
    label = Line(later("Name of the field"), limit=120)
    more = Lines(later("More choices"), limit=OPTION, most=MOST_OPTIONS, description=later("One choice a line."))
    required = Tick(later("Everybody must answer"))

    def labels(self) -> dict[int, str]:
        """Of the choices to keep, by id."""
        inputs = (input for input in self if input.name.startswith("option-"))
        return {int(input.name.removeprefix("option-")): input.data for input in inputs if input.data}

    def choices(self) -> list[AnyField]:
        return [input for input in self if input.name.startswith("option-")]


def change_field_form(field: Field) -> type[ChangeFieldForm]:
    """With an input for each choice there is; emptied, it is offered no more."""
    inputs = {
        f"option-{option.id}": Line(f"{number}.", limit=OPTION, required=False)
        for number, option in enumerate(field.offered(), 1)
    }
    return type("OwnFieldForm", (ChangeFieldForm,), inputs)


def change_field_data(field: Field) -> dict[str, Any]:
    options = {f"option-{option.id}": option.label for option in field.offered()}
    return {"label": field.label, "required": field.required, **options}


def _input(field: Field) -> Any:
    needed = [InputRequired()] if field.required else []
    match field.kind:
        case "number":
            return Whole(field.label, low=-NUMBERS, high=NUMBERS, required=field.required)
        case "one of a list":
            offered = [(str(option.id), option.label) for option in field.offered()]
            return Choice(field.label, [NOTHING, *offered], validators=needed, default="")
        case "several of a list":
            return Ticks(field.label, [(str(option.id), option.label) for option in field.offered()], validators=needed)
        case _:
            return Line(field.label, limit=LONGEST, required=field.required)


def _answer(input: AnyField) -> Answer | None:
    """Options by their id."""
    if isinstance(input, SelectMultipleField):
        return [int(one) for one in input.data or ()]
    if isinstance(input, SelectField):
        return int(input.data) if input.data else None
    answer: Answer | None = input.data
    return answer


def _typed(answer: Answer) -> Any:
    return [str(one) for one in answer] if isinstance(answer, list) else answer
