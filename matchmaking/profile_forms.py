"""Forms of what a participant says of themselves: their profile, and when and how often they can be met."""

from collections.abc import Iterable, Sequence
from typing import Any

from wtforms import Field, FieldList, FormField
from wtforms.validators import InputRequired, ValidationError

from app.forms import Choice, Form, Line, Lines, Text, Ticks, Whole
from app.i18n import _, language, later
from app.wording import alphabetical, tongue
from events.networks.models import DemoCase, Pilot
from matchmaking.cards import Card
from matchmaking.forms import NOTHING, SpanForm
from matchmaking.profile_models import ChainRole
from matchmaking.profiles import MOST_INTERESTS
from matchmaking.reasons import role_name
from matchmaking.round_models import Round
from matchmaking.wishes import Wish

# Languages that a meeting can be held in: the EU's, and those of its neighbours.
SPOKEN = (
    "bg", "cs", "da", "de", "el", "en", "es", "et", "fi", "fr", "ga", "hr", "hu", "it", "lt", "lv", "mt", "nl", "pl",
    "pt", "ro", "sk", "sl", "sv", "ca", "eu", "gl", "is", "no", "se", "sq", "sr", "tr", "uk",
)  # fmt: skip
MOST_TERMS = 12
TERM = 80  # characters
EMPTY_LINES = 2  # offered beyond what is filled


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


class BlockForm(SpanForm):
    """Time kept free."""

    note = Line(later("What for"), limit=120, required=False, description=later("Only you see this."))


class ReturnForm(Form):
    reason = Text(later("What is missing"), limit=500, required=True, description=later("The author reads it."))
