"""How meetings and their places are said in refusals and journal lines, in the language of whoever reads."""

from collections.abc import Iterable
from zoneinfo import ZoneInfo

from app.i18n import _, ngettext
from app.wording import several, when
from events.models import Participant
from matchmaking.models import Meeting
from matchmaking.parties import people
from matchmaking.round_models import Slot, Table


def spot(slot: Slot, table: Table, zone: ZoneInfo) -> str:
    """Tue 5 May 10:20, table 4"""
    return f"{when(slot.start, zone)}, {table_words(table)}"


def table_words(table: Table) -> str:
    """table 4, or online"""
    return _("online") if table.line else _("table %(number)d") % {"number": table.number}


def meeting_line(meeting: Meeting, zone: ZoneInfo) -> str:
    """Tue 5 May 10:20, table 4: Anna Nowak and Mikko Virtanen. The meeting has its people, slot and table at hand."""
    assert meeting.slot
    assert meeting.table
    return f"{spot(meeting.slot, meeting.table, zone)}: {names_of(meeting)}"


def names_of(meeting: Meeting) -> str:
    """Anna Nowak, Mikko Virtanen and Jan Kowalski"""
    return several(one.name for one in people(meeting))


def houses_of(several: Iterable[Participant]) -> str:
    """Lignin Oy, Drukarnia; for a cell of a table."""
    return ", ".join(dict.fromkeys(one.organisation.name for one in several if one.organisation))


def over_committed(name: str, *, meetings: int, room: int) -> str:
    """Anna has agreed to 9 meetings and has time for 8."""
    return ngettext(
        "%(name)s has agreed to %(meetings)d meetings and has time for one.",
        "%(name)s has agreed to %(meetings)d meetings and has time for %(room)d.",
        room,
    ) % {"name": name, "meetings": meetings, "room": room}


def cause_words(cause: str) -> str:
    """Why a schedule gave a meeting its place: a `proposal.Cause`, or "undone"."""
    match cause:
        case "somebody is not free":
            return _("somebody could not be there at the old time")
        case "table lost":
            return _("its table was lost")
        case "made room":
            return _("it made room for a meeting that could not stay")
        case "better":
            return _("people wait less all together")
        case "waited":
            return _("it was waiting for a time")
        case "chosen":
            return _("chosen among the requests")
        case "no place":
            return _("no time is left for it")
        case "undone":
            return _("the schedule was taken back")
    return ""
