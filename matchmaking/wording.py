"""How meetings and their places are said in refusals and journal lines, in the language of whoever reads."""

from zoneinfo import ZoneInfo

from app.i18n import _, ngettext
from app.wording import several, when
from matchmaking.models import Meeting, Slot
from matchmaking.parties import people


def spot(slot: Slot, table: int, zone: ZoneInfo) -> str:
    """Tue 5 May 10:20, table 4"""
    return _("%(when)s, table %(number)d") % {"when": when(slot.start, zone), "number": table}


def meeting_line(meeting: Meeting, zone: ZoneInfo) -> str:
    """Tue 5 May 10:20, table 4: Anna Nowak and Mikko Virtanen. The meeting has its people, slot and table at hand."""
    assert meeting.slot
    assert meeting.table
    return f"{spot(meeting.slot, meeting.table.number, zone)}: {names_of(meeting)}"


def names_of(meeting: Meeting) -> str:
    """Anna Nowak, Mikko Virtanen and Jan Kowalski"""
    return several(one.name for one in people(meeting))


def over_committed(name: str, *, meetings: int, room: int) -> str:
    """Anna has agreed to 9 meetings and has time for 8."""
    return ngettext(
        "%(name)s has agreed to %(meetings)d meetings and has time for one.",
        "%(name)s has agreed to %(meetings)d meetings and has time for %(room)d.",
        room,
    ) % {"name": name, "meetings": meetings, "room": room}
