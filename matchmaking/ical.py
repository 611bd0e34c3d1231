"""How meetings look in a calendar: `app.agenda` and `app.invitations` ask for them. They hold no one's address."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from tortoise.expressions import Q

from app.i18n import _
from app.source import Entry, Occasion, Waiting
from events.models import Event, Participant
from matchmaking.models import Meeting, MeetingStatus


async def agendas(person_ids: Sequence[int], scope: str) -> Mapping[int, Sequence[Entry]]:
    """Meetings that have a time, and those that had one and were cancelled, in the language being served.

    `scope` is "event:3" or "all". One query.
    """
    agendas: dict[int, list[Entry]] = {person_id: [] for person_id in person_ids}
    for meeting in await _timed(person_ids, scope):
        for reader, partner in _both(meeting):
            if reader.person and reader.person.id in agendas:
                agendas[reader.person.id].append(entry(meeting, partner=partner))
    return agendas


async def occasion(scope: str) -> Occasion | None:
    """Meetings take place at somebody else's event."""
    return None


async def starting(after: datetime, before: datetime) -> set[tuple[int, str]]:
    """Who has a meeting that starts then: (person, "event:3")."""
    placed = Meeting.filter(status=MeetingStatus.ACCEPTED, slot__start__gt=after, slot__start__lte=before)
    found = await placed.values_list("asker__person_id", "invitee__person_id", "event_id")
    return {(side, Event.scope_of(event_id)) for *sides, event_id in found for side in sides if side}


async def waiting(now: datetime) -> Sequence[Waiting]:
    """Requests that their invitee has not answered, oldest first."""
    open_ones = Meeting.filter(
        status=MeetingStatus.REQUESTED, expires_at__gt=now, invitee__person_id__isnull=False
    ).select_related("event", "asker", "invitee")
    return [
        Waiting(
            person_id=one.invitee.person_id or 0,
            scope=one.event.scope,
            subject=one.subject,
            name=one.asker.name,
            since=one.created_at,
            url=f"/e/{one.event.slug}/meetings",
        )
        for one in await open_ones.order_by("id")
    ]


def entry(meeting: Meeting, *, partner: Participant) -> Entry:
    """For the one who meets `partner`, in the language being served."""
    assert meeting.slot
    assert meeting.table
    event, opened = meeting.event, meeting.slot.round
    organisation = partner.organisation.name if partner.organisation else ""
    table = _("table %(number)d") % {"number": meeting.table.number}
    return Entry(
        subject=meeting.subject,
        summary=_("Meeting: %(who)s") % {"who": _listed(partner.name, organisation)},
        start=meeting.slot.start,
        end=meeting.slot.end,
        zone=event.zone,
        sequence=meeting.sequence,
        created=meeting.created_at,
        changed=meeting.changed_at,
        location=_listed(opened.place or opened.name, table, event.venue, event.city),
        description=tuple(_lines(meeting, partner)),
        url=f"/e/{event.slug}/meetings/{meeting.id}",
        cancelled=meeting.status == MeetingStatus.CANCELLED,
        private=True,
    )


async def _timed(person_ids: Sequence[int], scope: str) -> list[Meeting]:
    people = list(person_ids)
    found = Meeting.filter(Q(asker__person_id__in=people) | Q(invitee__person_id__in=people))
    found = found.filter(slot_id__isnull=False, status__in=[MeetingStatus.ACCEPTED, MeetingStatus.CANCELLED])
    if scope != "all":
        kind, _colon, number = scope.partition(":")
        found = found.filter(event_id=int(number) if kind == "event" else 0)
    sides = [f"{side}__{part}" for side in ("asker", "invitee") for part in ("person", "organisation")]
    return await found.order_by("slot__start", "id").select_related("event", "slot__round", "table", *sides)


def _both(meeting: Meeting) -> Iterator[tuple[Participant, Participant]]:
    yield meeting.asker, meeting.invitee
    yield meeting.invitee, meeting.asker


def _lines(meeting: Meeting, partner: Participant) -> Iterator[str]:
    if partner.position:
        yield f"{partner.name}: {partner.position}"
    if meeting.message:
        yield _("%(name)s wrote:") % {"name": meeting.asker.name}
        yield from meeting.message.splitlines()
    if meeting.reason and meeting.status == MeetingStatus.CANCELLED:
        yield _("Reason: %(reason)s") % {"reason": meeting.reason}


def _listed(*parts: str) -> str:
    return ", ".join(part for part in parts if part)
