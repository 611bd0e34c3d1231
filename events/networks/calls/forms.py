"""Forms of the calls: what coordinators, applicants and reviewers type, as the values that verbs take."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from wtforms import Field, FileField
from wtforms.validators import InputRequired, ValidationError

from app import money
from app.forms import (
    Address,
    Amount,
    Choice,
    Deadline,
    Form,
    InLanguages,
    Line,
    Text,
    Tick,
    Ticks,
    Whole,
)
from app.i18n import _, language, languages, later
from app.text import BadText
from app.texts import in_language
from app.wording import alphabetical, country, dated, tongue, when
from events.forms import NOBODY, ZONES
from events.models import Event, OrganisationKind, Session
from events.networks.calls.announcing import Terms
from events.networks.calls.models import Call, CallCriterion, CallProposal, CallReview, CallTopic, OfficerRole, Verdict
from events.networks.calls.proposing import Content
from events.networks.calls.reading import points_of
from events.networks.models import Pilot, Region
from events.participants import Affiliation

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
        ordered = sorted(self.offered_regions.values(), key=lambda region: alphabetical(region.name))
        self.language.choices = [(code, tongue(code)) for code in languages()]
        self.region.choices = [NOBODY, *((str(one.id), f"{one.name}, {country(one.country)}") for one in ordered)]
        self.pilots.choices = [
            (key, f"{pilot.code} · {pilot.name_in(language())}") for key, pilot in self.offered_pilots.items()
        ]

    def validate_titles(self, field: Field) -> None:
        if field.data and str(self.language.data) not in field.data:
            raise ValidationError(_("Please write it in the call’s first language at least."))

    def validate_budget(self, field: Field) -> None:
        if not field.errors and _minor(field.data, str(self.currency.data)) == 0:
            raise ValidationError(_("A call without money is an event."))

    def validate_most(self, field: Field) -> None:
        if field.data is None:
            return
        if not _minor(field.data, str(self.currency.data)):
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
            budget=_minor(self.budget.data, currency),
            currency=currency,
            most=_minor(self.most.data, currency) if self.most.data is not None else None,
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


class ContentForm(Form):
    """A proposal; only the title and who proposes must be there from the start."""

    version = Whole("", low=1, high=2**31 - 1, required=False)
    title = Line(later("Title"), limit=200)
    organisation = Line(later("Organisation"), limit=200)
    organisation_kind = Choice(later("Kind of organisation"), OrganisationKind)
    region = Choice(later("Region"), [])
    language = Choice(later("Language of the proposal"), [])
    amount = Amount(later("Amount you ask for"), required=False)
    topic = Choice(later("Topic"), [])
    pilots = Ticks(later("Pilots you take part in"))
    summary = Text(later("What you propose"), limit=MOST_TEXT)

    def offer(
        self, call: Call, *, regions: Iterable[Region], pilots: Iterable[Pilot], topics: Iterable[CallTopic]
    ) -> None:
        self.currency = call.currency
        self.offered_regions = {str(region.id): region for region in regions}
        self.offered_pilots = {str(pilot.id): pilot for pilot in pilots}
        self.offered_topics = {str(topic.id): topic for topic in topics}
        ordered = sorted(self.offered_regions.values(), key=lambda region: alphabetical(region.name))
        self.region.choices = [(str(one.id), f"{one.name}, {country(one.country)}") for one in ordered]
        self.language.choices = [(code, tongue(code)) for code in languages()]
        self.topic.choices = [
            NOBODY, *((key, f"{one.code} {in_language(one.titles)}") for key, one in self.offered_topics.items())
        ]  # fmt: skip
        self.pilots.choices = [
            (key, f"{pilot.code} · {pilot.name_in(language())}") for key, pilot in self.offered_pilots.items()
        ]

    def validate_amount(self, field: Field) -> None:
        if field.data is not None and not _minor(field.data, self.currency):
            raise ValidationError(_("Leave it empty while you do not know it."))

    def content(self) -> Content:
        kind = OrganisationKind(self.organisation_kind.data)
        return Content(
            affiliation=Affiliation(str(self.organisation.data), kind, self.offered_regions[str(self.region.data)]),
            language=str(self.language.data),
            title=str(self.title.data),
            summary=self.summary.data or "",
            amount=_minor(self.amount.data, self.currency) if self.amount.data is not None else None,
            topic=self.offered_topics.get(str(self.topic.data)),
            pilots=[self.offered_pilots[key] for key in self.pilots.data or ()],
        )


def content_of(proposal: CallProposal) -> dict[str, Any]:
    """The proposal as its form shows it; its call, organisation and pilots are fetched."""
    amount = proposal.amount
    return {
        **{name: getattr(proposal, name) for name in ("version", "title", "language", "summary")},
        "organisation": proposal.organisation.name,
        "organisation_kind": proposal.organisation.kind.value,
        "region": str(proposal.organisation.region_id),
        "amount": money.plainly(amount, proposal.call.currency) if amount is not None else "",
        "topic": str(proposal.topic_id or ""),
        "pilots": [str(pilot.id) for pilot in proposal.pilots],
    }


class SubmitForm(Form):
    eligible = Tick(later("We have read who may apply, and we may."), validators=[InputRequired()])


class AuthorForm(Form):
    name = Line(later("Full name"), limit=120)
    email = Address(later("Mail address"))


class OfficerForm(AuthorForm):
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


class AssignForm(Form):
    proposals = Ticks(later("Proposals"))

    def offer(self, proposals: Iterable[CallProposal]) -> None:
        self.offered = {str(proposal.id): proposal for proposal in proposals}
        self.proposals.choices = [(key, one.title) for key, one in self.offered.items()]

    def chosen(self) -> list[CallProposal]:
        return [self.offered[key] for key in self.proposals.data or ()]


class ReviewForm(Form):
    """One field for each criterion is added by `review_form`."""

    version = Whole("", low=1, high=2**31 - 1)
    comment = Text(
        later("Comment"), limit=5000, description=later("For the coordinators; applicants see only their reason.")
    )

    def points(self) -> dict[int, int]:
        fields = ((name, field.data) for name, field in self._fields.items() if name.startswith("points_"))
        return {int(name.removeprefix("points_")): value for name, value in fields if value is not None}


def review_form(criteria: Iterable[CallCriterion], first: str) -> type[ReviewForm]:
    """The form for these criteria, in the language of the request."""
    fields = {f"points_{one.id}": _points(one, first) for one in criteria}
    return type("ReviewFormOfCall", (ReviewForm,), fields)


def review_of(review: CallReview) -> dict[str, Any]:
    points = {f"points_{key}": value for key, value in points_of(review).items()}
    return {"version": review.version, "comment": review.comment, **points}


class DecisionForm(Form):
    verdict = Choice(later("Decision"), Verdict)
    amount = Amount(later("Granted amount"), required=False)
    reason = Text(later("Reason"), limit=2000, description=later("The applicants read it."))

    def offer(self, call: Call) -> None:
        self.currency = call.currency

    def validate_amount(self, field: Field) -> None:
        if field.errors or self.verdict.data != Verdict.GRANTED.value:
            return
        if field.data is None or not _minor(field.data, self.currency):
            raise ValidationError(_("Say how much is granted."))

    def minor(self) -> int:
        return _minor(self.amount.data, self.currency) if self.amount.data is not None else 0


class FileForm(Form):
    """The page takes the bytes with `app.web.uploaded`, and puts here what is wrong with them."""

    file = FileField(
        later("File"),
        [InputRequired()],
        description=later("PDF, PNG, JPEG, text, Word, Excel, PowerPoint or OpenDocument, up to 10 MB."),
    )


def _minor(amount: Decimal | None, currency: str) -> int:
    """Said at the field it was typed in."""
    try:
        return money.minor_units(amount or Decimal(0), currency)
    except BadText as error:
        raise ValidationError(_(error.sentence) % error.values) from error


def _points(criterion: CallCriterion, first: str) -> Any:
    words = _("%(criterion)s (0 to %(most)d points, weight %(weight)d)")
    said: Mapping[str, object] = {
        "criterion": in_language(criterion.titles, first),
        "most": criterion.most,
        "weight": criterion.weight,
    }
    return Whole(words % said, low=0, high=criterion.most, required=False)
