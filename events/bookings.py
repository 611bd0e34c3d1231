"""A seat in a session, or a mark where no seat is needed: made and given back by the participant."""

from app import db
from app.errors import NotFound, Refused
from app.i18n import _, ngettext
from app.intervals import Interval
from app.journal import Actor, Changes, changing
from app.occupancy import holder_of
from app.wording import several
from events.models import Booking, Event, Participant, ParticipantStatus, Session, SessionStatus


async def book(session: Session, participant: Participant, *, by: Actor) -> Booking:
    """One seat, or one mark; asking twice gives the same one. Raises Refused when full, over or busy then."""
    async with changing(Event.scope_of(session.event_id), by=by) as changes:
        current = await Session.get(id=session.id).select_related("event")
        guest = await Participant.get(id=participant.id)
        if guest.event_id != current.event_id:
            raise NotFound
        if before := await Booking.get_or_none(session=current, participant=guest):
            return before
        span = _open_time(current, guest)
        await _refuse_other_types(current, guest)
        if span.end <= changes.at:
            raise Refused(_("This session is over."))
        if current.capacity is not None:
            await _refuse_busy(current, guest, span)
        await _take_seat(current)
        booking = await Booking.create(session=current, participant=guest, created_at=changes.at)
        changes.record(
            "booking.made",
            booking,
            topics=[current.event.desk, guest.topic],
            data={"session_id": current.id, "title": current.title, "participant_id": guest.id},
        )
    return booking


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


def _open_time(session: Session, participant: Participant) -> Interval:
    if participant.status != ParticipantStatus.APPROVED:
        raise Refused(_("The organisers have not approved your registration yet."))
    if not session.event.released:
        raise Refused(_("The programme is not published yet."))
    if session.status == SessionStatus.CANCELLED:
        raise Refused(_("“%(title)s” is cancelled.") % {"title": session.title})
    if session.start is None or session.end is None:
        raise Refused(_("“%(title)s” has no time yet.") % {"title": session.title})
    return Interval(session.start, session.end)


async def _refuse_other_types(session: Session, participant: Participant) -> None:
    types = await session.types.all().order_by("position", "id")
    if types and participant.type_id not in {type.id for type in types}:
        names = several(type.name for type in types)
        raise Refused(_("“%(title)s” is only for: %(types)s.") % {"title": session.title, "types": names})


async def _refuse_busy(session: Session, participant: Participant, span: Interval) -> None:
    """Speaking and meetings stand in the occupancy; other seats do not, for those who gave them may move them."""
    if participant.topic and (holder := await holder_of(participant.topic, span)):
        if holder == session.subject:
            raise Refused(_("You speak in this session; it is in your agenda already."))
        raise Refused(
            _("You have something else then."), hints=[_("Look at your agenda, and cancel or move one of the two.")]
        )
    seats = Session.filter(bookings__participant__person_id=participant.person_id, capacity__isnull=False)
    at_once = seats.filter(status=SessionStatus.CONFIRMED, start__lt=span.end, end__gt=span.start)
    if other := await at_once.exclude(id=session.id).first():
        raise Refused(
            _("You have a seat in “%(title)s” then.") % {"title": other.title},
            hints=[_("Give that seat back first.")],
        )


async def _take_seat(session: Session) -> None:
    """Compare and swap, so that even a writer past the gate cannot sell a seat twice."""
    taken = await db.execute(
        "UPDATE session SET booked = booked + 1 WHERE id = $1 AND (capacity IS NULL OR booked < capacity)", session.id
    )
    if not taken:
        raise Refused(
            ngettext("The only seat is taken.", "All %(seats)d seats are taken.", session.capacity or 0)
            % {"seats": session.capacity or 0},
            hints=[_("Look again later: seats are given back.")],
        )
