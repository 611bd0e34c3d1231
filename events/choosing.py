"""What forms all over offer in the same words: regions, pilots, and the organisation for which somebody comes."""

from collections.abc import Iterable, Mapping

from app.forms import Choice, Form, Line
from app.i18n import language, later
from app.wording import alphabetical, country
from events.models import Organisation, OrganisationKind
from events.networks.models import Pilot, Region
from events.participants import Affiliation

NOBODY = ("", "–")
Choices = list[tuple[str, str]]  # the value that is posted, and its words


class HouseForm(Form):
    """For which organisation somebody comes."""

    organisation = Line(later("Organisation"), limit=200)
    organisation_kind = Choice(later("Kind of organisation"), OrganisationKind)
    region = Choice(later("Region"), [])

    def offer_regions(self, regions: Iterable[Region]) -> None:
        self.regions: Mapping[str, Region] = {str(region.id): region for region in regions}
        self.region.choices = region_choices(self.regions.values())

    def affiliation(self) -> Affiliation:
        kind = OrganisationKind(self.organisation_kind.data)
        return Affiliation(str(self.organisation.data), kind, self.regions[str(self.region.data)])


def house_data(one: Organisation) -> dict[str, str]:
    """The organisation as the form shows it."""
    return {"organisation": one.name, "organisation_kind": one.kind.value, "region": str(one.region_id)}


def region_choices(regions: Iterable[Region]) -> Choices:
    """In the reader's alphabet."""
    ordered = sorted(regions, key=lambda region: alphabetical(region.name))
    return [(str(region.id), f"{region.name}, {country(region.country)}") for region in ordered]


def pilot_choices(pilots: Iterable[Pilot]) -> Choices:
    return [(str(pilot.id), f"{pilot.code} · {pilot.name_in(language())}") for pilot in pilots]
