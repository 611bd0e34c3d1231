"""Tables of the brokerage event: profiles, rounds, slots, tables, availability, meetings, drafts."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from tortoise import fields
from tortoise.models import Model

from app.fields import UTCDatetimeField
from app.i18n import later
from app.intervals import Interval
from app.models import Person
from events.models import Event, Organisation, Participant, ParticipantType
from events.networks.models import DemoCase, Pilot
from matchmaking.groups.models import Group


class ProfileStatus(StrEnum):
    PENDING = "pending"
    APPROVED = "approved"
    RETURNED = "returned"


class Profile(Model):
    """What a participant brings to the brokerage event; the details stand in its Interests."""

    id = fields.IntField(primary_key=True)
    participant: fields.OneToOneRelation[Participant] = fields.OneToOneField(
        "events.Participant", related_name="profile"
    )
    participant_id: int
    about = fields.TextField(default="")
    languages: list[str] = fields.JSONField()  # codes they can hold a meeting in
    status = fields.CharEnumField(ProfileStatus, default=ProfileStatus.PENDING)
    status_reason = fields.CharField(500, default="")
    most_meetings = fields.IntField(null=True)  # they want no more than so many
    version = fields.IntField(default=1)

    class Meta:
        table = "profile"


class ChainRole(StrEnum):
    """Where in a value chain somebody stands, upstream first."""

    RAW_MATERIAL = later("raw material")
    COMPONENT = later("component")
    EQUIPMENT = later("equipment")
    INTEGRATOR = later("integrator")
    RESEARCH = later("research")
    SERVICE = later("service")
    END_USER = later("end user")
    FUNDER = later("funder")


class Interest(Model):
    """A profile's line for one pilot, or one demo case of it: what it offers and seeks there."""

    id = fields.IntField(primary_key=True)
    profile: fields.ForeignKeyRelation[Profile] = fields.ForeignKeyField(
        "matchmaking.Profile", related_name="interests"
    )
    profile_id: int
    pilot: fields.ForeignKeyRelation[Pilot] = fields.ForeignKeyField("events.Pilot", related_name="interests")
    pilot_id: int
    demo_case: fields.ForeignKeyNullableRelation[DemoCase] = fields.ForeignKeyField(
        "events.DemoCase", related_name="interests", null=True, on_delete=fields.SET_NULL
    )
    demo_case_id: int | None
    role = fields.CharEnumField(ChainRole)
    offers: list[str] = fields.JSONField()
    needs: list[str] = fields.JSONField()
    trl = fields.IntField(null=True)  # technology readiness level, 1 to 9

    class Meta:
        table = "interest"


class Mode(StrEnum):
    """Who finds the times of a round's meetings."""

    ASKING = "asking"  # whoever asks names times, the other takes one of them
    ACCEPTING = "accepting"  # whoever accepts chooses
    SCHEDULE = "schedule"  # the organisers


class Location(StrEnum):
    """Where a round's meetings are."""

    ON_SITE = "on-site"  # at tables
    ONLINE = "online"  # each has a link; there is no end of room
    HYBRID = "hybrid"  # at a table while there is one, and each has a link


class Round(Model):
    """A block of meeting time, cut into slots, with a number of tables in each."""

    id = fields.IntField(primary_key=True)
    event: fields.ForeignKeyRelation[Event] = fields.ForeignKeyField("events.Event", related_name="rounds")
    event_id: int
    name = fields.CharField(120)
    start: datetime = UTCDatetimeField()
    end: datetime = UTCDatetimeField()
    slot_minutes = fields.IntField()
    break_minutes = fields.IntField(default=0)
    place = fields.CharField(120, default="")
    mode = fields.CharEnumField(Mode, default=Mode.ACCEPTING)
    location = fields.CharEnumField(Location, default=Location.ON_SITE)
    link = fields.CharField(300, default="")  # of online meetings: {event} and {meeting} stand for slug and number
    opens_at: datetime | None = UTCDatetimeField(null=True)  # before, only the desk gives out its times
    closes_at: datetime | None = UTCDatetimeField(null=True)  # from then on too
    most_meetings = fields.IntField(null=True)  # of one participant in this round
    types: fields.ManyToManyRelation[ParticipantType] = fields.ManyToManyField(
        "events.ParticipantType",
        related_name="rounds",
        through="round_type",
        forward_key="type_id",
        backward_key="round_id",
    )  # who may be met in it; none: everybody

    class Meta:
        table = "round"

    @property
    def online(self) -> bool:
        return self.location == Location.ONLINE

    def takes_bookings(self, now: datetime) -> bool:
        """Whether those who meet may choose its times; the desk always may."""
        return (self.opens_at is None or self.opens_at <= now) and (self.closes_at is None or now < self.closes_at)


class Slot(Model):
    """One meeting length of a round."""

    id = fields.IntField(primary_key=True)
    round: fields.ForeignKeyRelation[Round] = fields.ForeignKeyField("matchmaking.Round", related_name="slots")
    round_id: int
    start: datetime = UTCDatetimeField()
    end: datetime = UTCDatetimeField()

    class Meta:
        table = "slot"
        unique_together = (("round", "start"),)

    @property
    def span(self) -> Interval:
        return Interval(self.start, self.end)


class Table(Model):
    """A numbered table of a round. A line is one that nobody sees: where a meeting by video has its place."""

    id = fields.IntField(primary_key=True)
    round: fields.ForeignKeyRelation[Round] = fields.ForeignKeyField("matchmaking.Round", related_name="tables")
    round_id: int
    number = fields.IntField()
    lost_from: datetime | None = UTCDatetimeField(null=True)  # nobody is seated at it in slots from then on
    line = fields.BooleanField(default=False)
    host: fields.ForeignKeyNullableRelation[Participant] = fields.ForeignKeyField(
        "events.Participant", related_name="tables", null=True, on_delete=fields.SET_NULL
    )  # whose table it is: their meetings are there, and nobody else's
    host_id: int | None
    house: fields.ForeignKeyNullableRelation[Organisation] = fields.ForeignKeyField(
        "events.Organisation", related_name="tables", null=True, on_delete=fields.SET_NULL
    )  # or whose organisation's: a booth
    house_id: int | None

    class Meta:
        table = "meeting_table"
        unique_together = (("round", "number"),)

    def stands(self, slot: Slot) -> bool:
        return self.lost_from is None or slot.start < self.lost_from


class Availability(Model):
    """A participant's tick: in this round I can be met."""

    id = fields.IntField(primary_key=True)
    participant: fields.ForeignKeyRelation[Participant] = fields.ForeignKeyField(
        "events.Participant", related_name="availabilities"
    )
    participant_id: int
    round: fields.ForeignKeyRelation[Round] = fields.ForeignKeyField("matchmaking.Round", related_name="availabilities")
    round_id: int

    class Meta:
        table = "availability"
        unique_together = (("participant", "round"),)


class Block(Model):
    """Time a participant keeps for themselves."""

    id = fields.IntField(primary_key=True)
    participant: fields.ForeignKeyRelation[Participant] = fields.ForeignKeyField(
        "events.Participant", related_name="blocks"
    )
    participant_id: int
    start: datetime = UTCDatetimeField()
    end: datetime = UTCDatetimeField()
    note = fields.CharField(120, default="")

    class Meta:
        table = "block"

    @property
    def span(self) -> Interval:
        return Interval(self.start, self.end)


class MeetingStatus(StrEnum):
    REQUESTED = "requested"
    ACCEPTED = "accepted"  # with a slot, or waiting for one
    DECLINED = "declined"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class Meeting(Model):
    """Two participants who want to meet. A request holds no slot; accepted, it has one or waits for one;
    cancelled, it still says which one it had."""

    id = fields.IntField(primary_key=True)
    event: fields.ForeignKeyRelation[Event] = fields.ForeignKeyField("events.Event", related_name="meetings")
    event_id: int
    asker: fields.ForeignKeyRelation[Participant] = fields.ForeignKeyField("events.Participant", related_name="asked")
    asker_id: int
    invitee: fields.ForeignKeyRelation[Participant] = fields.ForeignKeyField(
        "events.Participant", related_name="invited"
    )
    invitee_id: int
    status = fields.CharEnumField(MeetingStatus, default=MeetingStatus.REQUESTED)
    message = fields.CharField(600, default="")
    reason = fields.CharField(500, default="")  # of a decline or a cancellation
    slot: fields.ForeignKeyNullableRelation[Slot] = fields.ForeignKeyField(
        "matchmaking.Slot", related_name="meetings", null=True
    )
    slot_id: int | None
    table: fields.ForeignKeyNullableRelation[Table] = fields.ForeignKeyField(
        "matchmaking.Table", related_name="meetings", null=True
    )
    table_id: int | None
    house: fields.ForeignKeyNullableRelation[Organisation] = fields.ForeignKeyField(
        "events.Organisation", related_name="asked", null=True, on_delete=fields.SET_NULL
    )  # that was asked as a whole: any colleague may answer and come
    house_id: int | None
    group: fields.ForeignKeyNullableRelation[Group] = fields.ForeignKeyField(
        "matchmaking.Group", related_name="meetings", null=True, on_delete=fields.NO_ACTION
    )  # whose meeting it is; asker and invitee are but its first two members
    group_id: int | None
    unaided = fields.BooleanField(default=False)  # without a language in common they manage without an interpreter
    fixed = fields.BooleanField(default=False)  # somebody holds to the time (see Keep): no schedule moves it
    link = fields.CharField(300, default="")  # a video link that one of them typed, instead of the round's
    times: fields.ManyToManyRelation[Slot] = fields.ManyToManyField(
        "matchmaking.Slot",
        related_name="wanted_by",
        through="meeting_time",
        forward_key="slot_id",
        backward_key="meeting_id",
    )  # that whoever asked would take; none: any
    expires_at: datetime | None = UTCDatetimeField(null=True)  # of a request
    version = fields.IntField(default=1)
    sequence = fields.IntField(default=0)
    changed_at: datetime = UTCDatetimeField()
    created_at: datetime = UTCDatetimeField()
    seats: fields.ReverseRelation["Seat"]

    class Meta:
        table = "meeting"

    @property
    def subject(self) -> str:
        return f"meeting:{self.id}"

    @property
    def placed(self) -> bool:
        return self.status == MeetingStatus.ACCEPTED and self.slot_id is not None

    @property
    def waiting(self) -> bool:
        """Accepted, and the schedule has yet to find its slot."""
        return self.status == MeetingStatus.ACCEPTED and self.slot_id is None

    def place(self, slot: Slot, table: Table, *, at: datetime) -> None:
        """Accepted, then and there."""
        self.status, self.slot, self.table = MeetingStatus.ACCEPTED, slot, table
        self._move_on(at)

    def unplace(self, *, at: datetime) -> None:
        """Still accepted, waiting for another time."""
        self.slot, self.table = None, None
        self._move_on(at)

    def change_people(self, *, at: datetime) -> None:
        """Somebody came, left or took over."""
        self._move_on(at)

    def change_link(self, link: str, *, at: datetime) -> None:
        self.link = link
        self._move_on(at)

    def become(self, status: MeetingStatus, *, at: datetime, reason: str = "") -> None:
        self.status, self.reason = status, reason
        self._move_on(at)

    def _move_on(self, at: datetime) -> None:
        """Time, place, people or status changed: calendars must see a higher SEQUENCE (RFC 5545 3.8.7.4) and a later
        LAST-MODIFIED, which is written in whole seconds."""
        self.version += 1
        self.sequence += 1
        self.changed_at = max(at, self.changed_at + timedelta(seconds=1))


class SeatRole(StrEnum):
    COLLEAGUE = "colleague"  # of the asker's or the invitee's organisation
    MEMBER = "member"  # of a group
    INTERPRETER = "interpreter"


class Seat(Model):
    """A further person of a meeting, beyond its asker and invitee (see `parties.people`)."""

    id = fields.IntField(primary_key=True)
    meeting: fields.ForeignKeyRelation[Meeting] = fields.ForeignKeyField("matchmaking.Meeting", related_name="seats")
    meeting_id: int
    participant: fields.ForeignKeyRelation[Participant] = fields.ForeignKeyField(
        "events.Participant", related_name="seats"
    )
    participant_id: int
    role = fields.CharEnumField(SeatRole)

    class Meta:
        table = "seat"
        ordering = ("id",)
        unique_together = (("meeting", "participant"),)


class Keep(Model):
    """Somebody holds to the time of a meeting: no schedule moves it. While there is one, the meeting is fixed."""

    id = fields.IntField(primary_key=True)
    meeting: fields.ForeignKeyRelation[Meeting] = fields.ForeignKeyField("matchmaking.Meeting", related_name="keeps")
    meeting_id: int
    participant: fields.ForeignKeyNullableRelation[Participant] = fields.ForeignKeyField(
        "events.Participant", related_name="keeps", null=True
    )  # None: the organisers
    participant_id: int | None

    class Meta:
        table = "keep"


class Between(StrEnum):
    """What participants of two types may do with each other. Who may be asked may accept: one word says both."""

    APART = "apart"  # they do not see each other
    SEEN = "seen"  # they see each other, and none asks
    FIRST = "first"  # the first may ask the second
    SECOND = "second"  # the second may ask the first
    EITHER = "either"


class Rule(Model):
    """A cell of an event's matrix. `one_id` is the smaller; None stands for those without a type."""

    id = fields.IntField(primary_key=True)
    event: fields.ForeignKeyRelation[Event] = fields.ForeignKeyField("events.Event", related_name="rules")
    event_id: int
    one: fields.ForeignKeyNullableRelation[ParticipantType] = fields.ForeignKeyField(
        "events.ParticipantType", related_name="rules_as_one", null=True
    )
    one_id: int | None
    other: fields.ForeignKeyNullableRelation[ParticipantType] = fields.ForeignKeyField(
        "events.ParticipantType", related_name="rules_as_other", null=True
    )
    other_id: int | None
    between_them = fields.CharEnumField(Between)

    class Meta:
        table = "rule"


class Conditions(Model):
    """Under which conditions people of an event ask and meet."""

    id = fields.IntField(primary_key=True)
    event: fields.OneToOneRelation[Event] = fields.OneToOneField("events.Event", related_name="conditions")
    event_id: int
    pending = fields.IntField(default=30)  # requests of one person that wait for an answer
    request_minutes = fields.IntField(default=14_400)  # how long a request waits: 15 minutes to 10 days
    most_meetings = fields.IntField(null=True)  # of one person
    pause_minutes = fields.IntField(default=0)  # between two meetings of one person
    locked = fields.BooleanField(default=False)  # only the desk changes bookings
    interregional = fields.BooleanField(default=True)  # people of other regions are recommended first

    class Meta:
        table = "conditions"


class TypeConditions(Model):
    """What is different for participants of one type."""

    id = fields.IntField(primary_key=True)
    type: fields.OneToOneRelation[ParticipantType] = fields.OneToOneField(
        "events.ParticipantType", related_name="conditions"
    )
    type_id: int
    most_meetings = fields.IntField(null=True)  # of one of them
    accepts_at_once = fields.BooleanField(default=False)  # requests to them are accepted as they come

    class Meta:
        table = "type_conditions"


class DraftState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    READY = "ready"
    FAILED = "failed"
    RELEASED = "released"
    DISCARDED = "discarded"


class DraftKind(StrEnum):
    """What a draft may move."""

    WHOLE = "whole"  # everything that is not fixed
    WAITING = "waiting"  # nothing: whoever waits is placed around what has a time
    MEND = "mend"  # only what cannot stay, and whoever must make room for it
    WISHES = "wishes"  # nothing: whoever waits is placed, and of the open requests those worth most


class Draft(Model):
    """A schedule the solver proposes, as a difference against the revision it was made from."""

    id = fields.IntField(primary_key=True)
    event: fields.ForeignKeyRelation[Event] = fields.ForeignKeyField("events.Event", related_name="drafts")
    event_id: int
    by: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "app.Person", related_name="drafts", null=True, on_delete=fields.SET_NULL
    )
    by_id: int | None
    state = fields.CharEnumField(DraftState, default=DraftState.QUEUED)
    revision = fields.BigIntField()  # of the event when its problem was read
    seed = fields.IntField(default=1)
    seconds = fields.IntField(default=10)  # how long the solver may take
    kind = fields.CharEnumField(DraftKind, default=DraftKind.WHOLE)
    terms: dict[str, Any] = fields.JSONField(default=dict)  # an orders.Order
    progress: dict[str, Any] = fields.JSONField()  # what the solver told last, and points to draw (see `course`)
    plan: dict[str, Any] | None = fields.JSONField(null=True)
    error = fields.TextField(default="")
    leased_until: datetime | None = UTCDatetimeField(null=True)
    created_at: datetime = UTCDatetimeField()
    released_at: datetime | None = UTCDatetimeField(null=True)

    class Meta:
        table = "draft"
