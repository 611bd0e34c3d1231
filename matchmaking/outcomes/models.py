"""Tables of what became of meetings, and of notes that only their author reads."""

from datetime import datetime

from tortoise import fields
from tortoise.models import Model

from app.fields import UTCDatetimeField
from events.models import Participant
from matchmaking.models import Meeting
from matchmaking.outcomes.verdict import Said


class Outcome(Model):
    """What one of the people of a meeting says became of it."""

    id = fields.IntField(primary_key=True)
    meeting: fields.ForeignKeyRelation[Meeting] = fields.ForeignKeyField("matchmaking.Meeting", related_name="outcomes")
    meeting_id: int
    participant: fields.ForeignKeyRelation[Participant] = fields.ForeignKeyField(
        "events.Participant", related_name="outcomes"
    )
    participant_id: int
    said = fields.CharEnumField(Said)
    note = fields.CharField(500, default="")  # the organisers read it
    at: datetime = UTCDatetimeField()

    class Meta:
        table = "outcome"
        unique_together = (("meeting", "participant"),)


class Note(Model):
    """What somebody wants to remember about another participant. Only its author reads it."""

    id = fields.IntField(primary_key=True)
    author: fields.ForeignKeyRelation[Participant] = fields.ForeignKeyField("events.Participant", related_name="notes")
    author_id: int
    about: fields.ForeignKeyRelation[Participant] = fields.ForeignKeyField(
        "events.Participant", related_name="notes_about"
    )
    about_id: int
    text = fields.CharField(2000)

    class Meta:
        table = "note"
        unique_together = (("author", "about"),)
