"""How many meetings fit at most, and what their points can come to, whatever anybody tries.

Counting is free, matching nearly so; `fitting`, a linear programme, relaxes who meets when and sees more.
"""

from collections import Counter
from math import ceil, floor, inf

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import maximum_bipartite_matching

from matchmaking.scheduler.problem import Problem
from matchmaking.scheduler.programme import LARGEST, ROUNDING, Programme


def counted(problem: Problem) -> int:
    """Meetings that fit at most, by everybody's own slots and limits, and by tables and people in each slot."""
    opens = problem.open_slots()
    possible = fitting = sum(mask != 0 for mask in opens)
    wishes = 0
    for wanted, room in problem.rooms(opens):
        wishes += min(wanted, room)
        fitting = min(fitting, possible - max(0, wanted - room))
    free = Counter(t for choice in problem.choices(opens) for t in range(choice.bit_length()) if choice >> t & 1)
    return min(fitting, wishes // 2, sum(min(room, free[t] // 2) for t, room in enumerate(places(problem))))


def places(problem: Problem) -> list[int]:
    """How many meetings each slot has room for at most: its tables, and whoever has a table of their own."""
    own = [sum(meeting.own >> t & 1 for meeting in problem.meetings) for t in range(len(problem.slots))]
    return [slot.tables + more for slot, more in zip(problem.slots, own, strict=True)]


def paired(problem: Problem) -> int:
    """Meetings that fit at most, if in each slot those met that can be met in most pairs: largest fractional matchings.

    A matching of the bipartite double cover, halved; of a group only its first two people count.
    """
    opens, most, everybody = problem.open_slots(), 0, len(problem.participants)
    for t, room in enumerate(places(problem)):
        pairs = [one.people[:2] for one, mask in zip(problem.meetings, opens, strict=True) if mask >> t & 1]
        if not pairs:
            continue
        one, other = np.array(pairs).T
        ends = np.concatenate([one, other]), np.concatenate([other, one])
        cover = csr_matrix((np.ones(2 * len(pairs), dtype=bool), ends), shape=(everybody, everybody))
        met = int((maximum_bipartite_matching(cover, perm_type="column") >= 0).sum()) // 2
        most += min(met, room)
    return min(most, sum(mask != 0 for mask in opens))


def fitting(problem: Problem, *, seconds: float) -> int | None:
    """Meetings that fit at most, by the time-indexed linear programme; None: too large, or out of time."""
    opens = problem.open_slots()
    if sum(mask.bit_count() for mask in opens) > LARGEST:
        return None
    programme = Programme()
    for index, meeting in enumerate(problem.meetings):
        for t in range(len(problem.slots)):
            if opens[index] >> t & 1:
                variable = programme.variable(cost=-1, upper=1)
                programme.add(("meeting", index), variable, 1, upper=1)
                if not meeting.own >> t & 1:
                    programme.add(("tables", t), variable, 1, upper=problem.slots[t].tables)
                for person in meeting.people:
                    most = problem.participants[person].most
                    programme.add(("busy", person, t), variable, 1, upper=1)
                    programme.add(("most", person), variable, 1, upper=inf if most is None else most)
    least = programme.least(seconds)
    return None if least is None else -ceil(least - ROUNDING)


def matching(problem: Problem, *, penalty: int, seconds: float) -> tuple[list[int], int]:
    """The heaviest b-matching: requests (indices) to choose if slots did not matter, and the points no choice beats.

    Everybody has at most `most` of them and no more than they have slots for; what somebody lacks to their floor
    costs `penalty` points a meeting. Out of time, the chosen may be too few; the bound holds.
    """
    opens = problem.open_slots()
    meetings_of = problem.meetings_of()
    programme = Programme()
    tables = sum(places(problem))
    for index, meeting in enumerate(problem.meetings):
        request = programme.variable(cost=-meeting.weight, upper=float(opens[index] != 0), whole=True)
        programme.add("tables", request, 1, upper=tables)
        if meeting.fixed is not None and opens[index]:
            programme.add(("fixed", index), request, 1, lower=1)
    for person, (_, room) in enumerate(problem.rooms(opens)):
        room = max(room, sum(problem.meetings[one].fixed is not None for one in meetings_of[person]))
        for request in meetings_of[person]:
            programme.add(("room", person), request, 1, upper=room)
    for person, least in enumerate(floors(problem)):
        if least:
            lacking = programme.variable(cost=penalty, upper=least)
            programme.add(("floor", person), lacking, 1, lower=least)
            for request in meetings_of[person]:
                programme.add(("floor", person), request, 1)
    programme.least(seconds)
    requests = range(len(problem.meetings))
    bound = min(-programme.bound, float(sum(meeting.weight for meeting in problem.meetings)))
    return [request for request in requests if programme.values[request] > 0.5], floor(bound + ROUNDING)


def floors(problem: Problem) -> list[int]:
    """For each participant how many meetings they should have at least, of those they could have."""
    rooms = problem.rooms(problem.open_slots())
    pairs = zip(problem.participants, rooms, strict=True)
    return [min(participant.least, possible, room) for participant, (possible, room) in pairs]
