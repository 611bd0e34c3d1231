"""A mail server on loopback that keeps what it gets, byte for byte, and misbehaves when told to."""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiosmtpd.smtp import SMTP


@dataclass(frozen=True)
class Delivery:
    """One mail as the server took it."""

    sender: str
    recipient: str
    raw: bytes


@dataclass
class Sink:
    """A mail server on loopback. `mails` are those it took, also when it did not say so."""

    mails: list[Delivery] = field(default_factory=list)
    before_250: Callable[[], None] | None = None  # called when a mail is kept
    after_250: Callable[[], None] | None = None  # called when the 250 for it is on its way
    requires: dict[str, Any] = field(default_factory=dict)  # options of aiosmtpd's SMTP
    most_connections: int = 100  # a further one hears 421
    port: int = 0
    _plan: deque[tuple[str, str | float | asyncio.Event]] = field(default_factory=deque)
    _server: asyncio.Server | None = None
    _transports: set[asyncio.BaseTransport] = field(default_factory=set)

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def refuse(self, reply: str, *, at: str = "data", times: int = 1) -> None:
        """Answer the next mails with this line, such as "451 later"; `at` is mail, rcpt or data."""
        self._plan.extend([(at, reply)] * times)

    def drop(self, *, times: int = 1) -> None:
        """Take the next mails and hang up instead of answering."""
        self._plan.extend([("drop", 0)] * times)

    def stall(self, seconds: float, *, times: int = 1) -> None:
        """Take the next mails and answer so much later."""
        self._plan.extend([("stall", seconds)] * times)

    def hold(self, *, times: int = 1) -> asyncio.Event:
        """Take the next mails and answer once the event is set, however slow the machine."""
        answering = asyncio.Event()
        self._plan.extend([("hold", answering)] * times)
        return answering

    async def up(self) -> None:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Session(self), "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def down(self) -> None:
        if self._server:
            self._server.close()
            for transport in tuple(self._transports):
                transport.abort()  # type: ignore[attr-defined]
            await self._server.wait_closed()
            self._server = None

    def _planned(self, *stages: str) -> tuple[str, str | float | asyncio.Event] | None:
        return self._plan.popleft() if self._plan and self._plan[0][0] in stages else None

    async def handle_MAIL(self, server: SMTP, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        if planned := self._planned("mail"):
            return str(planned[1])
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server: SMTP, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        if planned := self._planned("rcpt"):
            return str(planned[1])
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: "_Session", session: Any, envelope: Any) -> str:
        planned = self._planned("data", "drop", "stall", "hold")
        if planned and planned[0] == "data":
            return str(planned[1])
        self.mails += [Delivery(envelope.mail_from, to, envelope.original_content) for to in envelope.rcpt_tos]
        if planned and planned[0] == "stall":
            await asyncio.sleep(planned[1])  # type: ignore[arg-type]
        if planned and planned[0] == "hold":
            await planned[1].wait()  # type: ignore[union-attr]
        if planned and planned[0] == "drop":
            server.transport.abort()
        return "250 kept"


class _Session(SMTP):  # type: ignore[misc]
    def __init__(self, sink: Sink) -> None:
        super().__init__(sink, hostname="sink.test", **sink.requires)
        self.sink = sink
        self._refused = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if len(self.sink._transports) >= self.sink.most_connections:
            transport.write(b"421 too many connections\r\n")  # type: ignore[attr-defined]
            transport.close()
            self._refused = True
            return
        self.sink._transports.add(transport)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        if not self._refused:
            self.sink._transports.discard(self.transport)
            super().connection_lost(error)

    def data_received(self, data: bytes) -> None:
        if not self._refused:
            super().data_received(data)

    def eof_received(self) -> bool | None:
        return None if self._refused else super().eof_received()

    async def push(self, status: str | bytes) -> None:
        kept = status == "250 kept"
        if kept and self.sink.before_250:
            self.sink.before_250()
        await super().push(status)
        if kept and self.sink.after_250:
            self.sink.after_250()
