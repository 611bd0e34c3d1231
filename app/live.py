"""The hub of the live pages: what was committed goes to every socket that may hear it, first what its page missed.

A hub per process is woken with a scope's name after each commit (by our own commit, by PostgreSQL's NOTIFY for
other processes, by a slow poll for a wake-up that got lost), reads the new facts once, and writes each frame,
encoded once, to every socket that may hear it (app.sockets). Nobody waits for a client.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import orjson
from websockets.frames import Frame, Opcode

from app import db, journal
from app.auth import SCOPE as PEOPLE
from app.known import Known
from app.models import Change
from app.polls import shelf
from app.workers import woken_within

log = logging.getLogger("pilotmatch.live")

POLL_SECONDS = 3.0
REPLAY = 2000  # facts; a page that missed more is told to start afresh


@dataclass(eq=False, slots=True)
class Listener:
    """One open socket: what it may hear, and up to which revision it has heard it."""

    scope: str
    topics: frozenset[str]
    since: int
    write: Callable[[bytes], bool]  # False: this client was cut
    close: Callable[[], None]
    person_id: int | None = None
    sign_in_id: int | None = None

    @property
    def access(self) -> str:
        """The topic of "what this person may see has changed": their sockets come back with other topics."""
        return f"access:{self.person_id}"


@dataclass(eq=False, slots=True)
class Room:
    """The listeners of one scope, and the revision that all of them have been given (-1: not looked yet)."""

    scope: str
    revision: int = -1
    members: int = 0  # listeners, and those about to be
    listeners: set[Listener] = field(default_factory=set)
    dirty: asyncio.Event = field(default_factory=asyncio.Event)
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def catch_up(self) -> None:
        """Give every listener what was committed since the last look."""
        async with self.turn:
            if self.revision < 0:
                self.revision = await journal.revision(self.scope)
            while changes := await journal.changes_since(self.scope, self.revision):
                for facts in by_revision(changes):
                    self._publish(facts)

    def _publish(self, facts: list[Change]) -> None:
        self.revision = facts[0].revision
        frames: dict[tuple[bool, ...], bytes] = {}
        for listener in tuple(self.listeners):
            _give(listener, facts, frames)
            if any(listener.access in fact.topics for fact in facts):
                listener.close()


class Hub:
    """All open sockets of this process."""

    def __init__(self) -> None:
        self.rooms: dict[str, Room] = {}
        self.tasks: dict[str, asyncio.Task[None]] = {}
        self.people = 0  # revision of the journal of people: whose sign-outs we have acted on
        self.known = Known()  # what commits have not changed since it was read

    def wake(self, scope: str) -> None:
        self.known.moved(scope)
        if room := self.rooms.get(scope):
            room.dirty.set()

    def wake_all(self) -> None:
        self.known.forget()
        for room in self.rooms.values():
            room.dirty.set()

    async def join(self, listener: Listener) -> None:
        """Replay what the listener missed, then follow. There is no pause between the last look and joining."""
        room = self.rooms.get(listener.scope)
        if room is None:
            room = self.rooms[listener.scope] = Room(listener.scope)
            self.tasks[listener.scope] = asyncio.create_task(_follow(room))
        room.members += 1
        if room.revision < 0 or listener.since > room.revision:  # its page knew more than we do yet
            await room.catch_up()
        while listener.since != room.revision:
            await _replay(listener, room.revision)
        room.listeners.add(listener)

    def leave(self, listener: Listener) -> None:
        room = self.rooms[listener.scope]
        room.listeners.discard(listener)
        room.members -= 1
        if not room.members:
            del self.rooms[listener.scope]
            self.tasks.pop(listener.scope).cancel()

    def listeners(self) -> list[Listener]:
        return [listener for room in self.rooms.values() for listener in room.listeners]

    def close(self) -> None:
        """Ask every page to come back later: the server stops."""
        for listener in self.listeners():
            listener.close()

    async def close_signed_out(self) -> None:
        """Cut the sockets of sign-ins that ended since the last look, and drop calendars whose address is dead."""
        while changes := await journal.changes_since(PEOPLE, self.people):
            ended = {change.data["sign_in"] for change in changes if change.kind == "person.signed_out"}
            for listener in self.listeners():
                if listener.sign_in_id in ended:
                    listener.close()
            for owner in {change.by for change in changes if change.kind in ("feed.opened", "feed.revoked")}:
                shelf.drop_all(owner)
            self.people = changes[-1].revision


async def _follow(room: Room) -> None:
    while True:
        await woken_within(room.dirty, POLL_SECONDS)
        room.dirty.clear()
        try:
            await room.catch_up()
        except Exception:
            log.exception("following %s failed; the next wake-up or poll tries again", room.scope)


async def _replay(listener: Listener, reached: int) -> None:
    """Give what was missed up to `reached`; a page that missed too much is told to start afresh."""
    missed = []
    if 0 <= listener.since < reached:
        missed = await journal.changes_since(listener.scope, listener.since, limit=REPLAY + 1)
    revisions = {change.revision for change in missed if change.revision <= reached}
    if not missed or len(revisions) < reached - listener.since or len(missed) > REPLAY:  # or some are forgotten
        listener.since = reached
        listener.write(frame_of_reset(reached))
        return
    for facts in by_revision(change for change in missed if change.revision <= reached):
        _give(listener, facts, {})
    listener.since = reached


def by_revision(changes: Iterable[Change]) -> list[list[Change]]:
    """The facts in blocks of one revision, in order."""
    blocks: list[list[Change]] = []
    for change in changes:
        if blocks and blocks[-1][0].revision == change.revision:
            blocks[-1].append(change)
        else:
            blocks.append([change])
    return blocks


def _give(listener: Listener, facts: list[Change], frames: dict[tuple[bool, ...], bytes]) -> None:
    """Write what this listener may hear of one revision; listeners who may hear the same share the bytes."""
    listener.since = facts[0].revision
    heard = tuple(not listener.topics.isdisjoint(fact.topics) for fact in facts)
    if not any(heard):
        return
    if heard not in frames:
        visible = [fact for fact, may in zip(facts, heard, strict=True) if may]
        frames[heard] = _frame({"revision": facts[0].revision, "changes": [_fact(fact) for fact in visible]})
    listener.write(frames[heard])


def _fact(change: Change) -> dict[str, Any]:
    return {"kind": change.kind, "subject": change.subject, "id": change.subject_id, "data": change.data}


def _frame(message: dict[str, Any]) -> bytes:
    """A whole websocket text frame, unmasked as servers send it (RFC 6455 5.2)."""
    return Frame(Opcode.TEXT, orjson.dumps(message)).serialize(mask=False)


def frame_of_reset(reached: int) -> bytes:
    """To a page that shall ask for itself again."""
    return _frame({"reset": True, "revision": reached})


@contextlib.asynccontextmanager
async def following(hub: Hub, database_url: str) -> AsyncIterator[None]:
    """Keep the hub awake: to our own commits, to other processes', and to sign-outs."""
    hub.people = await journal.revision(PEOPLE)
    loop = asyncio.get_running_loop()
    signed_out = asyncio.Event()

    def woken(scope: str) -> None:
        hub.wake(scope)
        if scope == PEOPLE:
            signed_out.set()

    journal.wakers.add(woken)
    tasks = [asyncio.create_task(_watch_sign_outs(hub, signed_out)), asyncio.create_task(hub.known.follow())]
    if db.is_postgres():
        tasks.append(loop.create_task(_listen(hub, database_url)))
    try:
        yield
    finally:
        journal.wakers.discard(woken)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await hub.known.close()
        hub.close()


async def _watch_sign_outs(hub: Hub, signed_out: asyncio.Event) -> None:
    while True:
        await woken_within(signed_out, POLL_SECONDS)
        signed_out.clear()
        try:
            await hub.close_signed_out()
        except Exception:
            log.exception("looking for sign-outs failed; the next poll tries again")


async def _listen(hub: Hub, database_url: str) -> None:
    """Pass on PostgreSQL's notifications; when the connection breaks, open another and wake everybody."""
    while True:
        try:
            await _listen_once(hub, await asyncpg.connect(database_url))
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError) as error:
            log.warning("not listening to PostgreSQL at the moment: %s", error)
        await asyncio.sleep(1)


async def _listen_once(hub: Hub, connection: asyncpg.Connection) -> None:
    closed = asyncio.Event()
    connection.add_termination_listener(lambda _connection: closed.set())
    try:
        await connection.add_listener(journal.CHANNEL, lambda *said: _heard(said[3]))
        hub.wake_all()
        await closed.wait()
    finally:
        await connection.close(timeout=2)


def _heard(scope: str) -> None:
    for wake in tuple(journal.wakers):
        wake(scope)
