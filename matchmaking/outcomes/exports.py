"""Data to take along: a participant's own, whole, and the organisers' tables of people, meetings and outcomes."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from tortoise.expressions import Q

from app.i18n import _
from app.models import Person
from app.sheets import sheet
from app.wording import by_name, country
from events.models import Event, Participant
from matchmaking.bookmarks.models import Bookmark
from matchmaking.directory import own_card
from matchmaking.marketplace.extras import Field
from matchmaking.marketplace.market import fields_of
from matchmaking.marketplace.models import Opportunity
from matchmaking.messages.models import Message, Silence
from matchmaking.models import Meeting, MeetingStatus
from matchmaking.outcomes.models import Note, Outcome
from matchmaking.outcomes.report import results
from matchmaking.outcomes.saying import said_by
from matchmaking.overview import whole
from matchmaking.parties import of_participants, people, principals
from matchmaking.round_models import Block
from matchmaking.wording import houses_of


async def own_data(me: Participant) -> dict[str, Any]:
    """Everything the event keeps of this participant, private notes and marks included (GDPR articles 15 and 20)."""
    event = await Event.get(id=me.event_id)
    card = await own_card(me)
    person = await Person.get(id=me.person_id)
    fields = await fields_of(event)
    return {
        "event": event.title,
        "name": me.name,
        "address": person.email,
        "position": me.position,
        "organisation": card.organisation.name if card and card.organisation else "",
        "profile": _profile(card) if card else None,
        "opportunities": [_opportunity(one, fields) for one in await Opportunity.filter(participant=me)],
        "meetings": [_meeting(one, me) for one in await _meetings(me)],
        "outcomes": [
            {"meeting": one.meeting_id, "said": one.said.value, "note": one.note, "at": one.at.isoformat()}
            for one in await Outcome.filter(participant=me).order_by("id")
        ],
        "messages": await _messages(me),
        **await _of_others(me),
        "kept_free": [
            {"start": one.start.isoformat(), "end": one.end.isoformat(), "note": one.note}
            for one in await Block.filter(participant=me).order_by("start")
        ],
    }


async def _messages(me: Participant) -> list[dict[str, str]]:
    written = Message.filter(Q(sender=me) | Q(recipient=me)).order_by("id").select_related("sender", "recipient")
    return [
        {
            "from": one.sender.name if one.sender else "",
            "to": one.recipient.name,
            "text": one.text,
            "at": one.sent_at.isoformat(),
        }
        for one in await written
    ]


async def _of_others(me: Participant) -> dict[str, Any]:
    """What one has set down about others, who never see it."""
    return {
        "bookmarks": [
            {"name": one.about.name, "mark": one.mark.value}
            for one in await Bookmark.filter(owner=me).select_related("about").order_by("id")
        ],
        "blocked": [
            one.other.name if one.other else _("everybody’s messages")
            for one in await Silence.filter(owner=me).select_related("other").order_by("id")
        ],
        "notes": [
            {"name": one.about.name, "text": one.text}
            for one in await Note.filter(author=me).select_related("about").order_by("id")
        ],
    }


async def own_meetings(me: Participant) -> bytes:
    """As a table, with times of the event's zone."""
    event = await Event.get(id=me.event_id)
    said = await said_by(me)
    head = [_("Day"), _("Start"), _("End"), _("With"), _("Organisation"), _("Table"), _("Status"), _("Outcome")]
    return sheet(
        head,
        [
            (
                *_times(one, event),
                ", ".join(other.name for other in _others(one, me)),
                houses_of(_others(one, me)),
                one.table.number if one.table else None,
                one.status.value,
                said[one.id].value if one.id in said else "",
            )
            for one in await _meetings(me)
        ],
    )


async def own_contacts(me: Participant, *, now: datetime) -> bytes:
    """Whom they met, each once, with their own notes."""
    event = await Event.get(id=me.event_id)
    notes = {one.about_id: one.text for one in await Note.filter(author=me)}
    met: dict[int, tuple[Participant, Meeting]] = {}
    for meeting in await _meetings(me):
        if meeting.placed and meeting.slot and meeting.slot.end <= now:
            met.update({other.id: (other, meeting) for other in principals(meeting) if other.id != me.id})
    head = [_("Name"), _("Position"), _("Organisation"), _("Region"), _("Day"), _("My note")]
    rows = [
        (one.name, one.position, houses_of([one]), _region(one), _times(meeting, event)[0], notes.get(one.id, ""))
        for one, meeting in met.values()
    ]
    return sheet(head, rows)


async def all_participants(event: Event) -> bytes:
    """For the organisers: with addresses."""
    head = [
        _("Name"),
        _("Mail address"),
        _("Position"),
        _("Organisation"),
        _("Kind"),
        _("Region"),
        _("Role"),
        _("Status"),
    ]
    found = Participant.filter(event=event).select_related("person", "organisation__region").order_by("id")
    return sheet(
        head,
        [
            (
                one.name,
                one.person.email if one.person else "",
                one.position,
                houses_of([one]),
                one.organisation.kind.value if one.organisation else "",
                _region(one),
                one.kind.value,
                one.status.value,
            )
            for one in by_name(await found)
        ],
    )


async def all_meetings(event: Event) -> bytes:
    head = [_("Day"), _("Start"), _("End"), _("Table"), _("Asked by"), _("Organisation"), _("Region")]
    head += [_("Invited"), _("Organisation"), _("Region"), _("Others"), _("Interpreter"), _("Status"), _("Reason")]
    found = whole(Meeting.filter(event=event)).order_by("slot__start", "id")
    return sheet(
        head,
        [
            (
                *_times(one, event),
                one.table.number if one.table else None,
                *_side(one.asker),
                *_side(one.invitee),
                "; ".join(_named(other) for other in principals(one)[2:]),
                ", ".join(other.name for other in people(one) if other not in principals(one)),
                one.status.value,
                one.reason,
            )
            for one in await found
        ],
    )


async def all_outcomes(event: Event, *, now: datetime) -> bytes:
    """One row a meeting that is over, with what each of its people said."""
    head = [_("Day"), _("Start"), _("Between"), _("Regions"), _("Result"), _("Said"), _("Notes")]
    return sheet(
        head,
        [
            (
                *_times(one.meeting, event)[:2],
                ", ".join(person.name for person in one.people),
                " / ".join(one.regions.values()),
                one.verdict.value,
                " / ".join(f"{outcome.participant.name}: {outcome.said.value}" for outcome in one.said),
                " / ".join(f"{outcome.participant.name}: {outcome.note}" for outcome in one.said if outcome.note),
            )
            for one in await results(event, now=now)
        ],
    )


async def _meetings(me: Participant) -> Sequence[Meeting]:
    return await whole(Meeting.filter(of_participants([me.id]))).order_by("slot__start", "id")


def _profile(card: Any) -> dict[str, Any]:
    lines = [
        {"pilot": one.pilot, "demo_case": one.demo_case, "role": one.role, "offers": one.offers, "needs": one.needs}
        for one in card.lines
    ]
    return {"about": card.about, "languages": card.languages, "interests": lines}


def _opportunity(one: Opportunity, fields: Sequence[Field]) -> dict[str, Any]:
    answers = {own.label: own.words(one.answers.get(str(own.id))) for own in fields}
    return {
        "kind": one.kind.value, "title": one.title, "text": one.text, "call_topic": one.call_topic,
        "answers": answers, "open": one.open,
    }  # fmt: skip


def _meeting(one: Meeting, me: Participant) -> dict[str, Any]:
    return {
        "id": one.id,
        "with": [other.name for other in _others(one, me)],
        "status": one.status.value,
        "asked_by_me": one.asker_id == me.id,
        "message": one.message,
        "reason": one.reason,
        "start": one.slot.start.isoformat() if one.slot else None,
        "end": one.slot.end.isoformat() if one.slot else None,
        "table": one.table.number if one.table else None,
    }


def _others(one: Meeting, me: Participant) -> list[Participant]:
    return [other for other in people(one) if other.id != me.id]


def _times(one: Meeting, event: Event) -> tuple[str, str, str]:
    """2027-05-04, 10:20, 10:40 by the event's clock; a request has none."""
    if one.slot is None or one.status not in (MeetingStatus.ACCEPTED, MeetingStatus.CANCELLED):
        return "", "", ""
    start, end = one.slot.start.astimezone(event.tz), one.slot.end.astimezone(event.tz)
    return f"{start:%Y-%m-%d}", f"{start:%H:%M}", f"{end:%H:%M}"


def _side(one: Participant) -> tuple[str, str, str]:
    return one.name, houses_of([one]), _region(one)


def _named(one: Participant) -> str:
    return f"{one.name} ({one.organisation.name})" if one.organisation else one.name


def _region(one: Participant) -> str:
    house = one.organisation
    return f"{house.region.name}, {country(house.region.country)}" if house else ""
