"""Settings, read once at start from the environment; a wrong one ends the start with a sentence."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

LOOPBACK = {"127.0.0.1", "localhost", "::1"}


class BadSetting(Exception):
    """A setting is missing or unsafe; the text says which and what to do."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What a running Pilotmatch needs to know. docs/SETTINGS.md explains each for the person who sets it."""

    database_url: str
    base_url: str
    secret_key: bytes = field(repr=False)
    smtp_url: str | None = field(default=None, repr=False)
    mail_from: str = "meetings@localhost"
    quiet_seconds: float = 60.0
    embedded_worker: bool = True
    solver_seconds: int = 10
    pool_size: int = 10
    lmtp_listen: str | None = None
    inbox_secret: bytes | None = field(default=None, repr=False)
    imap_url: str | None = field(default=None, repr=False)
    contact_address: str | None = None  # None: mail_from
    keep_mail_days: int = 365  # after the event; 0: for ever
    keep_journal_days: int = 1095

    @property
    def host(self) -> str:
        """Host and port that a browser sends in its Host header."""
        return urlsplit(self.base_url).netloc

    @property
    def https(self) -> bool:
        return self.base_url.startswith("https://")

    @property
    def mail_domain(self) -> str:
        return self.mail_from.rpartition("@")[2]


def from_environment(environ: Mapping[str, str] = os.environ) -> Settings:
    """Production settings. Raises BadSetting for the first one that is missing or unsafe."""
    base_url = _base_url(_required(environ, "BASE_URL", "the address people open, such as https://meet.example.org"))
    smtp_url = _required(
        environ, "SMTP_URL", "your mail server, such as smtp+starttls://user:password@mail.example.org:587"
    )
    return Settings(
        database_url=_database_url(
            _required(environ, "DATABASE_URL", "postgres://user:password@host/name or sqlite:///path/to/file")
        ),
        base_url=base_url,
        secret_key=_secret(_required(environ, "SECRET_KEY", "a random text; make one with: openssl rand -base64 48")),
        smtp_url=_smtp_url(smtp_url),
        mail_from=_mail_from(
            _required(environ, "MAIL_FROM", "the address invitations come from, such as meetings@example.org")
        ),
        quiet_seconds=_number(environ, "QUIET_SECONDS", 60.0),
        embedded_worker=environ.get("EMBEDDED_WORKER", "yes").lower() in ("yes", "true", "1"),
        solver_seconds=int(_number(environ, "SOLVER_SECONDS", 10, least=1)),
        pool_size=int(_number(environ, "POOL_SIZE", 10, least=1)),
        lmtp_listen=_listen(environ.get("LMTP_LISTEN", "")),
        inbox_secret=_secret(environ["INBOX_SECRET"], "INBOX_SECRET") if environ.get("INBOX_SECRET") else None,
        imap_url=_imap(environ.get("IMAP_URL", "")),
        contact_address=environ.get("CONTACT_ADDRESS", "").strip() or None,
        keep_mail_days=_days(environ, "KEEP_MAIL_DAYS", 365),
        keep_journal_days=_days(environ, "KEEP_JOURNAL_DAYS", 1095),
    )


def for_demo(
    *, folder: Path, host: str, port: int, secret_key: bytes, environ: Mapping[str, str] = os.environ
) -> Settings:
    """Settings of `pilotmatch demo`: an embedded database; mail waits in the outbox unless SMTP_URL is set."""
    shown = f"[{host}]" if ":" in host else host
    reachable = "127.0.0.1" if host in ("0.0.0.0", "::") else shown  # noqa: S104 - a comparison, nothing is bound here
    return Settings(
        database_url=_database_url(environ.get("DATABASE_URL") or f"sqlite:///{folder / 'pilotmatch.sqlite3'}"),
        base_url=_base_url(environ.get("BASE_URL", f"http://{reachable}:{port}"), demo=True),
        secret_key=secret_key,
        smtp_url=environ.get("SMTP_URL"),
        mail_from=environ.get("MAIL_FROM", "meetings@localhost"),
        quiet_seconds=_number(environ, "QUIET_SECONDS", 5.0),
    )


def _required(environ: Mapping[str, str], name: str, what: str) -> str:
    value = environ.get(name, "").strip()
    if not value:
        raise BadSetting(f"{name} is not set. It is {what}.")
    return value


def _base_url(value: str, *, demo: bool = False) -> str:
    parts = _split("BASE_URL", value)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/") or parts.query:
        raise BadSetting("BASE_URL must be a scheme and a host only, such as https://meet.example.org.")
    if parts.scheme == "http" and parts.hostname not in LOOPBACK and not demo:
        raise BadSetting("BASE_URL must begin with https://: sign-in links and cookies would travel unprotected.")
    return f"{parts.scheme}://{parts.netloc.lower()}"


def _database_url(value: str) -> str:
    parts = _split("DATABASE_URL", value)
    if not value.startswith(("postgres://", "postgresql://", "sqlite:///")):
        raise BadSetting("DATABASE_URL must begin with postgres:// or sqlite:///.")
    if not parts.path.strip("/"):
        raise BadSetting("DATABASE_URL must end with the name of a database, or the path of a file.")
    return value


def _smtp_url(value: str) -> str:
    parts = _split("SMTP_URL", value)
    if parts.scheme not in ("smtp", "smtp+starttls", "smtps") or not parts.hostname:
        raise BadSetting("SMTP_URL must begin with smtp+starttls://, smtps:// or (on one machine only) smtp://.")
    if parts.scheme == "smtp" and parts.hostname not in LOOPBACK:
        raise BadSetting("SMTP_URL without encryption is only safe to this machine; use smtp+starttls:// or smtps://.")
    return value


def _mail_from(value: str) -> str:
    if not re.fullmatch(r"[!-?A-~]+@[!-?A-~]+", value):
        raise BadSetting("MAIL_FROM must be one bare mail address, such as meetings@example.org.")
    return value


def _listen(value: str) -> str | None:
    host, _colon, port = value.rpartition(":")
    if value and not (host and port.isdecimal() and int(port) < 65536):
        raise BadSetting("LMTP_LISTEN must be a host and a port, such as 127.0.0.1:2424.")
    return value or None


def _imap(value: str) -> str | None:
    parts = _split("IMAP_URL", value)
    if value and not (parts.scheme == "imaps" or (parts.scheme == "imap" and parts.hostname in LOOPBACK)):
        raise BadSetting("IMAP_URL must begin with imaps:// (imap:// is only safe to this machine).")
    return value or None


def _split(name: str, value: str) -> SplitResult:
    try:
        parts = urlsplit(value)
        parts.port  # noqa: B018 - one that is no number raises
    except ValueError as error:
        raise BadSetting(f"{name} is no address: {error}.") from error
    return parts


def _secret(value: str, name: str = "SECRET_KEY") -> bytes:
    if len(value) < 32 or len(set(value)) < 10:
        raise BadSetting(f"{name} is too short or too regular; make one with: openssl rand -base64 48")
    return value.encode()


def _days(environ: Mapping[str, str], name: str, default: int) -> int:
    days = _number(environ, name, default)
    if 0 < days < 30 or days != int(days):
        raise BadSetting(f"{name} must be 0, which keeps everything, or whole days, at least 30.")
    return int(days)


def _number(environ: Mapping[str, str], name: str, default: float, *, least: float = 0) -> float:
    value = environ.get(name, "")
    if not value:
        return default
    try:
        number = float(value)
    except ValueError:
        raise BadSetting(f"{name} must be a number, not {value!r}.") from None
    if not least <= number < 1e9:
        raise BadSetting(f"{name} must be a number from {least:g} up.")
    return number
