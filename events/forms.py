"""Forms of the conference: what is typed at the desk and at registration, as the values that verbs take."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from wtforms import Field, FileField
from wtforms.validators import InputRequired, ValidationError

from app.forms import Choice, Day, Form, InLanguages, Instant, Line, Text, Tick, Ticks, Whole
from app.i18n import LANGUAGES, _, languages, later
from app.text import plain
from app.texts import Texts, Told
from app.wording import alphabetical, several, tongue
from events.choosing import HouseForm, pilot_choices
from events.hosting import About
from events.models import (
    Event,
    EventKind,
    Participant,
    ParticipantKind,
    ParticipantType,
    Room,
    Session,
    Track,
)
from events.networks.models import Network, Pilot, Region
from events.schedule import Details

ZONES = sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith(("Etc/", "SystemV/")))
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
COUNTRY = re.compile(r"[A-Z]{2}")
OWN_KINDS = (ParticipantKind.DELEGATE, ParticipantKind.SUPPORT)  # what one may say of oneself
NOBODY = ("", "–")


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


class Names(Field):
    """Names of people to add, each in an input of its own; the page lists those who are known."""

    data: list[str]

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        self.data = [one_line for value in valuelist if (one_line := " ".join(value.split()))]


class SessionForm(ToldForm):
    """A session without its time. `version` is the one the page saw; a new session has none."""

    elsewhere = MappingProxyType({"title": "titles", "subtitle": "subtitles", "abstract": "abstracts"})

    title = Line(later("Title"), limit=250)
    subtitle = Line(later("Subtitle"), limit=250, required=False)
    kind = Line(later("Kind"), limit=60, required=False, description=later("Your own word: talk, workshop, break …"))
    language = Choice(later("Language"), [])
    abstract = Text(later("Abstract"), limit=10_000)
    titles = InLanguages(later("Title"), lambda label: Line(label, limit=250, required=False), required=False)
    subtitles = InLanguages(later("Subtitle"), lambda label: Line(label, limit=250, required=False), required=False)
    abstracts = InLanguages(later("Abstract"), lambda label: Text(label, limit=10_000), required=False)
    track = Choice(later("Track"), [])
    pilots = Ticks(later("Pilots"))
    speakers = Ticks(later("Speakers"))  # whom it has; hundreds could be ticked, so new ones are typed
    more_speakers = Names(
        later("Add speakers"),
        description=later("Approved participants; the page of participants adds people by name."),
    )
    capacity = Whole(
        later("Seats"), low=1, high=100_000, required=False, description=later("Empty: nobody needs to book a seat.")
    )
    types = Ticks(later("Only for"), description=later("Who may book it. None ticked: everybody."))
    online_url = Line(later("Address of the online room"), limit=500, required=False)

    def offer(
        self,
        *,
        tracks: Sequence[Track],
        pilots: Sequence[Pilot],
        speakers: Sequence[Participant],
        speaking: Collection[int] = (),
        types: Sequence[ParticipantType] = (),
    ) -> None:
        """`speakers` are all who could speak, `speaking` the ids of those who do."""
        self.offered_tracks = {str(track.id): track for track in tracks}
        self.offered_pilots = {str(pilot.id): pilot for pilot in pilots}
        self.offered_types = {str(type.id): type for type in types}
        self.types.choices = [(key, type.name) for key, type in self.offered_types.items()]
        self.offered_speakers = {str(speaker.id): speaker for speaker in speakers}
        self.language.choices = [NOBODY, *((code, tongue(code)) for code in languages())]
        self.track.choices = [NOBODY, *((str(track.id), track.name) for track in tracks)]
        self.pilots.choices = pilot_choices(self.offered_pilots.values())
        ordered = sorted(speakers, key=lambda speaker: alphabetical(speaker.name))
        ticked = {*map(str, speaking), *(self.speakers.data or ())}
        self.speakers.choices = [(str(one.id), one.name) for one in ordered if str(one.id) in ticked]
        self.known = _told_apart(ordered)
        self.known_as = {plain(label): speaker for label, speaker in self.known.items()}

    validate_titles = validate_subtitles = validate_abstracts = not_in_its_own

    def validate_more_speakers(self, field: Field) -> None:
        if unknown := [name for name in field.data or () if plain(name) not in self.known_as]:
            raise ValidationError(
                _("Not found, or not the only one of that name: %(names)s. Choose from the list.")
                % {"names": several(unknown)}
            )

    def validate_online_url(self, field: Field) -> None:
        if field.data and (urlsplit(field.data).scheme not in ("http", "https") or not urlsplit(field.data).hostname):
            raise ValidationError(_("An address that begins with https://, please."))

    def details(self) -> Details:
        return Details(
            title=str(self.title.data),
            subtitle=self.subtitle.data or "",
            kind=self.kind.data or "",
            language=self.language.data or "",
            abstract=self.abstract.data or "",
            translations=self.translations(),
            track=self.offered_tracks.get(str(self.track.data)),
            pilots=[self.offered_pilots[key] for key in self.pilots.data or ()],
            speakers=self.chosen_speakers(),
            capacity=self.capacity.data,
            types=[self.offered_types[key] for key in self.types.data or ()],
            online_url=self.online_url.data or "",
        )

    def chosen_speakers(self) -> list[Participant]:
        ticked = [self.offered_speakers[key] for key in self.speakers.data or ()]
        added = [self.known_as[plain(name)] for name in self.more_speakers.data or ()]
        return list({speaker.id: speaker for speaker in (*ticked, *added)}.values())


class NewSessionForm(SessionForm):
    """A session, and its place if that is known already."""

    room = Choice(later("Room"), [])
    start = Instant(
        later("Start"), required=False, description=later("Empty: it waits beside the board until it has a time.")
    )
    minutes = Whole(later("Minutes"), low=5, high=24 * 60, default=45)

    def process(self, *args: Any, **kwargs: Any) -> None:
        zone: ZoneInfo = kwargs.pop("zone")
        self.start.zone = zone
        super().process(*args, **kwargs)

    def offer_rooms(self, rooms: Iterable[Room]) -> None:
        self.rooms = {str(room.id): room for room in rooms}
        self.room.choices = [("", _("no room")), *((key, room.name) for key, room in self.rooms.items())]

    def place(self) -> tuple[Room | None, datetime | None, datetime | None]:
        room, start = self.rooms.get(str(self.room.data)), self.start.data
        return room, start, start + timedelta(minutes=self.minutes.data or 0) if start else None


class SlotForm(Form):
    """Where and when: what a drop on the board sends, and what is typed without one."""

    version = Whole("", low=1, high=2**31 - 1)
    room = Choice(later("Room"), [])
    start = Instant(later("Start"))
    minutes = Whole(later("Minutes"), low=5, high=24 * 60)

    def process(self, *args: Any, **kwargs: Any) -> None:
        zone: ZoneInfo = kwargs.pop("zone")
        self.start.zone = zone
        super().process(*args, **kwargs)

    def offer(self, rooms: Iterable[Room]) -> None:
        self.rooms = {str(room.id): room for room in rooms}
        self.room.choices = [("", _("no room")), *((key, room.name) for key, room in self.rooms.items())]

    def place(self) -> tuple[Room | None, datetime, datetime]:
        start, minutes = self.start.data, self.minutes.data
        assert start is not None
        assert minutes is not None
        return self.rooms.get(str(self.room.data)), start, start + timedelta(minutes=minutes)


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


def _told_apart(speakers: Sequence[Participant]) -> dict[str, Participant]:
    """Everybody under a name of their own: namesakes have their organisation and number behind it."""
    namesakes = Counter(plain(speaker.name) for speaker in speakers)
    return {_label(one) if namesakes[plain(one.name)] > 1 else one.name: one for one in speakers}


def _label(speaker: Participant) -> str:
    house = f"{speaker.organisation.name}, " if speaker.organisation else ""
    return f"{speaker.name} ({house}{speaker.id})"


def about_of(event: Event) -> dict[str, Any]:
    """The event's own facts as the form shows them."""
    return {**{field.name: getattr(event, field.name) for field in fields(About)}, **translated(AboutForm, event)}


def translated(form: type[ToldForm], thing: Told) -> dict[str, Texts]:
    """Its texts in other languages, under the names of the fields."""
    return {field: thing.translations.get(name, {}) for name, field in form.elsewhere.items()}


def details_of(session: Session) -> dict[str, Any]:
    """The session's details as the form shows them; its pilots, speakers and types are fetched."""
    plain = ("title", "subtitle", "kind", "language", "abstract", "capacity", "online_url")
    return {
        **{name: getattr(session, name) for name in plain},
        **translated(SessionForm, session),
        "track": str(session.track_id or ""),
        "pilots": [str(pilot.id) for pilot in session.pilots],
        "speakers": [str(speaker.id) for speaker in session.speakers],
        "types": [str(type.id) for type in session.types],
    }
