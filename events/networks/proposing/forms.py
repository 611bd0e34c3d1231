"""Forms of proposals: what is proposed, a coordinator's answer, and for whom somebody joins."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from wtforms.validators import InputRequired

from app.forms import Choice, Form, Line, Text, Whole
from app.i18n import _, languages, later
from app.wording import tongue
from events.choosing import HouseForm, house_data, pilot_choices
from events.networks.forms import PILOT, code_of
from events.networks.models import Pilot, Region, Stage
from events.networks.proposing.drafting import Content
from events.networks.proposing.models import Proposal, ProposalKind

MOST_CODE = 12  # characters of a pilot's


class ProposalForm(HouseForm):
    """`version` is the one the page saw; empty for a new one."""

    version = Whole("", low=1, high=2**31 - 1, required=False)
    pilot = Choice(later("Demo case or pilot"), [])
    title = Line(later("Title"), limit=200)
    text = Text(
        later("What it is about"),
        limit=6000,
        description=later("What would be shown, who takes part already, whom you need, and by when."),
    )
    stage = Choice(later("Where it stands today"), Stage, description=later("For demo cases."))
    language = Choice(later("Language of this text"), [])

    def offer(self, *, pilots: Iterable[Pilot], regions: Iterable[Region]) -> None:
        self.pilots = {str(pilot.id): pilot for pilot in pilots}
        words = _("A demo case of %(pilot)s")
        named = [(key, words % {"pilot": name}) for key, name in pilot_choices(self.pilots.values())]
        self.pilot.choices = [*named, ("", _("A pilot of its own"))]
        self.offer_regions(regions)
        self.language.choices = [(code, tongue(code)) for code in languages()]

    def content(self) -> Content:
        return Content(
            affiliation=self.affiliation(),
            pilot=self.pilots.get(str(self.pilot.data)),
            language=str(self.language.data),
            title=str(self.title.data),
            text=self.text.data or "",
            stage=Stage(self.stage.data),
        )


def proposal_data(one: Proposal) -> dict[str, Any]:
    """What the page of its text starts with; its organisation is fetched."""
    return {
        "version": one.version, "pilot": str(one.pilot_id or ""), "title": one.title, "text": one.text,
        "stage": one.stage.value, "language": one.language, **house_data(one.organisation),
    }  # fmt: skip


class Answer(StrEnum):
    ACCEPT = later("accept")
    RETURN = later("return")
    DECLINE = later("decline")


class AnswerForm(Form):
    answer = Choice(later("Your answer"), Answer, validators=[InputRequired()])
    reason = Text(later("Reason"), limit=1000, description=later("The author reads it."))
    code = Line(
        later("Code"), limit=40, required=False, description=later("Of what you accept. A demo case can do without.")
    )

    def judge(self, proposal: Proposal) -> bool:
        """Whether the answer is one, with what this proposal needs for it."""
        sound = self.validate()
        if self.answer.data != Answer.ACCEPT.value and not self.reason.data and not self.reason.errors:
            self.reason.errors = [_("Say why: the author reads it.")]
        if self.answer.data == Answer.ACCEPT.value and not self.code.errors:
            self._settle_code(proposal)
        return sound and not self.errors

    def _settle_code(self, proposal: Proposal) -> None:
        typed = str(self.code.data or "")
        if proposal.kind == ProposalKind.PILOT:
            self.code.data = typed.upper()
            if not PILOT.fullmatch(self.code.data) or len(self.code.data) > MOST_CODE:
                self.code.errors = [_("Capitals, digits and hyphens, such as BIO or 3DP.")]
            return
        self.code.data = code_of(typed or proposal.title)[:40]
        if not self.code.data:
            self.code.errors = [_("Letters or digits, please.")]


class PartnerForm(Form):
    """`demo_case` is empty for the whole pilot."""

    organisation = Whole("", low=1, high=2**53)
    demo_case = Whole("", low=1, high=2**53, required=False)
