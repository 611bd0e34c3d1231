"""Tables of the calls: texts, topics, criteria and people of a call; proposals with authors, files, reviews, decisions.

Whoever has a part in a call is known by mail address: they are named before they ever sign in, and nobody learns from
a form which addresses have an account.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from tortoise import fields
from tortoise.models import Model

from app.fields import UTCDatetimeField
from app.i18n import later
from events.models import Event, Organisation, Session
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
    reviews: fields.ReverseRelation["CallReview"]

    class Meta:
        table = "call_officer"
        unique_together = (("call", "role", "email"),)
        ordering = ("name", "id")


class ProposalStatus(StrEnum):
    DRAFT = later("draft")
    SUBMITTED = later("submitted")
    WITHDRAWN = later("withdrawn")


class CallProposal(Model):
    """What an organisation proposes to a call. `amount` is what it asks for, in the call's currency."""

    id = fields.IntField(primary_key=True)
    call: fields.ForeignKeyRelation[Call] = fields.ForeignKeyField("events.Call", related_name="proposals")
    call_id: int
    organisation: fields.ForeignKeyRelation[Organisation] = fields.ForeignKeyField(
        "events.Organisation", related_name="call_proposals", on_delete=fields.RESTRICT
    )
    organisation_id: int
    topic: fields.ForeignKeyNullableRelation[CallTopic] = fields.ForeignKeyField(
        "events.CallTopic", related_name="proposals", null=True, on_delete=fields.RESTRICT
    )
    topic_id: int | None
    status = fields.CharEnumField(ProposalStatus, default=ProposalStatus.DRAFT)
    language = fields.CharField(2)  # it is written in
    title = fields.CharField(200)
    summary = fields.TextField(default="")
    amount: int | None = fields.BigIntField(null=True)
    version = fields.IntField(default=1)
    created_at: datetime = UTCDatetimeField()
    changed_at: datetime = UTCDatetimeField()
    submitted_at: datetime | None = UTCDatetimeField(null=True)
    pilots: fields.ManyToManyRelation[Pilot] = fields.ManyToManyField(
        "events.Pilot",
        related_name="call_proposals",
        through="call_proposal_pilot",
        forward_key="pilot_id",
        backward_key="proposal_id",
    )
    decision: fields.BackwardOneToOneRelation["CallDecision"]

    class Meta:
        table = "call_proposal"

    @property
    def path(self) -> str:
        return f"/calls/proposals/{self.id}"


class CallAuthor(Model):
    """Who writes a proposal; the first of them drafted it."""

    id = fields.IntField(primary_key=True)
    proposal: fields.ForeignKeyRelation[CallProposal] = fields.ForeignKeyField(
        "events.CallProposal", related_name="authors"
    )
    proposal_id: int
    email = fields.CharField(254)  # canonical
    name = fields.CharField(120)

    class Meta:
        table = "call_author"
        unique_together = (("proposal", "email"),)
        ordering = ("id",)


class CallFile(Model):
    """A document of the call, or, with `proposal`, an attachment of it. Its bytes are in a table of their own."""

    id = fields.IntField(primary_key=True)
    call: fields.ForeignKeyRelation[Call] = fields.ForeignKeyField("events.Call", related_name="files")
    call_id: int
    proposal: fields.ForeignKeyNullableRelation[CallProposal] = fields.ForeignKeyField(
        "events.CallProposal", related_name="files", null=True
    )
    proposal_id: int | None
    name = fields.CharField(150)
    kind = fields.CharField(10)  # an ending that app.filetypes knows
    size = fields.IntField()  # bytes
    at: datetime = UTCDatetimeField()

    class Meta:
        table = "call_file"
        ordering = ("id",)


class CallFileContent(Model):
    """In the database, so that several machines and one backup have it."""

    file: fields.OneToOneRelation[CallFile] = fields.OneToOneField(
        "events.CallFile", related_name="content", primary_key=True
    )
    file_id: int
    content: bytes = fields.BinaryField()

    class Meta:
        table = "call_file_content"


class ReviewStatus(StrEnum):
    DRAFT = later("draft")
    FINAL = later("final")
    RECUSED = later("conflict of interest")


class CallReview(Model):
    """A reviewer's points and words on one proposal."""

    id = fields.IntField(primary_key=True)
    proposal: fields.ForeignKeyRelation[CallProposal] = fields.ForeignKeyField(
        "events.CallProposal", related_name="reviews"
    )
    proposal_id: int
    reviewer: fields.ForeignKeyRelation[CallOfficer] = fields.ForeignKeyField(
        "events.CallOfficer", related_name="reviews", on_delete=fields.RESTRICT
    )
    reviewer_id: int
    status = fields.CharEnumField(ReviewStatus, default=ReviewStatus.DRAFT)
    points: dict[str, int] = fields.JSONField()  # id of the criterion → points
    comment = fields.TextField(default="")
    version = fields.IntField(default=1)

    class Meta:
        table = "call_review"
        unique_together = (("proposal", "reviewer"),)


class Verdict(StrEnum):
    GRANTED = later("granted")
    RESERVE = later("reserve list")
    REFUSED = later("not granted")


class CallDecision(Model):
    """What became of a proposal; applicants learn it when the call is published."""

    id = fields.IntField(primary_key=True)
    proposal: fields.OneToOneRelation[CallProposal] = fields.OneToOneField(
        "events.CallProposal", related_name="decision"
    )
    proposal_id: int
    verdict = fields.CharEnumField(Verdict)
    amount = fields.BigIntField()  # 0 unless granted
    reason = fields.TextField(default="")
    at: datetime = UTCDatetimeField()

    class Meta:
        table = "call_decision"


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


class LetterKind(StrEnum):
    NAMED = "named"  # as a co-author
    REVIEWING = "reviewing"
    RECEIPT = "receipt"
    WITHDRAWAL = "withdrawal"
    DEADLINE = "deadline"
    DECISION = "decision"
    INVITED = "invited"  # into a consortium
    ASKED = "asked"  # somebody asks to come into theirs
    JOINED = "joined"  # somebody came in
    GATHERING = "gathering"  # a group meeting of theirs


class CallLetter(Model):
    """A mail that somebody is owed; `letters` words and queues it. `data` is what was true when it was owed."""

    id = fields.BigIntField(primary_key=True)
    call: fields.ForeignKeyRelation[Call] = fields.ForeignKeyField("events.Call", related_name="letters")
    call_id: int
    proposal: fields.ForeignKeyNullableRelation[CallProposal] = fields.ForeignKeyField(
        "events.CallProposal", related_name="letters", null=True
    )
    proposal_id: int | None
    kind = fields.CharEnumField(LetterKind)
    email = fields.CharField(254)
    name = fields.CharField(120)
    data: dict[str, Any] = fields.JSONField()
    at: datetime = UTCDatetimeField()
    queued_at: datetime | None = UTCDatetimeField(null=True)

    class Meta:
        table = "call_letter"
