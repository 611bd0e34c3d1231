"""Work that pages do not wait for: settling invitations, sending mail, running schedules.

A worker is a loop around one `work()` that does a little and says whether it found anything. It is woken by
commits and otherwise looks every few seconds, so a lost wake-up costs seconds. Any number of processes may run
the same workers: each piece of work is claimed in the database.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping

from app import db, journal

log = logging.getLogger("pilotmatch.workers")

LOOK_SECONDS = 2.0
MOST_SECONDS = 60.0

Work = Callable[[], Awaitable[bool]]


@contextlib.asynccontextmanager
async def working(work: Mapping[str, Work]) -> AsyncIterator[None]:
    """Run these workers beside whatever happens inside."""
    tasks = [asyncio.create_task(run(name, one), name=name) for name, one in work.items()]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def run(name: str, work: Work) -> None:
    """Work for ever; after a failure wait, twice as long each time, and go on."""
    woken = asyncio.Event()

    def wake(_scope: str) -> None:
        woken.set()

    journal.wakers.add(wake)
    pause = LOOK_SECONDS
    try:
        while True:
            woken.clear()
            try:
                while await work():
                    pause = LOOK_SECONDS
            except Exception as error:
                log.warning("%s: %s; again in %.0f s", name, error, pause, exc_info=not _is_expected(error))
                await asyncio.sleep(pause)
                pause = min(pause * 2, MOST_SECONDS)
                continue
            await woken_within(woken, LOOK_SECONDS)
    finally:
        journal.wakers.discard(wake)


async def woken_within(woken: asyncio.Event, seconds: float) -> None:
    """Sleep until woken, but no longer than this. Not `asyncio.wait_for`: before Python 3.12 it swallows a cancellation
    that comes together with what it waits for, and the loop around it would never end."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await woken.wait()


def _is_expected(error: Exception) -> bool:
    """A mail server or database that is away needs no traceback; it says so itself."""
    return db.is_away(error) or db.is_transient(error)
