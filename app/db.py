"""The only way into the database: connecting, raw rows, and the one kind of write transaction.

SQLite (one machine) and PostgreSQL (several processes) are served alike. Tortoise's own transactions are not
used, for two reproduced reasons: on SQLite they open with a deferred BEGIN, so read-then-write from two
processes fails at once with "database is locked"; on PostgreSQL a BEGIN that fails, as when the server
restarts, leaks its pool slot and leaves the task holding a dead connection.
"""

import asyncio
import contextlib
import socket
import sqlite3
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import asyncpg
from tortoise import Tortoise
from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.backends.sqlite.client import SqliteClient, SqliteTransactionWrapper
from tortoise.connection import get_connections
from tortoise.exceptions import BaseORMException, IntegrityError, OperationalError

from app.config import Settings

APPS: dict[str, list[str]] = {
    "app": ["app.models"],
    "events": [
        "events.networks.models",
        "events.models",
        "events.partaking_models",
        "events.release_models",
        "events.networks.calls.models",
        "events.networks.calls.proposals.models",
        "events.waiting.models",
        "events.networks.support.models",
        "events.networks.proposing.models",
    ],
    "matchmaking": [
        "matchmaking.profile_models",
        "matchmaking.round_models",
        "matchmaking.models",
        "matchmaking.rule_models",
        "matchmaking.draft_models",
        "matchmaking.groups.models",
        "matchmaking.consortia.models",
        "matchmaking.interpreters.models",
        "matchmaking.waitlist.models",
        "matchmaking.onsite.models",
        "matchmaking.marketplace.models",
        "matchmaking.bookmarks.models",
        "matchmaking.messages.models",
        "matchmaking.outcomes.models",
        "matchmaking.spreading.models",
        "matchmaking.support.models",
    ],
}

Row = Mapping[str, Any]


# What `connect` raises: nobody is there, we are not let in, no file of SQLite's, an address without sense.
CANNOT_OPEN = (
    OSError, sqlite3.Error, asyncpg.PostgresError, asyncpg.InterfaceError, BaseORMException, TypeError, ValueError,
)  # fmt: skip


async def connect(settings: Settings) -> None:
    """Open the database for this process. Raises one of CANNOT_OPEN, those that `is_away` knows among them."""
    name = urlsplit(settings.database_url).scheme  # Tortoise caches SQL by this name: never one for two dialects
    await Tortoise.init(
        config={
            "connections": {name: _connection(settings)},
            "apps": {label: {"models": modules, "default_connection": name} for label, modules in APPS.items()},
            "use_tz": True,
            "timezone": "UTC",
        },
        _enable_global_fallback=True,  # requests run in other tasks than the lifespan that connects
    )
    # Now and not with the first query: Tortoise's SQLite client keeps its lock for ever if that query cannot open
    # the file, and a server without its database should not start.
    if not is_postgres():
        await asyncio.to_thread(_look_at, settings.database_url)
    await client().create_connection(with_db=True)


async def disconnect() -> None:
    await Tortoise.close_connections()


async def be_hasty() -> None:
    """Until this connection closes, SQLite does not wait for the disk: for what can be done again after a power cut."""
    await execute("PRAGMA synchronous = OFF")


def client() -> BaseDBAsyncClient:
    """The connection of this task: the open transaction inside `transaction()`, else the shared one."""
    connections = get_connections()
    return connections.get(next(iter(connections.db_config)))


def is_postgres() -> bool:
    return isinstance(client(), AsyncpgDBClient)


async def rows(sql: str, *args: Any) -> Sequence[Row]:
    """Raw rows. Placeholders are $1, $2, … on both databases."""
    return await client().execute_query_dict(_portable(sql), list(args))


def instant(value: datetime | str) -> datetime:
    """A time out of raw rows: SQLite keeps text."""
    return value if isinstance(value, datetime) else datetime.fromisoformat(value)


async def execute(sql: str, *args: Any) -> int:
    """Run one statement; the number of rows it touched."""
    count, _ = await client().execute_query(_portable(sql), list(args))
    return count


async def insert_many(table: str, columns: tuple[str, ...], values: list[tuple[Any, ...]]) -> None:
    """Insert rows with few statements; a violated key raises IntegrityError."""
    batch = 900 // len(columns)  # SQLite takes 999 variables a statement in old builds
    for first in range(0, len(values), batch):
        part = values[first : first + batch]
        numbers = iter(range(1, len(part) * len(columns) + 1))
        marks = ", ".join("(" + ", ".join(f"${next(numbers)}" for _ in columns) + ")" for _ in part)
        sql = f"INSERT INTO {table} ({', '.join(columns)}) VALUES {marks}"  # noqa: S608 - names are the caller's constants
        await execute(sql, *(value for row in part for value in row))


@asynccontextmanager
async def transaction() -> AsyncIterator[None]:
    """One write transaction. Only `app.journal.changing` and the migrations open it; it does not nest."""
    connection = client()
    if isinstance(connection, TransactionWrapper | SqliteTransactionWrapper):
        raise RuntimeError("a write transaction is open already: blocks do not nest")
    open_one = _postgres if isinstance(connection, AsyncpgDBClient) else _sqlite
    async with open_one(connection):  # type: ignore[arg-type]
        yield


def is_transient(error: BaseException) -> bool:
    """May the same request simply be run again? (deadlock, serialization failure, SQLite's writer lock)"""
    if isinstance(error, asyncpg.DeadlockDetectedError | asyncpg.SerializationError | asyncpg.LockNotAvailableError):
        return True
    return isinstance(error, OperationalError) and "database is locked" in str(error)


def is_away(error: BaseException) -> bool:
    """Is the database itself not to be reached, as during a restart?"""
    return isinstance(
        error,
        asyncpg.PostgresConnectionError | asyncpg.InterfaceError | asyncpg.CannotConnectNowError
        | asyncpg.AdminShutdownError | asyncpg.CrashShutdownError | asyncpg.TooManyConnectionsError
        | asyncpg.InternalClientError  # what asyncpg says of a server that goes while it answers
        | ConnectionError | TimeoutError | socket.gaierror,
    )  # fmt: skip


@asynccontextmanager
async def _sqlite(shared: SqliteClient) -> AsyncIterator[None]:
    async with shared._lock:
        wrapper = SqliteTransactionWrapper(shared)
        raw = wrapper._connection
        token = get_connections().set(shared.connection_name, wrapper)
        try:
            # Inside, because a task cancelled while it waits for BEGIN has begun nevertheless.
            await raw.execute("BEGIN IMMEDIATE")
            yield
            await raw.commit()
        except BaseException as error:
            await asyncio.shield(raw.rollback())
            if isinstance(error, sqlite3.OperationalError):
                raise OperationalError(error) from error
            raise
        finally:
            get_connections().reset(token)


@asynccontextmanager
async def _postgres(shared: AsyncpgDBClient) -> AsyncIterator[None]:
    # acquire() gives the slot back whatever BEGIN says
    pool: asyncpg.Pool = shared._pool
    async with pool.acquire() as connection, connection.transaction():
        wrapper = TransactionWrapper(shared)
        wrapper._connection = connection
        token = get_connections().set(shared.connection_name, wrapper)
        try:
            yield
        finally:
            get_connections().reset(token)


def _look_at(url: str) -> None:
    """Raises sqlite3.Error for what is no database. aiosqlite would keep a thread for it that never ends."""
    with contextlib.closing(sqlite3.connect(_file(url))) as probe:
        probe.execute("PRAGMA schema_version")


def _file(url: str) -> str:
    path = urlsplit(url).path
    return path[1:] if path.startswith("//") else path


def _connection(settings: Settings) -> dict[str, Any]:
    parts = urlsplit(settings.database_url)
    if parts.scheme == "sqlite":
        return {
            "engine": "tortoise.backends.sqlite",
            "credentials": {
                "file_path": _file(settings.database_url),
                "busy_timeout": 15_000,
                "synchronous": "FULL",
                "cache_size": -65_536,
            },
        }
    return {
        "engine": "tortoise.backends.asyncpg",
        "credentials": {
            "host": parts.hostname,
            "port": parts.port or 5432,
            "user": unquote(parts.username or ""),
            "password": unquote(parts.password or ""),
            "database": parts.path.lstrip("/"),
            "minsize": 1,
            "maxsize": settings.pool_size,
            "command_timeout": 60,
            "server_settings": {
                "lock_timeout": "10s",
                "idle_in_transaction_session_timeout": "60s",
            },
            **dict(parse_qsl(parts.query)),
        },
    }


def _portable(sql: str) -> str:
    return sql if is_postgres() else sql.replace("$", "?")


__all__ = [
    "IntegrityError", "OperationalError", "Row", "client", "connect", "disconnect", "execute", "insert_many",
    "instant", "is_away", "is_postgres", "is_transient", "rows", "transaction",
]  # fmt: skip
