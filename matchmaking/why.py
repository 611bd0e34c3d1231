"""Why two people of an event could meet, for pages and mails that are about one of the two alone."""

from collections.abc import Collection, Mapping

from events.models import Event
from matchmaking.directory import Match, directory

Pair = tuple[int, int]  # participants: who reads it, and the other one


async def why(event: Event, pairs: Collection[Pair]) -> Mapping[Pair, Match]:
    """In the language being spoken; without the pairs of which one has no approved profile. As many queries as a
    directory, whatever their number."""
    everybody = await directory(event)
    cards = {card.id: card for card in everybody.cards}
    known = (pair for pair in pairs if pair[0] in cards and pair[1] in cards)
    return {(reader, other): everybody.match(cards[reader], cards[other]) for reader, other in known}
