"""Who does not want to meet whom. What is read here is never shown to, or heard by, anybody but its owner.

The other one gets the sentence that everybody gets who asks somebody without room for requests, so it tells nothing.
"""

from collections.abc import Collection

from tortoise.expressions import Q

from events.models import Event, Participant
from matchmaking.bookmarks.models import Bookmark, Mark
from matchmaking.messages.models import Silence

Pairs = frozenset[tuple[int, int]]  # of participants' ids, the smaller first


async def vetoes_of(one: Participant) -> tuple[frozenset[int], frozenset[int]]:
    """Participants (ids) whom they do not want to meet, and those who do not want to meet them. Two queries."""
    marked = Bookmark.filter(Q(owner=one) | Q(about=one), mark=Mark.NOT)
    silenced = Silence.filter(Q(owner=one) | Q(other=one), other_id__isnull=False)
    found = [*await marked.values_list("owner_id", "about_id"), *await silenced.values_list("owner_id", "other_id")]
    own = frozenset(other for owner, other in found if owner == one.id)
    return own, frozenset(owner for owner, other in found if other == one.id)


async def vetoes_among(ids: Collection[int]) -> frozenset[tuple[int, int]]:
    """(owner, other) of those participants (ids) who do not want to meet another of them. Two queries."""
    vetoes = Bookmark.filter(owner_id__in=ids, about_id__in=ids, mark=Mark.NOT)
    silences = Silence.filter(owner_id__in=ids, other_id__in=ids)
    return frozenset(
        [*await vetoes.values_list("owner_id", "about_id"), *await silences.values_list("owner_id", "other_id")]
    )


async def kept_apart(event: Event, among: Collection[int] | None = None) -> Pairs:
    """Pairs of whom at least one does not want to meet the other; for those who propose meetings. Two queries."""
    if among is not None:
        return frozenset(pair_of(*pair) for pair in await vetoes_among(among))
    vetoes = Bookmark.filter(owner__event=event, mark=Mark.NOT)
    silences = Silence.filter(owner__event=event, other_id__isnull=False)
    found = [*await vetoes.values_list("owner_id", "about_id"), *await silences.values_list("owner_id", "other_id")]
    return frozenset(pair_of(*pair) for pair in found)


def pair_of(one: int, other: int) -> tuple[int, int]:
    return min(one, other), max(one, other)
