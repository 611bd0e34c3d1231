"""A session becomes one for fewer types: who loses a seat is shown to the organiser, and then they do."""

from collections.abc import Collection

from app.errors import Refused
from app.i18n import _, ngettext
from app.journal import Changes
from app.seen import mark_of
from app.wording import several
from events.bookings import give_back
from events.models import ParticipantType, Session
from events.partaking_models import Booking
from events.waiting.offering import offer_seats

NAMED = 10


class Narrows(Refused):
    """Nothing was changed: these would lose their seats. `mark` says that exactly this was looked at."""

    def __init__(self, losing: Collection[Booking]) -> None:
        names = [one.participant.name for one in losing]
        shown = names[:NAMED] if len(names) <= NAMED else [*names[:NAMED], "…"]
        words = ngettext(
            "%(count)d person loses a seat by this: %(names)s.",
            "%(count)d people lose their seats by this: %(names)s.",
            len(names),
        )
        super().__init__(
            words % {"count": len(names), "names": several(shown)},
            hints=[_("Nothing is saved yet. Save once more to do it: their calendars follow.")],
        )
        self.mark = mark_of(sorted(one.id for one in losing))


async def take_seats(changes: Changes, session: Session, types: Collection[ParticipantType], *, seen: str) -> None:
    """Within an open block, once the session is for these types: whoever is of none of them gives the seat back. Raises
    Narrows unless `seen` is the mark of exactly these seats."""
    if not types:
        return
    booked = Booking.filter(session=session).order_by("id").select_related("participant")
    allowed = {type.id for type in types}
    losing = [one for one in await booked if one.participant.type_id not in allowed]
    if not losing:
        return
    shown = Narrows(losing)
    if seen != shown.mark:
        raise shown
    for booking in losing:
        await give_back(changes, booking, session, booking.participant)
    await session.refresh_from_db(["booked"])
    await offer_seats(changes, session)
