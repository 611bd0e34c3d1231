"""Forms of proposals: what applicants, reviewers and those who decide type, as the values that verbs take."""

from collections.abc import Iterable, Mapping
from typing import Any

from wtforms import Field
from wtforms.validators import InputRequired, ValidationError

from app import money
from app.forms import Amount, Choice, Form, Line, Text, Tick, Ticks, Whole
from app.i18n import _, languages, later
from app.texts import in_language
from app.wording import tongue
from events.choosing import NOBODY, HouseForm, house_data, pilot_choices
from events.networks.calls.forms import MOST_TEXT, minor_units
from events.networks.calls.models import Call, CallCriterion, CallTopic
from events.networks.calls.proposals.models import CallProposal, CallReview, Verdict
from events.networks.calls.proposals.reading import points_of
from events.networks.calls.proposals.writing import Content
from events.networks.models import Pilot, Region


class ContentForm(HouseForm):
    """A proposal; only the title and who proposes must be there from the start."""

    version = Whole("", low=1, high=2**31 - 1, required=False)
    title = Line(later("Title"), limit=200)
    language = Choice(later("Language of the proposal"), [])
    amount = Amount(later("Amount you ask for"), required=False)
    topic = Choice(later("Topic"), [])
    pilots = Ticks(later("Pilots you take part in"))
    summary = Text(later("What you propose"), limit=MOST_TEXT)

    def offer(
        self, call: Call, *, regions: Iterable[Region], pilots: Iterable[Pilot], topics: Iterable[CallTopic]
    ) -> None:
        self.currency = call.currency
        self.offer_regions(regions)
        self.offered_pilots = {str(pilot.id): pilot for pilot in pilots}
        self.offered_topics = {str(topic.id): topic for topic in topics}
        self.language.choices = [(code, tongue(code)) for code in languages()]
        self.topic.choices = [
            NOBODY, *((key, f"{one.code} {in_language(one.titles)}") for key, one in self.offered_topics.items())
        ]  # fmt: skip
        self.pilots.choices = pilot_choices(self.offered_pilots.values())

    def validate_amount(self, field: Field) -> None:
        if field.data is not None and not minor_units(field.data, self.currency):
            raise ValidationError(_("Leave it empty while you do not know it."))

    def content(self) -> Content:
        return Content(
            affiliation=self.affiliation(),
            language=str(self.language.data),
            title=str(self.title.data),
            summary=self.summary.data or "",
            amount=minor_units(self.amount.data, self.currency) if self.amount.data is not None else None,
            topic=self.offered_topics.get(str(self.topic.data)),
            pilots=[self.offered_pilots[key] for key in self.pilots.data or ()],
        )


def content_of(proposal: CallProposal) -> dict[str, Any]:
    """The proposal as its form shows it; its call, organisation and pilots are fetched."""
    amount = proposal.amount
    return {
        **{name: getattr(proposal, name) for name in ("version", "title", "language", "summary")},
        **house_data(proposal.organisation),
        "amount": money.plainly(amount, proposal.call.currency) if amount is not None else "",
        "topic": str(proposal.topic_id or ""),
        "pilots": [str(pilot.id) for pilot in proposal.pilots],
    }


class SubmitForm(Form):
    eligible = Tick(later("We have read who may apply, and we may."), validators=[InputRequired()])


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
        if field.data is None or not minor_units(field.data, self.currency):
            raise ValidationError(_("Say how much is granted."))

    def minor(self) -> int:
        return minor_units(self.amount.data, self.currency) if self.amount.data is not None else 0


def _points(criterion: CallCriterion, first: str) -> Any:
    words = _("%(criterion)s (0 to %(most)d points, weight %(weight)d)")
    said: Mapping[str, object] = {
        "criterion": in_language(criterion.titles, first),
        "most": criterion.most,
        "weight": criterion.weight,
    }
    return Whole(words % said, low=0, high=criterion.most, required=False)
