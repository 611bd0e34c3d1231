"""Real databases for every test: a migrated SQLite file and a migrated PostgreSQL database, copied a test."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest

from app import db
from app.config import Settings
from app.migrate import migrate
from tests import postgres
from tests.postgres import Cluster

SECRET = b"a secret that only the tests know, 48 bytes long"


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A PostgreSQL server for this run of the tests."""
    with postgres.running(tmp_path_factory.mktemp("postgres")) as cluster:
        yield cluster


@pytest.fixture(scope="session")
async def templates(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """One migrated, empty database of each kind."""
    admin = await asyncpg.connect(cluster.url("postgres"))
    await admin.execute("CREATE DATABASE empty")
    await admin.close()
    urls = {
        "sqlite": f"sqlite:///{tmp_path_factory.mktemp('sqlite') / 'empty.sqlite3'}",
        "postgres": cluster.url("empty"),
    }
    for url in urls.values():
        await db.connect(settings_for(url))
        await migrate()
        await db.disconnect()
    return urls


@pytest.fixture(params=["sqlite", "postgres"])
async def database(
    request: pytest.FixtureRequest, templates: dict[str, str], cluster: Cluster, tmp_path: Path
) -> AsyncIterator[str]:
    """The URL of a fresh, migrated, connected database; each test runs on both kinds."""
    async for url in _fresh(request.param, templates, cluster, tmp_path):
        yield url


@pytest.fixture
async def sqlite_database(templates: dict[str, str], cluster: Cluster, tmp_path: Path) -> AsyncIterator[str]:
    """For tests in which the database plays no part."""
    async for url in _fresh("sqlite", templates, cluster, tmp_path):
        yield url


@pytest.fixture
def settings(database: str) -> Settings:
    return settings_for(database)


def settings_for(url: str) -> Settings:
    return Settings(
        database_url=url,
        base_url="http://127.0.0.1:8000",
        secret_key=SECRET,
        mail_from="meetings@pilotmatch.example",
        quiet_seconds=0.0,
    )


async def _fresh(kind: str, templates: dict[str, str], cluster: Cluster, folder: Path) -> AsyncIterator[str]:
    if kind == "sqlite":
        path = folder / "test.sqlite3"
        await asyncio.to_thread(shutil.copy, templates["sqlite"].removeprefix("sqlite:///"), path)
        url = f"sqlite:///{path}"
    else:
        admin = await asyncpg.connect(cluster.url("postgres"))
        await admin.execute("DROP DATABASE IF EXISTS test WITH (FORCE)")
        await admin.execute("CREATE DATABASE test TEMPLATE empty")
        await admin.close()
        url = cluster.url("test")
    await db.connect(settings_for(url))
    yield url
    await db.disconnect()
