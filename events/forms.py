"""Forms of the conference: what is typed at the desk and at registration, as the values that verbs take."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from types import MappingProxyType
from typing import Any
from zoneinfo import available_timezones

from wtforms import Field, FileField
from wtforms.validators import InputRequired, ValidationError

from app.forms import Choice, Form, InLanguages, Line, Text, Tick, Whole
from app.i18n import LANGUAGES, _, later
from app.instants import Day
from app.texts import Texts, Told
from events.choosing import HouseForm
from events.hosting import About
from events.models import Event, EventKind, ParticipantKind, ParticipantType
from events.networks.models import Network, Region

ZONES = sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith(("Etc/", "SystemV/")))
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
COUNTRY = re.compile(r"[A-Z]{2}")
OWN_KINDS = (ParticipantKind.DELEGATE, ParticipantKind.SUPPORT)  # what one may say of oneself


class ToldForm(Form):
    """A form of what stands in one language, and in others if somebody wants: field `titles` has those of `title`."""

    elsewhere: Mapping[str, str] = {}  # title → titles

    def translations(self) -> dict[str, dict[str, str]]:
        return {name: self[field].data for name, field in self.elsewhere.items() if self[field].data}


def not_in_its_own(form: ToldForm, field: Field) -> None:
    """Two texts in one language would leave open which is meant."""
    own = str(form["language"].data)
    if own in field.data:
        raise ValidationError(
            _("%(language)s is the language of the text above: change it there.") % {"language": LANGUAGES[own]}
        )


class AboutForm(ToldForm):
    """An event's own facts."""

    elsewhere = MappingProxyType({"title": "titles", "summary": "summaries"})

    title = Line(later("Title"), limit=200)
    kind = Choice(later("Kind"), EventKind)
    summary = Text(later("What it is about"), limit=4000)
    language = Choice(later("Language of title and text"), list(LANGUAGES.items()), default="en")
    titles = InLanguages(later("Title"), lambda label: Line(label, limit=200, required=False), required=False)
    summaries = InLanguages(later("What it is about"), lambda label: Text(label, limit=4000), required=False)
    venue = Line(later("Venue"), limit=200, required=False)
    city = Line(later("City"), limit=80, required=False)
    country = Line(later("Country"), limit=2, required=False, description=later("Two letters, such as PL or FI."))
    zone = Choice(later("Time zone"), [(zone, zone.replace("_", " ")) for zone in ZONES], default="Europe/Brussels")
    first_day = Day(later("First day"))
    last_day = Day(later("Last day"))

    validate_titles = validate_summaries = not_in_its_own

    def validate_country(self, field: Field) -> None:
        field.data = (field.data or "").upper()
        if field.data and not COUNTRY.fullmatch(field.data):
            raise ValidationError(_("Two letters, such as PL or FI."))

    def validate_last_day(self, field: Field) -> None:
        if field.data and self.first_day.data and field.data < self.first_day.data:
            raise ValidationError(_("The last day is before the first."))

    def about(self) -> About:
        return About(
            title=str(self.title.data),
            kind=EventKind(self.kind.data),
            zone=str(self.zone.data),
            first_day=self.first_day.data,  # type: ignore[arg-type]  # validated: a day was given
            last_day=self.last_day.data,  # type: ignore[arg-type]
            summary=self.summary.data or "",
            language=str(self.language.data),
            translations=self.translations(),
            venue=self.venue.data or "",
            city=self.city.data or "",
            country=self.country.data or "",
        )


class NewEventForm(AboutForm):
    network = Choice(later("Network"), [])
    slug = Line(
        later("Address"), limit=60, description=later("The end of its address: small letters, digits and hyphens.")
    )

    def offer(self, networks: Iterable[Network]) -> None:
        self.network.choices = [(str(network.id), network.name) for network in networks]

    def validate_slug(self, field: Field) -> None:
        if not SLUG.fullmatch(field.data or ""):
            raise ValidationError(_("Small letters, digits and hyphens, such as krakow-2026."))
        if field.data == "new":
            raise ValidationError(_("This address is taken."))


class JoinForm(HouseForm):
    """Registration: where somebody comes from."""

    position = Line(later("Your position"), limit=120, required=False)
    kind = Choice(later("I come as"), [])
    type = Choice(later("At this event I am"), [], validate_choice=False)

    def offer(self, regions: Iterable[Region], types: Sequence[ParticipantType] = ()) -> None:
        """`types` are those that one may choose; where there are any, one must."""
        self.types = {str(type.id): type for type in types}
        self.type.choices = [(key, type.name) for key, type in self.types.items()]
        self.offer_regions(regions)
        self.kind.choices = [(kind.value, _(kind.value).capitalize()) for kind in OWN_KINDS]

    def validate_type(self, field: Field) -> None:
        if self.types and field.data not in self.types:
            raise ValidationError(_("Choose one of the list."))

    def chosen_type(self) -> ParticipantType | None:
        return self.types.get(str(self.type.data))


class SpeakerForm(Form):
    """Somebody the desk knows by name only."""

    name = Line(later("Full name"), limit=120)
    position = Line(later("Position"), limit=120, required=False)


class ReasonForm(Form):
    reason = Text(later("Reason"), limit=500, required=True)


class TypeForm(Form):
    kind = Choice(later("Type"), ParticipantKind)


class VersionForm(Form):
    """What was seen when a button was pressed."""

    version = Whole("", low=1, high=2**31 - 1)
    seen = Line("", limit=64, required=False)  # the mark of what a change would take from whom


class RoomForm(Form):
    name = Line(later("Name"), limit=120)
    capacity = Whole(later("Places"), low=1, high=100_000, required=False)
    shared = Tick(later("Several sessions at once, as in a foyer"))


class TrackForm(Form):
    name = Line(later("Name"), limit=120)
    colour = Line(later("Colour"), limit=7, required=False, default="#3f6f8f", render_kw={"type": "color"})

    def validate_colour(self, field: Field) -> None:
        if field.data and not COLOUR.fullmatch(field.data):
            raise ValidationError(_("A colour such as #2f6b4f."))


class UploadForm(Form):
    """The page takes the bytes with `app.web.uploaded`, and puts here what is wrong with them."""

    file = FileField(later("File"), [InputRequired()], description=later("Up to 20 MB."))


class ImportForm(Form):
    """`seen` is the mark of the difference that was looked at."""

    seen = Line("", limit=64)


class ReleaseForm(Form):
    version = Line(later("Name of the release"), limit=40)
    note = Text(later("What is new"), limit=2000)


def about_of(event: Event) -> dict[str, Any]:
    """The event's own facts as the form shows them."""
    return {**{field.name: getattr(event, field.name) for field in fields(About)}, **translated(AboutForm, event)}


def translated(form: type[ToldForm], thing: Told) -> dict[str, Texts]:
    """Its texts in other languages, under the names of the fields."""
    return {field: thing.translations.get(name, {}) for name, field in form.elsewhere.items()}
