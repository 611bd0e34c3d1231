"""A PostgreSQL server of our own on loopback, for tests and benches."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Cluster:
    bin: Path
    data: Path
    port: int

    def url(self, name: str) -> str:
        return f"postgres://postgres@127.0.0.1:{self.port}/{name}"

    def control(self, *args: str) -> None:
        """pg_ctl, as in `control("-m", "fast", "restart")`."""
        subprocess.run([*_as_postgres(), str(self.bin / "pg_ctl"), "-s", "-D", str(self.data), "-w", *args], check=True)

    def start(self) -> None:
        home = self.data.parent
        options = f"-p {self.port} -k {home} -c listen_addresses=127.0.0.1 -c fsync=off -c max_connections=200"
        self.control("-l", str(home / "log"), "-o", options, "start")

    @contextmanager
    def away(self) -> Iterator[None]:
        """Stopped for as long as the block lasts."""
        self.control("-m", "fast", "stop")
        try:
            yield
        finally:
            self.start()


@contextmanager
def running() -> Iterator[Cluster]:
    """A fresh server, forgotten afterwards. Not in pytest's folder: that is closed to the user postgres."""
    with tempfile.TemporaryDirectory(prefix="pilotmatch-postgres-") as folder:
        home = Path(folder)
        own = Cluster(_newest(), home / "data", free_port())
        if os.getuid() == 0:
            shutil.chown(home, "postgres")
        initdb = [str(own.bin / "initdb"), "-D", str(own.data), "-A", "trust", "-U", "postgres", "-E", "UTF8"]
        subprocess.run([*_as_postgres(), *initdb, "--locale=C.UTF-8"], check=True, capture_output=True)
        own.start()
        try:
            yield own
        finally:
            own.control("-m", "immediate", "stop")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _newest() -> Path:
    return max(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))


def _as_postgres() -> list[str]:
    return ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
