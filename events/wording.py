"""A fact of the conference as a sentence for the desk's journal, in the language of whoever reads."""

from datetime import datetime

from app.i18n import _, later
from app.models import Change
from app.wording import when
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
    "seat.awaited": later("%(name)s waits for a seat in “%(title)s”"),
    "seat.unawaited": later("%(name)s does not wait for a seat in “%(title)s” any more"),
    "seat.offered": later("A seat in “%(title)s” was offered to %(name)s"),
    "seat.passed": later("%(name)s did not take the seat in “%(title)s” in time"),
    "seat.withdrawn": later("The seat in “%(title)s” that was kept for %(name)s is gone: there are fewer"),
    "seat.preferred": later("The place of %(name)s in the list of “%(title)s” was changed"),
    "offers.timed": later("Who is offered a place from a waiting list has %(minutes)d minutes to answer"),
    "speaker.answered": later("%(name)s, who speaks in “%(title)s”, answered the invitation: %(partstat)s"),
    "reply.shown": later("%(name)s answered %(partstat)s to an invitation, which changed nothing: %(why)s"),
    "participant.registered": later("%(name)s asked to take part"),
    "participant.added": later("%(name)s was added as a speaker"),
    "participant.renamed": later("An imported speaker is called %(name)s now"),
    "participant.approved": later("%(name)s was approved"),
    "participant.returned": later("%(name)s was asked to change the registration"),
    "participant.appointed": later("%(name)s was given another type"),
    "type.added": later("The type “%(name)s” was added"),
    "type.edited": later("The type “%(name)s” was changed"),
    "participant.withdrawn": later("%(name)s withdrew"),
    "attendance.confirmed": later("Attendance confirmed: %(name)s"),
    "attendance.withdrawn": later("Attendance taken back: %(name)s"),
    "question.asked": later("Question asked: %(name)s"),
    "question.answered": later("Question answered: %(name)s"),
    "question.removed": later("Question removed, asked by %(name)s"),
    "schedule.uploaded": later("The schedule file “%(file)s” was uploaded"),
    "schedule.imported": later(
        "A schedule file was imported; sessions created: %(created)d, changed: %(changed)d, cancelled: %(cancelled)d"
    ),
    "programme.released": later("The programme was released as %(version)s"),
}


def sentence(change: Change, event: Event) -> str:
    """Empty for a kind of another slice."""
    words = SENTENCES.get(change.kind)
    if words is None:
        return ""
    return _(words) % {**change.data, "place": _place(change, event)}


def _place(change: Change, event: Event) -> str:
    start = change.data.get("start")
    if not start:
        return _("no time yet")
    time = when(datetime.fromisoformat(start), event.tz)
    return ", ".join(part for part in (time, change.data.get("room")) if part)
