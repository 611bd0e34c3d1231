"""Tables of the day itself: presences, absences from a table, who could sit down instead, and screens."""

from datetime import datetime, timedelta
from enum import StrEnum

from tortoise import fields
from tortoise.models import Model

from app.fields import UTCDatetimeField
from events.models import Event, Participant
from matchmaking.models import Meeting
from matchmaking.parties import across, people
from matchmaking.round_models import Slot, Table

PATIENCE = timedelta(minutes=3)  # before others are asked


class Presence(Model):
    """What a participant says of themselves on the day."""

    id = fields.IntField(primary_key=True)
    participant: fields.OneToOneRelation[Participant] = fields.OneToOneField(
        "events.Participant", related_name="presence"
    )
    participant_id: int
    here_at: datetime | None = UTCDatetimeField(null=True)
    standby = fields.BooleanField(default=False)  # to be called when somebody is free
    shown = fields.BooleanField(default=False)  # by name on screens at the hall

    class Meta:
        table = "presence"


class Answer(StrEnum):
    """What somebody who is waited for says."""

    COMING = "coming"
    NOT_COMING = "not coming"


class Absence(Model):
    """Somebody waits at the table of a meeting, in its slot, for one who has not come yet."""

    id = fields.IntField(primary_key=True)
    meeting: fields.ForeignKeyRelation[Meeting] = fields.ForeignKeyField("matchmaking.Meeting", related_name="absences")
    meeting_id: int
    slot: fields.ForeignKeyRelation[Slot] = fields.ForeignKeyField("matchmaking.Slot", related_name="absences")
    slot_id: int
    table: fields.ForeignKeyRelation[Table] = fields.ForeignKeyField("matchmaking.Table", related_name="absences")
    table_id: int
    reporter: fields.ForeignKeyRelation[Participant] = fields.ForeignKeyField(
        "events.Participant", related_name="absences_reported"
    )
    reporter_id: int
    missing: fields.ForeignKeyRelation[Participant] = fields.ForeignKeyField(
        "events.Participant", related_name="absences"
    )
    missing_id: int
    at: datetime = UTCDatetimeField()
    answer = fields.CharEnumField(Answer, null=True)
    ended_at: datetime | None = UTCDatetimeField(null=True)

    class Meta:
        table = "absence"

    @property
    def others_from(self) -> datetime:
        """When others may be asked to sit down instead."""
        return self.at if self.answer == Answer.NOT_COMING else self.at + PATIENCE

    @property
    def stands(self) -> bool:
        """The meeting, at hand with its people, is still theirs, and at that table then."""
        meeting = self.meeting
        here = (meeting.slot_id, meeting.table_id) == (self.slot_id, self.table_id)
        return meeting.placed and here and self.reporter_id in {one.id for one in people(meeting)}

    @property
    def asked(self) -> list[Participant]:
        """Everybody on the side that has not come: any of them may answer. The meeting is at hand with its people."""
        return across(self.meeting, self.reporter)

    def open(self, now: datetime) -> bool:
        """The slot is at hand."""
        return self.ended_at is None and now < self.slot.end


class StandIn(Model):
    """One of the two proposes to meet here and now: the guest, or whoever waits at the table."""

    id = fields.IntField(primary_key=True)
    absence: fields.ForeignKeyRelation[Absence] = fields.ForeignKeyField(
        "matchmaking.Absence", related_name="stand_ins"
    )
    absence_id: int
    guest: fields.ForeignKeyRelation[Participant] = fields.ForeignKeyField(
        "events.Participant", related_name="stand_ins"
    )
    guest_id: int
    by_guest = fields.BooleanField()
    at: datetime = UTCDatetimeField()
    answer = fields.CharField(3, null=True)  # yes or no, of the other one

    class Meta:
        table = "stand_in"
        unique_together = (("absence", "guest"),)


class Display(Model):
    """A screen at the hall; its address is derived from the seed and the site's key (see `displays`)."""

    id = fields.IntField(primary_key=True)
    event: fields.ForeignKeyRelation[Event] = fields.ForeignKeyField("events.Event", related_name="displays")
    event_id: int
    name = fields.CharField(60)
    seed = fields.CharField(32)
    revoked = fields.BooleanField(default=False)
    created_at: datetime = UTCDatetimeField()

    class Meta:
        table = "display"
