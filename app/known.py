"""What a process has read and need not read again until its journal moves, so that most polls cost no read.

Our own commits and PostgreSQL's NOTIFY forget by scope, at once; a look at the journal every other second forgets all
when there were any commits at all. What is kept counts only while those looks succeed, so what another process wrote
is seen at most `TRUSTED_SECONDS` late.
"""

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar, cast

from app import db

log = logging.getLogger("pilotmatch.known")

LOOK_SECONDS = 2.0
TRUSTED_SECONDS = 3.0  # after the beginning of a look that succeeded
MOST = 5_000  # things

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Found(Generic[T]):
    """A value, the scopes whose commits may change it (none: do not keep it), and when it changes of its own."""

    value: T
    scopes: Sequence[str] = ()
    until: datetime | None = None


class Known:
    """One process's memory. Without `following` it keeps nothing."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Hashable, tuple[Found[Any], int]] = OrderedDict()
        self._reading: dict[Hashable, asyncio.Task[tuple[Found[Any], int]]] = {}
        self._clock = 0  # counts moves, so that a read which a commit overtook is not kept
        self._moved: dict[str, int] = {}
        self._all_moved = 0
        self._trusted_until = 0.0
        self._commits = -1

    async def recall(self, key: Hashable, read: Callable[[], Awaitable[Found[T]]]) -> T:
        """What `read` found since the last commit in its scopes, else what it finds now."""
        kept = self._kept.get(key)
        if kept and time.monotonic() < self._trusted_until and self._holds(*kept):
            return cast(T, kept[0].value)
        while True:
            running = self._reading.get(key)
            reading = running or self._reading.setdefault(key, asyncio.create_task(self._read(key, read)))
            found, began = await asyncio.shield(reading)
            if not running or self._holds(found, began):  # it may have begun before a commit that we came after
                return cast(T, found.value)

    async def _read(self, key: Hashable, read: Callable[[], Awaitable[Found[T]]]) -> tuple[Found[T], int]:
        """However many ask at once, one reads."""
        began = self._clock
        try:
            found = await read()
        finally:
            del self._reading[key]
        if found.scopes and self._holds(found, began):
            self._kept[key] = found, began
            if len(self._kept) > MOST:
                self._kept.popitem(last=False)
        return found, began

    def moved(self, scope: str) -> None:
        """Something was committed there."""
        self._clock += 1
        self._moved[scope] = self._clock

    def forget(self) -> None:
        """Something was committed, who knows where."""
        self._clock += 1
        self._all_moved = self._clock
        self._moved.clear()
        self._kept.clear()

    async def close(self) -> None:
        """End what is still being read: the database is about to close."""
        reading = list(self._reading.values())
        for one in reading:
            one.cancel()
        await asyncio.gather(*reading, return_exceptions=True)

    async def follow(self) -> None:
        """Look at the journal for ever."""
        while True:
            try:
                await self.look()
            except Exception as error:
                trace = None if db.is_away(error) else error
                log.warning("looking at the journal failed, so everything is read: %s", error, exc_info=trace)
            await asyncio.sleep(LOOK_SECONDS)

    async def look(self) -> None:
        """Every commit raises one revision of the journal by one, so their sum tells whether there was any."""
        began = time.monotonic()
        found = await db.rows("SELECT CAST(coalesce(sum(revision), 0) AS BIGINT) AS commits FROM journal")
        commits = int(found[0]["commits"])
        if commits != self._commits:
            self.forget()
        self._commits, self._trusted_until = commits, began + TRUSTED_SECONDS

    def _holds(self, found: Found[Any], read_at: int) -> bool:
        if found.until and datetime.now(UTC) >= found.until:
            return False
        return self._all_moved <= read_at and all(self._moved.get(scope, 0) <= read_at for scope in found.scopes)
