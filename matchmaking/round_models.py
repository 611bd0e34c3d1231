"""Tables of time and place: rounds with their slots and tables, and when each participant can be met."""

from datetime import datetime
from enum import StrEnum

from tortoise import fields
from tortoise.models import Model

from app.fields import UTCDatetimeField
from app.intervals import Interval
from events.models import Event, Organisation, Participant, ParticipantType


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
