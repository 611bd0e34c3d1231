"""Tables of the programme's versions: the file that was looked at, and the revisions that got a name."""

from datetime import datetime

from tortoise import fields
from tortoise.models import Model

from app.fields import UTCDatetimeField
from app.models import Person
from events.models import Event


class Upload(Model):
    """A schedule file that the desk looks at before it is imported; an event has one at most."""

    id = fields.IntField(primary_key=True)
    event: fields.OneToOneRelation[Event] = fields.OneToOneField("events.Event", related_name="upload")
    event_id: int
    name = fields.CharField(200)  # of the file
    document: bytes = fields.BinaryField()
    at: datetime = UTCDatetimeField()

    class Meta:
        table = "upload"


class Release(Model):
    """A named revision of the programme ("v2"); what changed since is a slice of the journal."""

    id = fields.IntField(primary_key=True)
    event: fields.ForeignKeyRelation[Event] = fields.ForeignKeyField("events.Event", related_name="releases")
    event_id: int
    version = fields.CharField(40)
    revision = fields.BigIntField()
    note = fields.TextField(default="")
    by: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "app.Person", related_name="releases", null=True, on_delete=fields.SET_NULL
    )
    by_id: int | None
    at: datetime = UTCDatetimeField()

    class Meta:
        table = "release"
        unique_together = (("event", "version"),)
