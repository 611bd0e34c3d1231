"""What the command line does with a site: serve, migrate, demo, worker, import-schedule, sign-in-link."""

import asyncio
import contextlib
import gc
import logging
import os
import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click
import uvicorn

import events.interchange.importing
import matchmaking.demo.loading
from app import auth, config, db, main, migrate, opening, slices
from app.config import BadSetting, Settings
from app.errors import Refused
from app.sockets import FanoutProtocol
from app.text import BadText, canonical_address
from events.interchange.schedule import BadSchedule
from events.models import Event
from events.networks import reference
from events.networks.adopting import adopt_reference

DEMO_LINK = timedelta(hours=12)
PRINTED_LINK = timedelta(hours=1)
PORT = click.IntRange(0, 65535)


@click.group()
def site() -> None:
    """Found by `app.__main__`."""


@site.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=PORT, default=8000, show_default=True, help="Port to listen on.")
def serve(host: str, port: int) -> None:
    """Serve a site (settings from the environment; see docs/SETTINGS.md)."""
    settings = opening.settings()
    opening.refuse_taken(host, port)
    if settings.embedded_worker:
        opening.refuse_taken_mailbox(settings)
    opening.run(settings, _nothing)  # a wrong database is said in a sentence
    _serve(settings, host, port)


@site.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=PORT, default=8000, show_default=True, help="Port to listen on.")
@click.option("--data", type=click.Path(file_okay=False, path_type=Path), default=Path("data"), show_default=True)
def demo(host: str, port: int, data: Path) -> None:
    """Load the demonstration event into an embedded database and serve it."""
    folder = data.resolve()
    try:
        settings = config.for_demo(folder=folder, host=host, port=port, secret_key=_demo_secret(folder))
    except OSError as error:
        raise click.ClickException(f"Cannot write to {folder}: {error.strerror}. Try another --data.") from error
    except BadSetting as error:
        raise click.ClickException(str(error)) from error
    opening.refuse_taken(host, port)
    try:
        opening.run(settings, lambda: _prepare_demo(settings), migrating=True)
    except Refused as error:
        raise click.ClickException(" ".join([str(error), *error.hints])) from error
    _serve(settings, host, port)


@site.command("migrate")
def migrate_command() -> None:
    """Bring the database to today's tables and load the reference data."""
    done = opening.run(opening.settings(), _prepare, migrating=True)
    click.echo("\n".join(f"migrated {name}" for name in done) or "nothing to migrate")


@site.command()
def worker() -> None:
    """Send mail, settle invitations and run schedules, beside `serve` with EMBEDDED_WORKER=no."""
    settings = opening.settings()
    opening.refuse_taken_mailbox(settings)

    async def forever() -> None:
        async with slices.working(settings):
            click.echo("working; Ctrl+C stops")
            await asyncio.Event().wait()

    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    with contextlib.suppress(KeyboardInterrupt):
        opening.run(settings, forever)


@site.command("import-schedule")
@click.argument("slug")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def import_schedule(slug: str, file: Path) -> None:
    """Read a schedule.xml or schedule.json into the event SLUG; only differences are written."""
    with click.progressbar(length=4, label=file.name) as bar:

        async def importing() -> Any:
            event = await Event.get_or_none(slug=slug)
            if event is None:
                raise click.ClickException(f"There is no event {slug}.")
            return await events.interchange.importing.import_file(event, file, by="import", progress=bar.update)

        try:
            report = opening.run(opening.settings(), importing)
        except (BadSchedule, Refused) as error:
            raise click.ClickException(str(error)) from error
    click.echo(str(report))


@site.command("sign-in-link")
@click.argument("email")
@click.option("--admin", is_flag=True, help="Make this person an administrator.")
def sign_in_link(email: str, admin: bool) -> None:
    """Print a link that signs EMAIL in once, in any browser: how the first administrator comes in."""
    settings = opening.settings()

    async def printing() -> str:
        return await _link(settings, email, life=PRINTED_LINK, admin=admin)

    try:
        click.echo(opening.run(settings, printing))
    except BadText as error:
        raise click.ClickException(str(error)) from error


def _serve(settings: Settings, host: str, port: int) -> None:
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    logging.getLogger("uvicorn.access").addFilter(main.Masked())
    app = main.create_app(settings)
    gc.collect()
    gc.freeze()  # the code is never garbage: without this every full collection looks through it, for 50 ms
    uvicorn.run(
        app,
        host=host,
        port=port,
        ws=FanoutProtocol,
        ws_max_size=4096,  # pages only listen
        ws_per_message_deflate=False,  # one frame is encoded for all
        timeout_graceful_shutdown=8,
        server_header=False,
        log_config=None,
    )


async def _nothing() -> None:
    pass


async def _prepare() -> list[str]:
    done = await migrate.migrate()
    await adopt_reference(reference.load(), by="system")
    return done


async def _prepare_demo(settings: Settings) -> None:
    await db.be_hasty()
    await _prepare()
    with click.progressbar(length=100, label="Loading the demonstration", item_show_func=_words) as bar:
        story = await matchmaking.demo.loading.load_demo(
            base_day=datetime.now(UTC).date() + timedelta(days=1), progress=bar.update
        )
    click.echo(f"\n{settings.base_url}/e/{story.slug}\n")
    for login in story.logins:
        link = await _link(settings, login.email, life=DEMO_LINK, admin=login.role == "organiser")
        click.echo(f"{login.name}, {login.role}: {login.first}\n  {link}")
    click.echo("\nEach link works once, within twelve hours. Ctrl+C stops.\n")


def _words(words: str | None) -> str | None:
    """What the bar shows beside itself."""
    return words


async def _link(settings: Settings, email: str, *, life: timedelta, admin: bool) -> str:
    address = canonical_address(email)
    if admin:
        await auth.make_admin(address)
    secret = await auth.print_link(address, life=life)
    return f"{settings.base_url}/sign-in/{secret.text}"


def _demo_secret(folder: Path) -> bytes:
    """A secret of this folder's own, so that feeds and cookies survive a restart."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "secret"
    if not file.exists():
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as opened:
            opened.write(secrets.token_urlsafe(48))
    return file.read_bytes()
