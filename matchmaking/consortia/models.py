"""Tables of consortia: a board for a topic of a call, the parts it needs, and who has them or might.

Members are known by mail address, as whoever else has a part in a call: they are invited before they ever sign in, and
nobody learns from a form which addresses have an account.
"""

from datetime import datetime
from enum import StrEnum

from tortoise import fields
from tortoise.models import Model

from app.fields import UTCDatetimeField
from app.i18n import later
from events.models import Organisation
from events.networks.calls.models import Call, CallTopic
from matchmaking.profile_models import ChainRole


class Consortium(Model):
    """Those who want to propose to a topic together; everybody who has signed in sees what it lacks."""

    id = fields.IntField(primary_key=True)
    call: fields.ForeignKeyRelation[Call] = fields.ForeignKeyField("events.Call", related_name="consortia")
    call_id: int
    topic: fields.ForeignKeyRelation[CallTopic] = fields.ForeignKeyField(
        "events.CallTopic", related_name="consortia", on_delete=fields.RESTRICT
    )
    topic_id: int
    title = fields.CharField(120)
    about = fields.CharField(2000, default="")
    language = fields.CharField(2)  # it is written in
    version = fields.IntField(default=1)  # of the text
    invited = fields.IntField(default=0)  # how many ever were
    created_at: datetime = UTCDatetimeField()
    closed_at: datetime | None = UTCDatetimeField(null=True)

    class Meta:
        table = "consortium"

    @property
    def path(self) -> str:
        return f"/consortia/{self.id}"


class ConsortiumPart(Model):
    """Something that somebody has to do in it; missing while no member does."""

    id = fields.IntField(primary_key=True)
    consortium: fields.ForeignKeyRelation[Consortium] = fields.ForeignKeyField(
        "matchmaking.Consortium", related_name="parts"
    )
    consortium_id: int
    role = fields.CharEnumField(ChainRole)
    task = fields.CharField(120)

    class Meta:
        table = "consortium_part"
        ordering = ("id",)


class MemberState(StrEnum):
    INVITED = later("invited")
    ASKING = later("asking")
    IN = later("in")


class ConsortiumMember(Model):
    """Somebody who is in, is invited, or asks to come in. One of those who are in coordinates, or nobody yet."""

    id = fields.IntField(primary_key=True)
    consortium: fields.ForeignKeyRelation[Consortium] = fields.ForeignKeyField(
        "matchmaking.Consortium", related_name="members"
    )
    consortium_id: int
    email = fields.CharField(254)  # canonical
    name = fields.CharField(120)
    organisation: fields.ForeignKeyNullableRelation[Organisation] = fields.ForeignKeyField(
        "events.Organisation", related_name="consortia", null=True, on_delete=fields.SET_NULL
    )  # None: invited, and nobody knows from where
    organisation_id: int | None
    part: fields.ForeignKeyNullableRelation[ConsortiumPart] = fields.ForeignKeyField(
        "matchmaking.ConsortiumPart", related_name="members", null=True, on_delete=fields.SET_NULL
    )
    part_id: int | None
    state = fields.CharEnumField(MemberState)
    coordinates = fields.BooleanField(default=False)
    note = fields.CharField(600, default="")
    at: datetime = UTCDatetimeField()

    class Meta:
        table = "consortium_member"
        ordering = ("id",)
        unique_together = (("consortium", "email"),)
