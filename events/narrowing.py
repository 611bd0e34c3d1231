"""A session becomes one for fewer types or fewer people: who loses a seat, or one that is kept for them, is shown to
the organiser, and then they do."""

from collections.abc import Collection, Iterator, Sequence

from app.errors import Refused
from app.i18n import _, ngettext
from app.journal import Changes
from app.seen import mark_of
from app.wording import several
from events.bookings import give_back
from events.models import ParticipantType, Session
from events.partaking_models import Booking
from events.waiting.models import Wait, WaitState
from events.waiting.offering import offer_seats, record

NAMED = 10


class Narrows(Refused):
    """Nothing was changed: these would lose their seats, and those the seats that are kept for them. `mark` says that
    exactly this was looked at."""

    def __init__(self, losing: Collection[Booking], waiting: Collection[Wait]) -> None:
        super().__init__(
            " ".join(_sentences(losing, waiting)),
            hints=[_("Nothing is saved yet. Save once more to do it: their calendars follow.")],
        )
        self.mark = mark_of((sorted(one.id for one in losing), sorted(one.id for one in waiting)))


async def narrow(changes: Changes, session: Session, types: Collection[ParticipantType], *, seen: str) -> None:
    """Within an open block, once the session is for these types and has so many seats: whoever is of none of the types
    gives the seat back, and offers without a seat go back into the list, before all who have none. Raises Narrows
    unless `seen` is the mark of exactly these."""
    allowed = {type.id for type in types}
    booked = await Booking.filter(session=session).order_by("id").select_related("participant")
    losing = [one for one in booked if allowed and one.participant.type_id not in allowed]
    waiting = await _offers_lost(session, allowed, booked=len(booked) - len(losing))
    if not losing and not waiting:
        return
    shown = Narrows(losing, waiting)
    if seen != shown.mark:
        raise shown
    for booking in losing:
        await give_back(changes, booking, session, booking.participant)
    for wait in waiting:
        wait.state, wait.until = WaitState.WAITING, None
        await wait.save()
        record(changes, "seat.withdrawn", wait, session)
    await session.refresh_from_db(["booked"])
    await offer_seats(changes, session)


async def _offers_lost(session: Session, allowed: Collection[int], *, booked: int) -> Sequence[Wait]:
    """Of those who may not come, and beyond the seats there are; the newest go first."""
    offers = Wait.filter(session=session, state=WaitState.OFFERED).order_by("until", "id")
    found = await offers.select_related("participant")
    good = [one for one in found if not allowed or one.participant.type_id in allowed]
    seats = len(good) if session.capacity is None else max(0, session.capacity - booked)
    kept = {one.id for one in good[:seats]}
    return [one for one in found if one.id not in kept]


def _sentences(losing: Collection[Booking], waiting: Collection[Wait]) -> Iterator[str]:
    if losing:
        words = ngettext(
            "%(count)d person loses a seat by this: %(names)s.",
            "%(count)d people lose their seats by this: %(names)s.",
            len(losing),
        )
        yield words % {"count": len(losing), "names": _named([one.participant.name for one in losing])}
    if waiting:
        words = ngettext(
            "%(count)d person is told that the seat kept for them is gone, and waits again: %(names)s.",
            "%(count)d people are told that the seats kept for them are gone, and wait again: %(names)s.",
            len(waiting),
        )
        yield words % {"count": len(waiting), "names": _named([one.participant.name for one in waiting])}


def _named(names: Sequence[str]) -> str:
    return several(names if len(names) <= NAMED else [*names[:NAMED], "…"])
