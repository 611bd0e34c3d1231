"""Tables of proposals to a call: authors, reviews and decisions; and files and letters, which may be about one."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from tortoise import fields
from tortoise.models import Model

from app.fields import UTCDatetimeField
from app.i18n import later
from events.models import Organisation
from events.networks.calls.models import Call, CallOfficer, CallTopic
from events.networks.models import Pilot


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
