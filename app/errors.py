"""What a verb raises when the answer is no. `app.web` turns each into a page or JSON that says so."""

from collections.abc import Sequence


class Refused(Exception):
    """The verb says no. `str()` is a whole sentence for the person; `hints` say what they can do instead."""

    def __init__(self, sentence: str, *, hints: Sequence[str] = ()) -> None:
        super().__init__(sentence)
        self.hints = tuple(hints)


class Stale(Refused):
    """The page that asked was older than what is stored; nothing was changed."""


class NotFound(Exception):
    """No such thing, or not yours: to the outside both are the same 404."""


class Forbidden(Exception):
    """You are known, and this is not for you."""
