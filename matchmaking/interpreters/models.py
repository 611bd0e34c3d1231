"""The table of interpreters."""

from tortoise import fields
from tortoise.models import Model

from events.models import Participant


class Interpreter(Model):
    """A participant who speaks for others, in the rounds they have ticked."""

    id = fields.IntField(primary_key=True)
    participant: fields.OneToOneRelation[Participant] = fields.OneToOneField(
        "events.Participant", related_name="interpreter"
    )
    participant_id: int
    languages: list[str] = fields.JSONField()  # codes

    class Meta:
        table = "interpreter"
