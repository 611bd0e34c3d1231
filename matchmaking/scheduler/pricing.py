"""What a busy pattern costs its participant: breaks, idle minutes and unevenness, as one number to compare by."""

from matchmaking.scheduler.problem import Aim, Problem

BREAK_ENERGY = 5.0  # annealing: one break weighs as much as five idle slots
EVEN_ENERGY = 0.5  # of squared breaks
EVENLY_ENERGY = 5.0  # where evenness comes first
RUINOUS = 1e9  # of a pattern that breaks a limit: no chain may lead there
UNEVEN_ENERGY = 1000.0  # and breaks beyond the homogeneity limit are all but forbidden
TIER = 24  # bits of one objective in a price: totals stay below 16 million
REMEMBERED = 200_000  # patterns of one tariff


def price(*, excess: int = 0, breaks: int = 0, idle: int = 0, squares: int = 0, moved: int = 0) -> int:
    """Objectives packed into one number, TIER bits each: prices add up, and compare objective after objective.

    `excess` is breaks beyond the homogeneity limit, `idle` minutes, `squares` the squared breaks of each participant
    (the more even, the fewer), `moved` meetings away from their current slot.
    """
    return (((excess << TIER | breaks) << TIER | idle) << TIER | squares) << TIER | moved


def objectives(price: int) -> tuple[int, int, int, int, int]:
    """Excess, breaks, idle minutes, squares and moved, out of a price."""
    tier = (1 << TIER) - 1
    return price >> 4 * TIER, price >> 3 * TIER & tier, price >> 2 * TIER & tier, price >> TIER & tier, price & tier


def gaps(busy: int, unseen: int) -> tuple[int, int]:
    """Breaks of one round's busy pattern, and the mask of its idle slots between the first and the last meeting.

    `unseen` are slots that count neither as meeting nor as idle. A break is a meeting whose predecessor on the
    participant's own timeline (the slots not unseen) is idle.
    """
    first = busy & -busy
    idle = ((1 << busy.bit_length()) - first) & ~busy & ~unseen
    if not idle:
        return 0, 0
    after = idle << 1
    # Adding the run of unseen slots to its own lowest bit carries that bit to the first slot after the run.
    after |= (after & unseen) + unseen
    return (busy & after).bit_count(), idle


def beside(busy: int, unseen: int) -> int:
    """The slots next to busy ones on the participant's own timeline."""
    up, down = busy << 1, busy >> 1
    while up & unseen:
        up = up & ~unseen | (up & unseen) << 1
    while down & unseen:
        down = down & ~unseen | (down & unseen) >> 1
    return up | down


class Tariff(dict[int, float]):
    """Energy of a busy pattern (a mask) of those who see through the same slots; remembers what it worked out."""

    def __init__(self, problem: Problem, unseen: int, limits: tuple[tuple[int, int], ...]) -> None:
        super().__init__()
        self._limits = limits
        self._evenly = problem.aim is Aim.EVEN
        self._square = EVENLY_ENERGY if self._evenly else EVEN_ENERGY
        self._minutes = [slot.end - slot.start for slot in problem.slots]
        self._alike = len(set(self._minutes)) == 1
        self._usual = sum(self._minutes) / max(1, len(self._minutes)) or 1.0
        self._rounds = problem.round_masks()
        self._limit = problem.homogeneity
        self._unseen = unseen
        self.prices: dict[int, int] = {}  # of the same patterns

    def __missing__(self, busy: int) -> float:
        if len(self) >= REMEMBERED:
            self.clear()
            self.prices.clear()
        breaks, idle = self._waits(busy)
        excess = 0 if self._limit is None else max(0, breaks - self._limit)
        squares = breaks * breaks
        few, even = (squares, breaks) if self._evenly else (breaks, squares)
        self.prices[busy] = price(excess=excess, breaks=few, idle=idle, squares=even) if breaks else 0
        energy = UNEVEN_ENERGY * excess + BREAK_ENERGY * breaks + idle / self._usual + self._square * squares
        if self._limits and any((busy & slots).bit_count() > most for slots, most in self._limits):
            energy = RUINOUS
        self[busy] = energy
        return energy

    def _waits(self, busy: int) -> tuple[int, int]:
        """Breaks and idle minutes."""
        breaks = idle = 0
        for slots in self._rounds:
            if busy & slots:
                found, between = gaps(busy & slots, self._unseen & slots)
                breaks += found
                idle |= between
        return breaks, self._minutes_in(idle) if idle else 0

    def _minutes_in(self, idle: int) -> int:
        if self._alike:
            return idle.bit_count() * self._minutes[0]
        return sum(self._minutes[t] for t in range(idle.bit_length()) if idle >> t & 1)


def tariffs(problem: Problem) -> list[Tariff]:
    """For each participant the tariff of their patterns; equals share one."""
    unseen = [problem.seen_through(person) for person in range(len(problem.participants))]
    kinds = list(zip(unseen, problem.limits_each(), strict=True))
    shared = {kind: Tariff(problem, *kind) for kind in set(kinds)}
    return [shared[kind] for kind in kinds]
