"""How much lower whoever is wanted by very many stands in everybody's list, so that lists differ; pure.

Each list shows so many; were all shown equally often, everybody would be in as many lists. Whoever is in CROWDED times
as many loses points, percent by percent, until that has eased or the lists would become worse than uneven: as prices
of an auction do (Bertsekas, The auction algorithm, Annals of Operations Research 14 (1988) 105–123; for lists of two
sides, Tomita and Yokoyama, Fair reciprocal recommendation in matching markets, RecSys 2024).
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from heapq import nlargest

CROWDED = 2  # times the equal share
MOST = 40  # percent that anybody loses
STEP = 4  # percent that anybody loses more or less after each look
LOOKS = 16
LONG = 5  # times as long as shown are the lists that are looked at

Favourites = Sequence[tuple[int, int]]  # (points, participant), the best first


def favourites(points: Sequence[tuple[int, int]], *, shown: int) -> Favourites:
    """As many of one list as may come to be shown."""
    return nlargest(LONG * shown, points, key=lambda pair: (pair[0], -pair[1]))


def ease(lists: Sequence[Favourites], *, shown: int) -> dict[int, int]:
    """Percent of their points that participants lose in everybody's list; whoever loses none is not in it."""
    losses: dict[int, int] = {}
    for _look in range(LOOKS):
        counts = exposures(lists, losses, shown=shown)
        crowded = {one for one, count in counts.items() if count > CROWDED * shown}
        raised = {one: min(losses.get(one, 0) + STEP, MOST) for one in crowded}
        kept = {one: lost - 1 for one, lost in losses.items() if one not in crowded and lost > 1}
        if raised | kept == losses:
            break
        losses = raised | kept
    return losses


def exposures(lists: Sequence[Favourites], losses: Mapping[int, int], *, shown: int) -> Counter[int]:
    """In how many lists each participant is shown."""
    counts: Counter[int] = Counter()
    for each in lists:
        eased = ((points * (100 - losses.get(one, 0)) // 100, -one) for points, one in each)
        counts.update(-one for _points, one in nlargest(shown, eased))
    return counts
