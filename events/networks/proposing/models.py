"""Tables of proposals for demo cases and pilots, and of the organisations that work on one."""

from datetime import datetime
from enum import StrEnum

from tortoise import fields
from tortoise.models import Model

from app.fields import UTCDatetimeField
from app.i18n import later
from app.models import Person
from events.models import Organisation
from events.networks.models import DemoCase, Network, Pilot, Stage


class ProposalKind(StrEnum):
    CASE = later("demo case")
    PILOT = later("pilot")


class ProposalStatus(StrEnum):
    DRAFT = later("draft")
    SUBMITTED = later("submitted")
    RETURNED = later("returned")
    DECLINED = later("declined")
    ACCEPTED = later("accepted")


EDITABLE = (ProposalStatus.DRAFT, ProposalStatus.RETURNED)


class Proposal(Model):
    """What an organisation would like its network to take up. Only its author and the coordinators read it; accepted,
    it is a demo case or a pilot like any other."""

    id = fields.IntField(primary_key=True)
    network: fields.ForeignKeyRelation[Network] = fields.ForeignKeyField("events.Network", related_name="proposals")
    network_id: int
    kind = fields.CharEnumField(ProposalKind)
    pilot: fields.ForeignKeyNullableRelation[Pilot] = fields.ForeignKeyField(
        "events.Pilot", related_name="proposals", null=True
    )  # of a demo case the one it is for, of a pilot the one it became
    pilot_id: int | None
    demo_case: fields.ForeignKeyNullableRelation[DemoCase] = fields.ForeignKeyField(
        "events.DemoCase", related_name="proposals", null=True, on_delete=fields.SET_NULL
    )  # that it became
    demo_case_id: int | None
    organisation: fields.ForeignKeyRelation[Organisation] = fields.ForeignKeyField(
        "events.Organisation", related_name="proposals", on_delete=fields.RESTRICT
    )
    organisation_id: int
    author: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField("app.Person", related_name="proposals")
    author_id: int
    status = fields.CharEnumField(ProposalStatus, default=ProposalStatus.DRAFT)
    language = fields.CharField(2)  # it is written in
    title = fields.CharField(200)
    text = fields.TextField(default="")
    stage = fields.CharEnumField(Stage, default=Stage.LEARN)
    reason = fields.CharField(1000, default="")  # of the coordinator's answer
    owed = fields.BooleanField(default=False)  # somebody has not been told yet how it stands
    version = fields.IntField(default=1)
    created_at: datetime = UTCDatetimeField()
    changed_at: datetime = UTCDatetimeField()

    class Meta:
        table = "proposal"

    @property
    def editable(self) -> bool:
        return self.status in EDITABLE


class Partner(Model):
    """An organisation that works on a pilot, or on one demo case of it, and who said so."""

    id = fields.IntField(primary_key=True)
    pilot: fields.ForeignKeyRelation[Pilot] = fields.ForeignKeyField("events.Pilot", related_name="partners")
    pilot_id: int
    demo_case: fields.ForeignKeyNullableRelation[DemoCase] = fields.ForeignKeyField(
        "events.DemoCase", related_name="partners", null=True
    )
    demo_case_id: int | None
    organisation: fields.ForeignKeyRelation[Organisation] = fields.ForeignKeyField(
        "events.Organisation", related_name="partnerships"
    )
    organisation_id: int
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField("app.Person", related_name="partnerships")
    person_id: int
    at: datetime = UTCDatetimeField()

    class Meta:
        table = "partner"
