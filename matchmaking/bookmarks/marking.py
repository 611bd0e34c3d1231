"""Marking people: must meet, nice to meet, not for me.

Written in the owner's own journal (`person:7`): the event's revision does not move, so nobody can tell that, or when,
somebody was marked.
"""

from app.errors import Forbidden, NotFound, Refused
from app.i18n import _
from app.journal import changing, person_topic
from app.models import Person
from events.models import Participant
from matchmaking.bookmarks.models import Bookmark, Mark


async def mark(owner: Participant, about: Participant, wanted: Mark | None, *, by: Person) -> None:
    """None takes the mark off. Nobody marks for somebody else, the desk neither."""
    if owner.person_id != by.id:
        raise Forbidden(_("Only you decide whom you want to meet."))
    if about.event_id != owner.event_id:
        raise NotFound
    if about.id == owner.id:
        raise Refused(_("This is you."))
    async with changing(person_topic(by.id), by=by) as changes:
        before = await Bookmark.get_or_none(owner=owner, about=about)
        if before and wanted is None:
            await before.delete()
            changes.record("bookmark.removed", before, topics=[])
        elif wanted and (before is None or before.mark != wanted):
            bookmark = before or Bookmark(owner=owner, about=about)
            bookmark.mark = wanted
            await bookmark.save()
            changes.record("bookmark.set", bookmark, topics=[])


async def marks_of(owner: Participant) -> dict[int, Mark]:
    """By participant."""
    return dict(await Bookmark.filter(owner=owner).values_list("about_id", "mark"))
