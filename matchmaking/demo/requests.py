"""Who of the demo's delegates asks whom for a meeting, with which words, and what becomes of it."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count, cycle, islice
from random import Random

from matchmaking.demo.cast import Delegate, Interest, table
from matchmaking.grounds import Reason, TheyOfferYouSeek, YouOfferTheySeek
from matchmaking.ranking import Ranked, rank
from matchmaking.wishes import Crowd, Wish, crowd, wishes

ASKED = 350
EAGERNESS = (0, 1, 1, 2, 2, 3, 3, 4, 5, 6, 9)  # how many meetings somebody asks for
CHOICE = 16  # among how many
INBOX = 11  # requests that anybody gets at most
AGENDA = 9  # meetings that anybody accepts at most
WAITING = 0.25  # of the accepted meetings: their time is left to the schedule
STATES = {"accepted": 63, "requested": 14, "declined": 9, "cancelled": 6, "expired": 8}  # percent


@dataclass(frozen=True, slots=True)
class Request:
    asker: Delegate
    invitee: Delegate
    message: str
    state: str  # a value of models.MeetingStatus
    reason: str = ""  # of a decline or a cancellation
    waiting: bool = False  # accepted without a time


def requests(delegates: Sequence[Delegate], seed: int) -> tuple[Request, ...]:
    """Every pair once at most, and only those who have something for each other."""
    chance = Random(f"requests {seed}")  # noqa: S311 - a story, not a secret
    made: list[Request] = []
    agenda: Counter[str] = Counter()
    for asker, invitee, reasons in islice(_pairs(delegates, chance), ASKED):
        state = _state(asker, invitee, agenda, chance)
        if state == "accepted":
            agenda.update([asker.email, invitee.email])
        reason = chance.choice(table("vocabulary")["answers"].get(state, [""]))
        waiting = state == "accepted" and chance.random() < WAITING
        made.append(Request(asker, invitee, _message(asker, invitee, reasons, chance), state, reason, waiting))
    return tuple(made)


def _pairs(delegates: Sequence[Delegate], chance: Random) -> Iterator[tuple[Delegate, Delegate, tuple[Reason, ...]]]:
    """Asker and invitee, the eager more often, the better match more likely."""
    everybody = _everybody(delegates)
    favourites = [rank(each, everybody, limit=CHOICE) for each in everybody.everybody]
    askers = [number for number in range(len(delegates)) for _ in range(chance.choice(EAGERNESS))]
    chance.shuffle(askers)
    asked: set[frozenset[int]] = set()
    inbox: Counter[int] = Counter()
    for asker in cycle(askers):
        left = [each for each in favourites[asker] if _may_ask(asker, each, asked, inbox)]
        if left:
            choice = left[int(chance.random() ** 2 * len(left))]
            asked.add(frozenset((asker, choice.participant)))
            inbox[choice.participant] += 1
            yield delegates[asker], delegates[choice.participant], choice.affinity.reasons


def _may_ask(asker: int, choice: Ranked, asked: set[frozenset[int]], inbox: Counter[int]) -> bool:
    return frozenset((asker, choice.participant)) not in asked and inbox[choice.participant] < INBOX


def _everybody(delegates: Sequence[Delegate]) -> Crowd:
    """As `affinity` sees them, numbered by their place; there are no rows yet."""
    number: defaultdict[str, int] = defaultdict(count().__next__)
    return crowd(
        wishes(
            participant=place,
            organisation=number[delegate.organisation.name],
            region=number[delegate.organisation.region],
            languages=delegate.languages,
            lines=[_wish(interest, number) for interest in delegate.interests],
        )
        for place, delegate in enumerate(delegates)
    )


def _wish(interest: Interest, number: defaultdict[str, int]) -> Wish:
    demo_case = number[f"{interest.pilot}/{interest.demo_case}"] if interest.demo_case else None
    return Wish(number[interest.pilot], demo_case, interest.role, interest.offers, interest.needs, interest.trl)


def _state(asker: Delegate, invitee: Delegate, agenda: Counter[str], chance: Random) -> str:
    """A yes stays a request where no common round is ticked, or one of the two has enough."""
    state = chance.choices(list(STATES), list(STATES.values()))[0]
    full = max(agenda[asker.email], agenda[invitee.email]) >= AGENDA
    apart = not set(asker.rounds) & set(invitee.rounds)
    return "requested" if state == "accepted" and (full or apart) else state


def _message(asker: Delegate, invitee: Delegate, reasons: tuple[Reason, ...], chance: Random) -> str:
    """In the language at home for both, else in English, about what brings them together."""
    messages = table("vocabulary")["messages"]
    home = asker.languages[0]
    theirs = next((reason for reason in reasons if isinstance(reason, TheyOfferYouSeek)), None)
    ours = next((reason for reason in reasons if isinstance(reason, YouOfferTheySeek)), None)
    about = theirs or ours
    kind = "both" if theirs and ours else "seek" if theirs else "offer" if ours else "work"
    text = str(chance.choice(messages[home if home == invitee.languages[0] and home in messages else "en"][kind]))
    name = invitee.name.split()[0]
    return text.format(name=name, offer=about.offer if about else "", need=about.need if about else "")
