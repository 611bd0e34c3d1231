"""Tables of messages, of silence between two people, and of reports to the desk."""

from datetime import datetime
from enum import StrEnum

from tortoise import fields
from tortoise.models import Model

from app.fields import UTCDatetimeField
from app.i18n import later
from app.models import Person
from events.models import Event, Participant


class Message(Model):
    """A few lines from one participant to another; without a sender they come from the organisers."""

    id = fields.IntField(primary_key=True)
    event: fields.ForeignKeyRelation[Event] = fields.ForeignKeyField("events.Event", related_name="messages")
    event_id: int
    sender: fields.ForeignKeyNullableRelation[Participant] = fields.ForeignKeyField(
        "events.Participant", related_name="messages_sent", null=True
    )
    sender_id: int | None
    recipient: fields.ForeignKeyRelation[Participant] = fields.ForeignKeyField(
        "events.Participant", related_name="messages"
    )
    recipient_id: int
    text = fields.CharField(1000)
    sent_at: datetime = UTCDatetimeField()
    read_at: datetime | None = UTCDatetimeField(null=True)

    class Meta:
        table = "message"


class Silence(Model):
    """`owner` wants to hear no more of `other`: neither can write to the other or ask. Only `owner` knows.

    Without an `other` they take no messages from anybody; requests for meetings come as before.
    """

    id = fields.IntField(primary_key=True)
    owner: fields.ForeignKeyRelation[Participant] = fields.ForeignKeyField(
        "events.Participant", related_name="silences"
    )
    owner_id: int
    other: fields.ForeignKeyNullableRelation[Participant] = fields.ForeignKeyField(
        "events.Participant", related_name="silenced", null=True
    )
    other_id: int | None

    class Meta:
        table = "silence"
        unique_together = (("owner", "other"),)


class ReportState(StrEnum):
    OPEN = later("open")
    WARNED = later("warned")
    REMOVED = later("removed from the event")
    DISMISSED = later("nothing to do")


class Report(Model):
    """One participant tells the desk about another, with the words in question as they stood."""

    id = fields.IntField(primary_key=True)
    event: fields.ForeignKeyRelation[Event] = fields.ForeignKeyField("events.Event", related_name="reports")
    event_id: int
    reporter: fields.ForeignKeyRelation[Participant] = fields.ForeignKeyField(
        "events.Participant", related_name="reports_made"
    )
    reporter_id: int
    reported: fields.ForeignKeyRelation[Participant] = fields.ForeignKeyField(
        "events.Participant", related_name="reports"
    )
    reported_id: int
    why = fields.CharField(600)
    quoted = fields.TextField(default="")  # what they wrote
    state = fields.CharEnumField(ReportState, default=ReportState.OPEN)
    settled_by: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "app.Person", related_name="reports_settled", null=True, on_delete=fields.SET_NULL
    )
    settled_by_id: int | None
    created_at: datetime = UTCDatetimeField()
    settled_at: datetime | None = UTCDatetimeField(null=True)

    class Meta:
        table = "report"
