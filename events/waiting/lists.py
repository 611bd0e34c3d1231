"""A place in the list of a full session: taken, given up, put first by the organisers; and how long offers stand."""

from app.errors import NotFound, Refused
from app.i18n import _
from app.journal import Actor, changing
from events.bookings import has_seat
from events.models import Event, Participant, Session
from events.seating import refuse_seat
from events.waiting.models import DEFAULT_MINUTES, OfferTerms, Wait, WaitState
from events.waiting.offering import offer_seats, record

SHORTEST, LONGEST = 5, 24 * 60  # minutes that an offer stands


async def join_list(session: Session, participant: Participant, *, by: Actor) -> Wait:
    """At the end of the list; twice is once. Raises Refused while there are seats, and for who could not come."""
    async with changing(Event.scope_of(session.event_id), by=by) as changes:
        current = await Session.get(id=session.id).select_related("event")
        guest = await Participant.get(id=participant.id)
        if guest.event_id != current.event_id:
            raise NotFound
        before = await Wait.get_or_none(session=current, participant=guest)
        if before and before.state != WaitState.PASSED:
            return before
        await refuse_seat(current, guest, now=changes.at)
        await _refuse_needless(current, guest)
        wait = before or Wait(session=current, participant=guest)
        wait.participant, wait.state, wait.joined_at, wait.told_at = guest, WaitState.WAITING, changes.at, None
        await wait.save()
        record(changes, "seat.awaited", wait, current)
    return wait


async def leave_list(session: Session, participant: Participant, *, by: Actor) -> None:
    """Also a no to an offer, which then goes to the next; nothing happens for who is not in the list."""
    async with changing(Event.scope_of(session.event_id), by=by) as changes:
        current = await Session.get(id=session.id).select_related("event")
        wait = await Wait.get_or_none(session=current, participant=participant).select_related("participant")
        if wait is None:
            return
        await wait.delete()
        record(changes, "seat.unawaited", wait, current)
        await offer_seats(changes, current)


async def put_first(wait: Wait, *, by: Actor) -> Wait:
    """The organisers let somebody go before all others; a second time takes that back."""
    session = await Session.get(id=wait.session_id).select_related("event")
    async with changing(session.event.scope, by=by) as changes:
        current = await Wait.get(id=wait.id).select_related("participant")
        current.ahead = not current.ahead
        await current.save(update_fields=["ahead"])
        record(changes, "seat.preferred", current, session)
    return current


async def set_offer_minutes(event: Event, minutes: int, *, by: Actor) -> int:
    """For offers from now on; those that stand keep their deadline."""
    if not SHORTEST <= minutes <= LONGEST:
        raise Refused(_("An offer stands from 5 minutes to 24 hours."))
    async with changing(event.scope, by=by) as changes:
        terms = await OfferTerms.get_or_none(event=event) or OfferTerms(event=event, minutes=DEFAULT_MINUTES)
        if terms.minutes == minutes:
            return minutes
        terms.minutes = minutes
        await terms.save()
        changes.record("offers.timed", terms, topics=[event.desk], data={"minutes": minutes})
    return minutes


async def _refuse_needless(session: Session, guest: Participant) -> None:
    if await has_seat(session, guest):
        raise Refused(_("You have a seat in “%(title)s”.") % {"title": session.title})
    queued = await Wait.filter(session=session, state__in=[WaitState.WAITING, WaitState.OFFERED]).count()
    if session.capacity is None or session.booked + queued < session.capacity:
        raise Refused(_("There are free seats."), hints=[_("Book one: nobody needs to wait.")])
