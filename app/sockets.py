"""One socket a page: it joins the hub (app.live), hears what its page may hear, and says nothing itself.

Bytes go into the transport's buffer; a client whose buffer is full is cut, comes back with `since` and gets exactly
what it missed.
"""

import asyncio
import contextlib
from collections.abc import Iterable
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from app.live import Hub, Listener, frame_of_reset
from app.models import SignIn

BUFFER_BYTES = 1 << 20
SOCKETS_A_PERSON = 20
GOODBYE_SECONDS = 5.0


class FanoutProtocol(WebSocketsSansIOProtocol):
    """uvicorn's socket protocol, which also takes frames that are encoded already and never waits for a client."""

    def handle_connect(self, event: Any) -> None:
        super().handle_connect(event)
        if self.handshake_initiated and hasattr(self, "scope"):
            self.scope["extensions"]["pilotmatch.fanout"] = self  # type: ignore[assignment]

    def write_frame(self, frame: bytes) -> bool:
        """Hand the frame to the transport; False when the client was cut for not reading."""
        if self.close_sent or self.disconnected or self.transport.is_closing():
            return False
        if self.transport.get_write_buffer_size() > BUFFER_BYTES:
            self.transport.abort()
            return False
        self.transport.write(frame)
        return True

    def keepalive_timeout(self) -> None:
        """It did not answer our ping: what waits in its buffer would keep the socket open for ever."""
        super().keepalive_timeout()
        self.transport.abort()


async def serve(websocket: WebSocket, *, scope: str, topics: Iterable[str], since: int, wordless: bool = False) -> None:
    """Serve one page's socket until it goes. It only listens: a client that talks is shown out. A `wordless` page is
    told that something happened and not what: it may ask for itself again."""
    hub: Hub = websocket.app.state.hub
    person, sign_in = websocket.state.person, websocket.state.sign_in
    await websocket.accept()
    if person and sum(other.person_id == person.id for other in hub.listeners()) >= SOCKETS_A_PERSON:
        return await websocket.close(1008, "too many pages open")
    protocol: FanoutProtocol = websocket.scope["extensions"]["pilotmatch.fanout"]
    gone = asyncio.Event()

    def nudge(_frame: bytes) -> bool:
        return protocol.write_frame(frame_of_reset(listener.since))

    listener = Listener(
        scope=scope,
        topics=frozenset(topics),
        since=since,
        write=nudge if wordless else protocol.write_frame,
        close=gone.set,
        person_id=person.id if person else None,
        sign_in_id=sign_in.id if sign_in else None,
    )
    try:
        await hub.join(listener)
        if sign_in and not await SignIn.exists(id=sign_in.id):  # ended while we joined
            gone.set()
        code = await _until_gone(websocket, gone)
    finally:
        hub.leave(listener)
    if code is not None:
        asyncio.get_running_loop().call_later(GOODBYE_SECONDS, protocol.transport.abort)  # if they do not read it
        with contextlib.suppress(WebSocketDisconnect):
            await websocket.close(code)
    return None


async def _until_gone(websocket: WebSocket, gone: asyncio.Event) -> int | None:
    """Until the client closes (None), or until we close: because it talks, or because it shall come back."""
    reading, leaving = asyncio.create_task(websocket.receive()), asyncio.create_task(gone.wait())
    try:
        await asyncio.wait({reading, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if not reading.done():
            return 1012
        return 1008 if reading.result()["type"] == "websocket.receive" else None
    finally:
        reading.cancel()
        leaving.cancel()
