"""A timetable in the making: meetings in slots, never a rule broken, changed one Kempe chain at a time."""

from collections.abc import Sequence
from dataclasses import dataclass

from matchmaking.scheduler.pricing import RUINOUS, TIER, Tariff, tariffs
from matchmaking.scheduler.problem import Aim, Problem

FREE = -1  # nobody there, or no slot
STAY_ENERGY = 0.5  # of annealing: a meeting away from its current slot
STAY_FIRST_ENERGY = 25.0  # where staying counts first
RUIN = RUINOUS / 2  # no chain may cost so much
LONGEST_CHAIN = 60  # longer ones are rare and change too much at once


@dataclass(slots=True)
class Chain:
    """Meetings that change places between two slots, and the people whose busy pattern this changes.

    Of the graph of meetings in either slot, joined where they share a participant, a chain is one component
    (Kempe 1879). Whoever is inside has a meeting in both slots before and after: only the ends pay.
    """

    here: int
    there: int
    leaving: list[int]  # from here to there
    coming: list[int]  # from there to here
    ends: list[int]
    change: float  # of energy

    @property
    def net(self) -> int:
        """How many more meetings there will be there."""
        return len(self.leaving) - len(self.coming)

    def back(self) -> "Chain":
        """What undoes the swap."""
        return Chain(self.there, self.here, self.leaving, self.coming, self.ends, -self.change)


class Timetable:
    """Hard rules always hold: allowed slots, nobody twice, tables, limits, order, fixed slots."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.people = [meeting.people for meeting in problem.meetings]
        self.open = problem.open_slots()
        self.capacity = [slot.tables for slot in problem.slots]
        self.most = [len(self.capacity) if p.most is None else p.most for p in problem.participants]
        self.current = [meeting.current for meeting in problem.meetings]
        self.relatives = _relatives(problem)
        self.tariff: list[Tariff] = tariffs(problem)
        self.limited = bool(problem.limits)
        self.own = [meeting.own for meeting in problem.meetings] if any(m.own for m in problem.meetings) else None
        self.stay_energy = STAY_FIRST_ENERGY if problem.aim is Aim.STAY else STAY_ENERGY
        self.away = 1 << 4 * TIER if problem.aim is Aim.STAY else 1  # what a moved meeting adds to the price
        self.clear()

    def clear(self) -> None:
        self.at = [[FREE] * len(self.capacity) for _ in self.tariff]  # participant, slot -> meeting
        self.busy = [0] * len(self.tariff)
        self.energy = [0.0] * len(self.tariff)
        self.prices = [0] * len(self.tariff)
        self.slot = [FREE] * len(self.people)
        self.load = [0] * len(self.capacity)
        self.placed = 0
        self.price = 0

    def load_slots(self, slots: list[int]) -> None:
        """Start over from these slots, which must break no rule."""
        self.clear()
        for meeting, slot in enumerate(slots):
            if slot != FREE:
                self.place(meeting, slot)

    def free_slots(self, meeting: int) -> int:
        """The slots, as a mask, in which nobody of the meeting is busy, whether a table is free or not."""
        mask = self.open[meeting]
        for person in self.people[meeting]:
            mask &= ~self.busy[person]
        if self.limited and mask:
            mask &= self.bearable(meeting)
        return mask & self.window(meeting) if meeting in self.relatives else mask

    def bearable(self, meeting: int) -> int:
        """The slots in which one more meeting leaves all its people the pauses they must have."""
        mask = 0
        for slot in range(len(self.capacity)):
            people = self.people[meeting]
            mask |= all(self.tariff[p][self.busy[p] | 1 << slot] < RUIN for p in people) << slot
        return mask

    def bears(self, meeting: int, slot: int, without: Sequence[int]) -> bool:
        """Whether the slot would be bearable if these others had none."""
        if not self.limited:
            return True
        freed = [(person, 1 << self.slot[other]) for other in without for person in self.people[other]]
        for person in self.people[meeting]:
            busy = self.busy[person]
            for who, mask in freed:
                busy &= ~mask if who == person else -1
            if self.tariff[person][busy | 1 << slot] >= RUIN:
                return False
        return True

    def takes(self, meeting: int, slot: int) -> int:
        """How many of the slot's tables the meeting takes there: one, or none where it has its own."""
        return 1 if self.own is None else 1 - (self.own[meeting] >> slot & 1)

    def full_for(self, meeting: int, slot: int) -> bool:
        return self.load[slot] + self.takes(meeting, slot) > self.capacity[slot]

    def at_limit(self, meeting: int) -> bool:
        return any(self.busy[person].bit_count() >= self.most[person] for person in self.people[meeting])

    def window(self, meeting: int) -> int:
        """The slots between its placed predecessors and successors."""
        mask = (1 << len(self.capacity)) - 1
        for other, earlier in self.relatives.get(meeting, ()):
            if (slot := self.slot[other]) != FREE:
                mask &= -1 << slot + 1 if earlier else (1 << slot) - 1
        return mask

    def place(self, meeting: int, slot: int) -> None:
        self.slot[meeting] = slot
        self.placed += 1
        self.load[slot] += self.takes(meeting, slot)
        self.price += self._moved(meeting, slot)
        for person in self.people[meeting]:
            self.at[person][slot] = meeting
            self._flip(person, 1 << slot)

    def remove(self, meeting: int) -> None:
        slot = self.slot[meeting]
        self.slot[meeting] = FREE
        self.placed -= 1
        self.load[slot] -= self.takes(meeting, slot)
        self.price -= self._moved(meeting, slot)
        for person in self.people[meeting]:
            self.at[person][slot] = FREE
            self._flip(person, 1 << slot)

    def chain(self, meeting: int, there: int, limit: float = RUIN) -> Chain | None:
        """What must change places if the meeting moves.

        None where somebody cannot follow, or where the energy passes `limit` while the chain's ends are found.
        """
        at, people, opens, tariff, busy = self.at, self.people, self.open, self.tariff, self.busy
        here = self.slot[meeting]
        can_go, can_come = 1 << there, 1 << here
        if not opens[meeting] & can_go:
            return None
        leaving, coming, ends = [meeting], list[int](), list[int]()
        left = came = 0  # how many of each have been followed
        change = 0.0
        while True:
            if left < len(leaving):
                one, target, movers, can = leaving[left], there, coming, can_come
                left += 1
            elif came < len(coming):
                one, target, movers, can = coming[came], here, leaving, can_go
                came += 1
            else:
                break
            for person in people[one]:
                other = at[person][target]
                if other == FREE:
                    change += tariff[person][busy[person] ^ (can_go | can_come)] - self.energy[person]
                    if change > limit:
                        return None
                    ends.append(person)
                elif other not in movers:
                    if not opens[other] & can or left + came == LONGEST_CHAIN:
                        return None
                    movers.append(other)
        found = Chain(here, there, leaving, coming, ends, change)
        return found if not self.relatives or self._in_order(found) else None

    def swap(self, chain: Chain) -> None:
        """Let the chain's meetings change places; the tables must suffice."""
        at, people, slot = self.at, self.people, self.slot
        here, there = chain.here, chain.there
        for meeting in chain.leaving:
            self.price += self._moved(meeting, there) - self._moved(meeting, here)
            slot[meeting] = there
            for person in people[meeting]:
                at[person][here] = FREE
        for meeting in chain.coming:
            self.price += self._moved(meeting, here) - self._moved(meeting, there)
            slot[meeting] = here
            for person in people[meeting]:
                at[person][there] = FREE
        for meeting in chain.leaving:
            for person in people[meeting]:
                at[person][there] = meeting
        for meeting in chain.coming:
            for person in people[meeting]:
                at[person][here] = meeting
        both = 1 << here | 1 << there
        for person in chain.ends:
            self._flip(person, both)
        self.load[here] -= self.taken(chain, here)
        self.load[there] += self.taken(chain, there)

    def fits(self, chain: Chain) -> bool:
        """Whether the tables suffice after the swap."""
        here, there = chain.here, chain.there
        if self.load[there] + self.taken(chain, there) > self.capacity[there]:
            return False
        return self.load[here] - self.taken(chain, here) <= self.capacity[here]

    def taken(self, chain: Chain, slot: int) -> int:
        """Tables of the slot that those who leave take or would take, less those of who comes."""
        if self.own is None:
            return chain.net
        return sum(self.takes(one, slot) for one in chain.leaving) - sum(self.takes(one, slot) for one in chain.coming)

    def _flip(self, person: int, slots: int) -> None:
        tariff = self.tariff[person]
        self.busy[person] = busy = self.busy[person] ^ slots
        self.energy[person] = tariff[busy]
        self.price += tariff.prices[busy] - self.prices[person]
        self.prices[person] = tariff.prices[busy]

    def _moved(self, meeting: int, slot: int) -> int:
        current = self.current[meeting]
        return self.away if current is not None and current != slot else 0

    def _in_order(self, chain: Chain) -> bool:
        new = dict.fromkeys(chain.leaving, chain.there) | dict.fromkeys(chain.coming, chain.here)
        for meeting, slot in new.items():
            for other, earlier in self.relatives.get(meeting, ()):
                then = new.get(other, self.slot[other])
                if then != FREE and (then >= slot if earlier else then <= slot):
                    return False
        return True


def _relatives(problem: Problem) -> dict[int, list[tuple[int, bool]]]:
    """For each meeting in a precedence its relatives, and whether they come earlier."""
    found: dict[int, list[tuple[int, bool]]] = {}
    for earlier, later in problem.precedences:
        found.setdefault(later, []).append((earlier, True))
        found.setdefault(earlier, []).append((later, False))
    return found
