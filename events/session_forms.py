"""Forms of a session: what it is, and where and when."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from wtforms import Field
from wtforms.validators import ValidationError

from app.forms import Choice, Form, InLanguages, Line, Text, Ticks, Whole
from app.i18n import _, languages, later
from app.instants import Instant
from app.text import plain, web_scheme
from app.wording import alphabetical, several, tongue
from events.choosing import NOBODY, pilot_choices
from events.forms import ToldForm, not_in_its_own, translated
from events.models import Participant, ParticipantType, Room, Session, Track
from events.networks.models import Pilot
from events.schedule import Details


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
        if field.data and not web_scheme(field.data):
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


class InARoom(Form):
    """Where, and when by the event's clock."""

    room = Choice(later("Room"), [])
    start: Instant

    def process(self, *args: Any, **kwargs: Any) -> None:
        zone: ZoneInfo = kwargs.pop("zone")
        self.start.zone = zone
        super().process(*args, **kwargs)

    def offer_rooms(self, rooms: Iterable[Room]) -> None:
        self.rooms = {str(room.id): room for room in rooms}
        self.room.choices = [("", _("no room")), *((key, room.name) for key, room in self.rooms.items())]


class NewSessionForm(SessionForm, InARoom):
    """A session, and its place if that is known already."""

    start = Instant(
        later("Start"), required=False, description=later("Empty: it waits beside the board until it has a time.")
    )
    minutes = Whole(later("Minutes"), low=5, high=24 * 60, default=45)

    def place(self) -> tuple[Room | None, datetime | None, datetime | None]:
        room, start = self.rooms.get(str(self.room.data)), self.start.data
        return room, start, start + timedelta(minutes=self.minutes.data or 0) if start else None


class SlotForm(InARoom):
    """Where and when: what a drop on the board sends, and what is typed without one."""

    version = Whole("", low=1, high=2**31 - 1)
    start = Instant(later("Start"))
    minutes = Whole(later("Minutes"), low=5, high=24 * 60)

    def place(self) -> tuple[Room | None, datetime, datetime]:
        start, minutes = self.start.data, self.minutes.data
        assert start is not None
        assert minutes is not None
        return self.rooms.get(str(self.room.data)), start, start + timedelta(minutes=minutes)


def _told_apart(speakers: Sequence[Participant]) -> dict[str, Participant]:
    """Everybody under a name of their own: namesakes have their organisation and number behind it."""
    namesakes = Counter(plain(speaker.name) for speaker in speakers)
    return {_label(one) if namesakes[plain(one.name)] > 1 else one.name: one for one in speakers}


def _label(speaker: Participant) -> str:
    house = f"{speaker.organisation.name}, " if speaker.organisation else ""
    return f"{speaker.name} ({house}{speaker.id})"


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
