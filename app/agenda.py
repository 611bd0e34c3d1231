"""One person's calendar over all slices: what feeds, the agenda page and invitations agree on."""

from collections.abc import Sequence

from app.source import Entry, Source


async def entries(sources: Sequence[Source], person_id: int, scope: str) -> list[Entry]:
    """Everything in the person's calendar in this scope ("event:3", "all"), by start."""
    found = [entry for source in sources for entry in (await source.agendas([person_id], scope)).get(person_id, ())]
    return sorted(found, key=lambda entry: (entry.start, entry.end, entry.subject))
