"""Long work on the event loop, done a stretch at a time.

A thread is no better for it: it holds the interpreter for five milliseconds whenever it can, and each answer that
others wait for asks for the interpreter several times.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Iterable
from typing import TypeVar

T = TypeVar("T")

STRETCH = 0.004  # seconds


async def unhurried(things: Iterable[T]) -> AsyncIterator[T]:
    """The things, with a turn for everybody else whenever a stretch is over."""
    began = time.perf_counter()
    for thing in things:
        yield thing
        if time.perf_counter() - began > STRETCH:
            await asyncio.sleep(0)
            began = time.perf_counter()
