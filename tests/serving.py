"""An ASGI application served by uvicorn, as `pilotmatch serve` runs it."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp

from app.sockets import FanoutProtocol

ROOT = Path(__file__).parents[1]
PACKAGES = ("app", "events", "matchmaking")


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
    """A task of ours that outlives its server works on the next test's database, or keeps Python from ending."""
    for _ in range(100):
        left = [task for task in asyncio.all_tasks() - before if _is_ours(task)]
        if not left:
            return
        await asyncio.sleep(0.02)
    raise AssertionError(f"left by the server: {left}")


def _is_ours(task: "asyncio.Task[object]") -> bool:
    code = getattr(task.get_coro(), "cr_code", None)
    return code is not None and any(Path(code.co_filename).is_relative_to(ROOT / one) for one in PACKAGES)
