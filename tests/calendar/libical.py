"""What libical reads of the iCalendar stream on stdin: a VEVENT a line, as JSON. Runs in the system's Python."""

import json
import sys

import gi

gi.require_version("ICalGLib", "3.0")

from gi.repository import ICalGLib  # noqa: E402 - the version comes first

calendar = ICalGLib.Component.new_from_string(sys.stdin.buffer.read().decode())
event = calendar.get_first_component(ICalGLib.ComponentKind.VEVENT_COMPONENT)
while event:
    texts = [event.get_uid(), event.get_summary(), event.get_location(), event.get_description()]
    start = event.get_dtstart().as_timet_with_zone(ICalGLib.Timezone.get_utc_timezone())
    print(json.dumps([*(text or "" for text in texts), start]))
    event = calendar.get_next_component(ICalGLib.ComponentKind.VEVENT_COMPONENT)
