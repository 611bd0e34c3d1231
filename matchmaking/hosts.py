"""Tables that belong to somebody: a participant's own table or an organisation's booth, where their meetings are."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from app.errors import Refused
from app.i18n import _
from app.journal import Actor, changing
from events.models import Event, Organisation, Participant
from matchmaking.breakage import Breakage, Fate, Hit, Why, apply, refuse_unseen
from matchmaking.diaries import Floor, floor
from matchmaking.models import Meeting, MeetingStatus
from matchmaking.parties import desk_only, people, with_people
from matchmaking.round_models import Round, Table

Owner = Participant | Organisation


async def give_table(opened: Round, number: int, owner: Owner | None, *, seen: str = "", by: Actor) -> Table:
    """From now on it is theirs, None: everybody's. Where two owners meet, the host is who was asked. Raises Breaks
    while the desk has not `seen` whose meetings change their table."""
    async with changing(Event.scope_of(opened.event_id), by=by) as changes:
        event = await Event.get(id=opened.event_id)
        await desk_only(event, by=by)
        table = await Table.get_or_none(round=opened, number=number, line=False)
        if table is None:
            raise Refused(_("“%(name)s” has no table %(number)d.") % {"name": opened.name, "number": number})
        host, house = (owner, None) if isinstance(owner, Participant) else (None, owner)
        if (table.host_id, table.house_id) == (host.id if host else None, house.id if house else None):
            return table
        table.host, table.house = host, house
        await table.save(update_fields=["host_id", "house_id"])
        placed = Meeting.filter(status=MeetingStatus.ACCEPTED, slot__round=opened, slot__start__gt=changes.at)
        meetings = await with_people(placed.order_by("slot__start", "id"))
        breakage = Breakage(tuple(_resettled(meetings, await floor(event))) if owner else ())
        refuse_unseen(breakage, seen)
        await apply(changes, breakage, reason="")
        data = {"name": opened.name, "number": number, "owner": owner.name if owner else ""}
        changes.record("table.given" if owner else "table.freed", table, topics=[event.desk], data=data)
    return table


def _resettled(meetings: Sequence[Meeting], ground: Floor) -> Iterable[Hit]:
    """Who sits where they may stays; the others follow, in order, to where they may and somebody is free."""
    slots = {slot.id: slot for slot in ground.slots}
    places = {meeting.id: _may_sit(meeting, ground, slots[meeting.slot_id or 0].round) for meeting in meetings}
    taken: defaultdict[int, set[int]] = defaultdict(set)
    for meeting in meetings:
        if meeting.table_id in places[meeting.id]:
            taken[meeting.slot_id or 0].add(meeting.table_id or 0)
    for meeting in meetings:
        if meeting.table_id in places[meeting.id]:
            continue
        here, usable = taken[meeting.slot_id or 0], ground.seats[meeting.slot_id or 0]
        goal = next((one for one in places[meeting.id] if one in usable and one not in here), None)
        here.add(goal or 0)
        yield Hit(meeting.id, meeting.version, Fate.MOVED if goal else Fate.WAITING, Why.TABLE, goal)


def _may_sit(meeting: Meeting, ground: Floor, round_id: int) -> Sequence[int]:
    first = [meeting.invitee, *(one for one in people(meeting) if one.id != meeting.invitee_id)]
    return ground.tables_for(first).of_round[round_id]
