"""Forms of a network's desk: what coordinators type, as the values that verbs take."""

import re
from collections.abc import Collection, Iterable

from wtforms import Field
from wtforms.validators import ValidationError

from app.forms import Address, Choice, Form, InLanguages, Line, Text, Ticks
from app.i18n import LANGUAGES, _, later
from app.instants import Day
from app.overtaken import WasForm
from app.text import plain, web_scheme
from app.wording import alphabetical
from events.choosing import pilot_choices, region_choices
from events.forms import COUNTRY, SLUG, NewEventForm
from events.kinds import NATURES
from events.models import Event
from events.networks.keeping import Ground, Texts, Words
from events.networks.models import MembershipStatus, Pilot, Region, Series, Stage
from events.networks.pilots import Theme
from events.networks.terms import Term

PILOT = re.compile(r"[A-Z0-9][A-Z0-9-]*")
NUTS = re.compile(r"[A-Z]{2}[A-Z0-9]{0,3}")
NONE = ("", "–")


class TextsForm(WasForm):
    name = Line(later("Name"), limit=120)
    abouts = InLanguages(later("What it is about"), lambda label: Text(label, limit=4000), required=False)
    founded = Line(
        later("Founded"),
        limit=40,
        required=False,
        description=later("As 2013, 2013-11 or 2013-11-27: each reader sees it in their way."),
    )
    website = Line(later("Website"), limit=300, required=False)

    def validate_website(self, field: Field) -> None:
        if field.data and not web_scheme(field.data):
            raise ValidationError(_("An address that begins with https://, please."))

    def texts(self) -> Texts:
        return Texts(
            name=str(self.name.data),
            abouts=self.abouts.data,
            founded=self.founded.data or "",
            website=self.website.data or "",
        )


class TermForm(WasForm):
    """A membership; the end is the first day without it."""

    status = Choice(later("Status"), MembershipStatus)
    start = Day(later("Member since"), required=False, description=later("Empty: nobody knows, long ago."))
    end = Day(
        later("No longer a member from"), required=False, description=later("The first day without it; empty: still.")
    )
    notes = InLanguages(later("Note"), lambda label: Line(label, limit=200, required=False), required=False)

    def validate_end(self, field: Field) -> None:
        if field.data and self.start.data and field.data <= self.start.data:
            raise ValidationError(_("The membership would end before it began."))

    def term(self) -> Term:
        return Term(self.start.data, self.end.data)


class MembershipForm(TermForm):
    """A membership to be."""

    region = Choice(later("Region"), [])

    def offer(self, regions: Iterable[Region]) -> None:
        self.regions = {str(region.id): region for region in regions}
        self.region.choices = region_choices(self.regions.values())


class StatusForm(Form):
    """Another status from a day on."""

    status = Choice(later("New status"), MembershipStatus)
    on = Day(later("Holds from"))


class EndForm(Form):
    on = Day(later("First day without it"))


class RegionForm(WasForm):
    names = InLanguages(later("Name"), lambda label: Line(label, limit=120, required=False))
    country = Line(later("Country"), limit=2, description=later("Two letters, such as PL or FI."))
    nuts = Line(later("NUTS code"), limit=8, required=False, description=later("Of 2021, such as PL21."))

    def validate_country(self, field: Field) -> None:
        field.data = (field.data or "").upper()
        if not COUNTRY.fullmatch(field.data):
            raise ValidationError(_("Two letters, such as PL or FI."))

    def validate_nuts(self, field: Field) -> None:
        field.data = (field.data or "").upper()
        if field.data and not NUTS.fullmatch(field.data):
            raise ValidationError(_("Two letters and up to three more signs, such as PL21."))

    @property
    def code(self) -> str:
        """Of the first of our languages that it has a name in."""
        return code_of(next(self.names.data[one] for one in LANGUAGES if one in self.names.data))

    def ground(self) -> Ground:
        return Ground(names=self.names.data, country=str(self.country.data), nuts=self.nuts.data or "")


class PilotForm(WasForm):
    """What a pilot says about itself."""

    names = InLanguages(later("Name"), lambda label: Line(label, limit=200, required=False))
    abouts = InLanguages(later("What it is about"), lambda label: Text(label, limit=4000), required=False)
    leads = Ticks(later("Lead regions"))

    def offer(self, regions: Iterable[Region], *, leading: Collection[Region] = ()) -> None:
        """`regions` are the members; who leads is offered even after leaving."""
        offered = {region.id: region for region in (*regions, *leading)}
        ordered = sorted(offered.values(), key=lambda region: alphabetical(region.name))
        self.regions = {str(region.id): region for region in ordered}
        self.leads.choices = [(key, region.name) for key, region in self.regions.items()]

    def theme(self) -> Theme:
        leads = [self.regions[key] for key in self.leads.data or ()]
        return Theme(names=self.names.data, abouts=self.abouts.data, leads=leads)


class NewPilotForm(PilotForm):
    code = Line(later("Code"), limit=12, description=later("Short and in capitals, such as BIO."))

    def validate_code(self, field: Field) -> None:
        field.data = (field.data or "").upper()
        if not PILOT.fullmatch(field.data):
            raise ValidationError(_("Capitals, digits and hyphens, such as BIO or 3DP."))


class DemoCaseForm(Form):
    name = Line(later("Name"), limit=200)
    stage = Choice(later("Stage"), Stage)


class CaseForm(Form):
    """Which demo case of a pilot; empty: the pilot itself."""

    case = Line("", limit=9, required=False)


class CoordinatorForm(Form):
    email = Address(later("Mail address of their account"))


class WholeCoordinatorForm(CoordinatorForm):
    """For the whole network, or one of its pilots."""

    pilot = Choice(later("Of"), [])

    def offer(self, pilots: Iterable[Pilot]) -> None:
        self.pilots = {str(pilot.id): pilot for pilot in pilots}
        self.pilot.choices = [("", _("the whole network")), *pilot_choices(self.pilots.values())]


class SeriesForm(WasForm):
    titles = InLanguages(later("Title"), lambda label: Line(label, limit=200, required=False))
    abouts = InLanguages(later("What it is about"), lambda label: Text(label, limit=4000), required=False)

    def words(self) -> Words:
        return Words(titles=self.titles.data, abouts=self.abouts.data)


class NewSeriesForm(SeriesForm):
    slug = Line(
        later("Address"), limit=60, description=later("The end of its address: small letters, digits and hyphens.")
    )

    def validate_slug(self, field: Field) -> None:
        if not SLUG.fullmatch(field.data or ""):
            raise ValidationError(_("Small letters, digits and hyphens, such as krakow-2026."))


class BelongingForm(Form):
    """Where an event belongs within its network."""

    series = Choice(later("Series"), [])
    part_of = Choice(later("Held at the convention"), [])

    def offer_belonging(self, series: Iterable[Series], conventions: Iterable[Event]) -> None:
        self.all_series = {str(one.id): one for one in series}
        self.conventions = {str(one.id): one for one in conventions}
        self.series.choices = [NONE, *((key, one.title) for key, one in self.all_series.items())]
        self.part_of.choices = [NONE, *((key, one.title) for key, one in self.conventions.items())]

    def belonging(self) -> tuple[Series | None, Event | None]:
        return self.all_series.get(str(self.series.data)), self.conventions.get(str(self.part_of.data))


class NetworkEventForm(BelongingForm, NewEventForm):
    """An event of the network whose desk it is."""

    network = None  # type: ignore[assignment]  # WTForms' way to leave a field out

    def validate_part_of(self, field: Field) -> None:
        if field.data and NATURES[str(self.kind.data)].parts:
            raise ValidationError(_("A convention is not held at another one."))


def code_of(name: str) -> str:
    """A part of an address: Małopolska → malopolska."""
    return "-".join(re.findall(r"[a-z0-9]+", plain(name)))[:60]
