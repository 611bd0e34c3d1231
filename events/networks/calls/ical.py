"""How a call looks in a calendar: its deadline, at the end of half an hour."""

from datetime import timedelta

from app.i18n import _
from app.source import Entry
from app.texts import in_language
from app.wording import clock_of, deadline
from events.networks.calls.models import Call

LENGTH = timedelta(minutes=30)


def deadline_entry(call: Call) -> Entry:
    """In the language being spoken."""
    told = {"time": deadline(call.deadline, call.tz), "zone": clock_of(call.zone)}
    return Entry(
        subject=f"call:{call.id}",
        summary=_("Deadline: %(title)s") % {"title": in_language(call.titles, call.language)},
        start=call.deadline - LENGTH,
        end=call.deadline,
        zone=call.zone,
        sequence=call.version,
        created=call.created_at,
        changed=call.changed_at,
        description=(_("Proposals count that arrive before %(time)s (%(zone)s).") % told,),
        url=call.path,
        transparent=True,
    )
