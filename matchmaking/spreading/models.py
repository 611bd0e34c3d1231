"""Table of what keeps the popular from filling everybody's list."""

from datetime import datetime

from tortoise import fields
from tortoise.models import Model

from app.fields import UTCDatetimeField
from events.models import Event


class Easing(Model):
    """One event's; what it says may be some minutes old, for lists are ranked anew whenever they are shown."""

    id = fields.IntField(primary_key=True)
    event: fields.OneToOneRelation[Event] = fields.OneToOneField("events.Event", related_name="easing")
    event_id: int
    mark = fields.CharField(80)  # of the profiles it was worked out from
    losses: dict[str, int] = fields.JSONField(default=dict)  # by participant, percent of their points
    begun_at: datetime = UTCDatetimeField()

    class Meta:
        table = "easing"
