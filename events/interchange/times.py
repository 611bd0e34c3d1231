"""Dates, clock times and lengths as schedule files write them, made of `loose` strings. Pure."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

LONGEST = timedelta(days=7)

_CLOCK = re.compile(r"([0-9]{1,3}):([0-9]{1,2})(?::([0-9]{1,2}))?")
_ISO_LENGTH = re.compile(
    r"P(?:([0-9]{1,3})D)?(?:T(?:([0-9]{1,4})H)?(?:([0-9]{1,5})M)?(?:([0-9]{1,6})(?:\.[0-9]+)?S)?)?"
)


@dataclass(frozen=True, slots=True)
class Day:
    """A conference day as the file has it: it may reach over midnight, from `opens` to `closes` (both instants)."""

    date: str = ""
    opens: str = ""
    closes: str = ""


NO_DAY = Day()


def instant(text: str, *, zone: ZoneInfo) -> datetime | None:
    """A date with a time, in UTC; one without an offset is meant in `zone`. None: it is no such thing."""
    if ":" not in text:
        return None
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return _plausible(moment if moment.tzinfo else moment.replace(tzinfo=zone))


def on_day(day: Day, clock: str, *, zone: ZoneInfo) -> datetime | None:
    """A clock time of a conference day, in UTC: at a day from 09:00 to 02:00, "01:30" is in the night after it."""
    found, since_midnight = calendar_day(day.date) or calendar_day(day.opens), _clock(clock)
    if found is None or since_midnight is None or since_midnight > timedelta(days=2):
        return None
    wall = datetime.combine(found, datetime.min.time()) + since_midnight
    moment, next_day = (_plausible((wall + timedelta(days=n)).replace(tzinfo=zone)) for n in (0, 1))
    opens, closes = instant(day.opens, zone=zone), instant(day.closes, zone=zone)
    in_the_night = moment and next_day and opens and closes and moment < opens and next_day < closes
    return next_day if in_the_night else moment


def calendar_day(text: str) -> date | None:
    """The day that a date, or a date with a time, names."""
    try:
        found = date.fromisoformat(text.strip()[:10])
    except ValueError:
        return None
    return found if 1970 < found.year < 2200 else None


def length(text: str) -> timedelta | None:
    """ "1:30", "00:90", "01:30:00", "90" (minutes) or "PT1H30M"; None for anything else, and for nothing."""
    text = text.strip()
    if re.fullmatch(r"[0-9]{1,5}", text):
        found: timedelta | None = timedelta(minutes=int(text))
    elif iso := _ISO_LENGTH.fullmatch(text):
        days, hours, minutes, seconds = (int(number or 0) for number in iso.groups())
        found = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
    else:
        found = _clock(text)
    return found or None


def _clock(text: str) -> timedelta | None:
    clock = _CLOCK.fullmatch(text.strip())
    if not clock:
        return None
    hours, minutes, seconds = (int(number or 0) for number in clock.groups())
    return timedelta(hours=hours, minutes=minutes, seconds=seconds)


def _plausible(moment: datetime) -> datetime | None:
    """In UTC and whole seconds, if some conference could be then."""
    return moment.astimezone(UTC).replace(microsecond=0) if 1970 < moment.year < 2200 else None
