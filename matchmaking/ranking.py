"""The order of the directory: the best partners of one person among everybody, as `affinity` counts them. Pure."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from heapq import nsmallest
from types import MappingProxyType

from matchmaking.affinity import Affinity, affinity, met_by, same_house, worth
from matchmaking.grounds import MuchWanted, YouMarked
from matchmaking.wishes import Crowd, Wishes

OWN_SIDE = 0.7  # the weight of my gain in a list for me; in the score of both each has half
MARKED = {"nice to meet": 125, "must meet": 150}  # percent of the points
NOTHING_MARKED: Mapping[int, str] = MappingProxyType({})
NOBODY_CROWDED: Mapping[int, int] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Ranked:
    """`points` put this place into this list; `affinity` is the same for everybody who asks."""

    participant: int
    points: int
    affinity: Affinity


def rank(
    me: Wishes,
    among: Crowd,
    *,
    limit: int,
    of: Collection[int] | None = None,
    marks: Mapping[int, str] = NOTHING_MARKED,
    crowded: Mapping[int, int] = NOBODY_CROWDED,
) -> list[Ranked]:
    """The best partners first, without those who share nothing or my organisation; equals in order of their id.

    `of` are the participants who come into question, None: all. `marks` are mine, by participant
    (bookmarks.models.Mark): they raise somebody, or take them out. `crowded` are percent that somebody's points lose
    because they are wanted by very many; whoever I marked keeps them.
    """
    scored = [
        (_wanted(points, mark, crowded.get(other.participant, 0)), other)
        for points, other in _scored(me, among)
        if (of is None or other.participant in of) and (mark := marks.get(other.participant)) != "not for me"
    ]
    best = nsmallest(limit, scored, key=lambda pair: (-pair[0], pair[1].participant))
    return [_ranked(me, other, points, among, marks, crowded) for points, other in best]


def points_of(me: Wishes, among: Crowd) -> list[tuple[int, int]]:
    """(points, participant) of everybody who has any for me, as `rank` counts them: to look at all lists at once."""
    return [(points, other.participant) for points, other in _scored(me, among)]


def _scored(me: Wishes, among: Crowd) -> Iterator[tuple[int, Wishes]]:
    """Everybody with whom I have anything in common: `score`, but leaning to my side, and for all at once."""
    i_get, they_get = _met_by_all(me, among), _met_for_all(me, among)
    near = {place for pilot in me.pilots for place in among.on.get(pilot, ())}
    for place in near | i_get.keys() | they_get.keys():
        other = among.everybody[place]
        if not same_house(me, other):
            yield worth(me, other, i_get.get(place, 0), they_get.get(place, 0), among, own=OWN_SIDE), other


def _met_by_all(me: Wishes, among: Crowd) -> dict[int, float]:
    """By place in the crowd, how many of my needs they meet (see `affinity`)."""
    found: defaultdict[int, float] = defaultdict(float)
    for need in me.needs:
        best: dict[int, float] = {}
        for offer, likeness in among.words.near(need.term.words).items():
            for place, pilots in among.offering.get(offer, ()):
                best[place] = max(best.get(place, 0.0), met_by(likeness, need.pilots, pilots))
        weight = among.words.weight(need.term.words)
        for place, part in best.items():
            found[place] += part * weight
    return found


def _met_for_all(me: Wishes, among: Crowd) -> dict[int, float]:
    """By place in the crowd, how many of their needs I meet."""
    best: dict[tuple[int, frozenset[str]], float] = {}
    for offer in me.offers:
        for need, likeness in among.words.near(offer.term.words).items():
            for place, pilots in among.seeking.get(need, ()):
                part = met_by(likeness, pilots, offer.pilots)
                best[place, need] = max(best.get((place, need), 0.0), part)
    found: defaultdict[int, float] = defaultdict(float)
    for (place, need), part in best.items():
        found[place] += part * among.words.weight(need)
    return found


def _ranked(
    me: Wishes, other: Wishes, points: int, among: Crowd, marks: Mapping[int, str], crowded: Mapping[int, int]
) -> Ranked:
    found = affinity(me, other, among)
    mark = marks.get(other.participant)
    pressed = mark is None and crowded.get(other.participant)
    reasons = (*([YouMarked(mark)] if mark else []), *found.reasons, *([MuchWanted()] if pressed else []))
    return Ranked(other.participant, points, Affinity(found.score, reasons))


def _wanted(points: int, mark: str | None, crowded: int) -> int:
    return min(points * (MARKED[mark] if mark else 100 - crowded) // 100, 1000)
