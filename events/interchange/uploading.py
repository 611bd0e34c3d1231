"""A schedule file on its way in: kept with its event while the desk looks at what it would change, then imported."""

import asyncio
from dataclasses import dataclass

from app.errors import Refused, Stale
from app.i18n import _
from app.journal import Actor, changing
from events.interchange.difference import ScheduleDifference
from events.interchange.importing import ImportReport, bring, compare_schedule, preview_schedule
from events.interchange.plain import one_line
from events.interchange.reading import read_schedule
from events.interchange.schedule import ImportedSchedule
from events.models import Event
from events.release_models import Upload

NAME = 200  # characters, as Upload.name


@dataclass(frozen=True, slots=True)
class Preview:
    """What importing the event's upload would do today."""

    upload: Upload
    difference: ScheduleDifference
    report: ImportReport


async def keep_upload(event: Event, name: str, document: bytes, *, by: Actor) -> Upload:
    """Keep the file, in place of the one before. One that cannot be imported is not kept: raises BadSchedule with
    line and reason, or Refused for a file of other days."""
    await compare_schedule(event, await _read(event, document))
    async with changing(event.scope, by=by) as changes:
        await Upload.filter(event=event).delete()
        name = one_line(name)[:NAME]
        upload = await Upload.create(event=event, name=name, document=document, at=changes.at)
        changes.record("schedule.uploaded", upload, topics=[event.desk], data={"file": name})
    return upload


async def preview(event: Event) -> Preview | None:
    """None: there is no upload. Raises what `keep_upload` raises, if the event's days have changed since."""
    upload = await Upload.get_or_none(event=event)
    if upload is None:
        return None
    return Preview(upload, *await preview_schedule(event, await _read(event, bytes(upload.document))))


async def import_upload(event: Event, *, seen: str, by: Actor) -> ImportReport:
    """Do what the preview showed, and forget the file. `seen` is the `mark` of the difference it showed: raises
    Stale if it would be another one by now, and what importing raises."""
    upload = await Upload.get_or_none(event=event)
    if upload is None:
        raise Refused(_("There is no file to import."), hints=[_("Somebody may have imported it. Upload it again.")])
    imported = await _read(event, bytes(upload.document))
    async with changing(event.scope, by=by) as changes:
        if (await compare_schedule(event, imported)).mark != seen:
            raise Stale(_("The event or the file has changed since you looked."), hints=[_("Look at it again.")])
        report = await bring(changes, event, imported)
        await Upload.filter(id=upload.id).delete()
    return report


async def _read(event: Event, document: bytes) -> ImportedSchedule:
    return await asyncio.to_thread(read_schedule, document, zone=event.tz)
