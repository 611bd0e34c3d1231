"""What a command says that cannot do its work: one sentence, no traceback, and it ends."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.config import BadSetting, from_environment
from tests.test_docs import NEEDED

ROOT = Path(__file__).resolve().parent.parent.parent


def command(*words: str, **environ: str) -> subprocess.CompletedProcess[str]:
    told = {**os.environ, **NEEDED, "BASE_URL": "http://127.0.0.1:8000", **environ}
    started = [sys.executable, "-m", "app", *words]
    return subprocess.run(started, cwd=ROOT, env=told, capture_output=True, text=True, timeout=90, check=False)


def refusal(*words: str, **environ: str) -> str:
    ended = command(*words, **environ)
    assert ended.returncode in (1, 2)
    assert "Traceback" not in ended.stderr
    assert "never awaited" not in ended.stderr
    return ended.stderr.strip().splitlines()[-1]


@pytest.fixture
def taken() -> Iterator[str]:
    """A port that somebody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield str(server.getsockname()[1])


def test_database_that_does_not_open_is_said(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Dear database," * 100)
    nowhere = refusal("migrate", DATABASE_URL=f"sqlite:///{tmp_path}/no/such/folder.sqlite3")
    assert nowhere == "Error: The database does not open: unable to open database file. Look at DATABASE_URL."
    assert "file is not a database" in refusal("worker", DATABASE_URL=f"sqlite:///{tmp_path}/letter.txt")
    refused = refusal("serve", "--port", "0", DATABASE_URL="postgres://a:b@127.0.0.1:1/x")
    assert refused.startswith("Error: The database does not open: [Errno 111]")


def test_database_of_another_version_is_said(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/new.sqlite3"
    assert refusal("sign-in-link", "anna@example.org", DATABASE_URL=url).endswith("Run: pilotmatch migrate")
    assert command("migrate", DATABASE_URL=url).returncode == 0
    assert "/sign-in/" in command("sign-in-link", "anna@example.org", DATABASE_URL=url).stdout
    assert refusal("import-schedule", "gone", __file__, DATABASE_URL=url) == "Error: There is no event gone."
    assert refusal("solve", "--event", "gone", DATABASE_URL=url) == "Error: There is no event gone."


def test_port_that_is_taken_is_said(taken: str, tmp_path: Path) -> None:
    said = f"Error: Cannot listen on 127.0.0.1:{taken}: Address already in use. Try another "
    assert refusal("serve", "--port", taken) == f"{said}--port."
    assert refusal("demo", "--port", taken, "--data", str(tmp_path / "data")) == f"{said}--port."
    assert refusal("worker", LMTP_LISTEN=f"127.0.0.1:{taken}") == f"{said}LMTP_LISTEN."


def test_folder_that_cannot_be_is_said() -> None:
    assert refusal("demo", "--data", "/proc/nowhere").startswith("Error: Cannot write to /proc/nowhere: ")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BASE_URL", "http://[::1"),
        ("BASE_URL", "https://meet.example.org:eighty"),
        ("DATABASE_URL", "mysql://host/name"),
        ("DATABASE_URL", "postgres://user@host:port/name"),
        ("DATABASE_URL", "postgres://user@host"),
        ("DATABASE_URL", "sqlite:///"),
        ("SMTP_URL", "smtps://"),
        ("SMTP_URL", "smtps://mail.example.org:ssl"),
        ("SMTP_URL", "smtp://mail.example.org"),
        ("IMAP_URL", "imaps://mail.example.org:143143"),
        ("MAIL_FROM", "meetings"),
        ("MAIL_FROM", "Meetings <meetings@example.org>"),
        ("MAIL_FROM", "käse@example.org"),
        ("POOL_SIZE", "0"),
        ("SOLVER_SECONDS", "0"),
        ("QUIET_SECONDS", "nan"),
        ("SECRET_KEY", "short"),
    ],
)
def test_setting_that_cannot_be_is_said(name: str, value: str) -> None:
    with pytest.raises(BadSetting, match=name):
        from_environment({**NEEDED, name: value})
