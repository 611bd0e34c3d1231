"""The desk's verbs about types: the matrix of who sees, asks and accepts whom, and the type of one participant."""

from collections.abc import Iterable, Mapping

from tortoise.expressions import Q

from app.errors import NotFound, Refused
from app.i18n import _, ngettext
from app.journal import Actor, changing
from app.seen import refuse_stale
from events.models import Event, Participant, ParticipantType, Session
from matchmaking.breakage import Breakage, Fate, Hit, Why, apply, refuse_unseen
from matchmaking.conditions import matrix_of
from matchmaking.models import LIVE, Meeting, MeetingStatus
from matchmaking.parties import desk_only, members, of_participants, with_people
from matchmaking.round_models import Availability, Round
from matchmaking.rule_models import Between, Rule, TypeConditions
from matchmaking.rules import Matrix, pair_of_types


async def change_matrix(
    event: Event, cells: Mapping[tuple[int, int], Between], *, was: str = "", seen: str = "", by: Actor
) -> Matrix:
    """Exactly these cells from now on: pairs of type ids, the smaller first, 0 for no type; a pair left out may do
    everything. Raises Stale when the matrix is not as it `was`, Breaks while the desk has not `seen` which requests
    that withdraws."""
    async with changing(event.scope, by=by) as changes:
        await desk_only(event, by=by)
        known = {0, *[one.id for one in await ParticipantType.filter(event=event)]}
        if not all({*pair} <= known and pair == pair_of_types(*pair) for pair in cells):
            raise NotFound
        before = await matrix_of(event.id)
        refuse_stale(was, sorted(before.cells.items()), hints=[_("Below stands what you chose; look at it once more.")])
        wanted = {pair: cell for pair, cell in cells.items() if cell is not Between.EITHER}
        after = Matrix({pair: cell.value for pair, cell in wanted.items()})
        if before == after:
            return before
        live = await with_people(Meeting.filter(event=event, status__in=LIVE).order_by("id"))
        breakage = Breakage(hits=tuple(forbidden(live, before, after)))
        refuse_unseen(breakage, seen)
        await Rule.filter(event=event).delete()
        await Rule.bulk_create(
            Rule(event=event, one_id=one or None, other_id=other or None, between_them=cell)
            for (one, other), cell in sorted(wanted.items())
        )
        await apply(changes, breakage, reason=_("The rules of the event have changed."))
        changes.record("matrix.changed", event, topics=[event.desk, members(event)], data={})
    return after


async def give_type(
    participant: Participant, type: ParticipantType | None, *, seen: str = "", by: Actor
) -> Participant:
    """Another type, or none. Raises Breaks while the desk has not `seen` what the rules of that type break."""
    async with changing(Event.scope_of(participant.event_id), by=by) as changes:
        current = await Participant.get(id=participant.id).select_related("event")
        event = current.event
        await desk_only(event, by=by)
        if type and type.event_id != event.id:
            raise NotFound
        if current.type_id == (type.id if type else None):
            return current
        matrix = await matrix_of(event.id)
        mine = Meeting.filter(of_participants([current.id]), status__in=LIVE).order_by("id")
        live = await with_people(mine).select_related("slot")
        was, current.type_id = current.type_id, type.id if type else None
        lost = await _rounds_lost(current)
        hits = [*_forbidden_for(current, was, live, matrix), *_without_round(live, lost)]
        breakage = Breakage(hits=_worst(hits), ticks=len(lost))
        refuse_unseen(breakage, seen)
        await apply(changes, breakage, reason=_("The rules of the event have changed."))
        await Availability.filter(participant=current, round_id__in=list(lost)).delete()
        await current.save(update_fields=["type_id"])
        data = {"name": current.name, "type": type.name if type else ""}
        access = f"access:{current.person_id}" if current.person_id else None
        changes.record("participant.typed", current, topics=[event.desk, current.topic, access], data=data)
    return current


async def change_type_conditions(
    type: ParticipantType, *, most_meetings: int | None, accepts_at_once: bool, by: Actor
) -> TypeConditions:
    """What is different for one type; what was agreed before stays."""
    async with changing(Event.scope_of(type.event_id), by=by) as changes:
        event = await Event.get(id=type.event_id)
        await desk_only(event, by=by)
        own = await TypeConditions.get_or_none(type=type) or TypeConditions(type=type)
        if own.pk and (own.most_meetings, own.accepts_at_once) == (most_meetings, accepts_at_once):
            return own
        own.most_meetings, own.accepts_at_once = most_meetings, accepts_at_once
        await own.save()
        data = {"name": type.name, "most_meetings": most_meetings, "accepts_at_once": accepts_at_once}
        changes.record("type.limited", type, topics=[event.desk, members(event)], data=data)
    return own


async def remove_type(type: ParticipantType, *, by: Actor) -> None:
    """With its rules. Raises Refused while somebody is of it, or a session or round is for it."""
    async with changing(Event.scope_of(type.event_id), by=by) as changes:
        event = await Event.get(id=type.event_id)
        await desk_only(event, by=by)
        if count := await Participant.filter(type=type).count():
            sentence = ngettext("One participant is of this type.", "%(count)d participants are of this type.", count)
            raise Refused(sentence % {"count": count}, hints=[_("Give them another type first.")])
        if session := await Session.filter(types=type).first():
            raise Refused(_("“%(name)s” is only for this type.") % {"name": session.title})
        if opened := await Round.filter(types=type).first():
            raise Refused(_("“%(name)s” is only for this type.") % {"name": opened.name})
        changes.record("type.removed", type, topics=[event.desk], data={"name": type.name, "open": type.open})
        await ParticipantType.filter(id=type.id).delete()


def forbidden(live: Iterable[Meeting], before: Matrix, after: Matrix) -> Iterable[Hit]:
    """Requests that the new matrix forbids are withdrawn; whoever has agreed to meet keeps the meeting."""
    for meeting in live:
        asker, invitee = meeting.asker.type_id, meeting.invitee.type_id
        if before.may_ask(asker, invitee) and not after.may_ask(asker, invitee):
            yield _forbidden(meeting)


def _forbidden_for(one: Participant, was: int | None, live: Iterable[Meeting], matrix: Matrix) -> Iterable[Hit]:
    for meeting in live:
        asked = meeting.asker_id == one.id
        if not asked and meeting.invitee_id != one.id:
            continue  # only a seat in it: the two it is between stay who they are
        other = meeting.invitee.type_id if asked else meeting.asker.type_id
        pairs = [(mine, other) if asked else (other, mine) for mine in (was, one.type_id)]
        if matrix.may_ask(*pairs[0]) and not matrix.may_ask(*pairs[1]):
            yield _forbidden(meeting)


def _forbidden(meeting: Meeting) -> Hit:
    if meeting.status == MeetingStatus.REQUESTED:
        return Hit(meeting.id, meeting.version, Fate.CANCELLED, Why.RULE)
    return Hit(meeting.id, meeting.version, Fate.KEPT, Why.AGREED)


async def _rounds_lost(participant: Participant) -> set[int]:
    """Ticked rounds that are for other types."""
    ticked = Availability.filter(participant=participant, round__types__id__isnull=False)
    admitted = Q(round__types__id=participant.type_id or 0)
    gated = {round_id for (round_id,) in await ticked.values_list("round_id")}
    return gated - {round_id for (round_id,) in await ticked.filter(admitted).values_list("round_id")}


def _without_round(live: Iterable[Meeting], lost: set[int]) -> Iterable[Hit]:
    for meeting in live:
        if meeting.placed and meeting.slot and meeting.slot.round_id in lost:
            yield Hit(meeting.id, meeting.version, Fate.WAITING, Why.TYPE)


def _worst(hits: Iterable[Hit]) -> tuple[Hit, ...]:
    """One hit a meeting."""
    order = list(Fate)
    found: dict[int, Hit] = {}
    for hit in hits:
        if hit.meeting not in found or order.index(hit.fate) > order.index(found[hit.meeting].fate):
            found[hit.meeting] = hit
    return tuple(found[meeting] for meeting in sorted(found))
