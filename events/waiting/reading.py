"""Waiting lists as pages show them: one's own places, a session's list, and all lists of an event for its desk."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from events.models import Event, Participant, Session
from events.waiting.models import Wait, WaitState
from events.waiting.offering import lists_of
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
    """A session's list for the desk: offers first, then those who wait in their order, then who did not answer."""

    session: Session
    waits: tuple[Wait, ...]


async def standing_of(session: Session, participant: Participant | None) -> Standing | None:
    if participant is None:
        return None
    wait = await Wait.get_or_none(session=session, participant=participant)
    return await _standing(wait, session) if wait else None


async def places_of(participant: Participant) -> Sequence[Standing]:
    """In sessions that have not begun, by time."""
    mine = Wait.filter(participant=participant, session__start__gt=datetime.now(UTC))
    waits = await mine.order_by("session__start", "id").select_related("session")
    return [await _standing(wait, wait.session) for wait in waits]


async def held_seats(session: Session) -> int:
    """How many are offered to somebody."""
    return await Wait.filter(session=session, state=WaitState.OFFERED).count()


async def lines_of(event: Event) -> Sequence[Line]:
    return [Line(session, await _in_order(session)) for session in await lists_of(event)]


async def _standing(wait: Wait, session: Session) -> Standing:
    queue = [one for one in await _in_order(session) if one.state == WaitState.WAITING]
    before = [one.id for one in queue]
    return Standing(wait, session, before.index(wait.id) if wait.id in before else 0)


async def _in_order(session: Session) -> tuple[Wait, ...]:
    rows = {one.id: one for one in await Wait.filter(session=session).select_related("participant__organisation")}
    ordered = [rows[one.id] for one in in_order(Place(one.id, one.joined_at, one.ahead) for one in rows.values())]
    rank = (WaitState.OFFERED, WaitState.WAITING, WaitState.PASSED)
    return tuple(sorted(ordered, key=lambda one: rank.index(one.state)))
