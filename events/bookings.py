"""A seat in a session, or a mark where no seat is needed: made and given back by the participant."""

from app import db
from app.errors import NotFound
from app.journal import Actor, Changes, changing
from events.models import Event, Participant, Session
from events.partaking_models import Booking
from events.seating import refuse_seat, take_seat
from events.waiting.models import Wait
from events.waiting.offering import has_offer, offer_seats


async def book(session: Session, participant: Participant, *, by: Actor) -> Booking:
    """One seat, or one mark; asking twice gives the same one. A seat that was offered is taken with it; otherwise those
    who wait for one are asked first. Raises Refused when full, over or busy then."""
    async with changing(Event.scope_of(session.event_id), by=by) as changes:
        current = await Session.get(id=session.id).select_related("event")
        guest = await Participant.get(id=participant.id)
        if guest.event_id != current.event_id:
            raise NotFound
        if before := await Booking.get_or_none(session=current, participant=guest):
            return before
        await refuse_seat(current, guest, now=changes.at)
        if not await has_offer(current, guest):
            await offer_seats(changes, current)
        await Wait.filter(session=current, participant=guest).delete()
        await take_seat(current)
        booking = await Booking.create(session=current, participant=guest, created_at=changes.at)
        changes.record(
            "booking.made",
            booking,
            topics=[current.event.desk, guest.topic],
            data={"session_id": current.id, "title": current.title, "participant_id": guest.id},
        )
    return booking


async def has_seat(session: Session, participant: Participant) -> bool:
    return await Booking.filter(session=session, participant=participant).exists()


async def unbook(session: Session, participant: Participant, *, by: Actor) -> None:
    """Give the seat or mark back; nothing happens when there is none."""
    async with changing(Event.scope_of(session.event_id), by=by) as changes:
        current = await Session.get(id=session.id).select_related("event")
        booking = await Booking.get_or_none(session=current, participant=participant)
        if booking:
            await give_back(changes, booking, current, participant)


async def give_back(changes: Changes, booking: Booking, session: Session, participant: Participant) -> None:
    """Within an open block; the session has its event at hand."""
    await db.execute("UPDATE session SET booked = booked - 1 WHERE id = $1", session.id)
    changes.record(
        "booking.released",
        booking,
        topics=[session.event.desk, participant.topic],
        data={"session_id": session.id, "title": session.title, "participant_id": participant.id},
    )
    await booking.delete()
