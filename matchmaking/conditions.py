"""Under which conditions people of an event ask and meet: the matrix, limits, the lock. Reads, and the desk's verb."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, fields

from app.errors import Refused
from app.i18n import _
from app.journal import Actor, changing
from app.seen import refuse_stale
from events.models import Event, Participant
from matchmaking.parties import desk_only, members
from matchmaking.profile_models import Profile
from matchmaking.rule_models import Conditions, Rule, TypeConditions
from matchmaking.rules import Matrix, pair_of_types

SHORTEST, LONGEST = 15, 10 * 24 * 60  # minutes that a request may wait


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What the organisers decide. `most_meetings` None: as many as fit."""

    pending: int
    request_minutes: int
    most_meetings: int | None
    pause_minutes: int
    locked: bool
    interregional: bool = True  # other regions are recommended first


async def conditions_of(event_id: int) -> Conditions:
    """What holds now; before anybody decided, what stands in the model."""
    return await Conditions.get_or_none(event_id=event_id) or Conditions(event_id=event_id)


async def most_of(participants: Sequence[Participant]) -> dict[int, int]:
    """By participant to how many meetings they may agree: the least of what the event, their type and they themselves
    say. Whoever is left out: to as many as fit. All are of one event."""
    if not participants:
        return {}
    general = (await conditions_of(participants[0].event_id)).most_meetings
    types = {one.type_id for one in participants if one.type_id}
    of_type = dict(await TypeConditions.filter(type_id__in=types).values_list("type_id", "most_meetings"))
    limited = Profile.filter(participant_id__in=[one.id for one in participants], most_meetings__isnull=False)
    own = dict(await limited.values_list("participant_id", "most_meetings"))
    named = {one.id: (general, of_type.get(one.type_id), own.get(one.id)) for one in participants}
    found = {who: [most for most in limits if most is not None] for who, limits in named.items()}
    return {who: min(limits) for who, limits in found.items() if limits}


async def matrix_of(event_id: int) -> Matrix:
    """Who may see, ask and accept whom."""
    return (await matrices_of([event_id]))[event_id]


async def matrices_of(event_ids: Collection[int]) -> dict[int, Matrix]:
    """`matrix_of` each event. One query."""
    found: dict[int, dict[tuple[int, int], str]] = {id: {} for id in event_ids}
    for cell in await Rule.filter(event_id__in=list(event_ids)):
        found[cell.event_id][pair_of_types(cell.one_id, cell.other_id)] = cell.between_them.value
    return {id: Matrix(cells) for id, cells in found.items()}


async def refuse_locked(event_id: int) -> None:
    """Raises Refused while only the desk changes bookings."""
    if (await conditions_of(event_id)).locked:
        raise Refused(
            _("The meetings are settled, and the organisers have locked the bookings."),
            hints=[_("Ask at the desk: the organisers can still change them.")],
        )


def terms_of(conditions: Conditions) -> Terms:
    return Terms(**{one.name: getattr(conditions, one.name) for one in fields(Terms)})


async def change_conditions(event: Event, terms: Terms, *, was: str = "", by: Actor) -> Conditions:
    """From now on; whatever was agreed before stays. Raises Refused for what makes no sense, Stale when they are not
    as they `was` (the mark of the terms that the page showed)."""
    if not SHORTEST <= terms.request_minutes <= LONGEST:
        raise Refused(_("A request waits from 15 minutes to 10 days."))
    if terms.pause_minutes % 5:
        raise Refused(_("Times, slots and breaks go in steps of five minutes."))
    async with changing(event.scope, by=by) as changes:
        await desk_only(event, by=by)
        current, wanted = await conditions_of(event.id), asdict(terms)
        if terms == terms_of(current):
            return current
        refuse_stale(was, terms_of(current), hints=[_("Below stands what you chose, and what it is by now.")])
        locked_before = current.locked
        current.update_from_dict(wanted)
        await current.save()
        kind = "conditions.changed"
        if locked_before != terms.locked:
            kind = "bookings.locked" if terms.locked else "bookings.unlocked"
        changes.record(kind, current, topics=[event.desk, members(event)], data=wanted)
    return current
