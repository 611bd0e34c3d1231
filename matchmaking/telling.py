"""A fact of the brokerage event as a sentence for the desk's journal, in the language of whoever reads."""

from collections.abc import Iterator
from datetime import datetime

from app.i18n import _, later
from app.models import Change
from app.wording import several, when
from events.models import Event

SENTENCES = {
    "meeting.requested": later("%(names)s: meeting requested"),
    "meeting.accepted": later("%(names)s: meeting accepted"),
    "meeting.declined": later("%(names)s: meeting declined"),
    "meeting.arranged": later("%(names)s: meeting arranged by the desk"),
    "meeting.linked": later("%(names)s: another video link"),
    "meeting.rescheduled": later("%(names)s: meeting moved"),
    "meeting.scheduled": later("%(names)s: meeting given a time"),
    "meeting.unscheduled": later("%(names)s: meeting without a time again"),
    "meeting.chosen": later("%(names)s: meeting chosen by the organisers’ schedule"),
    "meeting.reopened": later("%(names)s: the request waits for an answer again"),
    "meeting.cancelled": later("%(names)s: meeting cancelled"),
    "meeting.expired": later("%(names)s: the request expired"),
    "meeting.handed_over": later("%(names)s: %(joined)s goes instead of %(left)s"),
    "meeting.joined": later("%(names)s: %(joined)s has joined the meeting"),
    "meeting.kept": later("%(names)s: the time is kept, no schedule moves it"),
    "meeting.freed": later("%(names)s: the time is no longer held by one of them"),
    "meeting.missed": later("%(names)s: one of them was not there, the meeting waits for another time"),
    "absence.reported": later("%(waits)s waits at the table for %(missing)s"),
    "absence.answered": later("%(missing)s, for whom %(waits)s waits, answered: %(answer)s"),
    "absence.ended": later("%(waits)s does not wait for %(missing)s any more"),
    "stand_in.proposed": later("%(waits)s and %(guest)s could meet on the spot: one of them proposed it"),
    "stand_in.agreed": later("%(waits)s and %(guest)s meet on the spot"),
    "stand_in.declined": later("%(waits)s and %(guest)s do not meet on the spot"),
    "presence.said": later("%(name)s said something about being here"),
    "time.awaited": later("%(names)s: one of them waits for a time of the other"),
    "time.unawaited": later("%(names)s: nobody waits for a time any more"),
    "time.offered": later("%(names)s: a time was offered to the one who waits"),
    "time.withdrawn": later("%(names)s: the time that was offered is gone"),
    "time.passed": later("%(names)s: the offered time was not taken"),
    "display.opened": later("A screen was given an address: %(name)s"),
    "display.revoked": later("The address of a screen was revoked: %(name)s"),
    "group.proposed": later("Group “%(title)s” was proposed"),
    "group.joined": later("Group “%(title)s”: %(name)s has joined"),
    "group.left": later("Group “%(title)s”: %(name)s has left"),
    "group.cancelled": later("Group “%(title)s” was cancelled"),
    "interpreter.registered": later("%(name)s can be booked as an interpreter"),
    "interpreter.removed": later("%(name)s does not interpret any more"),
    "meeting.left": later("%(names)s: the meeting goes on without %(left)s"),
    "meeting.muted": later("%(names)s: the meeting goes on without %(left)s, and without an interpreter"),
    "meeting.answered": later("%(names)s: an answer came by mail"),
    "meeting.proposed": later("%(names)s: another time was proposed"),
    "opportunity.posted": later("%(name)s posted “%(title)s”"),
    "opportunity.edited": later("%(name)s edited “%(title)s”"),
    "opportunity.closed": later("“%(title)s” by %(name)s was closed"),
    "opportunity.reopened": later("“%(title)s” by %(name)s was opened again"),
    "field.added": later("Opportunities have a new field: “%(name)s”"),
    "field.changed": later("The field “%(name)s” of opportunities was changed"),
    "field.removed": later("The field “%(name)s” of opportunities was removed"),
    "outcome.said": later("%(names)s: one of them said what became of the meeting"),
    "report.made": later("%(name)s was reported to you"),
    "report.settled": later("The report on %(name)s was dealt with"),
    "profile.written": later("%(name)s wrote the profile"),
    "profile.approved": later("The profile of %(name)s was approved"),
    "profile.returned": later("%(name)s was asked to complete the profile"),
    "availability.ticked": later("%(name)s chose when to be met"),
    "block.kept": later("%(name)s keeps time free for something else"),
    "block.given_back": later("%(name)s can be met again in a time kept free"),
    "participant.limited": later("%(name)s limits the own number of meetings"),
    "participant.typed": later("%(name)s is of another type now: %(type)s"),
    "type.limited": later("The limits of the type “%(name)s” were changed"),
    "type.removed": later("The type “%(name)s” was removed"),
    "matrix.changed": later("The rules of who meets whom were changed"),
    "conditions.changed": later("The limits of meetings were changed"),
    "bookings.locked": later("The bookings were locked"),
    "bookings.unlocked": later("The bookings were unlocked"),
    "round.opened": later("Round “%(name)s” was opened; slots: %(slots)d, tables: %(tables)d"),
    "round.changed": later("Round “%(name)s” was changed; tables: %(tables)d"),
    "round.closed": later("Round “%(name)s” was closed"),
    "table.given": later("Round “%(name)s”: table %(number)d belongs to %(owner)s"),
    "table.freed": later("Round “%(name)s”: table %(number)d is everybody’s"),
    "table.lost": later("Round “%(name)s”: table %(number)d is lost"),
    "table.found": later("Round “%(name)s”: table %(number)d is there again"),
    "draft.asked": later("A schedule was asked for"),
    "draft.made": later("A draft of the schedule is ready"),
    "draft.failed": later("No schedule could be made"),
    "draft.discarded": later("A draft of the schedule was discarded"),
    "draft.released": later("The schedule was released; meetings changed: %(meetings)d"),
    "draft.undone": later("A release of the schedule was undone; meetings changed: %(meetings)d"),
}


def sentence(change: Change, event: Event) -> str:
    """Anna and Mikko: meeting accepted, Tue 5 May 10:20, table 4. Empty for a kind of another slice."""
    words = SENTENCES.get(change.kind)
    if words is None:
        return ""
    told = _(words) % {**change.data, "names": several(change.data.get("names", ()))}
    return ", ".join([told, *_spot(change, event)])


def _spot(change: Change, event: Event) -> Iterator[str]:
    if change.kind == "meeting.proposed":  # its data says where the meeting is, not where it could go
        return
    start, table = change.data.get("start"), change.data.get("table")
    if start:
        yield when(datetime.fromisoformat(start), event.tz)
    if change.data.get("online"):
        yield _("online")
    elif table:
        yield _("table %(number)d") % {"number": table}
