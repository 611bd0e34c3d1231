"""The video link of one meeting, typed by one of its people or the desk instead of the round's."""

from app.errors import Refused
from app.i18n import _
from app.journal import Actor
from matchmaking.links import refuse_odd_link
from matchmaking.meetings import changing_meeting, tell
from matchmaking.models import Meeting
from matchmaking.parties import acting_for, people
from matchmaking.round_models import Location


async def give_link(meeting: Meeting, link: str, *, by: Actor) -> Meeting:
    """They meet there; empty: where the organisers' template leads. Calendars hear of it. Raises Refused for an odd
    address, or a meeting that has no time in a round with video."""
    if link:
        refuse_odd_link(link)
    async with changing_meeting(meeting, by=by) as (changes, current):
        acting = await acting_for(*people(current), by=by)
        if not current.placed or current.slot is None or current.slot.round.location == Location.ON_SITE:
            raise Refused(_("Only a meeting by video has a link."))
        if current.link == link:
            return current
        current.change_link(link, at=changes.at)
        await current.save()
        tell(changes, "meeting.linked", current, acting)
    return current
