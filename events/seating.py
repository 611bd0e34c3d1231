"""May somebody have a seat in a session? Asked before one is booked, waited for or offered; and taking it."""

from datetime import datetime

from app import db
from app.errors import Refused
from app.i18n import _, ngettext
from app.intervals import Interval
from app.occupancy import holder_of
from app.wording import several
from events.models import Participant, ParticipantStatus, Session, SessionStatus


async def refuse_seat(session: Session, guest: Participant, *, now: datetime) -> None:
    """Raises Refused with what stands against it, however many seats there are. The session has its event at hand."""
    span = _open_time(session, guest)
    await _refuse_other_types(session, guest)
    if span.end <= now:
        raise Refused(_("This session is over."))
    if session.capacity is not None:
        await _refuse_busy(session, guest, span)


async def take_seat(session: Session) -> None:
    """Compare and swap, so that even a writer past the gate cannot sell a seat twice; what is offered is not free."""
    taken = await db.execute(
        "UPDATE session SET booked = booked + 1 WHERE id = $1 AND (capacity IS NULL OR capacity > booked + "
        "(SELECT count(*) FROM wait WHERE session_id = $2 AND state = 'offered'))",
        session.id, session.id,
    )  # fmt: skip
    if not taken:
        raise Refused(
            ngettext("The only seat is taken.", "All %(seats)d seats are taken.", session.capacity or 0)
            % {"seats": session.capacity or 0},
            hints=[_("Join the waiting list: a seat that is given back is offered there first.")],
        )


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
