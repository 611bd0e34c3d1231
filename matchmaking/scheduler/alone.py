"""People who must wait whatever all others do, because their own meetings fit no day without a break.

So it goes for somebody with one meeting that only the morning suits and one that only the afternoon does, whose partner
sits in a session just before noon.
"""

from matchmaking.scheduler.problem import Problem


def waiting_anyway(problem: Problem, opens: list[int]) -> list[int]:
    """Participants with a break in every plan that places all meetings in their open slots (masks).

    Only those whose meetings must all be in one round: others may have them in two, and wait in neither.
    """
    rounds, found = problem.round_masks(), []
    for person, mine in enumerate(problem.meetings_of()):
        masks = [opens[meeting] for meeting in mine]
        here = next((slots for slots in rounds if not any(mask & ~slots for mask in masks)), 0)
        days = _unbroken(here & ~problem.seen_through(person), len(masks))
        if here and not problem.participants[person].thing and not any(_fit(masks, day) for day in days):
            found.append(person)
    return found


def _unbroken(slots: int, length: int) -> list[int]:
    """All runs of so many of these slots on end."""
    own = [1 << t for t in range(slots.bit_length()) if slots >> t & 1]
    return [sum(own[first : first + length]) for first in range(len(own) - length + 1)]


def _fit(masks: list[int], day: int) -> bool:
    """Whether the meetings can share out the day's slots: a perfect matching, by augmenting paths."""
    if not all(mask & day for mask in masks):
        return False
    holder: dict[int, int] = {}
    return all(_augment(meeting, masks, holder, _slots(day)) for meeting in range(len(masks)))


def _slots(day: int) -> set[int]:
    return {t for t in range(day.bit_length()) if day >> t & 1}


def _augment(meeting: int, masks: list[int], holder: dict[int, int], untried: set[int]) -> bool:
    """Give the meeting a slot, and whoever held it another one of those not tried yet."""
    for slot in [t for t in untried if masks[meeting] >> t & 1]:
        if slot not in untried:
            continue
        untried.remove(slot)
        if slot not in holder or _augment(holder[slot], masks, holder, untried):
            holder[slot] = meeting
            return True
    return False
