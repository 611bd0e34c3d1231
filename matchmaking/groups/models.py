"""Tables of group meetings: a group, and who has joined it while it gathers."""

from datetime import datetime
from enum import StrEnum

from tortoise import fields
from tortoise.models import Model

from app.fields import UTCDatetimeField
from events.models import Event, Participant
from events.networks.models import DemoCase

FEWEST, MOST = 3, 6  # people of a group


class GroupStatus(StrEnum):
    GATHERING = "gathering"  # fewer than three so far
    MEETING = "meeting"  # it has a Meeting, whose people are its members
    CANCELLED = "cancelled"


class Group(Model):
    """Three to six people who want to talk about a demo case. With the third it becomes a meeting."""

    id = fields.IntField(primary_key=True)
    event: fields.ForeignKeyRelation[Event] = fields.ForeignKeyField("events.Event", related_name="groups")
    event_id: int
    demo_case: fields.ForeignKeyNullableRelation[DemoCase] = fields.ForeignKeyField(
        "events.DemoCase", related_name="groups", null=True, on_delete=fields.NO_ACTION
    )  # None: a consortium's
    demo_case_id: int | None
    consortium: fields.ForeignKeyNullableRelation[Model] = fields.ForeignKeyField(
        "matchmaking.Consortium", related_name="groups", null=True, on_delete=fields.SET_NULL
    )  # whose members alone may join
    consortium_id: int | None
    title = fields.CharField(120)
    about = fields.CharField(600, default="")
    seats = fields.IntField(default=MOST)  # people at most
    proposer: fields.ForeignKeyNullableRelation[Participant] = fields.ForeignKeyField(
        "events.Participant", related_name="groups_proposed", null=True, on_delete=fields.SET_NULL
    )  # None: the organisers
    proposer_id: int | None
    status = fields.CharEnumField(GroupStatus, default=GroupStatus.GATHERING)
    reason = fields.CharField(500, default="")  # why it was cancelled
    created_at: datetime = UTCDatetimeField()
    members: fields.ReverseRelation["GroupMember"]

    class Meta:
        table = "meeting_group"


class GroupMember(Model):
    """Somebody who has joined a group that gathers."""

    id = fields.IntField(primary_key=True)
    group: fields.ForeignKeyRelation[Group] = fields.ForeignKeyField("matchmaking.Group", related_name="members")
    group_id: int
    participant: fields.ForeignKeyRelation[Participant] = fields.ForeignKeyField(
        "events.Participant", related_name="group_members"
    )
    participant_id: int

    class Meta:
        table = "group_member"
        unique_together = (("group", "participant"),)
