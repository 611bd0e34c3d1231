"""What benches stand on: databases, a real server process whose CPU time is read, clients that keep connections."""

import asyncio
import os
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from app import db
from app.config import Settings
from app.migrate import migrate
from tests.postgres import Cluster, free_port

SECRET = "a secret that only the benches know, 48 bytes long"


@dataclass(frozen=True)
class Figure:
    """One line of the table."""

    what: str
    value: float
    unit: str
    note: str = ""


@dataclass
class Server:
    """`pilotmatch serve` in a process of its own."""

    settings: Settings
    process: "subprocess.Popen[bytes]"

    @property
    def cpu(self) -> float:
        """Seconds of CPU it has used."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def settings_for(url: str, *, smtp_url: str | None = None, port: int | None = None) -> Settings:
    return Settings(
        database_url=url,
        base_url=f"http://127.0.0.1:{port or free_port()}",
        secret_key=SECRET.encode(),
        smtp_url=smtp_url,
        mail_from="meetings@pilotmatch.example",
        quiet_seconds=0.0,
    )


@asynccontextmanager
async def database(kind: str, folder: Path, cluster: Cluster) -> AsyncIterator[str]:
    """A migrated database, open in this process; the URL."""
    if kind == "postgres":
        name = f"bench_{time.monotonic_ns()}"
        await db.connect(settings_for(cluster.url("postgres")))
        await db.execute(f"CREATE DATABASE {name}")
        await db.disconnect()
        url = cluster.url(name)
    else:
        url = f"sqlite:///{folder / f'bench-{time.monotonic_ns()}.sqlite3'}"
    await db.connect(settings_for(url))
    await migrate()
    try:
        yield url
    finally:
        await db.disconnect()


@contextmanager
def serving(url: str, *, smtp_url: str | None = None) -> Iterator[Server]:
    """The server on that database, ready; without a worker unless there is a mail server."""
    settings = settings_for(url, smtp_url=smtp_url)
    port = settings.base_url.rpartition(":")[2]
    environ = os.environ | {
        "DATABASE_URL": url,
        "BASE_URL": settings.base_url,
        "SECRET_KEY": SECRET,
        "SMTP_URL": smtp_url or "smtp://127.0.0.1:9",
        "MAIL_FROM": settings.mail_from,
        "QUIET_SECONDS": "0",
        "EMBEDDED_WORKER": "yes" if smtp_url else "no",
    }
    command = [sys.executable, "-m", "app", "serve", "--port", port]
    process = subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for(int(port), process)
        yield Server(settings, process)
    finally:
        process.kill()
        process.wait()


async def get_many(server: Server, path: str, *, times: int, connections: int = 4, headers: str = "") -> float:
    """Fetch a path again and again over kept connections; seconds of server CPU a request."""
    host = server.settings.base_url.removeprefix("http://")
    request = f"GET {path} HTTP/1.1\r\nHost: {host}\r\n{headers}\r\n".encode()
    before = server.cpu
    share = times // connections
    await asyncio.gather(*(_fetch(host, request, share) for _ in range(connections)))
    return (server.cpu - before) / (share * connections)


async def get(server: Server, path: str, *, headers: str = "") -> tuple[int, dict[str, str], bytes]:
    """One answer: status, headers with lower-case names, body."""
    host = server.settings.base_url.removeprefix("http://")
    reader, writer = await asyncio.open_connection(*host.split(":"))
    writer.write(f"GET {path} HTTP/1.1\r\nHost: {host}\r\n{headers}\r\n".encode())
    answer = await _answer(reader)
    writer.close()
    return answer


async def _fetch(host: str, request: bytes, times: int) -> None:
    reader, writer = await asyncio.open_connection(*host.split(":"))
    for _ in range(times):
        writer.write(request)
        status, _headers, _body = await _answer(reader)
        if status >= 400:
            raise RuntimeError(f"{request!r} answered {status}")
    writer.close()


async def _answer(reader: asyncio.StreamReader) -> tuple[int, dict[str, str], bytes]:
    lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:] if line)}
    status = int(lines[0].split()[1])
    length = 0 if status == 304 else int(headers["content-length"])
    return status, headers, await reader.readexactly(length)


def _wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    for _ in range(300):
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with {process.returncode}")
        try:
            with socket.create_connection(("127.0.0.1", port), 1):
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the server does not answer")
