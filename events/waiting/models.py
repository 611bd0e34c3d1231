"""Tables of waiting lists: who waits for a seat in a session, and how long an offer stands."""

from datetime import datetime
from enum import StrEnum

from tortoise import fields
from tortoise.models import Model

from app.fields import UTCDatetimeField
from events.models import Event, Participant, Session

DEFAULT_MINUTES = 30


class WaitState(StrEnum):
    WAITING = "waiting"
    OFFERED = "offered"  # something is held for them until `until`
    PASSED = "passed"  # they did not answer in time


class Wait(Model):
    """A participant's place in the list of a full session."""

    id = fields.IntField(primary_key=True)
    session: fields.ForeignKeyRelation[Session] = fields.ForeignKeyField("events.Session", related_name="waits")
    session_id: int
    participant: fields.ForeignKeyRelation[Participant] = fields.ForeignKeyField(
        "events.Participant", related_name="waits"
    )
    participant_id: int
    state = fields.CharEnumField(WaitState, default=WaitState.WAITING)
    ahead = fields.BooleanField(default=False)  # the organisers let them go first
    joined_at: datetime = UTCDatetimeField()
    until: datetime | None = UTCDatetimeField(null=True)
    told_at: datetime | None = UTCDatetimeField(
        null=True
    )  # by mail, of an offer; whoever waits again is owed a second mail

    class Meta:
        table = "wait"
        unique_together = (("session", "participant"),)


class OfferTerms(Model):
    """How long an offer of an event's waiting lists stands."""

    id = fields.IntField(primary_key=True)
    event: fields.OneToOneRelation[Event] = fields.OneToOneField("events.Event", related_name="offer_terms")
    event_id: int
    minutes = fields.IntField(default=DEFAULT_MINUTES)

    class Meta:
        table = "offer_terms"


async def offer_minutes(event_id: int) -> int:
    found = await OfferTerms.get_or_none(event_id=event_id)
    return found.minutes if found else DEFAULT_MINUTES
