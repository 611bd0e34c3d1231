"""Forms of meetings: asking, answering, moving, and who comes along."""

from collections.abc import Iterable
from typing import Any
from zoneinfo import ZoneInfo

from wtforms import Field
from wtforms.validators import InputRequired, ValidationError

from app.forms import Form, Line, Text, Tick, Ticks, Whole
from app.i18n import _, later
from app.instants import Instant
from app.intervals import Interval

NOTHING = ("", "–")


class SpanForm(Form):
    start = Instant(later("Start"))
    end = Instant(later("End"))

    def process(self, *args: Any, **kwargs: Any) -> None:
        zone: ZoneInfo = kwargs.pop("zone")
        self.start.zone = self.end.zone = zone
        super().process(*args, **kwargs)

    def validate_end(self, field: Field) -> None:
        if field.data and self.start.data and field.data <= self.start.data:
            raise ValidationError(_("This is before it begins."))

    def span(self) -> Interval:
        assert self.start.data is not None
        assert self.end.data is not None
        return Interval(self.start.data, self.end.data)


class RequestForm(Form):
    invitee = Whole("", low=1, high=2**31 - 1)
    opportunity = Whole("", low=1, high=2**31 - 1, required=False)  # that the request is about
    message = Text(later("Your message"), limit=600, description=later("What would you like to talk about?"))
    times = Ticks(
        later("Times that suit you"), validate_choice=False, description=later("Tick none if any time suits you.")
    )

    def offer(self, times: Iterable[tuple[int, str]]) -> None:
        """Slots (ids) with their words."""
        self.times.choices = [(str(number), words) for number, words in times]

    beside = Tick(later("A meeting of my own, beside my colleague’s"))


class AcceptForm(Form):
    """`slot` is an id, "first" for the first that is free, or "later" to leave the time to the schedule."""

    slot = Line(later("Time"), limit=20, required=False)
    unaided = Tick("")


class TakeoverForm(Form):
    """Instead of whom; `accept` answers a request at once."""

    of = Whole("", low=1, high=2**31 - 1)
    accept = Tick("")


class ColleagueForm(Form):
    """Who comes; `of`: with whom or instead of whom, without it the reader."""

    to = Whole(later("Colleague"), low=1, high=2**31 - 1)
    of = Whole("", low=1, high=2**31 - 1, required=False)


class KeepForm(Form):
    keep = Tick("")


class AskHouseForm(Form):
    message = Text(later("Your message"), limit=600, description=later("What would you like to talk about?"))


class ReasonForm(Form):
    reason = Text(later("Reason"), limit=500, description=later("The other one reads it."))


class LeaveForm(Form):
    """What the button sends that asks first: without `sure` nobody leaves by a slip."""

    sure = Tick("", validators=[InputRequired()])
    reason = Text("", limit=500)


class LinkForm(Form):
    """A video link; empty: the round's."""

    link = Line(later("Video link"), limit=300, required=False)


class MoveForm(Form):
    slot = Whole(later("Time"), low=1, high=2**31 - 1)
    version = Whole("", low=1, high=2**31 - 1)
