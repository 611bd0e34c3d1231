"""The scheduling problem of a stored event, for the command line."""

import asyncio
from datetime import UTC, datetime

import click

from app import config, db
from events.models import Event
from matchmaking.orders import Order
from matchmaking.posed import Posed
from matchmaking.posing import problem_of


def stored(slug: str, *, mended: bool) -> Posed:
    """As a draft would be asked for: all times anew, or `mended`.

    Raises click.ClickException with a sentence where there is no such event, or a setting is wrong."""
    try:
        settings = config.from_environment()
    except config.BadSetting as error:
        raise click.ClickException(str(error)) from error
    return asyncio.run(_read(settings, slug, order=None if mended else Order()))


async def _read(settings: config.Settings, slug: str, *, order: Order | None) -> Posed:
    async with db.connected(settings):
        event = await Event.get_or_none(slug=slug)
        if event is None:
            raise click.ClickException(f"There is no event {slug}.")
        return await problem_of(event, now=datetime.now(UTC), order=order)
