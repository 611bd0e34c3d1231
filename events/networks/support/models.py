"""Tables of support offices: the regions they cover, their advisers, and their clients with what these allow."""

from datetime import datetime
from enum import StrEnum

from tortoise import fields
from tortoise.models import Model

from app.fields import UTCDatetimeField
from app.models import Person
from events.models import Organisation
from events.networks.models import Region


class Office(Model):
    """An organisation that helps others of its regions; it has the organisation's name."""

    id = fields.IntField(primary_key=True)
    organisation: fields.OneToOneRelation[Organisation] = fields.OneToOneField(
        "events.Organisation", related_name="office"
    )
    organisation_id: int
    at: datetime = UTCDatetimeField()

    class Meta:
        table = "support_office"

    @property
    def path(self) -> str:
        return f"/offices/{self.id}"


class Coverage(Model):
    """People from a region get its one office by themselves."""

    id = fields.IntField(primary_key=True)
    office: fields.ForeignKeyRelation[Office] = fields.ForeignKeyField("events.Office", related_name="coverage")
    office_id: int
    region: fields.OneToOneRelation[Region] = fields.OneToOneField("events.Region", related_name="coverage")
    region_id: int

    class Meta:
        table = "support_region"


class Adviser(Model):
    """A person works for an office. Any of its advisers helps any of its clients."""

    id = fields.IntField(primary_key=True)
    office: fields.ForeignKeyRelation[Office] = fields.ForeignKeyField("events.Office", related_name="advisers")
    office_id: int
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField("app.Person", related_name="advising")
    person_id: int
    at: datetime = UTCDatetimeField()

    class Meta:
        table = "adviser"
        unique_together = (("office", "person"),)


class Came(StrEnum):
    """How a client came to its office."""

    REGION = "region"
    CHOICE = "choice"
    HAND = "hand"


class Client(Model):
    """Whose office helps this person. Without an office: they left, and no region brings them back."""

    id = fields.IntField(primary_key=True)
    person: fields.OneToOneRelation[Person] = fields.OneToOneField("app.Person", related_name="client")
    person_id: int
    office: fields.ForeignKeyNullableRelation[Office] = fields.ForeignKeyField(
        "events.Office", related_name="clients", null=True
    )
    office_id: int | None
    adviser: fields.ForeignKeyNullableRelation[Adviser] = fields.ForeignKeyField(
        "events.Adviser", related_name="clients", null=True, on_delete=fields.SET_NULL
    )  # whom to turn to first
    adviser_id: int | None
    origin = fields.CharEnumField(Came)
    since: datetime = UTCDatetimeField()  # with this office
    allowed_at: datetime | None = UTCDatetimeField(null=True)  # the office may act for them since; None: it may not
    owed = fields.BooleanField(default=False)  # a mail that says who helps them: they did not choose that themselves

    class Meta:
        table = "support_client"

    @property
    def path(self) -> str:
        return f"/clients/{self.id}"
