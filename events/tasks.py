"""What waits for somebody: the steps of an event's life for its desk, and what a participant has to do. Slices add
theirs (app.slices): a function of all of a reader's participations, so that each kind costs one query."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.i18n import _, later, ngettext
from app.models import Mail, MailState, Person
from app.wording import clock
from events import mailroom
from events.models import Event, Participant, ParticipantStatus, Room, Session
from events.partaking_models import Attendance
from events.releasing import changes_since_release
from events.waiting.models import Wait, WaitState


class Stage(StrEnum):
    """What the desk's steps are about, in the order of an event's life."""

    PROGRAMME = later("Programme")
    PEOPLE = later("People")
    MEETINGS = later("Meetings")
    DAY = later("On the day")
    AFTER = later("Afterwards")


class State(StrEnum):
    NOW = "now"  # it waits for the desk
    DONE = "done"
    LATER = "later"


@dataclass(frozen=True, slots=True)
class Step:
    """One of the desk's steps: a link, and a sentence with its number."""

    stage: Stage
    href: str  # below the desk
    words: str
    sentence: str
    state: State
    more: tuple[str, str] | None = None  # another way: address below the desk, words


@dataclass(frozen=True, slots=True)
class Task:
    """What waits for one participant of an event."""

    event: int
    href: str  # below the event
    words: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Errand:
    """What waits for a person beside events: for a member of a consortium, or an adviser."""

    path: str
    words: str
    sentence: str


DeskSteps = Callable[[Event, datetime], Awaitable[Sequence[Step]]]
Tasks = Callable[[Sequence[Participant], datetime], Awaitable[Sequence[Task]]]
Errands = Callable[[Person, datetime], Awaitable[Sequence[Errand]]]


async def steps(event: Event, now: datetime) -> Sequence[Step]:
    return [*await _of_programme(event), *await _of_people(event), *await _of_attendance(event, now)]


async def tasks(participants: Sequence[Participant], now: datetime) -> Sequence[Task]:
    """Registrations that the organisers sent back, and seats that are kept for a while; one query."""
    back = [one for one in participants if one.status == ParticipantStatus.RETURNED]
    offered = Wait.filter(participant_id__in=[one.id for one in participants], state=WaitState.OFFERED, until__gt=now)
    return [
        *[Task(one.event_id, "join", _("Change your registration"), one.status_reason) for one in back],
        *[_offer(one) for one in await offered.order_by("until").select_related("session__event")],
    ]


def _offer(wait: Wait) -> Task:
    session = wait.session
    assert wait.until
    sentence = _("It is kept for you until %(time)s: %(title)s.") % {
        "time": clock(wait.until, session.event.tz),
        "title": session.title,
    }
    return Task(session.event_id, "waiting", _("Take the seat that is free"), sentence)


async def _of_programme(event: Event) -> Sequence[Step]:
    rooms = await Room.filter(event=event).count()
    sessions = [start is not None for (start,) in await Session.filter(event=event).values_list("start")]
    untimed = sessions.count(False)
    return [
        Step(
            Stage.PROGRAMME, "rooms", _("Add rooms and tracks"),
            ngettext("%(n)s room so far.", "%(n)s rooms so far.", rooms) % {"n": rooms},
            State.DONE if rooms else State.NOW,
        ),
        Step(
            Stage.PROGRAMME, "sessions", _("Add sessions"),
            ngettext("%(n)s session so far.", "%(n)s sessions so far.", len(sessions)) % {"n": len(sessions)},
            state_of(done=bool(sessions), now=bool(rooms)),
            more=None if sessions else ("import", _("Import a schedule")),
        ),
        Step(
            Stage.PROGRAMME, "board", _("Give every session a time"),
            ngettext("%(n)s session waits beside the board.", "%(n)s sessions wait beside the board.", untimed)
            % {"n": untimed}
            if untimed
            else _("No session is waiting."),
            state_of(done=bool(sessions) and not untimed, now=bool(untimed)),
        ),
        await _of_release(event, timed=any(sessions)),
    ]  # fmt: skip


async def _of_release(event: Event, *, timed: bool) -> Step:
    if not event.released:
        sentence = _("Until then only the desk sees it.")
        return Step(Stage.PROGRAMME, "release", _("Release the programme"), sentence, state_of(done=False, now=timed))
    changed = len(await changes_since_release(event))
    version = event.version or ""
    sentence = _("Nothing has changed since %(version)s.") % {"version": version}
    if changed:
        sentence = ngettext(
            "%(n)s change since %(version)s. Everybody sees it already; a release gives it a name.",
            "%(n)s changes since %(version)s. Everybody sees them already; a release gives them a name.",
            changed,
        ) % {"n": changed, "version": version}
    return Step(Stage.PROGRAMME, "release", _("Name a new release"), sentence, state_of(done=not changed, now=False))


async def _of_people(event: Event) -> Sequence[Step]:
    pending = await Participant.filter(event=event, status=ParticipantStatus.PENDING).count()
    failed = await Mail.filter(scope=mailroom.scope_of(event), state=MailState.FAILED).count()
    return [
        Step(
            Stage.PEOPLE, "participants?status=pending", _("Look at registrations"),
            ngettext("%(n)s person waits for approval.", "%(n)s people wait for approval.", pending) % {"n": pending}
            if pending
            else _("Nobody is waiting."),
            state_of(done=not pending, now=bool(pending)),
        ),
        Step(
            Stage.PEOPLE, "outbox?state=failed", _("Look after mails that failed"),
            ngettext("%(n)s mail did not arrive.", "%(n)s mails did not arrive.", failed) % {"n": failed}
            if failed
            else _("Every mail found its way."),
            state_of(done=not failed, now=bool(failed)),
        ),
    ]  # fmt: skip


async def _of_attendance(event: Event, now: datetime) -> Sequence[Step]:
    if not event.nature.attendance:
        return []
    noted = await Attendance.filter(participant__event=event).count()
    sentence = ngettext("%(n)s person is confirmed.", "%(n)s people are confirmed.", noted) % {"n": noted}
    over = now.astimezone(event.tz).date() > event.last_day
    state = state_of(done=bool(noted), now=over)
    return [Step(Stage.AFTER, "attendance", _("Confirm who was there"), sentence, state)]


def state_of(*, done: bool, now: bool) -> State:
    if done:
        return State.DONE
    return State.NOW if now else State.LATER
