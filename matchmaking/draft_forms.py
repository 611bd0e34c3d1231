"""Forms of the desk's drafts: who is away, and what a schedule is to make the best of."""

from collections.abc import Iterable
from dataclasses import replace

from wtforms import Field
from wtforms.validators import InputRequired, ValidationError

from app.forms import Choice, Form, Tick, Whole
from app.i18n import _, later
from events.models import Participant
from matchmaking.drafting import MOST_SECONDS
from matchmaking.forms import SpanForm
from matchmaking.orders import Order
from matchmaking.scheduler.problem import Aim


class AwayForm(SpanForm):
    """Who cannot be there, by id."""

    who = Choice(later("Who"), [], validators=[InputRequired()])

    def offer(self, participants: Iterable[Participant]) -> None:
        self.offered = {str(one.id): one for one in participants}
        self.who.choices = [(key, one.name) for key, one in self.offered.items()]

    def participant(self) -> Participant:
        return self.offered[str(self.who.data)]


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
