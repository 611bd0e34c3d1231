"""How times, tables and people are said in refusals and journal lines, in the language of whoever reads."""

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_skeleton, format_time
from babel.lists import format_list

from app.i18n import _, language
from matchmaking.models import Meeting, Slot


def clock(instant: datetime, zone: ZoneInfo) -> str:
    """10:20"""
    return format_time(instant.astimezone(zone), "HH:mm", locale=language())


def when(instant: datetime, zone: ZoneInfo) -> str:
    """Tue 5 May 10:20"""
    day = format_skeleton("MMMEd", instant.astimezone(zone), locale=language())
    return f"{day} {clock(instant, zone)}"


def several(words: Iterable[str]) -> str:
    """a, b and c"""
    return str(format_list(list(words), locale=language()))


def spot(slot: Slot, table: int, zone: ZoneInfo) -> str:
    """Tue 5 May 10:20, table 4"""
    return _("%(when)s, table %(number)d") % {"when": when(slot.start, zone), "number": table}


def meeting_line(meeting: Meeting, zone: ZoneInfo) -> str:
    """Tue 5 May 10:20, table 4: Anna Nowak and Mikko Virtanen. The meeting has its people, slot and table at hand."""
    assert meeting.slot
    assert meeting.table
    return f"{spot(meeting.slot, meeting.table.number, zone)}: {several([meeting.asker.name, meeting.invitee.name])}"
