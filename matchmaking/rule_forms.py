"""Forms of the desk's page of rules: types, the matrix, limits, the type of one participant."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from wtforms import Field
from wtforms.validators import InputRequired, ValidationError

from app.forms import Choice, Form, Line, Tick, Whole
from app.i18n import _, later
from app.overtaken import say_now
from app.seen import mark_of
from events.models import ParticipantType
from matchmaking.conditions import LONGEST, SHORTEST, Terms, terms_of
from matchmaking.round_forms import SeenForm
from matchmaking.rule_models import Between, Conditions
from matchmaking.rules import Matrix, pair_of_types

NO_TYPE = ("", "–")
UNITS = (("minutes", later("minutes")), ("hours", later("hours")), ("days", later("days")))
MINUTES = {"minutes": 1, "hours": 60, "days": 24 * 60}


class TypeForm(Form):
    """One of the event's own types."""

    name = Line(later("Name"), limit=60)
    open = Tick(later("May be chosen at registration"), default=True)
    most_meetings = Whole(
        later("Meetings of one of them at most"),
        low=1,
        high=500,
        required=False,
        description=later("Empty: no limit."),
        id="type_most_meetings",  # the page has the limits' field of that name, too
    )
    accepts_at_once = Tick(later("Requests to them are accepted at once"))


class LimitsForm(SeenForm):
    """Under which conditions people ask and meet."""

    pending = Whole(
        later("Requests of one person that may wait for an answer"),
        low=1,
        high=500,
        description=later("Whoever is refused more often than accepted may have fewer waiting, five at least."),
    )
    life = Whole(later("A request waits"), low=1, high=10_000)
    unit = Choice(
        "",
        UNITS,
        default="days",
        validators=[InputRequired()],
    )
    most_meetings = Whole(
        later("Meetings of one person at most"), low=1, high=500, required=False, description=later("Empty: no limit.")
    )
    pause_minutes = Whole(
        later("Minutes between two meetings of one person"), low=0, high=240, default=0, render_kw={"step": 5}
    )
    locked = Tick(
        later("Lock the bookings"),
        description=later("Only the desk asks, accepts, moves and cancels from then on. Declining stays possible."),
    )

    interregional = Tick(
        later("Recommend people of other regions first"),
        default=True,
        description=later("Among equally good partners. People of one region still find each other."),
    )

    def validate_life(self, field: Field) -> None:
        if not SHORTEST <= self._minutes() <= LONGEST:
            raise ValidationError(_("A request waits from 15 minutes to 10 days."))

    def terms(self) -> Terms:
        return Terms(
            pending=int(self.pending.data or 0),
            request_minutes=self._minutes(),
            most_meetings=self.most_meetings.data,
            pause_minutes=int(self.pause_minutes.data or 0),
            locked=bool(self.locked.data),
            interregional=bool(self.interregional.data),
        )

    def show_now(self, conditions: Conditions) -> None:
        """Beside what this organiser chose stands what another one has saved; whoever saves once more has seen it."""
        now = LimitsForm(data=limits_data(conditions))
        self.was.data = now.was.data
        say_now(self, now, but=("life", "unit", "was", "seen"), nothing=_("no limit"))
        if self._minutes() != now._minutes():
            value = f"{now.life.data} {_(dict(UNITS)[str(now.unit.data)])}"
            self.life.errors = [_("By now it is: %(value)s") % {"value": value}]

    def _minutes(self) -> int:
        return int(self.life.data or 0) * MINUTES.get(str(self.unit.data), 0)


def limits_data(conditions: Conditions) -> dict[str, Any]:
    """What the page of limits starts with: the time in the longest unit that is whole."""
    unit = next(name for name in ("days", "hours", "minutes") if conditions.request_minutes % MINUTES[name] == 0)
    same = ("pending", "most_meetings", "pause_minutes", "locked", "interregional")
    life = {"life": conditions.request_minutes // MINUTES[unit], "unit": unit}
    return {name: getattr(conditions, name) for name in same} | life | {"was": mark_of(terms_of(conditions))}


class MatrixForm(SeenForm):
    """The matrix: a select for each pair of types, named `pair-3-5`; 0 stands for those without a type."""

    @classmethod
    def of(cls, types: Sequence[ParticipantType]) -> type["MatrixForm"]:
        """With the fields of these types."""
        fields = {name_of(pair): Choice("", words_of(pair, types)) for pair in pairs(types)}
        return type("MatrixOfTypes", (cls,), fields)

    def cells(self, types: Sequence[ParticipantType]) -> dict[tuple[int, int], Between]:
        return {pair: Between(self[name_of(pair)].data) for pair in pairs(types)}


def matrix_data(matrix: Matrix, types: Sequence[ParticipantType]) -> dict[str, str]:
    """What the page of the matrix starts with."""
    return {name_of(pair): matrix.between(*pair) for pair in pairs(types)} | {"was": mark_of_matrix(matrix)}


def mark_of_matrix(matrix: Matrix) -> str:
    return mark_of(sorted(matrix.cells.items()))


def pairs(types: Sequence[ParticipantType]) -> Iterator[tuple[int, int]]:
    """Each pair of types once, in the organisers' order; last those without a type."""
    ids = [*(type.id for type in types), 0]
    for index, one in enumerate(ids):
        for other in ids[index:]:
            yield pair_of_types(one, other)


def name_of(pair: tuple[int, int]) -> str:
    return f"pair-{pair[0]}-{pair[1]}"


def words_of(pair: tuple[int, int], types: Iterable[ParticipantType]) -> list[tuple[str, str]]:
    """What two types may do with each other, said with their names."""
    names = {type.id: type.name for type in types} | {0: _("without a type")}
    first, second = names[pair[0]], names[pair[1]]
    asks = [
        (Between.FIRST.value, _("asks: %(name)s") % {"name": first}),
        (Between.SECOND.value, _("asks: %(name)s") % {"name": second}),
    ]
    return [
        (Between.EITHER.value, _("ask each other")),
        *(asks if first != second else []),
        (Between.SEEN.value, _("see each other")),
        (Between.APART.value, _("are kept apart")),
    ]


class OwnTypeForm(SeenForm):
    """The type of one participant."""

    type = Choice(later("Type at this event"), [])

    def offer(self, types: Iterable[ParticipantType]) -> None:
        self.offered = {str(type.id): type for type in types}
        self.type.choices = [NO_TYPE, *((key, type.name) for key, type in self.offered.items())]

    def chosen(self) -> ParticipantType | None:
        return self.offered.get(str(self.type.data or ""))
