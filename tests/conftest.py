"""Real databases, a real server and a real mail server for every test.

cluster, templates   one PostgreSQL server a run, and one migrated empty database of each kind
database, settings   a fresh migrated database, connected; each test runs on SQLite and on PostgreSQL
sqlite_database      the same on SQLite only, for tests in which the database plays no part
serve                uvicorn on a free port, as `pilotmatch serve` runs it: await serve(lambda base_url: app)
browser              HTTP clients that say what browsers say: browser(base_url)
smtp_sink            a mail server that keeps what it gets, byte for byte, and misbehaves when told to
tls_sink             the same, with STARTTLS required
certificate          a self-signed certificate for 127.0.0.1: files (cert, key)
"""

import asyncio
import contextlib
import gc
import shutil
import socket
import ssl
import subprocess
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import asyncpg
import httpx2
import hypothesis
import hypothesis.provisional  # st.emails() would load it in the middle of the run, where Python 3.11 may trip over it
import pytest
from starlette.types import ASGIApp

from app import db
from app.config import Settings
from app.migrate import migrate
from tests import postgres
from tests.postgres import Cluster
from tests.serving import serving
from tests.sink import Sink

# No deadline for a single example: a busy machine is not a fault. The same examples every time: no change is refused
# for a fault that was there before. `make hunt` looks for those, with new examples each time, and `pytest
# --hypothesis-profile=long` with as many as nobody waits for between two edits.
PATIENT = hypothesis.settings(deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.register_profile("patient", PATIENT, derandomize=True)
hypothesis.settings.register_profile("hunt", PATIENT)
hypothesis.settings.register_profile("long", PATIENT, max_examples=500, stateful_step_count=50)
hypothesis.settings.load_profile("patient")

SECRET = b"a secret that only the tests know, 48 bytes long"


def pytest_sessionfinish() -> None:
    """What is still open when all tests are over is closed here. A warning about it could name no test, and would
    only turn the end of a green run red; what is collected while tests run fails them as before."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        for _generation in range(3):
            gc.collect()


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL server for this run of the tests."""
    with postgres.running() as cluster:
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
    async for url in fresh(request.param, templates, cluster, tmp_path):
        yield url


@pytest.fixture
async def sqlite_database(templates: dict[str, str], cluster: Cluster, tmp_path: Path) -> AsyncIterator[str]:
    """For tests in which the database plays no part."""
    async for url in fresh("sqlite", templates, cluster, tmp_path):
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


async def fresh(kind: str, templates: dict[str, str], cluster: Cluster, folder: Path) -> AsyncIterator[str]:
    """The URL of one, connected until the iterator is asked again."""
    if kind == "sqlite":
        path = folder / "test.sqlite3"
        for old in folder.glob("test.sqlite3-*"):  # its log, if a test was cut short
            old.unlink()
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


Serve = Callable[[Callable[[str], ASGIApp]], Awaitable[str]]


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    """Serve what `make(base_url)` returns until the test ends; the answer is that base URL."""
    async with contextlib.AsyncExitStack() as running:

        async def start(make: Callable[[str], ASGIApp]) -> str:
            listening = socket.socket()
            listening.bind(("127.0.0.1", 0))
            base_url = f"http://127.0.0.1:{listening.getsockname()[1]}"
            await running.enter_async_context(serving(make(base_url), listening))
            return base_url

        yield start


@pytest.fixture
async def browser() -> AsyncIterator[Callable[..., httpx2.AsyncClient]]:
    """A new browser with cookies of its own; it follows no redirects, so that tests see them."""
    async with contextlib.AsyncExitStack() as open_ones:
        made: list[httpx2.AsyncClient] = []

        def make(base_url: str, **headers: str) -> httpx2.AsyncClient:
            said = {"Sec-Fetch-Site": "same-origin", "Origin": base_url, "User-Agent": "test browser"} | headers
            made.append(client := httpx2.AsyncClient(base_url=base_url, headers=said, timeout=30))
            open_ones.push_async_callback(client.aclose)
            return client

        yield make


@pytest.fixture
async def smtp_sink() -> AsyncIterator[Sink]:
    """A mail server that keeps raw bytes; see Sink for how it can be made to misbehave."""
    sink = Sink()
    await sink.up()
    yield sink
    await sink.down()


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A self-signed certificate for 127.0.0.1, and its key."""
    folder = tmp_path_factory.mktemp("tls")
    cert, key = folder / "cert.pem", folder / "key.pem"
    made = f"req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1 -keyout {key} -out {cert}"
    subprocess.run(
        ["openssl", *made.split(), "-addext", "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True
    )
    return cert, key


@pytest.fixture
async def tls_sink(certificate: tuple[Path, Path]) -> AsyncIterator[Sink]:
    """The same, which takes mail only after STARTTLS."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*certificate)
    sink = Sink(requires={"tls_context": context, "require_starttls": True})
    await sink.up()
    yield sink
    await sink.down()
