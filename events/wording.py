"""A fact of the journal as a sentence for the desk."""

from datetime import datetime

from app.i18n import _
from app.models import Change
from events.models import Event

# English here, for whoever collects texts to translate; each reader's language below.
SENTENCES = {
    "event.edited": _("The event’s own facts were changed"),
    "room.added": _("Room “%(name)s” was added"),
    "room.edited": _("Room “%(name)s” was changed"),
    "room.removed": _("Room “%(name)s” was removed"),
    "track.added": _("Track “%(name)s” was added"),
    "track.edited": _("Track “%(name)s” was changed"),
    "track.removed": _("Track “%(name)s” was removed"),
    "session.created": _("“%(title)s” was created: %(place)s"),
    "session.edited": _("“%(title)s” was edited"),
    "session.moved": _("“%(title)s” was moved: %(place)s"),
    "session.unscheduled": _("“%(title)s” was taken off the schedule"),
    "session.cancelled": _("“%(title)s” was cancelled"),
    "session.restored": _("“%(title)s” takes place again: %(place)s"),
    "booking.made": _("A seat or mark in “%(title)s” was taken"),
    "booking.released": _("A seat or mark in “%(title)s” was given back"),
    "participant.registered": _("%(name)s asked to take part"),
    "participant.added": _("%(name)s was added as a speaker"),
    "participant.approved": _("%(name)s was approved"),
    "participant.returned": _("%(name)s was asked to change the registration"),
    "participant.appointed": _("%(name)s was given another type"),
    "participant.withdrawn": _("%(name)s withdrew"),
    "programme.released": _("The programme was released as %(version)s"),
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
