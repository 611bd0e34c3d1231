"""What a page showed, and whether it still is so: the mark of a value travels through the form and is compared."""

from collections.abc import Sequence
from hashlib import sha256

from app.errors import Stale
from app.i18n import _


def mark_of(value: object) -> str:
    """What tells one frozen value from another in a form."""
    return sha256(repr(value).encode()).hexdigest()[:32]


def refuse_stale(was: str, now: object, *, hints: Sequence[str] = ()) -> None:
    """`was` is the mark of what the page showed; empty: it showed nothing. `hints` say what it is by now."""
    if was and was != mark_of(now):
        raise Stale(_("Somebody else changed this a moment ago. Nothing of yours is saved yet."), hints=hints)
