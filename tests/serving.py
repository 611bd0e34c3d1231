"""An ASGI application served by uvicorn, as `pilotmatch serve` runs it."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator

import uvicorn
from starlette.types import ASGIApp

from app.sockets import FanoutProtocol


@contextlib.asynccontextmanager
async def serving(app: ASGIApp, listening: socket.socket) -> AsyncIterator[None]:
    config = uvicorn.Config(
        app, ws=FanoutProtocol, ws_max_size=4096, ws_per_message_deflate=False, timeout_graceful_shutdown=2,
        server_header=False, log_config=None, log_level="error", lifespan="on",
    )  # fmt: skip
    server = uvicorn.Server(config)
    before = asyncio.all_tasks()
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
        await nothing_goes_on(before)


async def nothing_goes_on(before: set["asyncio.Task[object]"]) -> None:
    """A task that outlives its server works on the next test's database, or keeps the interpreter from ending."""
    for _ in range(100):
        left = asyncio.all_tasks() - before
        if left == {asyncio.current_task()} - before:
            return
        await asyncio.sleep(0.02)
    raise AssertionError(f"left by the server: {left}")
