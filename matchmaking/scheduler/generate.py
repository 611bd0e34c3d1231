"""Makes realistic problems to test and measure with: popular and less popular people, sessions that keep them busy.

Beside the plain day there are two sides, several rounds, hosts with a table of their own, delegations, and houses that
send one of theirs, or as many as were asked.
"""

from collections import Counter
from dataclasses import replace
from itertools import accumulate
from math import ceil
from random import Random

from matchmaking.scheduler.problem import EVERY, Meeting, Participant, Problem, Slot

TOPICS = 12  # of which everybody cares for INTERESTS; meetings come from shared ones
INTERESTS = 3
# Sigma of its log-normal distribution. It spreads meetings as the long days of the published instances do: their
# standard deviation is 0.64 (forum-14) and 0.68 (forum-13) of their mean.
POPULARITY = 0.6
FIRST_SIDE = 0.4  # share of people, where only the two sides meet
ALL_ROUNDS = 0.5  # share of people who come to every round; the others leave one out
ONE_SESSION = 0.1  # share of meetings that want the morning or the afternoon
HOUSE = 4  # people of an organisation, neighbours in the list
MINUTES = 20


def generate(
    *,
    people: int,
    meetings_each: float = 8,
    slots: int = 20,
    table_use: float = 0.4,
    blocked: float = 0.12,
    choice: float = 1.0,
    two_sided: bool = False,
    rounds: int = 1,
    hosts: float = 0.0,
    delegations: float = 0.0,
    houses: float = 0.0,
    seed: int = 1,
) -> Problem:
    """A day with `people * meetings_each / 2` accepted meetings that fill `table_use` of its tables.

    `blocked` is the share of slots in which people sit in sessions; `choice` above 1 gives as many times more
    requests, weighted by shared interests, for choosing among. `two_sided`: only buyers meet sellers. In several
    `rounds` not everybody comes to each. `hosts` is the share of people who receive at a table of their own, and
    `delegations` that of meetings to which a colleague comes along. To a share `houses` of meetings the first
    one's house may send others: as many of its HOUSE people as were asked.
    """
    random = Random(f"{seed} {people} {slots} {meetings_each}")  # noqa: S311 - reproducible, not secret
    participants = _participants(random, people, slots, blocked)
    if rounds > 1:
        participants = tuple(_leave_one_out(random, one, slots, rounds) for one in participants)
    most = round(people * meetings_each / 2)
    sides = round(FIRST_SIDE * people) if two_sided else None
    pairs = _pairs(random, participants, slots, int(most * choice), keep_room=choice == 1, first_side=sides)
    meetings = tuple(
        Meeting(id=number, people=pair, allowed=EVERY if rounds > 1 else _session(random, slots), weight=weight)
        for number, (pair, weight) in enumerate(sorted(pairs.items()), start=1)
    )
    if hosts:
        meetings = _receive(random, meetings, people, hosts)
    if delegations:
        meetings = _bring_colleagues(random, meetings, participants, slots, delegations)
    if houses:
        meetings = tuple(_send_anybody(one, people) if random.random() < houses else one for one in meetings)
    tables = ceil(sum(not meeting.own for meeting in meetings) / choice / slots / table_use)
    return Problem(participants, tuple(_slot(t, slots, tables, rounds) for t in range(slots)), meetings)


def _slot(t: int, slots: int, tables: int, rounds: int) -> Slot:
    """Slots on end, and an hour for lunch in the middle."""
    start = 9 * 60 + MINUTES * t + (60 if t >= slots // 2 else 0)
    return Slot(start=start, end=start + MINUTES, tables=tables, round=t * rounds // slots)


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


def _leave_one_out(random: Random, participant: Participant, slots: int, rounds: int) -> Participant:
    if random.random() < ALL_ROUNDS:
        return participant
    missed = random.randrange(rounds)
    away = sum(1 << t for t in range(slots) if t * rounds // slots == missed)
    return replace(participant, blocked=participant.blocked | away)


def _pairs(
    random: Random,
    participants: tuple[Participant, ...],
    slots: int,
    count: int,
    *,
    keep_room: bool,
    first_side: int | None,
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
        if first_side is not None and (a < first_side) == (b < first_side):
            continue
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


def _receive(random: Random, meetings: tuple[Meeting, ...], people: int, share: float) -> tuple[Meeting, ...]:
    """All meetings of a host are at the host's own table."""
    hosts = set(random.sample(range(people), round(share * people)))
    return tuple(replace(meeting, own=EVERY) if hosts & {*meeting.people} else meeting for meeting in meetings)


def _bring_colleagues(
    random: Random, meetings: tuple[Meeting, ...], participants: tuple[Participant, ...], slots: int, share: float
) -> tuple[Meeting, ...]:
    """Neighbours in the list are of one organisation; whoever has time for it comes along."""
    wanted = Counter(person for meeting in meetings for person in meeting.people)
    free = [(1 << slots) - 1 & ~participant.blocked for participant in participants]
    made = []
    for meeting in meetings:
        colleague = meeting.people[0] ^ 1
        if random.random() < share and colleague < len(participants) and colleague not in meeting.people:
            together = free[meeting.people[0]] & free[meeting.people[1]] & free[colleague] & meeting.allowed
            if together.bit_count() > slots / 4 and wanted[colleague] < 0.6 * free[colleague].bit_count():
                wanted[colleague] += 1
                meeting = replace(meeting, people=(*meeting.people, colleague))
        made.append(meeting)
    return tuple(made)


def _send_anybody(meeting: Meeting, people: int) -> Meeting:
    first = meeting.people[0] // HOUSE * HOUSE
    house = set(range(first, min(people, first + HOUSE)))
    if meeting.people[1] in house:  # colleagues who meet each other
        return meeting
    return replace(meeting, pools=(tuple(sorted(house)),))
