"""Releasing a draft, and undoing that: is what was assumed still true? Then all its meetings move at once."""

from collections.abc import AsyncIterator, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from app import occupancy
from app.errors import Refused
from app.i18n import _
from app.intervals import overlaps
from app.journal import Actor, Changes, changing
from app.wording import clock, when
from events.models import Event, Participant, ParticipantStatus
from matchmaking.asking import forbidden
from matchmaking.availability import Diary, Tables
from matchmaking.diaries import diaries, floor, offered
from matchmaking.draft_models import Draft, DraftState
from matchmaking.drafting import proposal_of
from matchmaking.interpreters.booking import Bridging, book_interpreter
from matchmaking.meetings import tell
from matchmaking.models import Meeting, MeetingStatus, Seat
from matchmaking.parties import desk_only, people, with_people
from matchmaking.placing import claims
from matchmaking.posing import FREEZE
from matchmaking.proposal import Placement, Spot
from matchmaking.round_models import Slot, Table
from matchmaking.seats import put_in_place
from matchmaking.waitlist.models import MeetingWait
from matchmaking.wording import names_of

NAMED = 30  # of what moved: the rest is counted


@dataclass(frozen=True, slots=True)
class _Today:
    """What stands against a placement, as if none of the meetings to be changed had a place."""

    event: Event
    meetings: dict[int, Meeting]
    slots: dict[int, Slot]
    tables: dict[int, Table]
    instead: dict[int, Participant]  # those who go instead of somebody, as far as they still take part
    diaries: dict[int, Diary]
    taken: Tables
    kept: dict[int, MeetingWait]  # by meeting: what is held for somebody on a waiting list
    now: datetime


async def release_draft(draft: Draft, *, by: Actor) -> Draft:
    """Give every meeting of the draft its time. Raises Refused with the list of what moved since it was made."""
    async with changing(Event.scope_of(draft.event_id), by=by) as changes:
        draft = await Draft.get(id=draft.id).select_related("event")
        await desk_only(draft.event, by=by)
        proposal = proposal_of(draft)
        if draft.state != DraftState.READY or proposal is None:
            raise Refused(_("Only a draft that is ready can be released."), hints=[_("Ask for a new draft.")])
        wanted = proposal.changes
        today = await _today(draft.event, wanted, changes.at)
        _refuse_moved([line for placement in wanted for line in _moved_since(placement, today)])
        left = _send(wanted, today)
        _refuse_moved([line async for line in _forbidden(wanted, today)])
        await _apply(wanted, today)
        draft.state, draft.released_at = DraftState.RELEASED, changes.at
        await draft.save(update_fields=["state", "released_at"])
        changes.record("draft.released", draft, topics=[draft.event.desk], data={"meetings": len(wanted)})
        _tell(changes, draft, wanted, left, today)
    return draft


async def undo_release(draft: Draft, *, by: Actor) -> Draft:
    """Every meeting of the draft back to where it was before. Only the last release, and only while nobody has moved,
    cancelled or taken anything that it needs: raises Refused with the list otherwise."""
    async with changing(Event.scope_of(draft.event_id), by=by) as changes:
        draft = await Draft.get(id=draft.id).select_related("event")
        await desk_only(draft.event, by=by)
        proposal = proposal_of(draft)
        if proposal is None or not await can_be_undone(draft):
            raise Refused(_("Only the last release can be undone."))
        wanted = [_backwards(placement) for placement in proposal.changes]
        today = await _today(draft.event, wanted, changes.at)
        _refuse_undone([line for placement in wanted for line in _moved_since(placement, today)])
        left = _send(wanted, today)
        await _apply(wanted, today)
        draft.state = DraftState.DISCARDED
        await draft.save(update_fields=["state"])
        changes.record("draft.undone", draft, topics=[draft.event.desk], data={"meetings": len(wanted)})
        _tell(changes, draft, wanted, left, today)
    return draft


async def can_be_undone(draft: Draft) -> bool:
    """Whether it is the last release, and still stands."""
    released = Draft.filter(event_id=draft.event_id, released_at__isnull=False).order_by("-released_at", "-id")
    last = await released.first()
    return draft.state == DraftState.RELEASED and last is not None and last.id == draft.id


def _backwards(placement: Placement) -> Placement:
    """The release has raised the meeting's version by one."""
    back = replace(placement, version=placement.version + 1, before=placement.after, after=placement.before)
    return replace(back, instead=tuple((joined, left) for left, joined in placement.instead), cause="undone")


async def _today(event: Event, wanted: Sequence[Placement], now: datetime) -> _Today:
    ids = {placement.meeting for placement in wanted}
    meetings = await with_people(Meeting.filter(event=event, id__in=ids)).select_related("event")
    joining = {joined for placement in wanted for _left, joined in placement.instead}
    known = Participant.filter(id__in=joining, status=ParticipantStatus.APPROVED, person_id__isnull=False)
    instead = {one.id: one for one in await known}
    everybody = {one.id: one for meeting in meetings for one in people(meeting)} | instead
    ground = await floor(event, without=ids)
    return _Today(
        event=event,
        meetings={meeting.id: meeting for meeting in meetings},
        slots={slot.id: slot for slot in await Slot.filter(round__event=event).select_related("round")},
        tables={table.id: table for table in await Table.filter(round__event=event)},
        instead=instead,
        diaries=await diaries(list(everybody.values()), within=ground.span, without=ids),
        taken=ground.tables,
        kept={wait.meeting_id: wait for wait in await offered(event)},
        now=now,
    )


def _refuse_moved(lines: Sequence[str]) -> None:
    if lines:
        raise Refused(
            _("The schedule has moved on since this draft was made, so nothing was changed. Ask for a new draft."),
            hints=_named(lines),
        )


def _refuse_undone(lines: Sequence[str]) -> None:
    if lines:
        raise Refused(_("The schedule has moved on since this release, so nothing was undone."), hints=_named(lines))


def _named(lines: Sequence[str]) -> list[str]:
    hints = list(lines[:NAMED])
    if len(lines) > NAMED:
        hints.append(_("… and %(count)d more.") % {"count": len(lines) - NAMED})
    return hints


def _moved_since(placement: Placement, today: _Today) -> Iterator[str]:
    """What the draft took for granted about this meeting and is no longer so."""
    meeting = today.meetings.get(placement.meeting)
    if meeting is None:
        yield _("A meeting of the draft is gone.")
        return
    words = {"names": names_of(meeting)}
    if placement.asked and placement.after:
        if meeting.status != MeetingStatus.REQUESTED or (meeting.expires_at and meeting.expires_at <= today.now):
            yield _("The request between %(names)s has its answer already.") % words
            return
    elif meeting.status != MeetingStatus.ACCEPTED:
        yield _("%(names)s do not meet any more.") % words
        return
    if (wait := today.kept.get(meeting.id)) and wait.until:
        words |= {"until": clock(wait.until, today.event.tz)}
        yield _("A time is kept for %(names)s, from a waiting list, until %(until)s.") % words
    elif meeting.version != placement.version:
        yield _("%(names)s have changed their meeting.") % words
    elif any(joined not in today.instead for _left, joined in placement.instead):
        yield _("Somebody who was to come to the meeting of %(names)s does not take part any more.") % words
    elif placement.before and (slot := today.slots.get(placement.before.slot)) and slot.start < today.now + FREEZE:
        told = {**words, "when": when(slot.start, today.event.tz)}
        if slot.start <= today.now:
            yield _("The meeting of %(names)s at %(when)s has begun.") % told
        else:
            yield _("The meeting of %(names)s at %(when)s begins soon: they are on their way.") % told
    elif placement.after:
        yield from _place_lost(placement, placement.after, meeting, today, words)


async def _forbidden(wanted: Sequence[Placement], today: _Today) -> AsyncIterator[str]:
    """Requests that rules, limits or a wish forbid by now; which of these it is, is not the desk's to know."""
    chosen = [today.meetings[one.meeting] for one in wanted if one.after and (one.asked or one.instead)]
    for meeting in await forbidden(chosen):
        told = {"names": names_of(meeting)}
        yield _("By rules, limits or wishes the request between %(names)s cannot be chosen any more.") % told


def _coming(meeting: Meeting, placement: Placement, today: _Today) -> list[Participant]:
    """Its people, once those go who are to go instead."""
    instead = dict(placement.instead)
    return [today.instead[instead[one.id]] if one.id in instead else one for one in people(meeting)]


def _place_lost(
    placement: Placement, after: Spot, meeting: Meeting, today: _Today, words: dict[str, str]
) -> Iterator[str]:
    slot_id, table_id = after.slot, after.table
    slot, table = today.slots.get(slot_id), today.tables.get(table_id)
    if slot is None or table is None:
        yield _("The slot or table meant for %(names)s is gone.") % words
        return
    told = {**words, "when": when(slot.start, today.event.tz), "table": str(table.number)}
    if slot.start <= today.now:
        yield _("The slot at %(when)s, meant for %(names)s, has begun.") % told
    held = [wait for wait in today.kept.values() if (wait.slot_id, wait.table_id) == (slot_id, table_id)]
    if held and held[0].until:
        told |= {"until": clock(held[0].until, today.event.tz)}
        yield _("Table %(table)s at %(when)s, meant for %(names)s, is kept for a waiting list until %(until)s.") % told
    elif table_id in today.taken.taken.get(slot_id, ()):
        yield _("Table %(table)s at %(when)s, meant for %(names)s, is taken.") % told
    for participant in _coming(meeting, placement, today):
        if not _can_meet(participant, slot, today):
            yield _("%(name)s is not free at %(when)s any more.") % {"name": participant.name, **told}


def _can_meet(participant: Participant, slot: Slot, today: _Today) -> bool:
    diary = today.diaries[participant.id]
    return slot.round_id in diary.rounds and not any(overlaps(slot.span, busy.span) for busy in diary.busy)


def _send(wanted: Sequence[Placement], today: _Today) -> dict[int, Participant]:
    """Who goes instead takes the place, or the seat, of whom they replace; those come back, by id. Stores nothing."""
    left = dict[int, Participant]()
    for placement in wanted:
        meeting = today.meetings[placement.meeting]
        for out, joined in placement.instead:
            left |= {one.id: one for one in people(meeting) if one.id == out}
            if seat := next((one for one in meeting.seats if one.participant_id == out), None):
                seat.participant = today.instead[joined]
            else:
                put_in_place(meeting, today.instead[joined], of=left[out])
    return left


async def _apply(wanted: Sequence[Placement], today: _Today) -> None:
    """All of them leave their places before any takes a new one: two may change seats with each other."""
    moved = [today.meetings[placement.meeting] for placement in wanted]
    ids = [meeting.id for meeting in moved]
    await occupancy.release([meeting.subject for meeting in moved])
    for first in range(0, len(ids), 500):
        await Meeting.filter(id__in=ids[first : first + 500]).update(slot_id=None, table_id=None)
    for placement, meeting in zip(wanted, moved, strict=True):
        _move(meeting, placement, today)
    if moved:
        fields = ["asker_id", "invitee_id", "status", "slot_id", "table_id", "version", "sequence", "changed_at"]
        await Meeting.bulk_update(moved, fields, batch_size=100)
    if seats := [seat for one in wanted if one.instead for seat in today.meetings[one.meeting].seats]:
        await Seat.bulk_update(seats, ["participant_id"], batch_size=100)
    await _hold_all(moved, {placement.meeting for placement in wanted if placement.asked}, today)


def _tell(
    changes: Changes, draft: Draft, wanted: Sequence[Placement], left: Mapping[int, Participant], today: _Today
) -> None:
    for placement in wanted:
        meeting, told = today.meetings[placement.meeting], {"draft": draft.id, "cause": placement.cause}
        for out, joined in placement.instead:
            names = {"left": left[out].name, "joined": today.instead[joined].name}
            tell(changes, "meeting.handed_over", meeting, {**told, **names}, also=[left[out]])
        if placement.before != placement.after:
            tell(changes, _kind(placement), meeting, told)


async def _hold_all(moved: Sequence[Meeting], chosen: Collection[int], today: _Today) -> None:
    """Those that need no interpreter, then the `chosen` requests one by one: the next finds taken whom the last has."""
    placed = [meeting for meeting in moved if meeting.placed]
    await occupancy.hold_many((one.subject, claims(one)) for one in placed if one.id not in chosen)
    lacking = []
    for meeting in placed:
        if meeting.id not in chosen:
            continue
        if unmet := await book_interpreter(meeting):
            lacking.append(_without_interpreter(meeting, unmet, today))
        else:
            await occupancy.hold(meeting.subject, claims(meeting))
    _refuse_moved(lacking)


def _without_interpreter(meeting: Meeting, unmet: Bridging, today: _Today) -> str:
    assert meeting.slot
    told = {"names": names_of(meeting), "when": when(meeting.slot.start, today.event.tz), "languages": unmet.between}
    return _("No interpreter is free for %(names)s at %(when)s: %(languages)s.") % told


def _move(meeting: Meeting, placement: Placement, today: _Today) -> None:
    if placement.after:
        meeting.place(today.slots[placement.after.slot], today.tables[placement.after.table], at=today.now)
    elif placement.asked:
        meeting.slot, meeting.table = None, None
        meeting.become(MeetingStatus.REQUESTED, at=today.now)
    else:
        meeting.unplace(at=today.now)


def _kind(placement: Placement) -> str:
    if placement.asked:
        return "meeting.chosen" if placement.after else "meeting.reopened"
    if placement.after is None:
        return "meeting.unscheduled"
    return "meeting.rescheduled" if placement.before else "meeting.scheduled"
