"""Tables of the conference: events, rooms, tracks, sessions, organisations, participants."""

from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from tortoise import fields
from tortoise.models import Model

from app.fields import SlugField, UTCDatetimeField
from app.i18n import later
from app.models import Person
from events.kinds import NATURES, Nature
from events.networks.models import Network, Pilot, Region, Series


class EventKind(StrEnum):
    CONFERENCE = later("conference")
    BROKERAGE = later("brokerage event")
    WORKSHOP = later("workshop")
    SEMINAR = later("seminar")
    BRIEFING = later("briefing")
    EXCHANGE = later("information exchange")
    CONVENTION = later("convention")
    RESEARCH_SEMINAR = later("research seminar")
    TRAINING = later("training")


class Event(Model):
    """A conference, brokerage event, … of a network, in one zone."""

    id = fields.IntField(primary_key=True)
    slug = SlugField(60, unique=True)
    title = fields.CharField(200)
    language = fields.CharField(2, default="en")  # of title and summary
    translations: dict[str, dict[str, str]] = fields.JSONField(default=dict)  # see app.texts
    kind = fields.CharEnumField(EventKind)
    network: fields.ForeignKeyRelation[Network] = fields.ForeignKeyField("events.Network", related_name="events")
    network_id: int
    summary = fields.TextField(default="")
    venue = fields.CharField(200, default="")
    city = fields.CharField(80, default="")
    country = fields.CharField(2, default="")
    zone = fields.CharField(60)  # IANA name
    first_day: date = fields.DateField()
    last_day: date = fields.DateField()
    version = fields.CharField(40, null=True)  # the newest release; None: only the desk sees the programme
    about_version = fields.IntField(default=1)  # +1 on every edit of its own facts, as a session's `version`
    about_changed_at: datetime = UTCDatetimeField(auto_now_add=True)  # rises strictly with what calendars show of it
    series: fields.ForeignKeyNullableRelation[Series] = fields.ForeignKeyField(
        "events.Series", related_name="events", null=True, on_delete=fields.SET_NULL
    )
    series_id: int | None
    part_of: fields.ForeignKeyNullableRelation["Event"] = fields.ForeignKeyField(
        "events.Event", related_name="parts", null=True, on_delete=fields.SET_NULL
    )
    part_of_id: int | None  # the convention it is held at

    class Meta:
        table = "event"

    @staticmethod
    def scope_of(event_id: int) -> str:
        return f"event:{event_id}"

    @property
    def scope(self) -> str:
        """The journal this event's writes go to, and the topic of what everyone may see."""
        return self.scope_of(self.id)

    @property
    def desk(self) -> str:
        """The topic of what only its organisers see."""
        return f"desk:{self.id}"

    @property
    def released(self) -> bool:
        return self.version is not None

    @property
    def nature(self) -> Nature:
        return NATURES[self.kind.value]

    @property
    def tz(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    def days(self) -> list[date]:
        return [self.first_day + timedelta(days=n) for n in range((self.last_day - self.first_day).days + 1)]

    def spans(self, start: datetime, end: datetime) -> bool:
        """Whether the time lies within the event's days, as its own clock counts them."""
        opens = datetime.combine(self.first_day, time(), self.tz)
        closes = datetime.combine(self.last_day + timedelta(days=1), time(), self.tz)
        return opens <= start and end <= closes


class Room(Model):
    id = fields.IntField(primary_key=True)
    event: fields.ForeignKeyRelation[Event] = fields.ForeignKeyField("events.Event", related_name="rooms")
    event_id: int
    name = fields.CharField(120)
    capacity = fields.IntField(null=True)
    position = fields.IntField(default=0)
    shared = fields.BooleanField(default=False)  # several sessions at once (foyer, posters)

    class Meta:
        table = "room"
        unique_together = (("event", "name"),)


class Track(Model):
    id = fields.IntField(primary_key=True)
    event: fields.ForeignKeyRelation[Event] = fields.ForeignKeyField("events.Event", related_name="tracks")
    event_id: int
    name = fields.CharField(120)
    colour = fields.CharField(7, default="")  # #rrggbb
    position = fields.IntField(default=0)

    class Meta:
        table = "track"
        unique_together = (("event", "name"),)


class SessionStatus(StrEnum):
    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"


class Session(Model):
    """One item of the programme. Without `start` it is not on the schedule yet."""

    id = fields.IntField(primary_key=True)
    event: fields.ForeignKeyRelation[Event] = fields.ForeignKeyField("events.Event", related_name="sessions")
    event_id: int
    room: fields.ForeignKeyNullableRelation[Room] = fields.ForeignKeyField(
        "events.Room", related_name="sessions", null=True, on_delete=fields.SET_NULL
    )
    room_id: int | None
    track: fields.ForeignKeyNullableRelation[Track] = fields.ForeignKeyField(
        "events.Track", related_name="sessions", null=True, on_delete=fields.SET_NULL
    )
    track_id: int | None
    title = fields.CharField(250)
    subtitle = fields.CharField(250, default="")
    abstract = fields.TextField(default="")
    kind = fields.CharField(60, default="")  # talk, workshop, break, …: the organiser's word
    language = fields.CharField(8, default="")
    translations: dict[str, dict[str, str]] = fields.JSONField(default=dict)  # see app.texts
    start: datetime | None = UTCDatetimeField(null=True)
    end: datetime | None = UTCDatetimeField(null=True)
    online_url = fields.CharField(500, default="")
    capacity = fields.IntField(null=True)  # None: no booking needed
    booked = fields.IntField(default=0)
    status = fields.CharEnumField(SessionStatus, default=SessionStatus.CONFIRMED)
    version = fields.IntField(default=1)  # +1 on every edit: what a page that saves must have seen
    sequence = fields.IntField(default=0)  # RFC 5545 3.8.7.4: +1 on time, place or status
    changed_at: datetime = UTCDatetimeField()  # LAST-MODIFIED, strictly rising
    created_at: datetime = UTCDatetimeField()
    source = fields.CharField(200, null=True)  # stable key in the file it was imported from
    pilots: fields.ManyToManyRelation[Pilot] = fields.ManyToManyField(
        "events.Pilot",
        related_name="sessions",
        through="session_pilot",
        forward_key="pilot_id",
        backward_key="session_id",
    )
    speakers: fields.ManyToManyRelation["Participant"] = fields.ManyToManyField(
        "events.Participant",
        related_name="speaking",
        through="session_speaker",
        forward_key="participant_id",
        backward_key="session_id",
    )
    types: fields.ManyToManyRelation["ParticipantType"] = fields.ManyToManyField(
        "events.ParticipantType",
        related_name="sessions",
        through="session_type",
        forward_key="type_id",
        backward_key="session_id",
    )  # who may book it; none: everybody

    class Meta:
        table = "session"
        unique_together = (("event", "source"),)

    @property
    def subject(self) -> str:
        return f"session:{self.id}"

    @property
    def scheduled(self) -> bool:
        return self.start is not None and self.status == SessionStatus.CONFIRMED

    def place(self, room: Room | None, start: datetime | None, end: datetime | None) -> None:
        self.room_id = room.id if room else None
        self.start, self.end = start, end

    def touch(self, now: datetime) -> None:
        """Something a reader can see has changed. A calendar counts in seconds, so two edits in one must differ."""
        self.changed_at = max(self.changed_at + timedelta(seconds=1), now)


class OrganisationKind(StrEnum):
    COMPANY = later("company")
    CLUSTER = later("cluster")
    RESEARCH = later("research institution")
    SUPPORT = later("business support office")
    AUTHORITY = later("public authority")


class Organisation(Model):
    id = fields.IntField(primary_key=True)
    name = fields.CharField(200)
    kind = fields.CharEnumField(OrganisationKind)
    region: fields.ForeignKeyRelation[Region] = fields.ForeignKeyField("events.Region", related_name="organisations")
    region_id: int
    website = fields.CharField(300, default="")

    class Meta:
        table = "organisation"
        unique_together = (("name", "region"),)


class ParticipantType(Model):
    """One of the event's own kinds of participants, such as buyer and supplier: rules between people hang on it."""

    id = fields.IntField(primary_key=True)
    event: fields.ForeignKeyRelation[Event] = fields.ForeignKeyField("events.Event", related_name="types")
    event_id: int
    name = fields.CharField(60)
    position = fields.IntField(default=0)
    open = fields.BooleanField(default=True)  # may be chosen at registration

    class Meta:
        table = "participant_type"
        unique_together = (("event", "name"),)


class ParticipantKind(StrEnum):
    DELEGATE = later("delegate")
    SPEAKER = later("speaker")
    ORGANISER = later("organiser")
    SUPPORT = later("support office")
    DESK = later("desk staff")


class ParticipantStatus(StrEnum):
    PENDING = "pending"
    APPROVED = "approved"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"


class Participant(Model):
    """A person's presence at one event. An imported speaker has a name and no Person until they sign in."""

    id = fields.IntField(primary_key=True)
    event: fields.ForeignKeyRelation[Event] = fields.ForeignKeyField("events.Event", related_name="participants")
    event_id: int
    person: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "app.Person", related_name="participants", null=True
    )
    person_id: int | None
    organisation: fields.ForeignKeyNullableRelation[Organisation] = fields.ForeignKeyField(
        "events.Organisation", related_name="participants", null=True, on_delete=fields.SET_NULL
    )
    organisation_id: int | None
    type: fields.ForeignKeyNullableRelation[ParticipantType] = fields.ForeignKeyField(
        "events.ParticipantType", related_name="participants", null=True, on_delete=fields.SET_NULL
    )
    type_id: int | None
    kind = fields.CharEnumField(ParticipantKind)
    status = fields.CharEnumField(ParticipantStatus)
    status_reason = fields.CharField(500, default="")
    name = fields.CharField(120)
    position = fields.CharField(120, default="")  # job title
    source = fields.CharField(200, null=True)  # stable key in the file they were imported from
    created_at: datetime = UTCDatetimeField()

    class Meta:
        table = "participant"
        unique_together = (("event", "person"), ("event", "source"))

    @property
    def topic(self) -> str | None:
        """Where this person's own changes are heard; None for somebody without an account."""
        return f"person:{self.person_id}" if self.person_id else None

    @property
    def inbox(self) -> str | None:
        """Where they hear of messages, offers and the like: their open pages do, and no calendar."""
        return f"inbox:{self.person_id}" if self.person_id else None

    @property
    def runs_desk(self) -> bool:
        return self.status == ParticipantStatus.APPROVED and self.kind in (
            ParticipantKind.ORGANISER,
            ParticipantKind.DESK,
        )
