"""Who does not want to meet whom. What is read here is never shown to, or heard by, anybody but its owner.

The other one gets the sentence that everybody gets who asks somebody without room for requests, so it tells nothing.
"""

from collections.abc import Collection

from tortoise.expressions import Q

from events.models import Event, Participant
from matchmaking.bookmarks.models import Bookmark, Mark
from matchmaking.messages.models import Silence

Pairs = frozenset[tuple[int, int]]  # of participants' ids, the smaller first


async def shuts_out(owner: Participant, other: Participant) -> bool:
    """Whether the one has said that they do not want to meet the other."""
    if await Bookmark.filter(owner=owner, about=other, mark=Mark.NOT).exists():
        return True
    return await Silence.filter(owner=owner, other=other).exists()


async def vetoes_of(one: Participant) -> tuple[frozenset[int], frozenset[int]]:
    """Participants (ids) whom they do not want to meet, and those who do not want to meet them. Two queries."""
    marked = Bookmark.filter(Q(owner=one) | Q(about=one), mark=Mark.NOT)
    silenced = Silence.filter(Q(owner=one) | Q(other=one), other_id__isnull=False)
    found = [*await marked.values_list("owner_id", "about_id"), *await silenced.values_list("owner_id", "other_id")]
    own = frozenset(other for owner, other in found if owner == one.id)
    return own, frozenset(owner for owner, other in found if other == one.id)


async def kept_apart(event: Event, among: Collection[int] | None = None) -> Pairs:
    """Pairs of whom at least one does not want to meet the other; for those who propose meetings. Two queries."""
    vetoes = Bookmark.filter(owner__event=event, mark=Mark.NOT)
    silences = Silence.filter(owner__event=event, other_id__isnull=False)
    if among is not None:
        vetoes = vetoes.filter(Q(owner_id__in=among) & Q(about_id__in=among))
        silences = silences.filter(Q(owner_id__in=among) & Q(other_id__in=among))
    found = [*await vetoes.values_list("owner_id", "about_id"), *await silences.values_list("owner_id", "other_id")]
    return frozenset(pair_of(*pair) for pair in found)


def pair_of(one: int, other: int) -> tuple[int, int]:
    return min(one, other), max(one, other)
