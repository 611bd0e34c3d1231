"""Asks libical what the iCalendar stream on stdin is worth: one fault a line. For the system's Python, which has it."""

import sys

import gi

gi.require_version("ICalGLib", "3.0")

from gi.repository import ICalGLib  # noqa: E402 - the version comes first


def faults(component: ICalGLib.Component) -> list[str]:
    found = []
    part = component.get_first_property(ICalGLib.PropertyKind.XLICERROR_PROPERTY)
    while part:
        found.append(part.get_xlicerror())
        part = component.get_next_property(ICalGLib.PropertyKind.XLICERROR_PROPERTY)
    inner = component.get_first_component(ICalGLib.ComponentKind.ANY_COMPONENT)
    while inner:
        found += faults(inner)
        inner = component.get_next_component(ICalGLib.ComponentKind.ANY_COMPONENT)
    return found


calendar = ICalGLib.Component.new_from_string(sys.stdin.buffer.read().decode())
if calendar is None:
    sys.exit("libical cannot read it")
ICalGLib.restriction_check(calendar)
print("\n".join(faults(calendar)))
