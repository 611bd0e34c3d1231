"""Tables of the plumbing: people and their sign-ins, the journal, invitations and the outbox."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from tortoise import fields
from tortoise.models import Model

from app.fields import UTCDatetimeField


class Person(Model):
    """Somebody with an address; what they are at an event is a Participant (see events.models)."""

    id = fields.IntField(primary_key=True)
    email = fields.CharField(254, unique=True)  # canonical: see auth.canonical_address
    name = fields.CharField(120)
    language = fields.CharField(8, default="en")
    admin = fields.BooleanField(default=False)
    invited_by_mail = fields.BooleanField(default=True)  # else their commitments are in their feed; never in both
    remind_minutes = fields.IntField(null=True)  # before what binds them; None: 15 on site, 5 online; 0: never
    evening_digest = fields.BooleanField(default=True)
    request_digest = fields.BooleanField(default=True)
    news_digest = fields.BooleanField(default=True)
    message_digest = fields.BooleanField(default=True)
    support_mails = fields.BooleanField(default=True)
    receipt_mails = fields.BooleanField(default=True)  # that a proposal of theirs was submitted or withdrawn
    created_at: datetime = UTCDatetimeField(auto_now_add=True)

    class Meta:
        table = "person"


class SignInLink(Model):
    """A mailed link: 256 random bits, kept as SHA-256, used once, in the browser that asked."""

    id = fields.IntField(primary_key=True)
    email = fields.CharField(254)  # canonical; the person is made when the link is used
    token_hash = fields.CharField(64, unique=True)
    browser_hash = fields.CharField(64)  # empty: printed on the console, any browser
    asked_from = fields.CharField(64)  # SHA-256 of the peer's address: for the rate limit only
    created_at: datetime = UTCDatetimeField()
    expires_at: datetime = UTCDatetimeField()
    used_at: datetime | None = UTCDatetimeField(null=True)

    class Meta:
        table = "sign_in_link"


class SignIn(Model):
    """A signed-in browser. The cookie holds 256 random bits, the row their SHA-256. Deleting it signs out."""

    id = fields.IntField(primary_key=True)
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField("app.Person", related_name="sign_ins")
    person_id: int
    token_hash = fields.CharField(64, unique=True)
    user_agent = fields.CharField(200)
    created_at: datetime = UTCDatetimeField()
    expires_at: datetime = UTCDatetimeField()

    class Meta:
        table = "sign_in"


class Journal(Model):
    """The gate of one scope (`event:3`, `network:1`, `person:7`, `mail:3`): its row lock orders all writes."""

    scope = fields.CharField(40, primary_key=True)
    revision = fields.BigIntField(default=0)

    class Meta:
        table = "journal"


class Change(Model):
    """One fact: what happened to what, by whom, and who may hear of it (`topics`)."""

    id = fields.BigIntField(primary_key=True)
    scope = fields.CharField(40)
    revision = fields.BigIntField()
    kind = fields.CharField(60)  # noun.past_participle
    subject = fields.CharField(40)  # session, meeting, …
    subject_id = fields.BigIntField()
    by = fields.CharField(60)  # person:7, system, worker, import
    at: datetime = UTCDatetimeField()
    topics: list[str] = fields.JSONField()
    data: dict[str, Any] = fields.JSONField()

    class Meta:
        table = "change"


class Topic(Model):
    """The last revision of a scope that concerned a topic: the ETag of its feed, the key of its cached page,
    and (for `person:N`) whether that person's invitations are settled."""

    id = fields.BigIntField(primary_key=True)
    scope = fields.CharField(40)
    name = fields.CharField(40)
    revision = fields.BigIntField()
    at: datetime = UTCDatetimeField()
    settled = fields.BigIntField(default=0)  # invitations sent up to this revision
    unsettled_since: datetime = UTCDatetimeField()  # first change after `settled`

    class Meta:
        table = "topic"
        unique_together = (("scope", "name"),)


class Invitation(Model):
    """What one person was last told about one thing in their calendar (RFC 5546)."""

    id = fields.BigIntField(primary_key=True)
    uid = fields.CharField(255, unique=True)  # per recipient, unguessable
    scope = fields.CharField(40)
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField("app.Person", related_name="invitations")
    person_id: int
    subject = fields.CharField(60)  # meeting:7, session:12
    sequence = fields.IntField()
    told: dict[str, Any] = fields.JSONField()  # itip.Told as JSON
    cancelled = fields.BooleanField(default=False)

    class Meta:
        table = "invitation"
        unique_together = (("person", "subject"),)


class MailState(StrEnum):
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    SUPERSEDED = "superseded"


class Mail(Model):
    """One mail to one recipient; its bytes are frozen when it is queued."""

    id = fields.BigIntField(primary_key=True)
    scope = fields.CharField(40)  # mail:3 for event 3, mail:0 for sign-in links
    message_id = fields.CharField(255, unique=True)
    sender = fields.CharField(254)
    recipient = fields.CharField(254)
    subject = fields.CharField(255)
    body: bytes = fields.BinaryField()
    uid = fields.CharField(255, null=True)  # FIFO per UID
    sequence = fields.IntField(null=True)
    state = fields.CharEnumField(MailState, default=MailState.QUEUED)
    attempts = fields.IntField(default=0)
    due_at: datetime = UTCDatetimeField()
    leased_until: datetime | None = UTCDatetimeField(null=True)
    error = fields.TextField(null=True)
    created_at: datetime = UTCDatetimeField()
    sent_at: datetime | None = UTCDatetimeField(null=True)

    class Meta:
        table = "mail"


class ReminderKind(StrEnum):
    SOON = "soon"
    EVENING = "evening"
    REQUESTS = "requests"
    NEWS = "news"
    MESSAGES = "messages"
    SUPPORT = "support"


class Reminder(Model):
    """A person was reminded of something; never twice."""

    id = fields.BigIntField(primary_key=True)
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField("app.Person", related_name="reminders")
    person_id: int
    kind = fields.CharEnumField(ReminderKind)
    key = fields.CharField(100)  # of what: "meeting:7@2027-05-04T08:20:00+00:00", "event:3@2027-05-04"
    at: datetime = UTCDatetimeField()

    class Meta:
        table = "reminder"
        unique_together = (("person", "kind", "key"),)


class Feed(Model):
    """A secret calendar address. The token is derived (HMAC), so only its hash is kept."""

    id = fields.IntField(primary_key=True)
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField("app.Person", related_name="feeds")
    person_id: int
    scope = fields.CharField(40)  # event:3 or "all": their agenda there; else a kind of its own, such as table:7
    version = fields.IntField(default=1)
    token_hash = fields.CharField(64, unique=True)
    revoked = fields.BooleanField(default=False)
    created_at: datetime = UTCDatetimeField()
    used_at: datetime | None = UTCDatetimeField(null=True)  # to the hour
    used_by = fields.CharField(120, default="")  # the program's own words

    class Meta:
        table = "feed"
