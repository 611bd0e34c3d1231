"""Fields of forms for days and times, in the zone of what they are about."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast
from zoneinfo import ZoneInfo

from wtforms import Form
from wtforms.fields import Field
from wtforms.fields.datetime import DateField, DateTimeLocalField
from wtforms.validators import StopValidation, ValidationError

from app.forms import needed
from app.i18n import _

MINUTES = 5  # times are told in steps that occupancy can see


def Day(label: str, *, required: bool = True, **kwargs: Any) -> DateField:
    return DateField(label, [needed(required), _year_within_reason], **kwargs)


class Instant(DateTimeLocalField):
    """A wall-clock time in `zone`, as an aware instant in UTC. Set `zone` on the field before it is processed."""

    def __init__(self, label: str, validators: Any = None, *, required: bool = True, **kwargs: Any) -> None:
        self.zone: ZoneInfo = kwargs.pop("zone", None) or ZoneInfo("UTC")
        super().__init__(label, [needed(required)], render_kw={"step": MINUTES * 60}, **kwargs)

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return self.data.astimezone(self.zone).strftime("%Y-%m-%dT%H:%M") if self.data else ""

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        super().process_formdata(list(valuelist))
        wall, self.data = self.data, None  # a refused time is no value: nobody may compare it
        if wall is not None:
            self.data = instant_in(wall, self.zone)


class Deadline(Instant):
    """An instant to the minute that nobody can doubt: a time that the clocks show twice is refused, too."""

    def __init__(self, label: str, **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.render_kw = {"step": 60}

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        DateTimeLocalField.process_formdata(self, list(valuelist))
        wall, self.data = self.data, None
        if wall is None:
            return
        if wall.second:
            raise ValidationError(_("Please leave the seconds out."))
        self.data = _existing(wall, self.zone)
        if wall.replace(tzinfo=self.zone, fold=1).astimezone(UTC) != self.data:
            raise ValidationError(_("The clocks go back that night: this time comes twice. Choose another one."))


def instant_in(wall: datetime, zone: ZoneInfo) -> datetime:
    """The instant of a wall-clock time, in UTC. Raises ValidationError for one that the clocks skip."""
    if wall.minute % MINUTES or wall.second:
        raise ValidationError(_("Times go in steps of five minutes."))
    return _existing(wall, zone)


def _existing(wall: datetime, zone: ZoneInfo) -> datetime:
    if not 1990 <= wall.year <= 2200:
        raise ValidationError(_("This year cannot be right."))
    instant = wall.replace(tzinfo=zone).astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) != wall:
        raise ValidationError(_("The clocks go forward that night: this time does not exist."))
    return instant


def _year_within_reason(form: Form, field: Field) -> None:
    day = cast(date | None, field.data)
    if day and not date(1990, 1, 1) <= day <= date(1990, 1, 1) + timedelta(days=80_000):
        raise StopValidation(_("This year cannot be right."))
