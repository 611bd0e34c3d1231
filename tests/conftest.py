"""Real databases for every test: a migrated SQLite file and a migrated PostgreSQL database, copied a test."""

import asyncio
import os
import shutil
import socket
import subprocess
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import pytest

from app import db
from app.config import Settings
from app.migrate import migrate

SECRET = b"a secret that only the tests know, 48 bytes long"


@dataclass(frozen=True)
class Cluster:
    """A PostgreSQL server of our own on loopback, with a migrated template database."""

    bin: Path
    data: Path
    port: int

    def url(self, name: str) -> str:
        return f"postgres://postgres@127.0.0.1:{self.port}/{name}"

    def control(self, *args: str) -> None:
        subprocess.run([*_as_postgres(), str(self.bin / "pg_ctl"), "-D", str(self.data), "-w", *args], check=True)


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    bin = max(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    home = tmp_path_factory.mktemp("postgres")
    if os.getuid() == 0:
        for folder in (home, home.parent, home.parent.parent):
            folder.chmod(0o755)
        shutil.chown(home, "postgres")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    own = Cluster(bin, home / "data", port)
    initdb = [
        str(bin / "initdb"),
        "-D",
        str(own.data),
        "-A",
        "trust",
        "-U",
        "postgres",
        "-E",
        "UTF8",
        "--locale=C.UTF-8",
    ]
    subprocess.run([*_as_postgres(), *initdb], check=True, capture_output=True)
    options = f"-p {port} -k {home} -c listen_addresses=127.0.0.1 -c fsync=off -c max_connections=200"
    own.control("-l", str(home / "log"), "-o", options, "start")
    try:
        yield own
    finally:
        own.control("-m", "immediate", "stop")


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


def _as_postgres() -> list[str]:
    return ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
