"""What waits on the day: for the desk at the door and at tables, for a participant to be here and to answer."""

from collections.abc import Sequence
from datetime import datetime

from app.i18n import _, ngettext
from events.models import Event, Participant, ParticipantStatus
from events.tasks import Stage, State, Step, Task, state_of
from matchmaking.onsite.gaps import open_absences
from matchmaking.onsite.models import Display, Presence, StandIn


async def steps(event: Event, now: datetime) -> Sequence[Step]:
    """Five queries."""
    if not event.nature.meetings:
        return []
    expected = Participant.filter(event=event, status=ParticipantStatus.APPROVED, person_id__isnull=False)
    here = await Presence.filter(participant__event=event, here_at__isnull=False).count()
    waiting = len(await open_absences([event.id], now))
    screens = await Display.filter(event=event, revoked=False).count()
    today = now.astimezone(event.tz).date()
    begun, over = event.first_day <= today, event.last_day < today
    found = [
        Step(
            Stage.DAY, "displays", _("Put up a screen at the hall"),
            ngettext("%(n)s screen has an address.", "%(n)s screens have an address.", screens) % {"n": screens}
            if screens
            else _("It shows who meets where, now and next, live."),
            state_of(done=bool(screens) or over, now=begun),
        ),
        Step(
            Stage.DAY, "door", _("See who is here"),
            _("%(here)d of %(expected)d are here.") % {"here": here, "expected": await expected.count()},
            state_of(done=over, now=begun),
        ),
    ]  # fmt: skip
    if waiting:
        sentence = ngettext(
            "%(n)s person waits at a table for somebody who has not come.",
            "%(n)s people wait at tables for somebody who has not come.",
            waiting,
        )
        found.append(Step(Stage.DAY, "door", _("Fill the gaps"), sentence % {"n": waiting}, State.NOW))
    return found


async def tasks(participants: Sequence[Participant], now: datetime) -> Sequence[Task]:
    """While their events are on: somebody waits for them, would meet them now, or does not know that they are here.
    Four queries. Each has its event at hand."""
    here = [one for one in participants if one.event.nature.meetings and _on(one.event, now)]
    mine = [one.id for one in here if one.status == ParticipantStatus.APPROVED]
    if not mine:
        return []
    missed = {one.id for absence in await open_absences({one.event_id for one in here}, now) for one in absence.asked}
    calls = StandIn.filter(guest_id__in=mine, by_guest=False, answer__isnull=True, absence__ended_at__isnull=True)
    called = {one.guest_id for one in await calls.filter(absence__slot__end__gt=now)}
    present = {one.participant_id for one in await Presence.filter(participant_id__in=mine, here_at__isnull=False)}
    found = []
    for one in here:
        if one.id in missed:
            sentence = _("Say whether you are on your way.")
            found.append(Task(one.event_id, "today", _("Somebody waits for you at a table"), sentence))
        if one.id in called:
            sentence = _("Say whether you will sit down.")
            found.append(Task(one.event_id, "today", _("Somebody would meet you now"), sentence))
        if one.id in mine and one.id not in present:
            sentence = _("Then somebody whose partner is missing can find you.")
            found.append(Task(one.event_id, "today", _("Say that you are here"), sentence))
    return found


def _on(event: Event, now: datetime) -> bool:
    return event.first_day <= now.astimezone(event.tz).date() <= event.last_day
