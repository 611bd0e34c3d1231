"""Bringing an event to what a schedule file says, in one journal entry: only differences are written."""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from app.errors import Refused
from app.i18n import _, later
from app.journal import Actor, Changes, changing
from events.interchange.applying import apply
from events.interchange.difference import ScheduleDifference, difference
from events.interchange.reading import read_schedule
from events.interchange.schedule import ImportedSchedule, ImportedSession, Oddity
from events.interchange.standing import as_a_file_says, standing_of
from events.models import Event
from events.placing import SHORTEST


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did, in numbers, and what of the file it had to mend or leave out."""

    created: int
    changed: int
    cancelled: int
    restored: int
    unchanged: int
    fields: Mapping[str, int]  # of the changed sessions: how many have another title, start, …
    rooms: int  # added
    tracks: int
    speakers: int
    warnings: tuple[Oddity, ...]

    @property
    def numbers(self) -> str:
        return _(
            "Sessions: %(created)d created, %(changed)d changed, %(restored)d restored, %(cancelled)d cancelled, "
            "%(unchanged)d as they were. Added: %(rooms)d rooms, %(tracks)d tracks, %(speakers)d speakers."
        ) % {name: getattr(self, name) for name in self.__slots__}

    def __str__(self) -> str:
        return "\n".join([self.numbers, *(said(warning) for warning in self.warnings)])


async def import_file(event: Event, file: Path, *, by: Actor, progress: Callable[[int], object]) -> ImportReport:
    """Read the file and import it; `progress` hears of four steps. Raises BadSchedule and what importing raises."""
    document = await asyncio.to_thread(file.read_bytes)
    progress(1)
    imported = await asyncio.to_thread(read_schedule, document, zone=event.tz)
    progress(1)
    report = await import_schedule(event, imported, by=by)
    progress(2)
    return report


async def import_schedule(event: Event, imported: ImportedSchedule, *, by: Actor) -> ImportReport:
    """Make the event's programme what the file says. A second time nothing is left to do, and nothing is recorded.

    Raises Refused, with the event as it was, for a file of other days, or where a room, or a speaker with an
    account, would be in two places at once.
    """
    async with changing(event.scope, by=by) as changes:
        return await bring(changes, event, imported)


async def bring(changes: Changes, event: Event, imported: ImportedSchedule) -> ImportReport:
    """What importing means, inside a block that is open."""
    current = await Event.get(id=event.id)
    imported = _on_its_days(current, imported)
    standing = await standing_of(current)
    found = difference(as_a_file_says(standing), imported)
    report = _report(found, imported)
    if found:
        await apply(found, standing, changes)
        numbers = {name: getattr(report, name) for name in ("created", "changed", "cancelled", "restored")}
        data = {"title": imported.title, "version": imported.version, **numbers}
        changes.record("schedule.imported", current, topics=[current.desk], data=data)
    return report


async def compare_schedule(event: Event, imported: ImportedSchedule) -> ScheduleDifference:
    """What importing this would do. Raises Refused for a file of other days."""
    found, _said = await preview_schedule(event, imported)
    return found


async def preview_schedule(event: Event, imported: ImportedSchedule) -> tuple[ScheduleDifference, ImportReport]:
    """The same, with what the import would report: the desk shows both before it imports."""
    imported = _on_its_days(event, imported)
    found = difference(as_a_file_says(await standing_of(event)), imported)
    return found, _report(found, imported)


def _on_its_days(event: Event, imported: ImportedSchedule) -> ImportedSchedule:
    """A session at another time than the event's, or too short for its board, comes without a time."""
    scheduled = [session for session in imported.sessions if session.span]
    fitting = {session.key for session in scheduled if _fits(event, session)}
    if scheduled and not fitting:
        raise Refused(
            _("No session of this file is within the days of this event."),
            hints=[_("Look whether it is the right file, or change the days of the event first.")],
        )
    misfits = [session for session in scheduled if session.key not in fitting]
    without_time = later("“%(title)s” is outside the days of this event or too short; it is imported without a time.")
    return replace(
        imported,
        sessions=tuple(
            session if session.key in fitting or not session.span else replace(session, room=None, start=None, end=None)
            for session in imported.sessions
        ),
        oddities=(*imported.oddities, *(Oddity(None, without_time, {"title": misfit.title}) for misfit in misfits)),
    )


def _fits(event: Event, session: ImportedSession) -> bool:
    assert session.start is not None
    assert session.end is not None
    return event.spans(session.start, session.end) and session.end - session.start >= SHORTEST


def _report(found: ScheduleDifference, imported: ImportedSchedule) -> ImportReport:
    return ImportReport(
        created=len(found.created),
        changed=len(found.changed),
        cancelled=len(found.cancelled),
        restored=sum(change.restored for change in found.changed),
        unchanged=found.unchanged,
        fields=Counter(field.name for change in found.changed for field in change.fields),
        rooms=len(found.rooms),
        tracks=len(found.tracks),
        speakers=len(found.speakers),
        warnings=imported.oddities,
    )


def said(oddity: Oddity) -> str:
    """In the language being served; a refused file's own is `BadSchedule.oddity`."""
    where = _("Line %(line)d: ") % {"line": oddity.line} if oddity.line else f"{oddity.path}: " if oddity.path else ""
    return where + _(oddity.template) % oddity.values
