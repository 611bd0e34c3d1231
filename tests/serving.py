"""An ASGI application served by uvicorn, as `pilotmatch serve` runs it."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator

import uvicorn
from starlette.types import ASGIApp

from app.live import FanoutProtocol


@contextlib.asynccontextmanager
async def serving(app: ASGIApp, listening: socket.socket) -> AsyncIterator[None]:
    config = uvicorn.Config(
        app, ws=FanoutProtocol, ws_max_size=4096, ws_per_message_deflate=False, timeout_graceful_shutdown=2,
        server_header=False, log_config=None, log_level="error", lifespan="on",
    )  # fmt: skip
    server = uvicorn.Server(config)
    running = asyncio.create_task(server.serve(sockets=[listening]))
    while not server.started:
        if running.done():
            running.result()
        await asyncio.sleep(0.01)
    try:
        yield
    finally:
        server.should_exit = True
        await running
