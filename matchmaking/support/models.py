"""The table of the question that a support office's clients are asked half a year after an event."""

from datetime import datetime
from enum import StrEnum

from tortoise import fields
from tortoise.models import Model

from app.fields import UTCDatetimeField
from app.i18n import later
from events.models import Participant


class CameOf(StrEnum):
    """What a participant's meetings led to."""

    CONTRACT = later("contract")
    PROJECT = later("project")
    TALKING = later("still talking")
    NOTHING = later("nothing")


class FollowUp(Model):
    """Asked once; answered, or not."""

    id = fields.IntField(primary_key=True)
    participant: fields.OneToOneRelation[Participant] = fields.OneToOneField(
        "events.Participant", related_name="follow_up"
    )
    participant_id: int
    asked_at: datetime = UTCDatetimeField()
    came_of: CameOf | None = fields.CharEnumField(CameOf, null=True)  # type: ignore[assignment]
    note = fields.CharField(500, default="")  # their office reads it
    answered_at: datetime | None = UTCDatetimeField(null=True)

    class Meta:
        table = "follow_up"
