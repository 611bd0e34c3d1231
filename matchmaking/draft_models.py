"""Table of the schedules that the solver proposes."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from tortoise import fields
from tortoise.models import Model

from app.fields import UTCDatetimeField
from app.models import Person
from events.models import Event


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
