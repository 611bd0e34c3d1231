"""Who was there: the desk confirms it after a workshop, seminar or training, and the participant has it on paper."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from app.errors import Refused
from app.i18n import _
from app.journal import Actor, Changes, changing
from app.wording import alphabetical, dated
from events.models import Event, Participant, ParticipantStatus, Session, SessionStatus
from events.partaking_models import Attendance


@dataclass(frozen=True, slots=True)
class Certificate:
    """What a confirmed participant can show: the sessions they had a seat or mark in, or spoke in."""

    participant: Participant
    attendance: Attendance
    sessions: tuple[Session, ...]

    @property
    def hours(self) -> float:
        spans = (session.end - session.start for session in self.sessions if session.start and session.end)
        return round(sum(spans, timedelta()).total_seconds() / 3600, 1)


async def note_attendance(
    event: Event, looked_at: Collection[int], present: Collection[int], *, by: Actor
) -> tuple[int, int]:
    """Of the participants looked at (ids) those present are confirmed, the others not; how many of each changed.
    Raises Refused before the event's first day."""
    async with changing(event.scope, by=by) as changes:
        current = await Event.get(id=event.id)
        if changes.at.astimezone(current.tz).date() < current.first_day:
            raise Refused(
                _("The event has not begun: nobody was there yet."),
                hints=[_("Its first day is %(day)s.") % {"day": dated(current.first_day)}],
            )
        guests = await _coming(current).filter(id__in=list(looked_at))
        before = {one.participant_id: one for one in await Attendance.filter(participant_id__in=list(looked_at))}
        came = [guest for guest in guests if guest.id in present and guest.id not in before]
        missed = [guest for guest in guests if guest.id not in present and guest.id in before]
        for guest in came:
            row = await Attendance.create(participant=guest, at=changes.at)
            _record(changes, "attendance.confirmed", current, guest, row)
        for guest in missed:
            _record(changes, "attendance.withdrawn", current, guest, before[guest.id])
        await Attendance.filter(participant_id__in=[guest.id for guest in missed]).delete()
    return len(came), len(missed)


async def attendance(event: Event) -> Sequence[tuple[Participant, Attendance | None]]:
    """Everybody who could have come, by name; two queries."""
    guests = await _coming(event).select_related("organisation")
    noted = {one.participant_id: one for one in await Attendance.filter(participant__event=event)}
    return [(guest, noted.get(guest.id)) for guest in sorted(guests, key=lambda guest: alphabetical(guest.name))]


async def certificate(participant: Participant) -> Certificate | None:
    """None while the desk has not confirmed it."""
    noted = await Attendance.get_or_none(participant=participant)
    if noted is None:
        return None
    theirs = Q(bookings__participant_id=participant.id) | Q(speakers__id=participant.id)
    sessions = Session.filter(theirs, start__isnull=False, status=SessionStatus.CONFIRMED).distinct()
    return Certificate(participant, noted, tuple(await sessions.order_by("start", "id")))


def _coming(event: Event) -> QuerySet[Participant]:
    return Participant.filter(event=event, status=ParticipantStatus.APPROVED, person_id__isnull=False)


def _record(changes: Changes, kind: str, event: Event, guest: Participant, row: Attendance) -> None:
    changes.record(kind, row, topics=[event.desk, guest.topic], data={"name": guest.name})
