"""How meetings look in a calendar: `app.agenda` and `app.invitations` ask for them. They hold no one's address."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from tortoise.expressions import Q

from app.i18n import _
from app.source import Entry, Occasion, Waiting
from app.turns import unhurried
from app.wording import several
from events.models import Event, Participant
from matchmaking import digest
from matchmaking.links import link_of
from matchmaking.messages import reading
from matchmaking.models import Meeting, MeetingStatus
from matchmaking.parties import of_persons, people, with_people
from matchmaking.wording import table_words


async def agendas(person_ids: Sequence[int], scope: str) -> Mapping[int, Sequence[Entry]]:
    """Meetings that have a time, and those that had one and were cancelled, in the language being served.

    `scope` is "event:3" or "all". Two queries.
    """
    agendas: dict[int, list[Entry]] = {person_id: [] for person_id in person_ids}
    for meeting in await _timed(person_ids, scope):
        for reader in people(meeting):
            if reader.person_id in agendas:
                agendas[reader.person_id].append(entry(meeting, reader=reader))
    return agendas


async def occasion(scope: str) -> Occasion | None:
    """Meetings take place at somebody else's event."""
    return None


async def placed(which: Q) -> list[Entry]:
    """Meetings at a table or in a room, for the desk, which is in none of them: who is, and nothing they wrote."""
    found = Meeting.filter(which, slot_id__isnull=False, table_id__isnull=False)
    found = found.filter(status__in=[MeetingStatus.ACCEPTED, MeetingStatus.CANCELLED])
    found = with_people(found.order_by("slot__start", "id"), "organisation")
    meetings = await found.select_related("event", "slot__round", "table")
    return [_overheard(meeting) async for meeting in unhurried(meetings)]


async def starting(after: datetime, before: datetime) -> set[tuple[int, str]]:
    """Who has a meeting that starts then: (person, "event:3")."""
    placed = Meeting.filter(status=MeetingStatus.ACCEPTED, slot__start__gt=after, slot__start__lte=before)
    found = await with_people(placed)
    everybody = [(one.person_id, meeting.event_id) for meeting in found for one in people(meeting)]
    return {(person_id, Event.scope_of(event_id)) for person_id, event_id in everybody if person_id}


async def unread(now: datetime) -> Sequence[Waiting]:
    """Messages that their recipient has not looked at, oldest first."""
    return await reading.unread(now)


async def waiting(now: datetime) -> Sequence[Waiting]:
    """Requests and other times that wait for an answer, and answers that wait to be read; oldest first."""
    return await digest.waiting(now)


async def reasons(subjects: Sequence[str]) -> Mapping[str, Sequence[str]]:
    """What there is to know of them before one answers."""
    return await digest.reasons(subjects)


def entry(meeting: Meeting, *, reader: Participant) -> Entry:
    """For one of its people, in the language being served."""
    assert meeting.slot
    assert meeting.table
    event = meeting.event
    partners = [one for one in people(meeting) if one.id != reader.id]
    return Entry(
        subject=meeting.subject,
        company=" ".join(str(one.id) for one in sorted(partners, key=lambda one: one.id)),
        summary=_("Meeting: %(who)s") % {"who": _whom(partners)},
        start=meeting.slot.start,
        end=meeting.slot.end,
        zone=event.zone,
        sequence=meeting.sequence,
        created=meeting.created_at,
        changed=max(meeting.changed_at, event.about_changed_at),
        location=_where(meeting),
        online_url=link_of(meeting),
        description=tuple(_lines(meeting, partners)),
        url=f"/e/{event.slug}/meetings/{meeting.id}",
        cancelled=meeting.status == MeetingStatus.CANCELLED,
        private=True,
    )


def _overheard(meeting: Meeting) -> Entry:
    whole = entry(meeting, reader=meeting.asker)
    houses = tuple(_listed(one.name, one.organisation.name if one.organisation else "") for one in people(meeting))
    names = several(one.name for one in people(meeting))
    return replace(whole, summary=names, description=houses, online_url="", transparent=True)


def _where(meeting: Meeting) -> str:
    """Hall, table 4, the venue and its city; a meeting by video is nowhere else."""
    assert meeting.slot
    assert meeting.table
    opened, event = meeting.slot.round, meeting.event
    if meeting.table.line:
        return _listed(opened.place, table_words(meeting.table))
    return _listed(opened.place or opened.name, table_words(meeting.table), event.venue, event.city)


async def _timed(person_ids: Sequence[int], scope: str) -> list[Meeting]:
    found = Meeting.filter(of_persons(list(person_ids)), slot_id__isnull=False)
    found = found.filter(status__in=[MeetingStatus.ACCEPTED, MeetingStatus.CANCELLED])
    if scope != "all":
        kind, _colon, number = scope.partition(":")
        found = found.filter(event_id=int(number) if kind == "event" else 0)
    found = with_people(found.order_by("slot__start", "id"), "organisation")
    return await found.select_related("event", "slot__round", "table")


def _whom(partners: Sequence[Participant]) -> str:
    """Anna Nowak, Kraków Bio; of several people the names alone."""
    if len(partners) > 1:
        return several(one.name for one in partners)
    return _listed(partners[0].name, partners[0].organisation.name if partners[0].organisation else "")


def _lines(meeting: Meeting, partners: Sequence[Participant]) -> Iterator[str]:
    for one in partners:
        about = _listed(one.position, one.organisation.name if one.organisation and len(partners) > 1 else "")
        if about:
            yield f"{one.name}: {about}"
    if meeting.message:
        yield _("%(name)s wrote:") % {"name": meeting.asker.name}
        yield from meeting.message.splitlines()
    if meeting.reason and meeting.status == MeetingStatus.CANCELLED:
        yield _("Reason: %(reason)s") % {"reason": meeting.reason}


def _listed(*parts: str) -> str:
    return ", ".join(part for part in parts if part)
