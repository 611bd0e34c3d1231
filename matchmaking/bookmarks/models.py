"""Table of bookmarks."""

from enum import StrEnum

from tortoise import fields
from tortoise.models import Model

from app.i18n import later
from events.models import Participant


class Mark(StrEnum):
    MUST = later("must meet")
    NICE = later("nice to meet")
    NOT = later("not for me")  # a veto: nobody but its owner ever learns of it


class Bookmark(Model):
    """What one participant thinks of meeting another. Only its owner reads it."""

    id = fields.IntField(primary_key=True)
    owner: fields.ForeignKeyRelation[Participant] = fields.ForeignKeyField(
        "events.Participant", related_name="bookmarks"
    )
    owner_id: int
    about: fields.ForeignKeyRelation[Participant] = fields.ForeignKeyField(
        "events.Participant", related_name="bookmarked"
    )
    about_id: int
    mark = fields.CharEnumField(Mark)

    class Meta:
        table = "bookmark"
        unique_together = (("owner", "about"),)
