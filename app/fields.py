"""Column types that mean the same on SQLite and PostgreSQL."""

from datetime import UTC, datetime
from typing import Any

from tortoise import fields
from tortoise.models import Model


class UTCDatetimeField(fields.DatetimeField[datetime]):
    """An aware instant, kept in UTC.

    SQLite compares datetimes as text, and Tortoise writes the offset it is given on every path but
    `create()`; so 10:00+02:00 would sort after 08:30+00:00. Naive values are a mistake of the caller.
    """

    def to_db_value(self, value: Any, instance: type[Model] | Model) -> Any:
        value = super().to_db_value(value, instance)
        if isinstance(value, datetime):
            if value.tzinfo is None:
                raise ValueError(f"{self.model_field_name}: naive datetime {value}")
            value = value.astimezone(UTC)
        return value


class SlugField(fields.CharField[str]):
    """A name that stands in addresses. People look for any text by it: what no row can have leads nowhere."""

    def to_db_value(self, value: Any, instance: type[Model] | Model) -> Any:
        looked_for = isinstance(instance, type) and isinstance(value, str)
        if looked_for and (len(value) > self.max_length or not value.isprintable()):
            return ""
        return super().to_db_value(value, instance)
