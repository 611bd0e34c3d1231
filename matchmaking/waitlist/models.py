"""Table of the waiting lists for people."""

from datetime import datetime

from tortoise import fields
from tortoise.models import Model

from app.fields import UTCDatetimeField
from events.models import Participant
from events.waiting.models import WaitState
from matchmaking.models import Meeting
from matchmaking.round_models import Slot, Table


class MeetingWait(Model):
    """One of the two of a meeting without a time waits for the next one that the other has.

    While it is offered, slot and table and both people are held for it in the meeting's own name: whatever else places
    or ends the meeting lets go of them.
    """

    id = fields.IntField(primary_key=True)
    meeting: fields.OneToOneRelation[Meeting] = fields.OneToOneField("matchmaking.Meeting", related_name="wait")
    meeting_id: int
    waiter: fields.ForeignKeyRelation[Participant] = fields.ForeignKeyField(
        "events.Participant", related_name="meeting_waits"
    )
    waiter_id: int
    state = fields.CharEnumField(WaitState, default=WaitState.WAITING)
    joined_at: datetime = UTCDatetimeField()
    slot: fields.ForeignKeyNullableRelation[Slot] = fields.ForeignKeyField(
        "matchmaking.Slot", related_name="offers", null=True, on_delete=fields.SET_NULL
    )
    slot_id: int | None
    table: fields.ForeignKeyNullableRelation[Table] = fields.ForeignKeyField(
        "matchmaking.Table", related_name="offers", null=True, on_delete=fields.SET_NULL
    )
    table_id: int | None
    until: datetime | None = UTCDatetimeField(null=True)
    told_at: datetime | None = UTCDatetimeField(null=True)  # by mail, of an offer that stands, or did

    class Meta:
        table = "meeting_wait"

    @property
    def offered(self) -> bool:
        return self.state == WaitState.OFFERED and self.slot_id is not None
