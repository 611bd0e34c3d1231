"""Waiting lists as pages show them: one's own places, a session's list, and all lists of an event for its desk."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from events.models import Event, Participant, Session
from events.waiting.models import Wait, WaitState
from events.waiting.queueing import Place, in_order


@dataclass(frozen=True, slots=True)
class Standing:
    """Somebody's place in a session's list; `ahead` wait before them."""

    wait: Wait
    session: Session
    ahead: int

    @property
    def offered(self) -> bool:
        return self.wait.state == WaitState.OFFERED and self.wait.until is not None

    @property
    def passed(self) -> bool:
        return self.wait.state == WaitState.PASSED


@dataclass(frozen=True, slots=True)
class Line:
    """A session's list for the desk, in the order of `_in_order`."""

    session: Session
    waits: Sequence[Wait]


async def standing_of(session: Session, participant: Participant | None) -> Standing | None:
    if participant is None:
        return None
    mine = await Wait.filter(session=session, participant=participant).select_related("session")
    return next(iter(await _standings(mine)), None)


async def places_of(participant: Participant) -> Sequence[Standing]:
    """In sessions that have not begun, by time."""
    mine = Wait.filter(participant=participant, session__start__gt=datetime.now(UTC))
    return await _standings(await mine.order_by("session__start", "id").select_related("session"))


async def held_seats(session: Session) -> int:
    """How many are offered to somebody."""
    return await Wait.filter(session=session, state=WaitState.OFFERED).count()


async def lines_of(event: Event) -> Sequence[Line]:
    """By time."""
    ids = await Wait.filter(session__event=event).distinct().values_list("session_id", flat=True)
    sessions = await Session.filter(id__in=list(ids)).order_by("start", "id").select_related("event")
    waits = await _in_order(sessions)
    return [Line(session, waits[session.id]) for session in sessions]


async def _standings(mine: Sequence[Wait]) -> list[Standing]:
    """Of waits with their session."""
    everybody = await _in_order([wait.session for wait in mine])
    found = []
    for wait in mine:
        before = [one.id for one in everybody[wait.session_id] if one.state == WaitState.WAITING]
        found.append(Standing(wait, wait.session, before.index(wait.id) if wait.id in before else 0))
    return found


async def _in_order(sessions: Sequence[Session]) -> dict[int, list[Wait]]:
    """By session: offers, then those who wait in their order, then who did not answer."""
    rows = Wait.filter(session_id__in=[one.id for one in sessions]).select_related("participant__organisation")
    waits = {one.id: one for one in await rows}
    found: dict[int, list[Wait]] = {one.id: [] for one in sessions}
    for place in in_order(Place(one.id, one.joined_at, one.ahead) for one in waits.values()):
        found[waits[place.id].session_id].append(waits[place.id])
    rank = (WaitState.OFFERED, WaitState.WAITING, WaitState.PASSED)
    return {session: sorted(those, key=lambda one: rank.index(one.state)) for session, those in found.items()}
