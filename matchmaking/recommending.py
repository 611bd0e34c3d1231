"""Whom somebody should meet next: `affinity`'s ranking, and what only the database knows."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from app.i18n import _
from events.models import Event, Participant
from matchmaking.availability import free_slots
from matchmaking.bookmarks.marking import marks_of
from matchmaking.diaries import diaries, floor
from matchmaking.directory import Directory, Match, own_card
from matchmaking.messages.models import Silence
from matchmaking.overview import settled
from matchmaking.spreading.models import Easing

BEST = 20
LOOKED_AT = 3 * BEST  # so many are asked for their free times; whoever has none goes behind those who have some


async def recommended(
    event: Event, reader: Participant, known: Directory, *, now: datetime, limit: int = BEST
) -> list[Match]:
    """The best first, those last who have no time in common with the reader; empty without a profile."""
    me = await own_card(reader)
    if me is None:
        return []
    silenced = Silence.filter(owner=reader, other_id__isnull=False)
    blocked = {other for (other,) in await silenced.values_list("other_id")}
    found = known.matches(
        me,
        limit=max(limit, LOOKED_AT),
        without=blocked | await settled(reader),
        marks=await marks_of(reader),
        crowded=await _crowded(event),
    )
    busy = await never_free(event, reader, [match.card.id for match in found], now=now)
    ordered = sorted(found, key=lambda match: match.card.id in busy)
    return [_warned(match) if match.card.id in busy else match for match in ordered[:limit]]


async def never_free(event: Event, reader: Participant, others: Sequence[int], *, now: datetime) -> Collection[int]:
    """Those (participants) of whom no free time is also the reader's, at a table that is free then; nobody while there
    are no rounds."""
    ground = await floor(event)
    if not ground.slots or not others:
        return set()
    people = [reader, *await Participant.filter(id__in=list(others))]
    kept = await diaries(people, within=ground.span)
    open_slots = [slot for slot in ground.slots if ground.tables.free_at(slot) is not None]
    mine = free_slots(open_slots, kept[reader.id], now=now)
    return {other for other in others if not free_slots(mine, kept[other], now=now)}


def as_json(matches: Sequence[Match], path: str) -> list[dict[str, object]]:
    """What the page says, for programs: names, addresses, and all reasons."""
    return [
        {
            "participant": match.card.id,
            "name": match.card.name,
            "organisation": match.card.organisation.name if match.card.organisation else "",
            "place": match.card.place,
            "url": f"{path}/people/{match.card.id}",
            "score": match.score,
            "reasons": list(match.reasons),
        }
        for match in matches
    ]


async def _crowded(event: Event) -> dict[int, int]:
    easing = await Easing.get_or_none(event=event)
    return {int(one): lost for one, lost in easing.losses.items()} if easing else {}


def _warned(match: Match) -> Match:
    said = _("You have no free time in common.")
    return replace(match, reasons=(*match.reasons, said), brief=(*match.brief, said))
