"""Naming a revision of the programme ("v2"); the first one shows it to everybody."""

from app.errors import Refused
from app.i18n import _
from app.journal import Actor, changes_since, changing
from app.models import Change, Person
from events.audience import audience
from events.models import Event, Session
from events.release_models import Release

PROGRAMME = ("session.", "room.", "track.", "event.")


async def release_programme(event: Event, version: str, note: str = "", *, by: Actor) -> Release:
    """Before the first release only the desk sees the programme; after it every change is live at once."""
    async with changing(event.scope, by=by) as changes:
        current = await Event.get(id=event.id)
        sessions = await Session.filter(event=current, start__isnull=False).only("id")
        if not sessions:
            raise Refused(
                _("No session has a time yet, so there is no programme to publish."),
                hints=[_("Put at least one session on the board first.")],
            )
        if await Release.exists(event=current, version=version):
            raise Refused(
                _("There is a release “%(version)s” already.") % {"version": version}, hints=[_("Choose another name.")]
            )
        current.version = version
        await current.save(update_fields=["version"])
        release = await Release.create(
            event=current,
            version=version,
            revision=changes.revision,
            note=note,
            by_id=by.id if isinstance(by, Person) else None,
            at=changes.at,
        )
        topics = await audience(current, sessions)
        changes.record("programme.released", release, topics=topics, data={"version": version, "note": note})
    return release


async def changes_since_release(event: Event) -> list[Change]:
    """What happened to the programme since its newest release, oldest first; nothing before the first."""
    newest = await Release.filter(event=event).order_by("-revision").first()
    if newest is None:
        return []
    return [c for c in await changes_since(event.scope, newest.revision) if c.kind.startswith(PROGRAMME)]
