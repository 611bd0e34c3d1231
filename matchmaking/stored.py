"""The scheduling problem of a stored event, for the command line."""

from datetime import UTC, datetime

import click

from app import opening
from events.models import Event
from matchmaking.orders import Order
from matchmaking.posed import Posed
from matchmaking.posing import problem_of


def stored(slug: str, *, mended: bool) -> Posed:
    """As a draft would be asked for: all times anew, or `mended`.

    Raises click.ClickException with a sentence where there is no such event, or a setting is wrong."""
    return opening.run(opening.settings(), lambda: _read(slug, order=None if mended else Order()))


async def _read(slug: str, *, order: Order | None) -> Posed:
    event = await Event.get_or_none(slug=slug)
    if event is None:
        raise click.ClickException(f"There is no event {slug}.")
    return await problem_of(event, now=datetime.now(UTC), order=order)
