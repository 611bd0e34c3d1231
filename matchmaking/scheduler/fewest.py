"""Proves how few people a mended timetable must touch, or finds fewer: CP-SAT on a neighbourhood that grows.

Meetings outside the neighbourhood may be lifted off their place without finding another: whatever cannot be had even
so cannot be had at all, so each round's optimum is a bound for the whole event. Where it lifts nobody, it is a plan.
"""

import time
from dataclasses import dataclass

from ortools.sat.python import cp_model

from matchmaking.scheduler.bounds import counted
from matchmaking.scheduler.neighbourhood import Goal, Known, Neighbourhood
from matchmaking.scheduler.problem import Problem
from matchmaking.scheduler.proof import guide_by_cores, whole

LARGEST = 40_000  # slots of all meetings in a neighbourhood: beyond, a proof takes longer than a mending may
WORK = 0.3  # of CP-SAT's own measure a second: about half of what a quiet machine does, so that no clock decides
LEAST_WORK = 0.005  # of a solve, however easy
LATE = 8  # times the seconds after which the clock decides all the same, as on a machine with too much to do
ROUNDS = 12  # a neighbourhood that has grown so often is the whole event


@dataclass(frozen=True, slots=True)
class Fewest:
    """The best slots known; no timetable that keeps as many meetings touches fewer people than `least`."""

    slots: tuple[int | None, ...]
    least: int


def fewest(
    problem: Problem, slots: tuple[int | None, ...], *, heard: frozenset[int], seconds: float, seed: int
) -> Fewest:
    """From `slots`, a plan that breaks no rule, of meetings that all have a slot today. Who has `heard` (indices) of
    some change anyway counts as touched."""
    search = _Search(Known(problem, heard), slots, seconds, seed)
    near = search.known.around(search.known.told)
    search.improve(near, share=0.5)
    search.prove(Goal.DROPS, near, share=0.3)
    search.prove(Goal.PEOPLE, search.known.among(search.known.told), share=0.5)
    search.prove(Goal.PEOPLE, near, share=1.0)
    return Fewest(search.slots, search.touched)


class _Search:
    """The best slots so far and what they cannot be better than, closing in on each other until the time is up."""

    def __init__(self, known: Known, slots: tuple[int | None, ...], seconds: float, seed: int) -> None:
        self.known, self.slots, self.seed = known, slots, seed
        self.end = time.monotonic() + LATE * seconds
        self.work = WORK * seconds  # left
        self.dropped = len(slots) - counted(known.problem)  # at least
        self.touched = len(known.told)  # at least

    def improve(self, inside: set[int], *, share: float) -> None:
        """With everybody outside where they are."""
        if self._over(inside, Goal.ALL):
            return
        model = Neighbourhood(self.known, inside, self.slots, Goal.ALL)
        if found := self._solve(model, share * self.work):
            self.slots = min(self.slots, model.slots(found), key=self.known.cost)

    def prove(self, goal: Goal, inside: set[int], *, share: float) -> None:
        """With everybody outside lifted where that helps, then let in, until nobody needs to be lifted."""
        kept = (1 - share) * self.work
        for _ in range(ROUNDS):
            if self._over(inside, goal) or self.work <= kept:
                return
            model = Neighbourhood(self.known, inside, self.slots, goal)
            found = self._solve(model, self.work - kept)
            if goal is Goal.DROPS:
                self.dropped = max(self.dropped, model.bound)
            else:
                self.touched = max(self.touched, len(self.known.told) + model.bound)
            lifted = model.lifted(found) if found else set()
            if found and not lifted:
                self.slots = min(self.slots, model.slots(found), key=self.known.cost)
            if not found or not model.optimal or not lifted:
                return
            inside = inside | lifted

    def _solve(self, model: Neighbourhood, work: float) -> cp_model.CpSolver | None:
        """The best found, if anything is."""
        solver = cp_model.CpSolver()
        solver.parameters.max_deterministic_time = work
        solver.parameters.max_time_in_seconds = max(0.01, self.end - time.monotonic())
        solver.parameters.random_seed = self.seed
        solver.parameters.num_workers = 1
        if model.goal is Goal.PEOPLE:
            guide_by_cores(solver.parameters)
        status = solver.solve(model.model)
        self.work -= max(LEAST_WORK, solver.response_proto.deterministic_time)
        model.bound, model.optimal = whole(solver.best_objective_bound), status == cp_model.OPTIMAL
        return solver if status in (cp_model.OPTIMAL, cp_model.FEASIBLE) else None

    def _over(self, inside: set[int], goal: Goal) -> bool:
        """Nothing left to find for this goal, or no time."""
        dropped, touched, _ = self.known.cost(self.slots)
        fewest_dropped, fewest_touched = dropped <= self.dropped, touched <= self.touched
        proven = {Goal.ALL: fewest_dropped and fewest_touched, Goal.DROPS: fewest_dropped, Goal.PEOPLE: fewest_touched}
        spent = self.work <= 0 or time.monotonic() >= self.end
        return proven[goal] or spent or self.known.size(inside) > LARGEST
