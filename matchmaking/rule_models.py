"""Tables of an event's rules: who may ask and see whom, and how often people meet."""

from enum import StrEnum

from tortoise import fields
from tortoise.models import Model

from events.models import Event, ParticipantType


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
