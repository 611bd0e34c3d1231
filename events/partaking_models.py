"""Tables of what participants do at an event: seats they have, questions they ask, and that they were there."""

from datetime import datetime

from tortoise import fields
from tortoise.models import Model

from app.fields import UTCDatetimeField
from events.models import Event, Participant, Session


class Booking(Model):
    """A participant's seat in a session, or, for a session without capacity, its mark in their agenda."""

    id = fields.IntField(primary_key=True)
    session: fields.ForeignKeyRelation[Session] = fields.ForeignKeyField("events.Session", related_name="bookings")
    session_id: int
    participant: fields.ForeignKeyRelation[Participant] = fields.ForeignKeyField(
        "events.Participant", related_name="bookings"
    )
    participant_id: int
    created_at: datetime = UTCDatetimeField()

    class Meta:
        table = "booking"
        unique_together = (("session", "participant"),)


class Attendance(Model):
    """The desk confirms that somebody was there, as workshops, seminars and trainings do."""

    id = fields.IntField(primary_key=True)
    participant: fields.OneToOneRelation[Participant] = fields.OneToOneField(
        "events.Participant", related_name="attendance"
    )
    participant_id: int
    at: datetime = UTCDatetimeField()

    class Meta:
        table = "attendance"


class Question(Model):
    """What a participant asks everybody at the event, and what somebody answered."""

    id = fields.IntField(primary_key=True)
    event: fields.ForeignKeyRelation[Event] = fields.ForeignKeyField("events.Event", related_name="questions")
    event_id: int
    asker: fields.ForeignKeyRelation[Participant] = fields.ForeignKeyField(
        "events.Participant", related_name="questions"
    )
    asker_id: int
    text = fields.CharField(1000)
    answer = fields.TextField(default="")
    answerer: fields.ForeignKeyNullableRelation[Participant] = fields.ForeignKeyField(
        "events.Participant", related_name="answers", null=True, on_delete=fields.SET_NULL
    )
    answerer_id: int | None
    at: datetime = UTCDatetimeField()

    class Meta:
        table = "question"
