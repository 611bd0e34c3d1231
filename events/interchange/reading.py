"""Reads a schedule file of whichever format it is: where an uploaded file comes in. Pure.

A big file takes a second or two: callers that serve others meanwhile run this in a thread.
"""

from zoneinfo import ZoneInfo

from events.interchange.frab_xml import read_frab_xml
from events.interchange.schedule import BadSchedule, ImportedSchedule
from events.interchange.schedule_json import read_schedule_json


def read_schedule(document: bytes, *, zone: ZoneInfo) -> ImportedSchedule:
    """The schedule; `zone` is meant where the file names none. Raises BadSchedule, saying where and why."""
    match document.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]:
        case b"<":
            return read_frab_xml(document, zone=zone)
        case b"{":
            return read_schedule_json(document, zone=zone)
    raise BadSchedule(1, "This is neither a schedule.xml nor a schedule.json file.")
