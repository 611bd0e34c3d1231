"""A whole site for stories: `pilotmatch serve` in processes of its own, real mail, browsers and sockets.

fair          people, a round and an event on a fresh database (tests/matchmaking/conftest.py)
site          one server process with its worker, on that database; `site.second()` starts another beside it
"""

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import httpx2
import pytest
from icalendar import Calendar, Event
from websockets.asyncio.client import ClientConnection, connect

from app import auth
from app.models import Person
from tests.conftest import SECRET
from tests.matchmaking.conftest import fair  # noqa: F401 - a fixture
from tests.postgres import free_port
from tests.sink import Delivery, Sink

PATIENCE = 20.0


@dataclass
class Invite:
    """One mailed invitation, read back."""

    to: str
    method: str
    event: Event
    mail: EmailMessage

    @classmethod
    def read(cls, delivery: Delivery) -> "Invite | None":
        mail = message_from_bytes(delivery.raw, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        for part in mail.walk():
            if part.get_content_type() == "text/calendar":
                calendar = Calendar.from_ical(part.get_payload(decode=True))
                assert part.get_param("method") == str(calendar["METHOD"])
                return cls(delivery.recipient, str(calendar["METHOD"]), calendar.events[0], mail)
        return None


@dataclass
class Site:
    """Server processes on one database, and the mail they send."""

    database: str
    sink: Sink
    log: Path
    browser: Callable[..., httpx2.AsyncClient]
    base_url: str = field(default_factory=lambda: f"http://127.0.0.1:{free_port()}")
    lmtp_port: int = field(default_factory=free_port)
    processes: list["subprocess.Popen[bytes]"] = field(default_factory=list)

    async def start(self, *, worker: bool = True, base_url: str = "") -> "subprocess.Popen[bytes]":
        """One more server process; the first has the site's address."""
        url = base_url or self.base_url
        environ = os.environ | {
            "DATABASE_URL": self.database,
            "BASE_URL": url,
            "SECRET_KEY": SECRET.decode(),
            "SMTP_URL": self.sink.url,
            "MAIL_FROM": "meetings@pilotmatch.example",
            "QUIET_SECONDS": "0.3",
            "EMBEDDED_WORKER": "yes" if worker else "no",
            "LMTP_LISTEN": f"127.0.0.1:{self.lmtp_port}",
        }
        command = [sys.executable, "-m", "app", "serve", "--port", url.rpartition(":")[2]]
        with self.log.open("ab") as log:
            process = subprocess.Popen(command, env=environ, stdout=log, stderr=log)
        self.processes.append(process)
        await self._until_it_answers(url, process)
        return process

    async def second(self) -> httpx2.AsyncClient:
        """A browser at a second server process beside the first."""
        url = f"http://127.0.0.1:{free_port()}"
        await self.start(worker=False, base_url=url)
        return self.browser(url)

    async def signed_in(self, person: Person, *, at: str = "") -> httpx2.AsyncClient:
        """A browser in which this person used a sign-in link."""
        client = self.browser(at or self.base_url)
        link = await auth.print_link(person.email, life=auth.LINK_LIFE)
        answer = await client.post(f"/sign-in/{link.text}")
        assert answer.status_code == 303, answer.text
        return client

    @asynccontextmanager
    async def socket(self, client: httpx2.AsyncClient, path: str, *, since: int) -> AsyncIterator[ClientConnection]:
        """The socket that a page opens, with its browser's cookies."""
        cookies = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
        url = f"ws{self.base_url.removeprefix('http')}{path}?since={since}"
        headers = {"Cookie": cookies} if cookies else {}
        async with connect(url, origin=self.base_url, additional_headers=headers) as socket:  # type: ignore[arg-type]
            yield socket

    async def invites(self, count: int) -> list[Invite]:
        """The mailed invitations, once there are that many."""
        deadline = time.monotonic() + PATIENCE
        while True:
            found = [invite for invite in map(Invite.read, self.sink.mails) if invite]
            if len(found) >= count or time.monotonic() > deadline:
                assert len(found) == count, [(one.to, one.method, one.event.get("summary")) for one in found]
                return found
            await asyncio.sleep(0.1)

    async def stop(self) -> None:
        """End all processes; whatever any of them could not answer is a failure of the test."""
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            await asyncio.to_thread(process.wait, 20)
        assert "Traceback" not in self.log.read_text(), self.log.read_text()

    async def _until_it_answers(self, url: str, process: "subprocess.Popen[bytes]") -> None:
        async with httpx2.AsyncClient(base_url=url) as client:
            for _ in range(int(PATIENCE * 10)):
                assert process.poll() is None, self.log.read_text()
                try:
                    if (await client.get("/healthz")).status_code == 200:
                        return
                except httpx2.TransportError:
                    pass
                await asyncio.sleep(0.1)
        raise AssertionError(self.log.read_text())


async def heard(socket: ClientConnection, kind: str) -> dict[str, Any]:
    """The next fact of that kind on the socket."""
    async with asyncio.timeout(PATIENCE):
        while True:
            frame = json.loads(await socket.recv())
            for change in frame.get("changes", ()):
                if change["kind"] == kind:
                    return dict(change)


@pytest.fixture
async def site(
    database: str, smtp_sink: Sink, browser: Callable[..., httpx2.AsyncClient], tmp_path: Path
) -> AsyncIterator[Site]:
    site = Site(database, smtp_sink, tmp_path / "server.log", browser)
    await site.start()
    yield site
    await site.stop()
