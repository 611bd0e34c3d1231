"""The mailbox of invitations behind any mail server: it hands over by LMTP (RFC 2033), we deal with each mail at once.

Only mail servers may reach this port. What they hand over is never bounced; when the database is away they keep it.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from aiosmtpd.lmtp import LMTP

log = logging.getLogger("pilotmatch.inbox")

MOST_BYTES = 10 << 20  # as mail servers pass on by default; larger than 256 KB is taken and dropped
IDLE_SECONDS = 120.0

Take = Callable[[bytes], Awaitable[str]]


@contextlib.asynccontextmanager
async def listening(address: str, take: Take, *, mailbox: str) -> AsyncIterator[int]:
    """Listen on `address` ("127.0.0.1:2424", "[::1]:2424") for mail to `mailbox` and its plus parts; gives the port."""
    host, _colon, port = address.rpartition(":")
    handler, open_ones = _Handler(take, mailbox), set[asyncio.BaseTransport]()
    server = await asyncio.get_running_loop().create_server(
        lambda: _Session(handler, open_ones), host.strip("[]"), int(port)
    )
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for transport in tuple(open_ones):
            transport.close()  # the mail that was not acknowledged comes again
        await server.wait_closed()


class _Handler:
    def __init__(self, take: Take, mailbox: str) -> None:
        self.take = take
        self.local, _at, self.domain = mailbox.lower().partition("@")

    async def handle_RCPT(self, server: LMTP, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        local, _at, domain = address.lower().rpartition("@")
        if domain != self.domain or local.partition("+")[0] != self.local:
            return "550 5.1.1 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: LMTP, session: Any, envelope: Any) -> str:
        """One answer for each recipient (RFC 2033 4.2)."""
        try:
            await self.take(envelope.original_content)
        except Exception as error:
            log.warning("a mail is left with the mail server: %s", error, exc_info=error)
            return "\r\n".join(["451 4.3.0 try again later"] * len(envelope.rcpt_tos))
        return "\r\n".join(["250 2.0.0 taken"] * len(envelope.rcpt_tos))


class _Session(LMTP):
    line_length_limit = 10_000

    def __init__(self, handler: _Handler, open_ones: set[asyncio.BaseTransport]) -> None:
        super().__init__(
            handler, hostname="pilotmatch", ident="Pilotmatch", data_size_limit=MOST_BYTES, timeout=IDLE_SECONDS
        )
        self.open_ones = open_ones

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.open_ones.add(transport)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self.open_ones.discard(self.transport)
        super().connection_lost(error)
