"""Tables of profiles: what a participant brings to the brokerage event, offers and seeks."""

from enum import StrEnum

from tortoise import fields
from tortoise.models import Model

from app.i18n import later
from events.models import Participant
from events.networks.models import DemoCase, Pilot


class ProfileStatus(StrEnum):
    PENDING = "pending"
    APPROVED = "approved"
    RETURNED = "returned"


class Profile(Model):
    """What a participant brings to the brokerage event; the details stand in its Interests."""

    id = fields.IntField(primary_key=True)
    participant: fields.OneToOneRelation[Participant] = fields.OneToOneField(
        "events.Participant", related_name="profile"
    )
    participant_id: int
    about = fields.TextField(default="")
    languages: list[str] = fields.JSONField()  # codes they can hold a meeting in
    status = fields.CharEnumField(ProfileStatus, default=ProfileStatus.PENDING)
    status_reason = fields.CharField(500, default="")
    most_meetings = fields.IntField(null=True)  # they want no more than so many
    version = fields.IntField(default=1)

    class Meta:
        table = "profile"


class ChainRole(StrEnum):
    """Where in a value chain somebody stands, upstream first."""

    RAW_MATERIAL = later("raw material")
    COMPONENT = later("component")
    EQUIPMENT = later("equipment")
    INTEGRATOR = later("integrator")
    RESEARCH = later("research")
    SERVICE = later("service")
    END_USER = later("end user")
    FUNDER = later("funder")


class Interest(Model):
    """A profile's line for one pilot, or one demo case of it: what it offers and seeks there."""

    id = fields.IntField(primary_key=True)
    profile: fields.ForeignKeyRelation[Profile] = fields.ForeignKeyField(
        "matchmaking.Profile", related_name="interests"
    )
    profile_id: int
    pilot: fields.ForeignKeyRelation[Pilot] = fields.ForeignKeyField("events.Pilot", related_name="interests")
    pilot_id: int
    demo_case: fields.ForeignKeyNullableRelation[DemoCase] = fields.ForeignKeyField(
        "events.DemoCase", related_name="interests", null=True, on_delete=fields.SET_NULL
    )
    demo_case_id: int | None
    role = fields.CharEnumField(ChainRole)
    offers: list[str] = fields.JSONField()
    needs: list[str] = fields.JSONField()
    trl = fields.IntField(null=True)  # technology readiness level, 1 to 9

    class Meta:
        table = "interest"
