"""Seats that are free go to those who wait, one person at a time; offers that nobody answered go on to the next."""

from collections import Counter
from datetime import UTC, datetime

from app.errors import Refused
from app.journal import Changes, changing, revisions
from events.models import Participant, Session, SessionStatus
from events.seating import refuse_seat
from events.waiting.models import Wait, WaitState, offer_minutes
from events.waiting.queueing import Place, deadline, in_order


async def offer_seats(changes: Changes, session: Session) -> None:
    """Within an open block: what was not answered in time goes on, and each free seat is offered to whoever is next and
    could come. The session has its event at hand."""
    await _pass_on(changes, session)
    if session.capacity is None or session.start is None or session.status != SessionStatus.CONFIRMED:
        return
    until = deadline(changes.at, minutes=await offer_minutes(session.event_id), start=session.start)
    held = await Wait.filter(session=session, state=WaitState.OFFERED).count()
    free = session.capacity - session.booked - held
    for wait in await queue(session) if until else ():
        if free <= 0:
            return
        if await could_come(session, wait.participant, now=changes.at):
            wait.state, wait.until, wait.told_at = WaitState.OFFERED, until, None
            await wait.save()
            record(changes, "seat.offered", wait, session, until=until.isoformat() if until else "")
            free -= 1


async def queue(session: Session) -> list[Wait]:
    """Those without an offer, the next first, each with its participant."""
    rows = await Wait.filter(session=session, state=WaitState.WAITING).select_related("participant")
    waits = {wait.id: wait for wait in rows}
    return [waits[one.id] for one in in_order(Place(wait.id, wait.joined_at, wait.ahead) for wait in rows)]


async def has_offer(session: Session, participant: Participant) -> bool:
    mine = Wait.filter(session=session, participant=participant, state=WaitState.OFFERED)
    return await mine.filter(until__gt=datetime.now(UTC)).exists()


async def could_come(session: Session, participant: Participant, *, now: datetime) -> bool:
    """An offer to somebody who is busy then, or who was taken off the event, would only cost the others time."""
    try:
        await refuse_seat(session, participant, now=now)
    except Refused:
        return False
    return True


def record(changes: Changes, kind: str, wait: Wait, session: Session, **more: str) -> None:
    """For whoever waits and the desk; it moves nobody's calendar."""
    data = {"session_id": session.id, "title": session.title, "name": wait.participant.name, **more}
    changes.record(kind, wait, topics=[session.event.desk, wait.participant.inbox], data=data)


class Looking:
    """The worker: offers what was given back and what nobody answered. It looks at a list again once something happened
    at its event, or an offer has run out."""

    def __init__(self) -> None:
        self.seen: dict[int, int] = {}  # by session: the revision at which nobody could be offered anything

    async def work(self) -> bool:
        now = datetime.now(UTC)
        due = await Wait.filter(state=WaitState.OFFERED, until__lte=now).select_related("session__event").first()
        if due:
            await _look_at(due.session)
            return True
        sessions = await _with_free_seats(now)
        reached = await revisions({session.event.scope for session in sessions})
        for session in sessions:
            at = reached[session.event.scope]
            if self.seen.get(session.id) != at:
                self.seen[session.id] = at
                if await _look_at(session):
                    return True
        return False


async def _with_free_seats(now: datetime) -> list[Session]:
    """Those that somebody waits for, with their event."""
    waiting = Wait.filter(state=WaitState.WAITING, session__start__gt=now, session__capacity__isnull=False)
    ids = list(await waiting.distinct().values_list("session_id", flat=True))
    held = Counter([wait.session_id for wait in await Wait.filter(session_id__in=ids, state=WaitState.OFFERED)])
    found = await Session.filter(id__in=ids).order_by("id").select_related("event")
    return [one for one in found if one.capacity is not None and one.booked + held[one.id] < one.capacity]


async def _look_at(session: Session) -> bool:
    """Whether anything was offered or passed on."""
    async with changing(session.event.scope, by="worker") as changes:
        await offer_seats(changes, await Session.get(id=session.id).select_related("event"))
    return bool(changes.facts)


async def _pass_on(changes: Changes, session: Session) -> None:
    due = Wait.filter(session=session, state=WaitState.OFFERED, until__lte=changes.at).order_by("until", "id")
    for wait in await due.select_related("participant"):
        wait.state, wait.until = WaitState.PASSED, None
        await wait.save()
        record(changes, "seat.passed", wait, session)
