"""The database under everything: schema as declared, write transactions that survive restarts, kills and rivals."""

import asyncio
import contextlib
import os
import random
import re
import signal
import sys
import textwrap
from collections import Counter
from importlib import import_module
from typing import Any

import asyncpg
import pytest
from tortoise import Tortoise
from tortoise.exceptions import IntegrityError, OperationalError
from tortoise.models import Model

from app import db, journal
from app.config import Settings
from app.journal import changing
from app.migrate import _files, migrate, statements
from app.models import Change, Journal, Person, Topic
from tests.app.plumbing import make_person, nobody_writes, tell
from tests.conftest import settings_for
from tests.postgres import Cluster

postgres_only = pytest.mark.parametrize("database", ["postgres"], indirect=True)
sqlite_only = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def pool() -> asyncpg.Pool:
    return db.client()._pool  # type: ignore[attr-defined]


def in_use() -> int:
    return pool().get_size() - pool().get_idle_size()


# The schema, as the models and the SQL files declare it, against the catalogues of both databases.


def models() -> list[type[Model]]:
    modules = [import_module(name) for names in db.APPS.values() for name in names]
    found = {
        one for module in modules for one in vars(module).values() if isinstance(one, type) and issubclass(one, Model)
    }
    return sorted(
        (one for one in found if one.__module__ in {m.__name__ for m in modules}), key=lambda one: one._meta.db_table
    )


async def columns() -> dict[tuple[str, str], bool]:
    """(table, column) → nullable, as the database has it."""
    if db.is_postgres():
        found = await db.rows(
            "SELECT table_name, column_name, is_nullable = 'YES' AS nullable FROM information_schema.columns "
            "WHERE table_schema = 'public'"
        )
        return {(row["table_name"], row["column_name"]): row["nullable"] for row in found}
    tables = [row["name"] for row in await db.rows("SELECT name FROM sqlite_master WHERE type = 'table'")]
    return {
        (table, row["name"]): not (row["notnull"] or row["pk"])
        for table in tables
        for row in await db.rows(f"PRAGMA table_info({table})")
    }


async def test_every_field_is_a_column_of_the_same_nullability(database: str) -> None:
    stored = await columns()
    declared = {
        (model._meta.db_table, model._meta.fields_db_projection[name]): model._meta.fields_map[name].null
        for model in models()
        for name in model._meta.fields_db_projection
    }
    m2m = {
        field.through for model in models() for field in model._meta.fields_map.values() if hasattr(field, "through")
    }
    assert len(declared) > 100
    assert {key: stored.get(key) for key in declared} == declared
    tables = {model._meta.db_table for model in models()} | m2m | {"migration", "occupancy", "sqlite_sequence"}
    assert {table for table, _ in stored} <= tables
    of_models = {key for key in stored if key[0] in {model._meta.db_table for model in models()}}
    assert of_models == set(declared)


def declared_constraints() -> dict[str, Counter[str]]:
    """Per table how many constraints of each kind the SQL files declare."""
    found: dict[str, Counter[str]] = {}
    for _name, text in _files():
        for statement in statements(text):
            if made := re.match(r"(?:CREATE|ALTER) TABLE (\w+)", statement):
                body = statement[made.end() :]
                kinds = {
                    "primary": r"PRIMARY KEY", "unique": r"\bUNIQUE\b",
                    "check": r"\bCHECK\b", "foreign": r"\bREFERENCES\b",
                }  # fmt: skip
                counts = Counter({kind: len(re.findall(pattern, body)) for kind, pattern in kinds.items()})
                found.setdefault(made[1], Counter()).update(counts)
    return found


async def test_every_constraint_of_the_files_is_in_the_database(database: str) -> None:
    declared = declared_constraints()
    assert sum(counts["foreign"] for counts in declared.values()) > 20
    assert sum(counts["check"] for counts in declared.values()) > 10
    stored = await (_postgres_constraints() if db.is_postgres() else _sqlite_constraints())
    for table, counts in declared.items():
        assert {kind: stored[table][kind] for kind in counts} == dict(counts), table


async def _postgres_constraints() -> dict[str, Counter[str]]:
    kinds = {"p": "primary", "u": "unique", "c": "check", "f": "foreign"}
    rows = await db.rows(
        "SELECT conrelid::regclass::text AS name, contype::text AS kind, convalidated FROM pg_constraint "
        "WHERE connamespace = 'public'::regnamespace"
    )
    assert all(row["convalidated"] for row in rows)
    found: dict[str, Counter[str]] = {}
    for row in rows:
        found.setdefault(row["name"], Counter())[kinds[row["kind"]]] += 1
    return found


async def _sqlite_constraints() -> dict[str, Counter[str]]:
    found = {}
    for table in await db.rows("SELECT name, sql FROM sqlite_master WHERE type = 'table'"):
        name = table["name"]
        indexes = await db.rows(f"PRAGMA index_list({name})")
        foreign = await db.rows(f"PRAGMA foreign_key_list({name})")
        info = await db.rows(f"PRAGMA table_info({name})")
        found[name] = Counter(
            primary=int(any(row["pk"] for row in info)),
            unique=sum(row["origin"] == "u" for row in indexes),
            check=len(re.findall(r"\bCHECK\b", table["sql"] or "")),
            foreign=len({row["id"] for row in foreign}),
        )
    assert (await db.rows("PRAGMA foreign_keys"))[0]["foreign_keys"] == 1
    assert await db.rows("PRAGMA foreign_key_check") == []
    return found


def declared_indexes() -> dict[str, tuple[bool, bool]]:
    """Name → (unique, partial)."""
    pattern = re.compile(r"CREATE (UNIQUE )?INDEX (\w+) ON (?:.|\n)*?\)( WHERE (?:.|\n)*)?$")
    made = [pattern.match(statement) for _, text in _files() for statement in statements(text)]
    return {one[2]: (bool(one[1]), bool(one[3])) for one in made if one}


async def test_every_index_of_the_files_is_in_the_database(database: str) -> None:
    declared = declared_indexes()
    text = " ".join(statement for _, text in _files() for statement in statements(text))
    assert len(declared) == len(re.findall(r"CREATE (?:UNIQUE )?INDEX", text)) > 20
    assert declared["feed_live"] == (True, True)
    if db.is_postgres():
        rows = await db.rows(
            "SELECT relname AS name, indisunique AS is_unique, indpred IS NOT NULL AS is_partial, indisvalid "
            "FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid WHERE relnamespace = 'public'::regnamespace"
        )
        stored = {row["name"]: (row["is_unique"], row["is_partial"]) for row in rows if row["indisvalid"]}
    else:
        tables = await db.rows("SELECT name FROM sqlite_master WHERE type = 'table'")
        stored = {
            row["name"]: (bool(row["unique"]), bool(row["partial"]))
            for table in tables
            for row in await db.rows(f"PRAGMA index_list({table['name']})")
        }
    assert {name: stored.get(name) for name in declared} == declared


async def test_migrating_again_does_nothing(database: str) -> None:
    assert await migrate() == []


async def test_foreign_key_and_check_are_enforced(database: str) -> None:
    for sql in (
        "INSERT INTO sign_in (person_id, token_hash, user_agent, created_at, expires_at) "
        "VALUES (999, 'x', '', '2026-01-01', '2026-01-01')",
        "INSERT INTO journal (scope, revision) VALUES ('event:9', -1)",
    ):
        values = sql.replace("'2026-01-01'", "CURRENT_TIMESTAMP")
        with pytest.raises(IntegrityError):
            await db.execute(values)


# Write transactions.


async def test_nothing_stays_open_after_a_cancelled_block(database: str) -> None:
    """A task can be cancelled at any of its awaits; the next block must find the database as if it had never begun."""
    anna = await make_person()

    async def write() -> None:
        async with changing("event:3", by=anna) as changes:
            await Person.filter(id=anna.id).update(name="Half")
            changes.record("person.renamed", anna, topics=["event:3"])

    started = 0
    for steps in range(60):
        task = asyncio.create_task(write())
        for _ in range(steps):
            await asyncio.sleep(0)
        if steps % 3 == 0:
            await asyncio.sleep(steps / 20_000)
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        started += 1
        assert await asyncio.wait_for(tell(anna), 5)
    facts = await Change.filter(scope="event:3").order_by("id")
    assert [fact.revision for fact in facts] == list(range(1, len(facts) + 1))
    assert len(facts) >= started
    half = any(fact.kind == "person.renamed" for fact in facts)
    assert ((await Person.get(id=anna.id)).name == "Half") is half
    if db.is_postgres():
        assert in_use() == 0


async def test_raising_waiter_leaves_the_lock(database: str) -> None:
    anna = await make_person()

    async def fail() -> None:
        with pytest.raises(ZeroDivisionError):
            async with changing("event:3", by=anna):
                raise ZeroDivisionError

    await asyncio.gather(*(fail() for _ in range(10)))
    assert await asyncio.wait_for(tell(anna), 5) == 1


@postgres_only
@pytest.mark.parametrize("mode", ["fast", "immediate"])
async def test_long_lived_task_survives_restarts(database: str, cluster: Cluster, mode: str) -> None:
    anna = await make_person()
    acknowledged: list[int] = []
    failures: list[BaseException] = []
    stop = asyncio.Event()

    async def write(number: int) -> None:
        while not stop.is_set():
            try:
                async with changing(f"event:{number}", by=anna) as changes:
                    await Person.filter(id=anna.id).exists()
                    changes.record("person.counted", anna, topics=[f"event:{number}"])
                acknowledged.append(number)
            except Exception as error:
                failures.append(error)
                await asyncio.sleep(0.02)
            await asyncio.sleep(0)

    async def look() -> None:
        while not stop.is_set():
            with contextlib.suppress(Exception):
                await Person.all().count()
            await asyncio.sleep(0.005)

    tasks = [asyncio.create_task(write(number)) for number in range(6)] + [asyncio.create_task(look())]
    for _ in range(3):
        await asyncio.sleep(0.3)
        await asyncio.to_thread(cluster.control, "-m", mode, "restart")
    before = len(acknowledged)
    async with asyncio.timeout(30):
        while set(acknowledged[before:]) != set(range(6)):  # nobody is poisoned
            await asyncio.sleep(0.05)
    stop.set()
    await asyncio.gather(*tasks)
    assert in_use() == 0
    assert failures
    unforeseen = [error for error in failures if not (db.is_away(error) or db.is_transient(error))]
    assert not unforeseen
    for number, count in Counter(acknowledged).items():
        assert (
            await Change.filter(scope=f"event:{number}").count() >= count
        )  # fsync is off: immediate is a crash all the same
        assert (await Journal.get(scope=f"event:{number}")).revision == await Change.filter(
            scope=f"event:{number}"
        ).count()


@postgres_only
async def test_pool_is_whole_after_many_failed_begins(settings: Settings, cluster: Cluster) -> None:
    await db.disconnect()
    await db.connect(Settings(**{**{f: getattr(settings, f) for f in settings.__slots__}, "pool_size": 3}))
    anna = await make_person()
    for _ in range(4):
        blocked = [asyncio.create_task(tell(anna)) for _ in range(6)]
        restart = asyncio.create_task(asyncio.to_thread(cluster.control, "-m", "fast", "restart"))
        blocked += [asyncio.create_task(tell(anna)) for _ in range(20)]
        await asyncio.gather(*blocked, return_exceptions=True)
        await restart
    assert len(await asyncio.gather(*(tell(anna) for _ in range(10)))) == 10
    assert in_use() == 0


COUNTER = """
    import asyncio, random, sys
    from app import db
    from app.journal import changing
    from app.models import Person
    from tests.conftest import settings_for

    async def main():
        await db.connect(settings_for({url!r}))
        print("ready", flush=True)
        for turn in range({turns}):
            async with changing("event:3", by="test") as changes:
                anna = await Person.get(id=1)
                to = int(anna.name) + 1
                await Person.filter(id=1).update(name=str(to))
                changes.record("person.counted", anna, topics=["event:3", "person:1"], data={{"to": to}})
            print(turn, flush=True)
        await db.disconnect()

    asyncio.run(main())
"""


async def counting(database: str, turns: int) -> asyncio.subprocess.Process:
    code = textwrap.dedent(COUNTER).format(url=database, turns=turns)
    return await asyncio.create_subprocess_exec(sys.executable, "-c", code, stdout=asyncio.subprocess.PIPE)


async def test_rival_processes_that_read_then_write_lose_nothing(database: str) -> None:
    await make_person("0")
    rivals = [await counting(database, 100) for _ in range(2)]
    said = await asyncio.gather(*(rival.communicate() for rival in rivals))
    assert [rival.returncode for rival in rivals] == [0, 0]
    assert all(out.splitlines()[-1] == b"99" for out, _ in said)
    assert (await Person.get(id=1)).name == "200"
    assert [fact.data["to"] for fact in await journal.changes_since("event:3", 0)] == list(range(1, 201))


READ_FIRST = """
    import asyncio
    from app import db
    from app.models import Person
    from tests.conftest import settings_for

    async def main():
        await db.connect(settings_for({url!r}))
        for turn in range(150):
            async with db.transaction():
                anna = await Person.get(id=1)
                await Person.filter(id=1).update(name=str(int(anna.name) + 1))
        await db.disconnect()

    asyncio.run(main())
"""


@sqlite_only
async def test_transactions_that_read_first_lose_nothing_either(database: str) -> None:
    """A deferred BEGIN would let both read, and fail one of them at once (SQLITE_BUSY_SNAPSHOT)."""
    await make_person("0")
    code = textwrap.dedent(READ_FIRST).format(url=database)
    rivals = [await asyncio.create_subprocess_exec(sys.executable, "-c", code) for _ in range(3)]
    assert [await rival.wait() for rival in rivals] == [0, 0, 0]
    assert (await Person.get(id=1)).name == "450"


async def test_killed_process_leaves_whole_blocks_only(database: str) -> None:
    await make_person("0")
    chance = random.Random(11)
    acknowledged = 0
    for _ in range(10):
        rivals = [await counting(database, 10_000) for _ in range(2)]
        for rival in rivals:
            assert rival.stdout
            await rival.stdout.readline()
        await asyncio.sleep(chance.random() * 0.15)
        for rival in rivals:
            os.kill(rival.pid, signal.SIGKILL)
            out, _ = await rival.communicate()
            acknowledged += len([line for line in out.split(b"\n")[:-1] if line.isdigit()])
        await nobody_writes()
        name = int((await Person.get(id=1)).name)
        facts = await Change.filter(scope="event:3").order_by("id").values_list("revision", "data")
        assert [revision for revision, _ in facts] == list(range(1, name + 1))
        assert [data["to"] for _, data in facts] == list(range(1, name + 1))
        assert await journal.revision("event:3") == name >= acknowledged
        if name:
            topics = {topic.name: topic.revision for topic in await Topic.filter(scope="event:3")}
            assert topics == {"event:3": name, "person:1": name}
    assert acknowledged > 0
    if not db.is_postgres():
        assert (await db.rows("PRAGMA integrity_check"))[0]["integrity_check"] == "ok"


@sqlite_only
async def test_writer_that_waits_too_long_is_transient(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    await make_person()
    await db.rows("PRAGMA busy_timeout=50")
    code = f"import sqlite3, sys; c = sqlite3.connect({database.removeprefix('sqlite:///')!r}, isolation_level=None); "
    code += "c.execute('BEGIN IMMEDIATE'); print('held', flush=True); sys.stdin.read()"
    pipes: Any = {"stdin": asyncio.subprocess.PIPE, "stdout": asyncio.subprocess.PIPE}
    rival = await asyncio.create_subprocess_exec(sys.executable, "-c", code, **pipes)
    assert rival.stdout
    await rival.stdout.readline()
    with pytest.raises(OperationalError) as locked:
        await tell(topics=["event:3"])
    assert db.is_transient(locked.value)
    assert await Person.all().count() == 1  # readers do not wait
    await rival.communicate(b"\n")  # let go
    assert await tell(topics=["event:3"]) == 1


@sqlite_only
async def test_sqlite_is_opened_for_safety(database: str) -> None:
    pragmas = {
        name: (await db.rows(f"PRAGMA {name}"))[0][name] for name in ("journal_mode", "synchronous", "foreign_keys")
    }
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


async def test_database_that_cannot_be_reached_ends_the_start(tmp_path: Any) -> None:
    try:
        with pytest.raises(ConnectionRefusedError) as refused:
            await db.connect(settings_for("postgres://postgres@127.0.0.1:1/none"))
        assert db.is_away(refused.value)
    finally:
        await Tortoise._reset_apps()
