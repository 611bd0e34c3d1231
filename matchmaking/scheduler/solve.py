"""Where scheduling happens: construct, anneal, prove, seat. For a worker process."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from importlib import import_module
from random import Random
from typing import Any

from matchmaking.scheduler.anneal import anneal, compiles
from matchmaking.scheduler.bounds import counted, fitting, paired
from matchmaking.scheduler.construct import construct, fill
from matchmaking.scheduler.plan import Bound, Plan, Status
from matchmaking.scheduler.pools import balanced, choosable, relaxed, send
from matchmaking.scheduler.pricing import objectives
from matchmaking.scheduler.problem import Aim, Problem
from matchmaking.scheduler.tables import seat
from matchmaking.scheduler.timetable import FREE, Timetable
from matchmaking.scheduler.violations import Rule
from matchmaking.scheduler.waiting import totals
from matchmaking.scheduler.waits import waited

STEPS, FAST_STEPS = 100_000, 6_000_000  # of annealing planned for each second, so that the clock rarely decides
FEW = 0.05  # of the people: where more wait after a first annealing, some always will
FIRST_STEPS = 20_000  # of the annealing before a proof
LAST_STEPS = 160_000  # of the longest annealing before a proof
SENDINGS = 6  # times that those of pools change places, between as many annealings
NEAR = 2  # breaks from their bound that annealing usually closes
TELL_SECONDS = 0.5
PROOF_SHARE = 0.5  # of the time left; annealing gets the rest, should the proof not come
PROOF_SHARE_OF_TWO = 0.8  # where a second worker searches beside the one that proves
PROVABLE, PROVABLE_CHOICES = 120, 20_000  # participants, slots of all meetings: beyond, CP-SAT takes too long


class Phase(StrEnum):
    CONSTRUCTING = "constructing"
    BOUNDING = "bounding"
    ANNEALING = "annealing"
    PROVING = "proving"
    SEATING = "seating"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the solver is: the best plan so far, and what none can beat."""

    phase: Phase
    placed: int
    meetings: int
    breaks: int
    idle: int  # minutes
    bound: Bound
    seconds: float


def solve(
    problem: Problem,
    *,
    seed: int,
    deadline_seconds: float,
    progress: Callable[[Progress], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    workers: int = 1,
) -> Plan:
    """The best plan found before the deadline: most meetings, then fewest breaks, idle minutes, evenness, moves.

    Always sound (`Plan.violations` is empty), but that homogeneity may not be reached: then the status is unknown, or
    infeasible where it cannot be. With one worker the same problem, seed and deadline give the same plan, as long as
    the work planned for the deadline fits in it. `cancelled` is asked often; once true, the best plan so far comes
    back at once.
    """
    run = _Run(problem, seed, deadline_seconds, progress or (lambda _: None), cancelled or (lambda: False), workers)
    return run.plan()


class _Run:
    def __init__(
        self,
        problem: Problem,
        seed: int,
        deadline_seconds: float,
        progress: Callable[[Progress], None],
        cancelled: Callable[[], bool],
        workers: int,
    ) -> None:
        # The one clock of the pure code: a deadline means nothing without it. Results do not depend on it otherwise.
        self.started = self.told = time.monotonic()
        self.problem, self.seed, self.workers = problem, seed, workers
        self.planned = self.deadline = deadline_seconds  # the work is planned for; and what loading takes added
        self.report, self.cancelled = progress, cancelled
        self.random = Random(seed)  # noqa: S311 - a schedule, not a secret
        self.timetable = Timetable(balanced(problem))
        self.relaxed = relaxed(problem)  # for bounds
        self.pooled = bool(choosable(problem))
        self.bound = Bound(placed=counted(self.relaxed))
        self.alone: tuple[int, ...] = ()  # who wait whatever is done
        self.crowded = False  # more wait after annealing than could all be helped

    def plan(self) -> Plan:
        construct(self.timetable, range(len(self.problem.meetings)), random=self.random, stop=self._stop)
        self._send()
        self._tell(Phase.CONSTRUCTING)
        self._relax()
        self._tell(Phase.BOUNDING)
        self._improve()
        self._tell(Phase.SEATING)
        return self._plan()

    def _relax(self) -> None:
        """What a matching and linear programmes know about the questions that the first timetable left open."""
        if not self._complete():
            self._at_most(paired(self.relaxed))
        if self._done():
            return
        limit = self._left() / 4
        if not self._complete() and (most := fitting(self.relaxed, seconds=limit)) is not None:
            self._at_most(most)
        known = waited(self.relaxed, seconds=limit)
        if not known.possible:
            self._impossible()
        self.bound, self.alone = replace(self.bound, breaks=known.breaks), known.alone

    def _impossible(self) -> None:
        self._at_most(len(self.problem.meetings) - 1)

    def _at_most(self, placed: int) -> None:
        self.bound = replace(self.bound, placed=min(self.bound.placed, placed))

    def _all_may_fit(self) -> bool:
        return self.bound.placed == len(self.problem.meetings)

    def _improve(self) -> None:
        """Small problems: anneal shortly, then prove. While the deadline lasts: anneal, first briskly, then slowly."""
        if self._provable():
            steps = FIRST_STEPS
            self._anneal(steps)
            while self._nearly() and steps < LAST_STEPS and not self._done():
                steps *= 2
                self._anneal(steps)
            self._prove()
        fast = not self._done() and self._compiled()
        steps = int(self.planned * (FAST_STEPS if fast else STEPS))
        self._anneal(steps // 10, fast=fast)
        parts = SENDINGS if self.pooled else 1
        for _ in range(parts):
            self._anneal((steps - steps // 10) // parts, fast=fast)

    def _send(self) -> None:
        """Whoever goes, goes where it is best for the timetable as it is by now."""
        if self.pooled:
            send(self.timetable, random=self.random, stop=self._stop)

    def _compiled(self) -> bool:
        """Whether the compiled kernel can be used."""
        return compiles(self.timetable) and bool(self._load("fast", lambda fast: fast.ready(self._left())))

    def _load(self, module: str, use: Callable[[Any], Any] = lambda module: module) -> Any:
        """OR-Tools and Numba take longer to import than a small event to solve, and many need neither. The deadline
        does not pay for importing, nor for compiling, once on a machine."""
        started = time.monotonic()
        loaded = use(import_module(f"matchmaking.scheduler.{module}"))
        self.deadline += time.monotonic() - started
        return loaded

    def _anneal(self, steps: int, *, fast: bool = False) -> None:
        if self._done():
            return
        if self._placed() < self.bound.placed:
            waiting = [meeting for meeting, slot in enumerate(self.timetable.slot) if slot == FREE]
            fill(self.timetable, waiting, random=self.random, stop=self._stop)
        spent = self._spent_of(min(self._left(), steps / (FAST_STEPS if fast else STEPS)))
        if fast:
            kernel, seed = self._load("fast"), self.random.getrandbits(32)
            way = kernel.CROWDED if self.crowded else kernel.LOOSE
            kernel.anneal_fast(
                self.timetable, steps=steps, seed=seed, spent=spent, workers=self.workers, way=way,
                waiting_anyway=self.alone,
            )  # fmt: skip
            self.crowded = self._share_waiting() > FEW
        else:
            anneal(self.timetable, steps=steps, random=self.random, spent=spent)
        self._send()
        self._tell(Phase.ANNEALING)

    def _share_waiting(self) -> float:
        return sum(energy > 0 for energy in self.timetable.energy) / max(1, len(self.timetable.energy))

    def _spent_of(self, seconds: float) -> Callable[[int], float]:
        """The share that is gone of so many seconds before the deadline, below 0 earlier: work that has time to spare
        never sees the clock. All of it, where nothing better is to be had."""

        def spent(price: int) -> float:
            if time.monotonic() - self.told > TELL_SECONDS:
                self._tell(Phase.ANNEALING, price)
            return 1.0 if self._stop() or self._good_enough(price) else 1 - self._left() / seconds

        return spent

    def _done(self) -> bool:
        """Whether time is up, or no plan can be better: those that place all that fits, unless it must be even."""
        full = self._placed() >= self.bound.placed
        uneven = self._complete() and not self._all_may_fit()
        return self._stop() or uneven or (full and self._good_enough(self.timetable.price))

    def _nearly(self) -> bool:
        """Whether the breaks are so close to their bound that another annealing is likely to reach it."""
        excess, breaks, *_ = objectives(self.timetable.price)
        return self._complete() and not excess and breaks - self.bound.breaks <= NEAR

    def _provable(self) -> bool:
        choices = sum(mask.bit_count() for mask in self.timetable.open)
        small = len(self.problem.participants) <= PROVABLE and choices <= PROVABLE_CHOICES
        return small and self._all_may_fit() and self.timetable.own is None and not self.pooled

    def _prove(self) -> None:
        if self._done():
            return
        proof = self._load("proof").prove(
            self.problem,
            hint=self.timetable.slot if self._complete() else None,
            breaks=self.bound.breaks,
            seconds=self._left() * (PROOF_SHARE if self.workers == 1 else PROOF_SHARE_OF_TWO),
            workers=self.workers,
            seed=self.seed,
            cancelled=self.cancelled,
        )
        if not proof.possible:
            self._impossible()
        self.bound = replace(self.bound, breaks=proof.breaks)
        if proof.slots is not None:
            self._take(proof.slots)
        self._tell(Phase.PROVING)

    def _take(self, slots: list[int]) -> None:
        before = self.timetable.slot[:], self.timetable.price, self._complete()
        self.timetable.load_slots(slots)
        if before[2] and before[1] <= self.timetable.price:
            self.timetable.load_slots(before[0])

    def _good_enough(self, price: int) -> bool:
        """Whether no timetable with the same meetings can have a lower price worth looking for."""
        excess, breaks, idle, _, moved = objectives(price)
        shortest = min((slot.end - slot.start for slot in self.problem.slots), default=0)
        least = self.bound.breaks if self._complete() else 0
        return breaks <= least and idle <= breaks * shortest and not excess and not moved

    def _placed(self) -> int:
        return self.timetable.placed

    def _complete(self) -> bool:
        return FREE not in self.timetable.slot

    def _stop(self) -> bool:
        return self._left() <= 0 or self.cancelled()

    def _left(self) -> float:
        return self.deadline - (time.monotonic() - self.started)

    def _tell(self, phase: Phase, price: int | None = None) -> None:
        _, breaks, idle, squares, _ = objectives(self.timetable.price if price is None else price)
        if self.problem.aim is Aim.EVEN:
            breaks = squares
        self.told = time.monotonic()
        seconds = self.told - self.started
        self.report(Progress(phase, self._placed(), len(self.problem.meetings), breaks, idle, self.bound, seconds))

    def _plan(self) -> Plan:
        slots = tuple(None if slot == FREE else slot for slot in self.timetable.slot)
        sent = tuple(map(tuple, self.timetable.people)) if self.pooled else ()
        come = self.problem.attended(sent)
        breaks, idle = totals(come, slots)
        plan = Plan(
            ids=tuple(meeting.id for meeting in self.problem.meetings),
            slots=slots,
            tables=seat(come, slots),
            breaks=breaks,
            idle=idle,
            bound=self.bound,
            status=Status.UNKNOWN,
            seconds=time.monotonic() - self.started,
            seed=self.seed,
            people=sent,
        )
        return replace(plan, status=self._status(plan))

    def _status(self, plan: Plan) -> Status:
        if not self._all_may_fit():
            return Status.INFEASIBLE
        if plan.placed < len(plan.ids) or (self.problem.homogeneity is not None and self._uneven(plan)):
            return Status.UNKNOWN
        return Status.OPTIMAL if plan.breaks <= self.bound.breaks else Status.FEASIBLE

    def _uneven(self, plan: Plan) -> bool:
        return any(violation.rule is Rule.HOMOGENEITY for violation in plan.violations(self.problem))
