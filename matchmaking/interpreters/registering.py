"""The organisers' side of interpreters: who they are, what they speak, and in which rounds they work."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from tortoise.queryset import QuerySet

from app.errors import Refused
from app.i18n import _
from app.journal import Actor, Changes, changing
from app.wording import alphabetical
from events.models import Event, Participant, ParticipantStatus
from matchmaking.interpreters.models import Interpreter
from matchmaking.models import MeetingStatus, Seat, SeatRole
from matchmaking.parties import desk_only
from matchmaking.round_models import Availability, Round
from matchmaking.times import tick_rounds

LANGUAGES = range(2, 9)  # how many one interprets between


@dataclass(frozen=True, slots=True)
class Working:
    """One interpreter: the rounds they work in, and how many meetings they have there."""

    interpreter: Interpreter
    rounds: tuple[Round, ...]
    meetings: int


async def register_interpreter(
    participant: Participant, *, languages: Sequence[str], rounds: Collection[Round], by: Actor
) -> Interpreter:
    """From now on they can be booked with meetings in these rounds; registering them again changes both. Raises
    Refused, naming the meetings, when one would lose its round."""
    spoken = list(dict.fromkeys(languages))
    if len(spoken) not in LANGUAGES:
        raise Refused(_("An interpreter speaks from two to eight languages."))
    async with changing(Event.scope_of(participant.event_id), by=by) as changes:
        event = await Event.get(id=participant.event_id)
        await desk_only(event, by=by)
        participant = await Participant.get(id=participant.id)
        if participant.status != ParticipantStatus.APPROVED or participant.person_id is None:
            raise Refused(_("An interpreter is an approved participant with an account: their calendar is booked too."))
        interpreter = await Interpreter.get_or_none(participant=participant) or Interpreter(participant=participant)
        if interpreter.languages != spoken:
            interpreter.languages = spoken
            await interpreter.save()
            _tell(changes, "interpreter.registered", interpreter, participant, event)
    await tick_rounds(participant, rounds, by=by)
    return interpreter


async def remove_interpreter(interpreter: Interpreter, *, by: Actor) -> None:
    """They are booked no more. Raises Refused while they have meetings to interpret."""
    participant = await Participant.get(id=interpreter.participant_id)
    async with changing(Event.scope_of(participant.event_id), by=by) as changes:
        event = await Event.get(id=participant.event_id)
        await desk_only(event, by=by)
        booked = await _seats().filter(participant=participant).count()
        if booked:
            raise Refused(
                _("%(name)s is booked with meetings: %(count)d.") % {"name": participant.name, "count": booked},
                hints=[_("Register somebody else first, then move or cancel these meetings.")],
            )
        if await Interpreter.filter(id=interpreter.id).delete():
            _tell(changes, "interpreter.removed", interpreter, participant, event)


async def interpreters(event: Event) -> list[Working]:
    """By name, with what they do. Three queries."""
    found = Interpreter.filter(participant__event=event).select_related("participant__organisation").order_by("id")
    registered = sorted(await found, key=lambda one: alphabetical(one.participant.name))
    ids = [one.participant_id for one in registered]
    ticks = await Availability.filter(participant_id__in=ids).order_by("round__start").select_related("round")
    booked = [seat.participant_id for seat in await _seats().filter(participant_id__in=ids)]
    return [
        Working(
            one,
            tuple(tick.round for tick in ticks if tick.participant_id == one.participant_id),
            booked.count(one.participant_id),
        )
        for one in registered
    ]


def _seats() -> QuerySet[Seat]:
    return Seat.filter(role=SeatRole.INTERPRETER, meeting__status=MeetingStatus.ACCEPTED)


def _tell(changes: Changes, kind: str, interpreter: Interpreter, participant: Participant, event: Event) -> None:
    data = {"name": participant.name, "languages": interpreter.languages}
    changes.record(kind, interpreter, topics=[participant.topic, event.desk], data=data)
