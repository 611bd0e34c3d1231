"""What benches stand on: databases, a real server process whose CPU time is read, clients that keep connections."""

import asyncio
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from operator import truediv
from pathlib import Path
from typing import IO
from urllib.parse import urlencode

from app import db
from app.config import Settings
from app.migrate import migrate
from tests.postgres import Cluster, free_port

SECRET = "a secret that only the benches know, 48 bytes long"
PLAIN = "/robots.txt"
ROUNDS = 5
PAUSE = 0.002  # seconds between two probes: without it they would be the load


@dataclass(frozen=True)
class Figure:
    """One line of the table; without a value it says in its note why there is none."""

    what: str
    value: float | None
    unit: str = ""
    ratio: float | None = None  # to a plain text response of the same run
    note: str = ""


@dataclass(frozen=True)
class Ground:
    """A fresh database that a bench plays on; it is open in this process."""

    kind: str  # sqlite or postgres
    url: str


@dataclass
class Server:
    """`pilotmatch serve` in a process of its own."""

    settings: Settings
    process: "subprocess.Popen[bytes]"

    @property
    def cpu(self) -> float:
        """Seconds of CPU that all its threads have used: Linux has a clock for every process (clock_getcpuclockid)."""
        return time.clock_gettime((~self.process.pid) << 3 | 2)


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]  # names in lower case
    body: bytes


class Client:
    """One connection that is kept, and says what browsers say."""

    def __init__(self, server: Server, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.base_url = server.settings.base_url
        self.reader = reader
        self.writer = writer

    @classmethod
    async def connect(cls, server: Server) -> "Client":
        return cls(server, *await asyncio.open_connection(*server.settings.host.split(":")))

    async def get(self, path: str, **headers: str) -> Answer:
        return await self._exchange("GET", path, b"", headers)

    async def post(self, path: str, form: Mapping[str, object], **headers: str) -> Answer:
        """Raises RuntimeError unless it succeeded."""
        said = {"Origin": self.base_url, "Content-Type": "application/x-www-form-urlencoded", **headers}
        answer = await self._exchange("POST", path, urlencode(form).encode(), said)
        if answer.status >= 400:
            raise RuntimeError(f"{path} answered {answer.status}: {answer.body[-600:]!r}")
        return answer

    def close(self) -> None:
        self.writer.close()

    async def _exchange(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        said = {"Host": self.base_url.removeprefix("http://"), "Content-Length": str(len(body)), **headers}
        lines = [f"{method} {path} HTTP/1.1", *(f"{name.replace('_', '-')}: {said[name]}" for name in said)]
        self.writer.write("\r\n".join([*lines, "", ""]).encode() + body)
        status, *answered = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1").rstrip().split("\r\n")
        found = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in answered)}
        length = int(found.get("content-length", 0)) if " 304 " not in status else 0
        return Answer(int(status.split()[1]), found, await self.reader.readexactly(length))


@dataclass(frozen=True)
class Asked:
    """A request whose cost is measured."""

    path: str
    headers: Mapping[str, str]
    status: int = 200
    times: int = 200  # a round


@asynccontextmanager
async def database(kind: str, folder: Path, cluster: Cluster) -> AsyncIterator[Ground]:
    """A migrated database, open in this process."""
    name = f"bench_{time.monotonic_ns()}"
    url = f"sqlite:///{folder / name}.sqlite3"
    if kind == "postgres":
        await db.connect(settings_for(cluster.url("postgres")))
        await db.execute(f"CREATE DATABASE {name}")
        await db.disconnect()
        url = cluster.url(name)
    await db.connect(settings_for(url))
    try:
        await migrate()
        yield Ground(kind, url)
    finally:
        await db.disconnect()


def settings_for(url: str, *, smtp_url: str | None = None) -> Settings:
    return Settings(
        database_url=url,
        base_url=f"http://127.0.0.1:{free_port()}",
        secret_key=SECRET.encode(),
        smtp_url=smtp_url,
        mail_from="meetings@pilotmatch.example",
        quiet_seconds=0.0,
    )


@contextmanager
def serving(ground: Ground, *, smtp_url: str | None = None) -> Iterator[Server]:
    """The server on that database, ready; it settles and mails only if there is a mail server."""
    settings = settings_for(ground.url, smtp_url=smtp_url)
    port = settings.base_url.rpartition(":")[2]
    environ = os.environ | {
        "DATABASE_URL": ground.url,
        "BASE_URL": settings.base_url,
        "SECRET_KEY": SECRET,
        "SMTP_URL": smtp_url or "smtp://127.0.0.1:9",
        "MAIL_FROM": settings.mail_from,
        "QUIET_SECONDS": "0",
        "EMBEDDED_WORKER": "yes" if smtp_url else "no",
    }
    command = [sys.executable, "-m", "app", "serve", "--port", port]
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(command, env=environ, stdout=log, stderr=log)
        try:
            _wait_for(int(port), process, log)
            yield Server(settings, process)
        finally:
            process.kill()
            process.wait()


async def cpu_of(server: Server, requests: Mapping[str, Asked]) -> list[Figure]:
    """Server CPU a request: medians over rounds in which each has its turn, and of the ratios to a plain text
    response of the same round, which is added here and comes first."""
    client = await Client.connect(server)
    everything = {"plain text response": Asked(PLAIN, {}), **requests}
    found: dict[str, list[float]] = {what: [] for what in everything}
    for what, asked in everything.items():
        await _cpu(server, client, asked, max(3, asked.times // 10), what)  # warm
    for _ in range(ROUNDS):
        for what, asked in everything.items():
            found[what].append(await _cpu(server, client, asked, asked.times, what))
    client.close()
    plain = found["plain text response"]
    return [
        Figure(what, statistics.median(values) * 1e6, "µs CPU", statistics.median(map(truediv, values, plain)))
        for what, values in found.items()
    ]


async def _cpu(server: Server, client: Client, asked: Asked, times: int, what: str) -> float:
    before = server.cpu
    for _ in range(times):
        answer = await client.get(asked.path, **asked.headers)
        if answer.status != asked.status:
            raise RuntimeError(f"{what}: {asked.path} answered {answer.status}")
    return (server.cpu - before) / times


@asynccontextmanager
async def probing(server: Server) -> AsyncIterator[list[float]]:
    """Ask for the plain text every few milliseconds meanwhile; the list fills with seconds to each answer."""
    client = await Client.connect(server)
    seconds: list[float] = []

    async def probe() -> None:
        while True:
            start = time.perf_counter()
            await client.get(PLAIN)
            seconds.append(time.perf_counter() - start)
            await asyncio.sleep(PAUSE)

    task = asyncio.create_task(probe())
    try:
        yield seconds
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        client.close()


def percentile(values: list[float], percent: float) -> float:
    """The smallest value that so many percent do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, -int(-len(ordered) * percent // 100) - 1)]


def _wait_for(port: int, process: "subprocess.Popen[bytes]", log: IO[bytes]) -> None:
    for _ in range(300):
        if process.poll() is not None:
            log.seek(0)
            raise RuntimeError(f"the server ended: {log.read().decode()}")
        try:
            with socket.create_connection(("127.0.0.1", port), 1):
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the server does not answer")
