"""How long people wait between their meetings: breaks and idle minutes, counted as they would count them."""

from itertools import pairwise

from matchmaking.scheduler.problem import Problem


def totals(problem: Problem, slots: tuple[int | None, ...]) -> tuple[int, int]:
    """Breaks and idle minutes of everybody together."""
    waits = waiting(problem, slots)
    return sum(breaks for breaks, _ in waits), sum(minutes for _, minutes in waits)


def waiting(problem: Problem, slots: tuple[int | None, ...]) -> list[tuple[int, int]]:
    """For each participant their breaks and idle minutes.

    A break lies between two consecutive meetings of the same round with an idle slot between them; a slot that
    the participant has blocked is no idle slot, unless the problem says that it is.
    """
    busy: list[list[int]] = [[] for _ in problem.participants]
    for meeting, slot in zip(problem.meetings, slots, strict=True):
        if slot is not None:
            for person in meeting.people:
                busy[person].append(slot)
    return [_waiting(problem, person, sorted(taken)) for person, taken in enumerate(busy)]


def _waiting(problem: Problem, person: int, taken: list[int]) -> tuple[int, int]:
    breaks = minutes = 0
    unseen = problem.seen_through(person)
    for before, after in pairwise(taken):
        if problem.slots[before].round != problem.slots[after].round:
            continue
        idle = [t for t in range(before + 1, after) if not unseen >> t & 1]
        breaks += bool(idle)
        minutes += sum(problem.slots[t].end - problem.slots[t].start for t in idle)
    return breaks, minutes
