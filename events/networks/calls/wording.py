"""A fact of the calls that a network's journal tells, as a sentence."""

from app.i18n import _, later
from app.models import Change

SENTENCES = {"call.drafted": later("The call “%(title)s” was drafted")}


def sentence(change: Change) -> str:
    """Empty for a kind of another slice."""
    words = SENTENCES.get(change.kind)
    return _(words) % change.data if words else ""
