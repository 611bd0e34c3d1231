"""Tables of the marketplace: opportunities, and the fields of their own that organisers add."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from tortoise import fields
from tortoise.models import Model

from app.fields import UTCDatetimeField
from app.i18n import later
from events.models import Event, Participant
from events.networks.models import DemoCase, Pilot
from matchmaking.models import Meeting
from matchmaking.profile_models import ChainRole


class OpportunityKind(StrEnum):
    OFFER = later("offer")
    REQUEST = later("request")
    IDEA = later("project idea")
    PARTNERS = later("partner search")


class Opportunity(Model):
    """One entry of the marketplace. Others see it while its author's profile is visible; closed, only its author
    and the meetings that came of it still show it."""

    id = fields.IntField(primary_key=True)
    event: fields.ForeignKeyRelation[Event] = fields.ForeignKeyField("events.Event", related_name="opportunities")
    event_id: int
    participant: fields.ForeignKeyRelation[Participant] = fields.ForeignKeyField(
        "events.Participant", related_name="opportunities"
    )
    participant_id: int
    kind = fields.CharEnumField(OpportunityKind)
    title = fields.CharField(120)
    text = fields.TextField()
    pilot: fields.ForeignKeyNullableRelation[Pilot] = fields.ForeignKeyField(
        "events.Pilot", related_name="opportunities", null=True, on_delete=fields.SET_NULL
    )
    pilot_id: int | None
    demo_case: fields.ForeignKeyNullableRelation[DemoCase] = fields.ForeignKeyField(
        "events.DemoCase", related_name="opportunities", null=True, on_delete=fields.SET_NULL
    )
    demo_case_id: int | None
    role = fields.CharEnumField(ChainRole, null=True)
    trl = fields.IntField(null=True)  # technology readiness level, 1 to 9
    call_topic = fields.CharField(120, default="")  # HORIZON-CL6-2027-…, or the name of a region's call
    language = fields.CharField(8, default="")  # ISO 639-1, of the text
    answers: dict[str, Any] = fields.JSONField()  # to the organisers' own fields, by their id (see `extras`)
    version = fields.IntField(default=1)
    created_at: datetime = UTCDatetimeField()
    changed_at: datetime = UTCDatetimeField()
    closed_at: datetime | None = UTCDatetimeField(null=True)

    class Meta:
        table = "opportunity"

    @property
    def open(self) -> bool:
        return self.closed_at is None


class Origin(Model):
    """The opportunity that a meeting was asked for from."""

    id = fields.IntField(primary_key=True)
    meeting: fields.OneToOneRelation[Meeting] = fields.OneToOneField("matchmaking.Meeting", related_name="origin")
    meeting_id: int
    opportunity: fields.ForeignKeyRelation[Opportunity] = fields.ForeignKeyField(
        "matchmaking.Opportunity", related_name="origins"
    )
    opportunity_id: int

    class Meta:
        table = "origin"


class ExtraKind(StrEnum):
    TEXT = later("text")
    CHOICE = later("one of a list")
    SEVERAL = later("several of a list")
    NUMBER = later("number")


class Extra(Model):
    """A field that the organisers add to every opportunity. Answers hold ids, so labels can change at any time."""

    id = fields.IntField(primary_key=True)
    event: fields.ForeignKeyRelation[Event] = fields.ForeignKeyField("events.Event", related_name="extras")
    event_id: int
    label = fields.CharField(120)
    kind = fields.CharEnumField(ExtraKind)
    options: list[dict[str, Any]] = fields.JSONField()  # {"id": 3, "label": "…", "retired": false}
    required = fields.BooleanField(default=False)
    position = fields.IntField(default=0)

    class Meta:
        table = "extra"
