"""Forms of support offices: set up and kept at a network's desk, chosen and allowed on one's own account."""

from collections.abc import Sequence

from app.forms import Address, Choice, Form, Line, Ticks, Whole
from app.i18n import later
from app.wording import country
from events.networks.models import Region
from events.networks.support.models import Office

NONE = ("", "–")
ID = 2**31 - 1


class NewOfficeForm(Form):
    name = Line(later("Name of the organisation"), limit=200)
    region = Choice(later("Region"), [])

    def offer(self, regions: Sequence[Region]) -> None:
        self.regions = {str(one.id): one for one in regions}
        self.region.choices = [(str(one.id), _named(one)) for one in regions]


class CoverageForm(Form):
    regions = Ticks(later("People from these regions become clients by themselves"))

    def offer(self, regions: Sequence[Region]) -> None:
        self.offered = {str(one.id): one for one in regions}
        self.regions.choices = [(str(one.id), _named(one)) for one in regions]

    def ticked(self) -> list[Region]:
        return [self.offered[key] for key in self.regions.data or ()]


class AdviserForm(Form):
    email = Address(later("Mail address of their account"))


class NumberForm(Form):
    """Which of them."""

    number = Whole("", low=1, high=ID)


class QueueForm(Form):
    """Who of the queue goes to which office."""

    people = Ticks("", validate_choice=False)
    office = Whole(later("Office"), low=1, high=ID)


class ChoiceForm(Form):
    """Which office helps one; none of them is an answer too."""

    office = Choice(later("Your support office"), [], default="")

    def offer(self, offices: Sequence[Office]) -> None:
        self.offices = {str(one.id): one for one in offices}
        named = [(str(one.id), f"{one.organisation.name}, {one.organisation.region.name}") for one in offices]
        self.office.choices = [NONE, *named]


def _named(region: Region) -> str:
    return f"{region.name}, {country(region.country)}"
