"""Forms of meeting rounds: what they are like, their tables, and whose those are."""

from collections.abc import Iterable, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from wtforms import Field
from wtforms.validators import InputRequired, ValidationError

from app.forms import Choice, Form, Line, Ticks, Whole
from app.i18n import _, later
from app.instants import Instant
from app.seen import mark_of
from app.text import plain
from events.models import Organisation, Participant, ParticipantType
from matchmaking.hosts import Owner
from matchmaking.reshaping import facts_of
from matchmaking.round_models import Location, Mode
from matchmaking.rounds import MOST_TABLES, Shape

MODES = (
    (Mode.ACCEPTING.value, later("whoever accepts chooses one")),
    (Mode.ASKING.value, later("whoever asks names some, and the other takes one of them")),
    (Mode.SCHEDULE.value, later("the organisers’ schedule gives them")),
)
LOCATIONS = (
    (Location.ON_SITE.value, later("on site, at tables")),
    (Location.ONLINE.value, later("online, by video link")),
    (Location.HYBRID.value, later("hybrid: at tables, and by video link for whoever is not there")),
)


class SeenForm(Form):
    """`seen` is the mark of the list of what a change breaks, once that was looked at; `was` the mark of what the page
    showed."""

    seen = Line("", limit=64, required=False)
    was = Line("", limit=64, required=False)


class RoundForm(SeenForm):
    name = Line(later("Name"), limit=120)
    place = Line(later("Place"), limit=120, required=False, description=later("The room or hall where the tables are."))
    start = Instant(later("Start"))
    end = Instant(later("End"))
    slot_minutes = Whole(later("Minutes a meeting"), low=5, high=480, default=20, render_kw={"step": 5})
    break_minutes = Whole(later("Minutes between meetings"), low=0, high=240, default=5, render_kw={"step": 5})
    tables = Whole(later("Tables"), low=0, high=MOST_TABLES, required=False, description=later("Online: none."))
    location = Choice(later("Meetings are"), LOCATIONS, default=Location.ON_SITE.value, validators=[InputRequired()])
    link = Line(
        later("Template of the video link"),
        limit=300,
        required=False,
        description=later("Such as https://meet.example.org/{event}-{meeting}. Empty: those who meet type one."),
    )
    mode = Choice(later("Times"), MODES, default=Mode.ACCEPTING.value, validators=[InputRequired()])
    opens_at = Instant(later("Booking opens"), required=False)
    closes_at = Instant(later("Booking closes"), required=False)
    most_meetings = Whole(
        later("Meetings of one person at most"),
        low=1,
        high=500,
        required=False,
        description=later("Two fewer than slots leave everybody two breaks. Empty: no limit."),
    )
    types = Ticks(later("Only for"), description=later("None ticked: for everybody."))

    def process(self, *args: Any, **kwargs: Any) -> None:
        zone: ZoneInfo = kwargs.pop("zone")
        for field in (self.start, self.end, self.opens_at, self.closes_at):
            field.zone = zone
        super().process(*args, **kwargs)

    def offer(self, types: Iterable[ParticipantType]) -> None:
        self.offered = {str(type.id): type for type in types}
        self.types.choices = [(key, type.name) for key, type in self.offered.items()]

    def shape(self) -> Shape:
        same = ("name", "start", "end", "slot_minutes", "break_minutes", "opens_at", "closes_at", "most_meetings")
        return Shape(
            **{name: self.data[name] for name in same},
            tables=self.tables.data or 0,
            place=self.place.data or "",
            link=self.link.data or "",
            mode=Mode(self.mode.data),
            location=Location(self.location.data),
            types=[self.offered[key] for key in self.types.data or ()],
        )


def round_data(shape: Shape) -> dict[str, Any]:
    """What the page of a round starts with."""
    same = ("name", "place", "start", "end", "slot_minutes", "break_minutes", "tables", "link", "opens_at", "closes_at")
    return {
        **{name: getattr(shape, name) for name in (*same, "most_meetings")},
        "was": mark_of(facts_of(shape)),
        "mode": shape.mode.value,
        "location": shape.location.value,
        "types": [str(type.id) for type in shape.types],
    }


class TablesForm(SeenForm):
    tables = Whole(later("Tables"), low=1, high=MOST_TABLES)


class TableForm(Form):
    number = Whole(later("Table"), low=1, high=MOST_TABLES)


class LossForm(TableForm):
    """A table is lost, from a time on."""

    start = Instant(later("Start"))

    def process(self, *args: Any, **kwargs: Any) -> None:
        self.start.zone = kwargs.pop("zone")
        super().process(*args, **kwargs)


class HostForm(SeenForm):
    """Whose table it is: the name of an organisation or a participant; empty: everybody's."""

    number = Whole(later("Table"), low=1, high=MOST_TABLES)
    owner = Line(
        later("Belongs to"),
        limit=330,
        required=False,
        description=later("An organisation or a participant. Empty: everybody’s."),
    )

    def offer(self, houses: Sequence[Organisation], people: Iterable[Participant]) -> None:
        named = {house.id: house.name for house in houses}
        self.known: dict[str, Owner] = {house.name: house for house in houses}
        for one in people:
            self.known[label_of(one, named)] = one
        self.known_as = {plain(label): owner for label, owner in self.known.items()}

    def validate_owner(self, field: Field) -> None:
        if field.data and plain(field.data) not in self.known_as:
            raise ValidationError(_("Nobody here is called so. Choose from the list."))

    def found(self) -> Owner | None:
        return self.known_as.get(plain(self.owner.data or ""))


def label_of(one: Participant, houses: dict[int, str]) -> str:
    """Anna Nowak, Kraków Bio (17): a name by which nobody else is meant."""
    house = houses.get(one.organisation_id or 0, "")
    return f"{one.name}, {house} ({one.id})" if house else f"{one.name} ({one.id})"
