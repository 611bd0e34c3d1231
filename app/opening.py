"""A command's way in: settings, the database and the ports, each refused with a sentence (docs/SETTINGS.md)."""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from typing import TypeVar

import click

from app import config, db, migrate
from app.config import BadSetting, Settings

T = TypeVar("T")


def settings() -> Settings:
    """Of the environment. Raises ClickException, as everything here."""
    try:
        return config.from_environment()
    except BadSetting as error:
        raise click.ClickException(str(error)) from error


def run(site: Settings, work: Callable[[], Awaitable[T]], *, migrating: bool = False) -> T:
    """Do the work with the database open and, unless it is migrating, with today's tables."""

    async def opened() -> T:
        try:
            await db.connect(site)
        except db.CANNOT_OPEN as error:
            await db.disconnect()
            raise click.ClickException(f"The database does not open: {error}. Look at DATABASE_URL.") from error
        try:
            if not migrating and await migrate.missing():
                raise click.ClickException("The database has not the tables of this version. Run: pilotmatch migrate")
            return await work()
        finally:
            await db.disconnect()

    return asyncio.run(opened())


def refuse_taken(host: str, port: int, *, setting: str = "--port") -> None:
    """Say so before a minute of loading, not after."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host.strip("[]"), port))
        except OSError as error:
            said = f"Cannot listen on {host}:{port}: {error.strerror}. Try another {setting}."
            raise click.ClickException(said) from error


def refuse_taken_mailbox(site: Settings) -> None:
    if site.lmtp_listen:
        host, _colon, port = site.lmtp_listen.rpartition(":")
        refuse_taken(host, int(port), setting="LMTP_LISTEN")
