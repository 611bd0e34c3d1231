"""I am here; call me when somebody is free; show my name on screens: said by oneself, or by the desk at the door."""

from dataclasses import dataclass

from app.errors import Refused
from app.i18n import _
from app.journal import Actor, changing
from app.wording import dated
from events.models import Event, Participant, ParticipantStatus
from matchmaking.onsite.models import Presence
from matchmaking.parties import acting_for


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """None leaves it as it is."""

    here: bool | None = None
    standby: bool | None = None
    shown: bool | None = None


async def say(participant: Participant, said: Said, *, by: Actor) -> Presence:
    """Raises Refused before the event's first day for who says that they are here."""
    async with changing(Event.scope_of(participant.event_id), by=by) as changes:
        acting = await acting_for(participant, by=by)
        current = await Participant.get(id=participant.id).select_related("event")
        if current.status != ParticipantStatus.APPROVED:
            raise Refused(_("%(name)s does not take part.") % {"name": current.name})
        if said.here and changes.at.astimezone(current.event.tz).date() < current.event.first_day:
            day = {"day": dated(current.event.first_day)}
            raise Refused(_("The event has not begun."), hints=[_("Its first day is %(day)s.") % day])
        presence = await presence_of(current)
        before = presence.here_at, presence.standby, presence.shown
        if said.here is not None:
            presence.here_at = (presence.here_at or changes.at) if said.here else None
        presence.standby = presence.standby if said.standby is None else said.standby
        presence.shown = presence.shown if said.shown is None else said.shown
        if (presence.here_at, presence.standby, presence.shown) == before:
            return presence
        await presence.save()
        data = {"name": current.name, "here": presence.here_at is not None, "standby": presence.standby, **acting}
        changes.record("presence.said", presence, topics=[current.event.desk, current.inbox], data=data)
    return presence


async def presence_of(participant: Participant) -> Presence:
    """What stands in the model until they say anything."""
    return await Presence.get_or_none(participant=participant) or Presence(participant=participant)
