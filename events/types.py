"""An event's own types of participants, such as buyer and supplier: what there is, and the desk's verbs."""

from collections.abc import Collection

from tortoise.functions import Count

from app.errors import Refused
from app.i18n import _
from app.journal import Actor, Changes, changing
from events.models import Event, Participant, ParticipantType

MOST_TYPES = 12  # a matrix of more nobody can read


async def types_of(event: Event, *, open_only: bool = False) -> list[ParticipantType]:
    """In the organisers' order; `open_only`: those one may choose at registration."""
    found = ParticipantType.filter(event=event).order_by("position", "id")
    return await (found.filter(open=True) if open_only else found)


async def headcounts(types: Collection[int]) -> dict[int, int]:
    """By type (id) how many are of it; without those that nobody is of."""
    rows = Participant.filter(type_id__in=types).annotate(number=Count("id")).group_by("type_id")
    return dict(await rows.values_list("type_id", "number"))


async def add_type(event: Event, name: str, *, open: bool, by: Actor) -> ParticipantType:
    """A new one, after the others. Raises Refused for a name that is there."""
    async with changing(event.scope, by=by) as changes:
        event = await Event.get(id=event.id)
        there = await ParticipantType.filter(event=event).order_by("-position")
        if len(there) >= MOST_TYPES:
            raise Refused(_("An event has at most %(most)d types.") % {"most": MOST_TYPES})
        _refuse_taken(name, there)
        last = there[0].position if there else 0
        added = await ParticipantType.create(event=event, name=name, open=open, position=last + 1)
        _record(changes, "type.added", event, added)
    return added


async def edit_type(type: ParticipantType, *, name: str, open: bool, by: Actor) -> ParticipantType:
    """Another name, or opened or closed at registration; whoever has it keeps it."""
    async with changing(Event.scope_of(type.event_id), by=by) as changes:
        event = await Event.get(id=type.event_id)
        current = await ParticipantType.get(id=type.id)
        if (current.name, current.open) == (name, open):
            return current
        _refuse_taken(name, await ParticipantType.filter(event=event).exclude(id=type.id))
        current.name, current.open = name, open
        await current.save()
        _record(changes, "type.edited", event, current)
    return current


def _refuse_taken(name: str, there: list[ParticipantType]) -> None:
    if any(one.name.casefold() == name.casefold() for one in there):
        raise Refused(_("There is a type “%(name)s” already.") % {"name": name})


def _record(changes: Changes, kind: str, event: Event, type: ParticipantType) -> None:
    changes.record(kind, type, topics=[event.desk], data={"name": type.name, "open": type.open})
