"""Forms of a call: what its coordinators type, as the values that verbs take."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from wtforms import Field, FileField
from wtforms.validators import InputRequired, ValidationError

from app import money
from app.forms import Address, Amount, Choice, Form, InLanguages, Line, Text, Ticks, Whole
from app.i18n import _, languages, later
from app.instants import Deadline
from app.text import BadText
from app.wording import dated, tongue, when
from events.choosing import NOBODY, pilot_choices, region_choices
from events.forms import ZONES
from events.models import Event, Session
from events.networks.calls.announcing import Terms
from events.networks.calls.models import Call, OfficerRole
from events.networks.models import Pilot, Region

MOST_TEXT = 20_000


class TermsForm(Form):
    """A call's own page; `version` is the one that was seen, a new call has none."""

    version = Whole("", low=1, high=2**31 - 1, required=False)
    language = Choice(later("First language"), [], description=later("For readers whose language you leave out."))
    titles = InLanguages(later("Title"), lambda label: Line(label, limit=200, required=False))
    texts = InLanguages(later("What it is about"), lambda label: Text(label, limit=MOST_TEXT))
    eligibility = InLanguages(later("Who may apply"), lambda label: Text(label, limit=4000), required=False)
    region = Choice(later("Region"), [], description=later("Whose money it is. Empty: the network’s."))
    currency = Choice(later("Currency"), [(code, code) for code in money.CURRENCIES])
    budget = Amount(later("Budget"))
    most = Amount(later("Most for one proposal"), required=False)
    zone = Choice(later("Time zone"), [(zone, zone.replace("_", " ")) for zone in ZONES], default="Europe/Brussels")
    deadline = Deadline(later("Deadline"), description=later("Proposals count that arrive before it, by our clock."))
    pilots = Ticks(later("Pilots"))

    def process(self, formdata: Any = None, obj: Any = None, data: Any = None, *rest: Any, **kwargs: Any) -> None:
        """The deadline is read in the zone that stands beside it."""
        typed = formdata.getlist("zone") if formdata is not None else []
        zone = typed[0] if typed else (data or {}).get("zone", "")
        self.deadline.zone = ZoneInfo(zone if zone in ZONES else "UTC")
        super().process(formdata, obj, data, *rest, **kwargs)

    def offer(self, *, regions: Iterable[Region], pilots: Iterable[Pilot]) -> None:
        self.offered_regions = {str(region.id): region for region in regions}
        self.offered_pilots = {str(pilot.id): pilot for pilot in pilots}
        self.language.choices = [(code, tongue(code)) for code in languages()]
        self.region.choices = [NOBODY, *region_choices(self.offered_regions.values())]
        self.pilots.choices = pilot_choices(self.offered_pilots.values())

    def validate_titles(self, field: Field) -> None:
        if field.data and str(self.language.data) not in field.data:
            raise ValidationError(_("Please write it in the call’s first language at least."))

    def validate_budget(self, field: Field) -> None:
        if not field.errors and minor_units(field.data, str(self.currency.data)) == 0:
            raise ValidationError(_("A call without money is an event."))

    def validate_most(self, field: Field) -> None:
        if field.data is None:
            return
        if not minor_units(field.data, str(self.currency.data)):
            raise ValidationError(_("Leave it empty if one proposal can get the whole budget."))
        if self.budget.data is not None and field.data > self.budget.data:
            raise ValidationError(_("One proposal cannot get more than the whole budget."))

    def terms(self) -> Terms:
        currency = str(self.currency.data)
        return Terms(
            language=str(self.language.data),
            titles=self.titles.data,
            texts=self.texts.data,
            eligibility=self.eligibility.data,
            budget=minor_units(self.budget.data, currency),
            currency=currency,
            most=minor_units(self.most.data, currency) if self.most.data is not None else None,
            deadline=self.deadline.data,  # type: ignore[arg-type]  # validated: a time was given
            zone=str(self.zone.data),
            region=self.offered_regions.get(str(self.region.data)),
            pilots=[self.offered_pilots[key] for key in self.pilots.data or ()],
        )


def terms_of(call: Call, pilots: Iterable[Pilot]) -> dict[str, Any]:
    """The call as its form shows it."""
    plain = ("version", "language", "titles", "texts", "eligibility", "currency", "zone", "deadline")
    return {
        **{name: getattr(call, name) for name in plain},
        "region": str(call.region_id or ""),
        "budget": money.plainly(call.budget, call.currency),
        "most": money.plainly(call.most, call.currency) if call.most else "",
        "pilots": [str(pilot.id) for pilot in pilots],
    }


class NamedForm(Form):
    """Somebody, who may never have been here."""

    name = Line(later("Full name"), limit=120)
    email = Address(later("Mail address"))


class OfficerForm(NamedForm):
    role = Choice(later("Role"), OfficerRole, default=OfficerRole.REVIEWER.value)
    organisation = Line(
        later("Organisation"), limit=200, required=False, description=later("Whose proposals they cannot review.")
    )


class TopicForm(Form):
    code = Line(later("Code"), limit=40)
    titles = InLanguages(later("Title"), lambda label: Line(label, limit=200, required=False))


class CriterionForm(Form):
    titles = InLanguages(later("Criterion"), lambda label: Line(label, limit=200, required=False))
    weight = Whole(later("Weight"), low=1, high=100, default=1)
    most = Whole(later("Highest points"), low=1, high=100, default=5)


class BriefingForm(Form):
    what = Choice(later("Event or session"), [])

    def offer(self, known: Sequence[tuple[Event, Sequence[Session]]]) -> None:
        self.offered: dict[str, tuple[Event, Session | None]] = {}
        self.what.choices = []
        for event, sessions in known:
            self._add(f"event-{event.id}", event, None, f"{event.title} · {dated(event.first_day)}")
            for session in sessions:
                time = when(session.start, event.tz) if session.start else ""
                self._add(f"session-{session.id}", event, session, f"{event.title} › {session.title} · {time}")

    def chosen(self) -> tuple[Event, Session | None]:
        return self.offered[str(self.what.data)]

    def _add(self, key: str, event: Event, session: Session | None, words: str) -> None:
        self.offered[key] = event, session
        self.what.choices.append((key, words))  # type: ignore[union-attr]  # a list, see `offer`


class FileForm(Form):
    """The page takes the bytes with `app.web.uploaded`, and puts here what is wrong with them."""

    file = FileField(
        later("File"),
        [InputRequired()],
        description=later("PDF, PNG, JPEG, text, Word, Excel, PowerPoint or OpenDocument, up to 10 MB."),
    )


def minor_units(amount: Decimal | None, currency: str) -> int:
    """Said at the field it was typed in."""
    try:
        return money.minor_units(amount or Decimal(0), currency)
    except BadText as error:
        raise ValidationError(_(error.sentence) % error.values) from error
