"""One session is moved, and a thousand open pages hear of it; also beside a page that does not read."""

import asyncio
import base64
import os
import socket
import statistics
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from app import journal
from app.journal import changing
from app.sockets import BUFFER_BYTES
from events.models import Session
from events.releasing import release_programme
from tests.bench.rig import Client, Figure, Ground, Server, serving
from tests.bench.stage import Conference, conference, sign_in

SOCKETS = 1_000
MOVES = 10
# Facts, and bytes of each: for who does not read, Linux takes 2.8 MB, the server one more, and then it cuts.
FILL, FACT = 33, 100_000
TEXT = 0x81  # first byte of a whole text frame (RFC 6455 5.2)


async def figures(ground: Ground) -> list[Figure]:
    made = await conference()
    await release_programme(made.event, "v1", by=made.organiser)
    (cookie,) = await sign_in([made.organiser])
    with serving(ground) as server:
        board = Board(server, await _movable(made), cookie)
        nobody, crowd = Crowd(), Crowd()
        await board.moves(nobody)  # warm
        alone = await board.moves(nobody)
        with await _stalled(server, made) as stalled:
            await crowd.gather(server, since=await journal.revision(made.event.scope))
            await board.moves(crowd)  # warm
            beside = await board.moves(crowd)
            await asyncio.to_thread(_read_all, stalled)
        heard = await board.moves(crowd)
        crowd.leave()
    return [
        Figure("moving a session, nobody listens", alone.seconds * 1e3, "ms", note=f"median of {MOVES}"),
        Figure(f"until the last of {SOCKETS:,} pages hears", heard.seconds * 1e3, "ms", note=f"median of {MOVES}"),
        Figure("the same beside a page that reads nothing", beside.seconds * 1e3, "ms", note=f"median of {MOVES}"),
        Figure("server CPU a page", (heard.cpu - alone.cpu) / SOCKETS * 1e6, "µs"),
    ]


@dataclass(frozen=True)
class Moved:
    seconds: float  # median, from the click until the last page heard and the answer came
    cpu: float  # seconds of the server, a move


class Page(asyncio.Protocol):
    """A page's socket that only notes that a fact came."""

    def __init__(self, crowd: "Crowd", hello: bytes) -> None:
        self.crowd = crowd
        self.hello = hello
        self.open = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)  # uvloop's is no subclass of it
        self.transport.write(self.hello)

    def data_received(self, data: bytes) -> None:
        if not self.open:
            assert data.startswith(b"HTTP/1.1 101"), data
            self.open = True
            self.crowd.told(self)
        elif data[0] == TEXT:
            self.crowd.told(self)


@dataclass
class Crowd:
    """The open pages of one event."""

    pages: list[Page] = field(default_factory=list)
    waiting: set[Page] = field(default_factory=set)
    all_told: asyncio.Event = field(default_factory=asyncio.Event)

    async def gather(self, server: Server, *, since: int) -> None:
        host, port = server.settings.host.split(":")
        for _ in range(SOCKETS):
            _transport, page = await asyncio.get_running_loop().create_connection(
                lambda: Page(self, _hello(server, since)), host, int(port)
            )
            self.pages.append(page)
        self.expect({page for page in self.pages if not page.open})
        await self.heard()
        await asyncio.sleep(0.5)  # the last ones join after their handshake

    def expect(self, pages: set[Page]) -> None:
        self.waiting = pages
        self.all_told.clear()

    def told(self, page: Page) -> None:
        self.waiting.discard(page)
        if not self.waiting:
            self.all_told.set()

    async def heard(self) -> None:
        if self.waiting:
            async with asyncio.timeout(20):
                await self.all_told.wait()

    def leave(self) -> None:
        for page in self.pages:
            page.transport.abort()


@dataclass
class Board:
    """The organiser's, where a session is dragged from evening hour to evening hour."""

    server: Server
    session: Session
    cookie: str

    async def moves(self, crowd: Crowd) -> Moved:
        client = await Client.connect(self.server)
        seconds, before = [], self.server.cpu
        for _ in range(MOVES):
            crowd.expect(set(crowd.pages))
            start = time.perf_counter()
            await self._move(client)
            await crowd.heard()
            seconds.append(time.perf_counter() - start)
        cpu = (self.server.cpu - before) / MOVES
        client.close()
        return Moved(statistics.median(seconds), cpu)

    async def _move(self, client: Client) -> None:
        day, version = self.session.event.first_day, self.session.version
        slot = {
            "version": version,
            "room": self.session.room_id,
            "minutes": 30,
            "start": f"{day}T{20 + version % 2}:00",
        }
        path = f"/e/agenda/desk/sessions/{self.session.id}/slot"
        await client.post(path, slot, Cookie=self.cookie, Accept="application/json")
        self.session.version += 1


async def _movable(made: Conference) -> Session:
    session = await Session.filter(event=made.event).order_by("id").first().select_related("event")
    assert session
    return session


async def _stalled(server: Server, made: Conference) -> socket.socket:
    """A page that missed much, came back and reads nothing: all buffers for it are full, and it is not cut yet."""
    since = await journal.revision(made.event.scope)
    for _ in range(FILL):
        async with changing(made.event.scope, by="bench") as changes:
            changes.record("bench.filled", made.event, topics=[made.event.scope], data={"filler": "x" * FACT})
    stalled = socket.socket()
    stalled.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    host, port = server.settings.host.split(":")
    stalled.connect((host, int(port)))
    stalled.sendall(_hello(server, since))
    async with asyncio.timeout(10):
        while (kept := _kept_by_kernel(stalled)) < FILL * FACT - BUFFER_BYTES:
            await asyncio.sleep(0.1)
    assert kept < FILL * FACT, "nothing waits in the server itself"
    return stalled


def _kept_by_kernel(stalled: socket.socket) -> int:
    """What the server's side has sent and the other has not taken: tx_queue of /proc/net/tcp (proc(5))."""
    port = f":{stalled.getsockname()[1]:04X}"
    lines = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()]
    return next(int(line[4].partition(":")[0], 16) for line in lines if line[2].endswith(port))


def _read_all(stalled: socket.socket) -> None:
    """It was not cut: everything that waited for it comes."""
    stalled.settimeout(10)
    came = 0
    while came < FILL * FACT:
        part = stalled.recv(1 << 16)
        assert part, f"cut after {came} bytes"
        came += len(part)


def _hello(server: Server, since: int) -> bytes:
    """The opening handshake (RFC 6455 4.1)."""
    key = base64.b64encode(os.urandom(16)).decode()
    return (
        f"GET /e/agenda/live?since={since} HTTP/1.1\r\nHost: {server.settings.host}\r\nConnection: Upgrade\r\n"
        f"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n"
        f"Origin: {server.settings.base_url}\r\n\r\n"
    ).encode()
