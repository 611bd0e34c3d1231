"""Forms of group meetings."""

from collections.abc import Iterable
from typing import Any

from wtforms.validators import InputRequired

from app.forms import Choice, Form, Line, Text, Tick, Whole
from app.i18n import later
from events.networks.models import DemoCase
from matchmaking.groups.models import FEWEST, MOST


class GroupForm(Form):
    demo_case = Choice(later("Demo case"), [], validators=[InputRequired()])
    title = Line(later("What it is about"), limit=120)
    about = Text(later("More about it"), limit=600, description=later("What would you like to talk about?"))
    seats = Whole(later("Seats"), low=FEWEST, high=MOST, default=MOST)
    joining = Tick(later("I take a seat myself"), default=True)

    def offer(self, demo_cases: Iterable[DemoCase]) -> None:
        self.offered = {str(one.id): one for one in demo_cases}
        self.demo_case.choices = [(key, one.name) for key, one in self.offered.items()]

    def chosen(self) -> DemoCase:
        return self.offered[str(self.demo_case.data)]

    def values(self) -> dict[str, Any]:
        return {"title": self.title.data, "about": self.about.data or "", "seats": int(self.seats.data or MOST)}
