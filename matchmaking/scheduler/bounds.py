"""What no plan can beat: how many meetings fit at most, and how many breaks there are at least."""

from matchmaking.scheduler.plan import Bound
from matchmaking.scheduler.problem import Problem


def counted(problem: Problem) -> Bound:
    """Bounds that need no search: everybody's own slots, their limits, and the tables."""
    opens, meetings_of = problem.open_slots(), problem.meetings_of()
    possible = sum(mask != 0 for mask in opens)
    room = 0
    for participant, mine in zip(problem.participants, meetings_of, strict=True):
        choice = 0
        for meeting in mine:
            choice |= opens[meeting]
        wanted = sum(opens[meeting] != 0 for meeting in mine)
        slots = choice.bit_count() if participant.most is None else min(participant.most, choice.bit_count())
        room += min(wanted, slots)
        possible = min(possible, sum(mask != 0 for mask in opens) - max(0, wanted - slots))
    return Bound(placed=min(possible, room // 2, sum(slot.tables for slot in problem.slots)))
