"""Where a meeting by video takes place: the organiser's template with the meeting's number in it, or a typed link."""

from app.errors import Refused
from app.i18n import _
from app.text import web_scheme
from matchmaking.models import Meeting
from matchmaking.round_models import Location

NAMES = ("{event}", "{meeting}")
LONGEST = 300


def link_of(meeting: Meeting) -> str:
    """Empty for a meeting without a time, on site, or where nobody gave one; with slot, round and event at hand.

    In a hybrid round every meeting has one: whoever is not there joins by it.
    """
    if meeting.slot is None or meeting.slot.round.location == Location.ON_SITE:
        return ""
    if meeting.link:
        return meeting.link
    template = meeting.slot.round.link
    return template.replace("{event}", meeting.event.slug).replace("{meeting}", str(meeting.id))


def refuse_odd_link(link: str) -> None:
    """A link that a person typed. Raises Refused for what no browser should follow."""
    if web_scheme(link) != "https" or any(sign.isspace() for sign in link) or len(link) > LONGEST:
        raise Refused(_("An address that begins with https://, please."))


def refuse_odd_template(template: str) -> None:
    """Raises Refused for one that is no address, or would bring everybody into one room."""
    if not template:
        return
    bare = template
    for name in NAMES:
        bare = bare.replace(name, "x")
    refuse_odd_link(bare)
    if "{" in bare or "}" in bare:
        raise Refused(_("Only {event} and {meeting} stand for something in the template of a link."))
    if "{meeting}" not in template:
        hint = _("Such as https://meet.example.org/{event}-{meeting}")
        raise Refused(_("Put {meeting} into the template, so that each meeting has a room of its own."), hints=[hint])
