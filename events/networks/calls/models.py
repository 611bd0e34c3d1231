"""Tables of the calls: texts, topics and criteria of a call, the people who have a part in it, its briefings.

Whoever has a part in a call is known by mail address: they are named before they ever sign in, and nobody learns from
a form which addresses have an account.
"""

from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from tortoise import fields
from tortoise.models import Model

from app.fields import UTCDatetimeField
from app.i18n import later
from events.models import Event, Session
from events.networks.models import Network, Pilot, Region


class CallStatus(StrEnum):
    """What was decided about a call; whether it takes proposals is a matter of the clock (see `Call.phase`)."""

    DRAFT = "draft"
    OPEN = "open"
    PUBLISHED = "published"


class Phase(StrEnum):
    DRAFT = later("being prepared")
    OPEN = later("open")
    CLOSED = later("under review")
    PUBLISHED = later("decided")


class Call(Model):
    """Money is kept in whole minor units (see app.money), texts by language (see app.texts)."""

    id = fields.IntField(primary_key=True)
    network: fields.ForeignKeyRelation[Network] = fields.ForeignKeyField("events.Network", related_name="calls")
    network_id: int
    region: fields.ForeignKeyNullableRelation[Region] = fields.ForeignKeyField(
        "events.Region", related_name="calls", null=True, on_delete=fields.SET_NULL
    )
    region_id: int | None  # which region's money it is; None: the network's
    status = fields.CharEnumField(CallStatus, default=CallStatus.DRAFT)
    language = fields.CharField(2)  # the first: what a reader gets whose own is missing
    titles: dict[str, str] = fields.JSONField()
    texts: dict[str, str] = fields.JSONField()
    eligibility: dict[str, str] = fields.JSONField()
    budget = fields.BigIntField()
    currency = fields.CharField(3)  # ISO 4217
    most: int | None = fields.BigIntField(null=True)  # that one proposal may ask for; None: the whole budget
    granted = fields.BigIntField(default=0)  # the database refuses more than the budget
    deadline: datetime = UTCDatetimeField()
    zone = fields.CharField(60)  # IANA name: the deadline is told in it
    version = fields.IntField(default=1)
    created_at: datetime = UTCDatetimeField()
    changed_at: datetime = UTCDatetimeField()  # with `version`
    published_at: datetime | None = UTCDatetimeField(null=True)
    pilots: fields.ManyToManyRelation[Pilot] = fields.ManyToManyField(
        "events.Pilot", related_name="calls", through="call_pilot", forward_key="pilot_id", backward_key="call_id"
    )

    class Meta:
        table = "call"

    @property
    def scope(self) -> str:
        return f"call:{self.id}"

    @property
    def desk(self) -> str:
        """The topic of what only its coordinators hear."""
        return f"desk:call-{self.id}"

    @property
    def mail(self) -> str:
        """The journal of the mails about it."""
        return f"mail:call-{self.id}"

    @property
    def path(self) -> str:
        return f"/calls/{self.id}"

    @property
    def tz(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    @property
    def limit(self) -> int:
        """The most that one proposal may ask for."""
        return int(self.most or self.budget)

    @property
    def left(self) -> int:
        return int(self.budget - self.granted)

    def phase(self, now: datetime) -> Phase:
        if self.status == CallStatus.DRAFT:
            return Phase.DRAFT
        if self.status == CallStatus.PUBLISHED:
            return Phase.PUBLISHED
        return Phase.OPEN if now < self.deadline else Phase.CLOSED


class CallTopic(Model):
    """A topic of a call. Its id stays for life: partner searches point at it."""

    id = fields.IntField(primary_key=True)
    call: fields.ForeignKeyRelation[Call] = fields.ForeignKeyField("events.Call", related_name="topics")
    call_id: int
    code = fields.CharField(40)
    titles: dict[str, str] = fields.JSONField()

    class Meta:
        table = "call_topic"
        unique_together = (("call", "code"),)
        ordering = ("code",)


class CallCriterion(Model):
    """What reviewers give points for."""

    id = fields.IntField(primary_key=True)
    call: fields.ForeignKeyRelation[Call] = fields.ForeignKeyField("events.Call", related_name="criteria")
    call_id: int
    titles: dict[str, str] = fields.JSONField()
    weight = fields.IntField()
    most = fields.IntField()  # points

    class Meta:
        table = "call_criterion"
        ordering = ("id",)


class OfficerRole(StrEnum):
    COORDINATOR = later("coordinator")
    REVIEWER = later("reviewer")


class CallOfficer(Model):
    """Somebody who runs the call or reviews in it; `organisation` is what they cannot review."""

    id = fields.IntField(primary_key=True)
    call: fields.ForeignKeyRelation[Call] = fields.ForeignKeyField("events.Call", related_name="officers")
    call_id: int
    role = fields.CharEnumField(OfficerRole)
    email = fields.CharField(254)  # canonical
    name = fields.CharField(120)
    organisation = fields.CharField(200, default="")

    class Meta:
        table = "call_officer"
        unique_together = (("call", "role", "email"),)
        ordering = ("name", "id")


class CallBriefing(Model):
    """An event about a call, or one session of an event."""

    id = fields.IntField(primary_key=True)
    call: fields.ForeignKeyRelation[Call] = fields.ForeignKeyField("events.Call", related_name="briefings")
    call_id: int
    event: fields.ForeignKeyRelation[Event] = fields.ForeignKeyField("events.Event", related_name="call_briefings")
    event_id: int
    session: fields.ForeignKeyNullableRelation[Session] = fields.ForeignKeyField(
        "events.Session", related_name="call_briefings", null=True
    )
    session_id: int | None

    class Meta:
        table = "call_briefing"
