"""Forms of the brokerage event: profiles, availability and meetings, and the desk's rounds and drafts."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from wtforms import Field, FieldList, FormField
from wtforms.validators import InputRequired, ValidationError

from app.forms import Choice, Form, Instant, Line, Lines, Text, Tick, Ticks, Whole
from app.i18n import _, language, later
from app.intervals import Interval
from app.wording import alphabetical, tongue
from events.models import Participant
from events.networks.models import DemoCase, Pilot
from matchmaking.cards import Card
from matchmaking.drafting import MOST_SECONDS
from matchmaking.orders import Order
from matchmaking.profile_models import ChainRole
from matchmaking.profiles import MOST_INTERESTS
from matchmaking.reasons import role_name
from matchmaking.round_models import Round
from matchmaking.scheduler.problem import Aim
from matchmaking.wishes import Wish

# Languages that a meeting can be held in: the EU's, and those of its neighbours.
SPOKEN = (
    "bg", "cs", "da", "de", "el", "en", "es", "et", "fi", "fr", "ga", "hr", "hu", "it", "lt", "lv", "mt", "nl", "pl",
    "pt", "ro", "sk", "sl", "sv", "ca", "eu", "gl", "is", "no", "se", "sq", "sr", "tr", "uk",
)  # fmt: skip
MOST_TERMS = 12
TERM = 80  # characters
EMPTY_LINES = 2  # offered beyond what is filled
NOTHING = ("", "–")


class InterestForm(Form):
    """One pilot or demo case. Without `work` the line is left out."""

    work = Choice(later("Pilot or demo case"), [])
    role = Choice(later("Your place in the value chain"), [], validators=[InputRequired()])
    offers = Lines(
        later("You offer"), limit=TERM, most=MOST_TERMS, description=later("One thing a line, in a few words.")
    )
    needs = Lines(
        later("You seek"), limit=TERM, most=MOST_TERMS, description=later("One thing a line, in a few words.")
    )
    trl = Choice(later("Readiness of your technology (TRL)"), [], default="")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.role.choices = [(role.value, role_name(role.value).capitalize()) for role in ChainRole]
        self.trl.choices = [NOTHING, *((str(level), str(level)) for level in range(1, 10))]

    def validate_work(self, field: Field) -> None:
        if not field.data and (self.offers.data or self.needs.data):
            raise ValidationError(_("Choose the pilot or demo case that this is about."))

    def wish(self) -> Wish:
        pilot, _dot, demo_case = str(self.work.data).partition(".")
        return Wish(
            pilot=int(pilot),
            demo_case=int(demo_case) if demo_case else None,
            role=str(self.role.data),
            offers=tuple(self.offers.data or ()),
            needs=tuple(self.needs.data or ()),
            trl=int(self.trl.data) if self.trl.data else None,
        )


class ProfileForm(Form):
    """`version` is the one the page saw; empty for a first profile."""

    version = Whole("", low=1, high=2**31 - 1, required=False)
    about = Text(later("About you and your organisation"), limit=2000)
    languages = Ticks(later("Languages you can hold a meeting in"))
    interests = FieldList(FormField(InterestForm), max_entries=MOST_INTERESTS)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = [(code, tongue(code)) for code in SPOKEN]
        self.languages.choices = sorted(named, key=lambda pair: alphabetical(pair[1]))

    def offer(self, pilots: Iterable[Pilot], demo_cases: Sequence[DemoCase]) -> None:
        """What one can work on."""
        self.works = [NOTHING]
        for pilot in pilots:
            self.works.append((str(pilot.id), f"{pilot.code} · {pilot.name_in(language())}"))
            own = (case for case in demo_cases if case.pilot_id == pilot.id)
            self.works += [(f"{pilot.id}.{case.id}", f"{pilot.code} · {case.name}") for case in own]
        for line in self.interests:
            line.form.work.choices = self.works

    def make_room(self) -> None:
        """Empty lines after the filled ones, for a page to show."""
        filled = sum(bool(line.form.work.data) for line in self.interests)
        while len(self.interests) < min(filled + EMPTY_LINES, MOST_INTERESTS):
            self.interests.append_entry().form.work.choices = self.works

    def wishes(self) -> list[Wish]:
        return [line.form.wish() for line in self.interests if line.form.work.data]


def profile_data(card: Card | None, version: int | None) -> dict[str, Any]:
    """What the page of a profile starts with."""
    if card is None:
        return {}
    lines = [
        {
            "work": f"{line.pilot}.{line.demo_case}" if line.demo_case else str(line.pilot),
            "role": line.role,
            "offers": list(line.offers),
            "needs": list(line.needs),
            "trl": str(line.trl or ""),
        }
        for line in card.lines
    ]
    return {"version": version, "about": card.about, "languages": list(card.languages), "interests": lines}


class AvailabilityForm(Form):
    rounds = Ticks(later("I can be met in"))

    def offer(self, rounds: Sequence[Round], words: Iterable[str]) -> None:
        self.offered = {str(one.id): one for one in rounds}
        self.rounds.choices = list(zip(self.offered, words, strict=True))

    def ticked(self) -> list[Round]:
        return [self.offered[key] for key in self.rounds.data or ()]


class LimitForm(Form):
    """How often somebody wants to meet."""

    most_meetings = Whole(
        later("I want to have at most so many meetings"),
        low=1,
        high=500,
        required=False,
        description=later("Empty: as many as fit."),
    )


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


class BlockForm(SpanForm):
    """Time kept free."""

    note = Line(later("What for"), limit=120, required=False, description=later("Only you see this."))


class AwayForm(SpanForm):
    """Who cannot be there, by id."""

    who = Choice(later("Who"), [], validators=[InputRequired()])

    def offer(self, participants: Iterable[Participant]) -> None:
        self.offered = {str(one.id): one for one in participants}
        self.who.choices = [(key, one.name) for key, one in self.offered.items()]

    def participant(self) -> Participant:
        return self.offered[str(self.who.data)]


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


class ReturnForm(Form):
    reason = Text(later("What is missing"), limit=500, required=True, description=later("The author reads it."))


class OrderForm(Form):
    """What counts in a draft (see `orders`)."""

    aim = Choice(
        later("What counts first, once everybody has a place"),
        [
            (Aim.WAITS.value, later("few waits")),
            (Aim.EVEN.value, later("waits shared evenly")),
            (Aim.STAY.value, later("times that people know already stay")),
        ],
        default=Aim.WAITS.value,
    )
    in_a_row = Whole(later("Meetings in a row, at most"), low=1, high=60, required=False)
    free = Whole(
        later("Free slots a round for everybody, at least"),
        low=0,
        high=60,
        required=False,
        description=later("A session is no free slot. What is fixed stays, with or without a pause."),
    )
    seconds = Whole(later("Seconds it may take"), low=1, high=MOST_SECONDS, default=20)
    seed = Whole(
        later("Seed"),
        low=1,
        high=2**31 - 1,
        default=1,
        description=later("The same seed and meetings give the same schedule."),
    )

    def order(self) -> Order:
        return Order(aim=Aim(self.aim.data), in_a_row=self.in_a_row.data, free=self.free.data or 0)


class DraftForm(OrderForm):
    keep = Tick(later("Keep the times that are there, and place only those who wait"))


class WishesForm(OrderForm):
    """Requests are chosen among."""

    most = Whole(
        later("Meetings a person, at most"),
        low=1,
        high=100,
        required=False,
        description=later("Empty: as many as fit, and as they want themselves."),
    )
    least = Whole(later("Meetings a person, at least if possible"), low=0, high=20, default=1)

    def order(self) -> Order:
        return replace(OrderForm.order(self), most=self.most.data, least=int(self.least.data or 0))

    def validate_least(self, field: Field) -> None:
        if self.most.data and field.data and field.data > self.most.data:
            raise ValidationError(_("This is more than the most."))
