"""Makes realistic problems to test and measure with: popular and less popular people, sessions that keep them busy."""

from itertools import accumulate
from math import ceil
from random import Random

from matchmaking.scheduler.problem import EVERY, Meeting, Participant, Problem, Slot

TOPICS = 12  # of which everybody cares for INTERESTS; meetings come from shared ones
INTERESTS = 3
POPULARITY = 0.6  # sigma of its log-normal distribution
ONE_SESSION = 0.1  # share of meetings that want the morning or the afternoon
MINUTES = 20


def generate(
    *,
    people: int,
    meetings_each: float = 8,
    slots: int = 20,
    table_use: float = 0.4,
    blocked: float = 0.12,
    choice: float = 1.0,
    seed: int = 1,
) -> Problem:
    """A day with `people * meetings_each / 2` accepted meetings that fill `table_use` of its tables.

    `blocked` is the share of slots in which people sit in sessions; `choice` above 1 gives as many times more
    requests, weighted by shared interests, for choosing among.
    """
    random = Random(f"{seed} {people} {slots} {meetings_each}")  # noqa: S311 - reproducible, not secret
    participants = _participants(random, people, slots, blocked)
    most = round(people * meetings_each / 2)
    pairs = _pairs(random, participants, slots, int(most * choice), keep_room=choice == 1)
    return Problem(
        participants=participants,
        slots=tuple(_slot(t, slots, ceil(most / slots / table_use)) for t in range(slots)),
        meetings=tuple(
            Meeting(id=number, people=pair, allowed=_session(random, slots), weight=weight)
            for number, (pair, weight) in enumerate(sorted(pairs.items()), start=1)
        ),
    )


def _slot(t: int, slots: int, tables: int) -> Slot:
    """Slots on end, and an hour for lunch in the middle."""
    start = 9 * 60 + MINUTES * t + (60 if t >= slots // 2 else 0)
    return Slot(start=start, end=start + MINUTES, tables=tables)


def _participants(random: Random, people: int, slots: int, blocked: float) -> tuple[Participant, ...]:
    """Everybody sits in a few of the same sessions of one to three slots, never for more than 0.4 of the day."""
    sessions = []
    for _ in range(max(3, slots // 4)):
        length = random.choice([1, 2, 2, 3])
        sessions.append(((1 << length) - 1) << random.randrange(slots - length + 1))
    made = []
    for _ in range(people):
        mask = 0
        while random.random() < blocked * slots / (blocked * slots + 1.2):
            if (more := mask | random.choice(sessions)).bit_count() <= 0.4 * slots:
                mask = more
        made.append(Participant(blocked=mask))
    return tuple(made)


def _pairs(
    random: Random, participants: tuple[Participant, ...], slots: int, count: int, *, keep_room: bool
) -> dict[tuple[int, int], int]:
    """Pairs who could meet, and their points; with room kept, nobody beyond 0.9 of their slots."""
    people = range(len(participants))
    weights = list(accumulate(random.lognormvariate(0, POPULARITY) for _ in people))
    interests = [set(random.sample(range(TOPICS), INTERESTS)) for _ in people]
    free = [(1 << slots) - 1 & ~participant.blocked for participant in participants]
    left = [int(0.9 * mask.bit_count()) if keep_room else count for mask in free]
    pairs: dict[tuple[int, int], int] = {}
    for _ in range(200 * count):
        if len(pairs) == count:
            break
        a, b = sorted(random.choices(people, cum_weights=weights, k=2))
        shared = len(interests[a] & interests[b]) / INTERESTS
        likely = random.random() < 0.25 + 0.75 * shared
        if a == b or (a, b) in pairs or not likely or not left[a] or not left[b] or not free[a] & free[b]:
            continue
        left[a] -= 1
        left[b] -= 1
        pairs[a, b] = int(1000 * (0.2 + 0.8 * shared) * random.uniform(0.5, 1.0))
    return pairs


def _session(random: Random, slots: int) -> int:
    wish = random.random()
    if wish < ONE_SESSION / 2:
        return (1 << slots // 2) - 1
    return EVERY << slots // 2 if wish < ONE_SESSION else EVERY
