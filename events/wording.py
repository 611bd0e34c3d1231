"""A fact of the journal as a sentence for the desk."""

from datetime import datetime

from app.i18n import _, later
from app.models import Change
from events.models import Event

SENTENCES = {
    "event.edited": later("The event’s own facts were changed"),
    "room.added": later("Room “%(name)s” was added"),
    "room.edited": later("Room “%(name)s” was changed"),
    "room.removed": later("Room “%(name)s” was removed"),
    "track.added": later("Track “%(name)s” was added"),
    "track.edited": later("Track “%(name)s” was changed"),
    "track.removed": later("Track “%(name)s” was removed"),
    "session.created": later("“%(title)s” was created: %(place)s"),
    "session.edited": later("“%(title)s” was edited"),
    "session.moved": later("“%(title)s” was moved: %(place)s"),
    "session.unscheduled": later("“%(title)s” was taken off the schedule"),
    "session.cancelled": later("“%(title)s” was cancelled"),
    "session.restored": later("“%(title)s” takes place again: %(place)s"),
    "booking.made": later("A seat or mark in “%(title)s” was taken"),
    "booking.released": later("A seat or mark in “%(title)s” was given back"),
    "speaker.answered": _("%(name)s, who speaks in “%(title)s”, answered the invitation: %(partstat)s"),
    "reply.shown": _("%(name)s answered %(partstat)s to an invitation, which changed nothing: %(why)s"),
    "participant.registered": later("%(name)s asked to take part"),
    "participant.added": later("%(name)s was added as a speaker"),
    "participant.approved": later("%(name)s was approved"),
    "participant.returned": later("%(name)s was asked to change the registration"),
    "participant.appointed": later("%(name)s was given another type"),
    "participant.withdrawn": later("%(name)s withdrew"),
    "programme.released": later("The programme was released as %(version)s"),
}


def sentence(change: Change, event: Event) -> str:
    """Kinds of other slices are told by their name: “meeting accepted”."""
    words = SENTENCES.get(change.kind)
    if words is None:
        return change.kind.replace(".", " ").replace("_", " ")
    return _(words) % {**change.data, "place": _place(change, event)}


def _place(change: Change, event: Event) -> str:
    start = change.data.get("start")
    if not start:
        return _("no time yet")
    when = datetime.fromisoformat(start).astimezone(event.tz)
    return ", ".join(part for part in (f"{when:%Y-%m-%d %H:%M}", change.data.get("room")) if part)
