"""Proves what no search can: that no plan with all meetings placed exists, or that none has fewer breaks (CP-SAT)."""

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from math import isfinite

from ortools.sat.python import cp_model, cp_model_helper

from matchmaking.scheduler.problem import Problem

Literal = cp_model.LiteralT
POLL_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Proof:
    """The best slots found (None: none), the fewest breaks possible, and whether all meetings can be placed."""

    slots: list[int] | None
    breaks: int
    possible: bool


def prove(
    problem: Problem,
    *,
    hint: list[int] | None,
    breaks: int,
    seconds: float,
    workers: int,
    seed: int,
    cancelled: Callable[[], bool],
) -> Proof:
    """Search for the fewest breaks with every meeting placed; `hint` is a plan, `breaks` a bound known before."""
    model = _Model(problem, breaks)
    if hint is not None:
        model.hint(hint)
    solver = _solver(seconds, workers, seed)
    status = _solve(solver, model.model, cancelled)
    if status == cp_model.INFEASIBLE:
        return Proof(None, breaks, possible=False)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return Proof(None, max(breaks, whole(solver.best_objective_bound)), possible=True)
    return Proof(
        model.slots(solver),
        max(breaks, whole(solver.best_objective_bound)),
        possible=True,
    )


def whole(bound: float) -> int:
    """A solver that has not begun knows no bound."""
    return max(0, round(bound)) if isfinite(bound) else 0


def _solver(seconds: float, workers: int, seed: int) -> cp_model.CpSolver:
    """Core-guided search, which lifts the bound break by break; with a second worker, search without any LP."""
    solver = cp_model.CpSolver()
    chosen = solver.parameters
    chosen.max_time_in_seconds = max(0.01, seconds)
    chosen.random_seed = seed
    chosen.num_workers = workers
    if workers == 1:
        guide_by_cores(chosen)
        return solver
    # subsolver_params.add() fails in 9.15 ("Unable to cast from non-held"): build the message, then append it.
    cores = cp_model_helper.SatParameters()
    cores.name = "cores"
    guide_by_cores(cores)
    chosen.subsolver_params.append(cores)
    chosen.subsolvers.extend(["cores", "no_lp"])
    chosen.use_lns = False
    return solver


def guide_by_cores(parameters: cp_model_helper.SatParameters) -> None:
    parameters.optimize_with_core = True
    parameters.linearization_level = 0
    parameters.core_minimization_level = 0
    parameters.cover_optimization = False


def _solve(
    solver: cp_model.CpSolver, model: cp_model.CpModel, cancelled: Callable[[], bool]
) -> cp_model.CpSolverStatus:
    """Solve, watched by a thread: the solver itself only calls back when it finds something."""
    done = threading.Event()

    def watch() -> None:
        while not done.wait(POLL_SECONDS):
            if cancelled():
                solver.stop_search()

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        return solver.solve(model)
    finally:
        done.set()
        watcher.join()


class _Model:
    """All meetings placed; a literal for each meeting and slot, and for each participant and slot."""

    def __init__(self, problem: Problem, breaks: int) -> None:
        self.problem = problem
        self.opens = problem.open_slots()
        self.meetings_of = problem.meetings_of()
        self.model = cp_model.CpModel()
        self.in_slot = [self._choose_slot(mask) for mask in self.opens]
        self.busy = [self._busy(person) for person in range(len(problem.participants))]
        self._limit_tables()
        self._leave_pauses()
        self._keep_order()
        counts = [self._breaks(person) for person in range(len(problem.participants))]
        self._keep_even(counts)
        everything = sum(sum(unary) for unary in counts)
        self.model.add(everything >= breaks)
        self.model.minimize(everything)

    def hint(self, slots: list[int]) -> None:
        for literals, slot in zip(self.in_slot, slots, strict=True):
            for t, literal in literals.items():
                self.model.add_hint(literal, t == slot)

    def slots(self, solver: cp_model.CpSolver) -> list[int]:
        return [next(t for t, x in literals.items() if solver.boolean_value(x)) for literals in self.in_slot]

    def _choose_slot(self, mask: int) -> dict[int, cp_model.IntVar]:
        literals = {t: self.model.new_bool_var("") for t in range(mask.bit_length()) if mask >> t & 1}
        self.model.add_exactly_one(literals.values())
        return literals

    def _busy(self, person: int) -> dict[int, cp_model.IntVar]:
        """Whether the participant meets, for each slot in which they could; never two meetings in one slot."""
        mine = self.meetings_of[person]
        busy = {}
        for t in range(len(self.problem.slots)):
            if here := [self.in_slot[meeting][t] for meeting in mine if t in self.in_slot[meeting]]:
                busy[t] = self.model.new_bool_var("")
                self.model.add_exactly_one([*here, ~busy[t]])
        self.model.add(sum(busy.values()) == len(mine))
        most = self.problem.participants[person].most
        if most is not None and len(mine) > most:
            self.model.add_bool_or([])
        self._demand(mine, busy)
        return busy

    def _demand(self, mine: list[int], busy: dict[int, cp_model.IntVar]) -> None:
        """Implied: meetings that only fit in some of the slots keep at least so many of those slots busy."""
        for mask in {self.opens[meeting] for meeting in mine}:
            inside = sum(not self.opens[meeting] & ~mask for meeting in mine)
            if inside >= 2 and mask.bit_count() < len(busy):
                self.model.add(sum(literal for t, literal in busy.items() if mask >> t & 1) >= inside)

    def _limit_tables(self) -> None:
        stars = self._stars()
        pairs = all(len(meeting.people) == 2 for meeting in self.problem.meetings)
        for t, slot in enumerate(self.problem.slots):
            held = [literal for star in stars if (literal := self._star_in(star, t)) is not None]
            if len(held) > slot.tables:
                self.model.add(sum(held) <= slot.tables)
            met = [busy[t] for busy in self.busy if t in busy]
            if pairs and len(met) > 2 * slot.tables:
                self.model.add(sum(met) <= 2 * slot.tables)

    def _stars(self) -> list[tuple[int, list[int]]]:
        """Every meeting in one star: meetings of one participant, of which a slot holds at most one."""
        left = {meeting: self.problem.meetings[meeting].people for meeting in range(len(self.in_slot))}
        stars = []
        while left:
            counts = Counter(person for people in left.values() for person in people)
            centre = max(counts, key=lambda person: (counts[person], -person))
            star = [meeting for meeting, people in left.items() if centre in people]
            stars.append((centre, star))
            for meeting in star:
                del left[meeting]
        return stars

    def _star_in(self, star: tuple[int, list[int]], t: int) -> Literal | None:
        """A literal that says whether one of the star's meetings is in the slot."""
        centre, meetings = star
        here = [self.in_slot[meeting][t] for meeting in meetings if t in self.in_slot[meeting]]
        if len(here) < 2:
            return here[0] if here else None
        if len(meetings) == len(self.meetings_of[centre]):
            return self.busy[centre][t]
        any_here = self.model.new_bool_var("")
        self.model.add_exactly_one([*here, ~any_here])
        return any_here

    def _leave_pauses(self) -> None:
        for busy, limits in zip(self.busy, self.problem.limits_each(), strict=True):
            for slots, most in limits:
                here = [literal for t, literal in busy.items() if slots >> t & 1]
                if len(here) > most:
                    self.model.add(sum(here) <= most)

    def _keep_order(self) -> None:
        for earlier, later in self.problem.precedences:
            before, after = self.in_slot[earlier], self.in_slot[later]
            for t, literal in after.items():
                self.model.add_bool_or([x for s, x in before.items() if s < t] + [~literal])
            for t, literal in before.items():
                self.model.add_bool_or([x for s, x in after.items() if s > t] + [~literal])

    def _breaks(self, person: int) -> list[Literal]:
        """The participant's breaks as literals to add up, each one implied by the next."""
        masks = self.problem.round_masks()
        wanted = [mask for mask in masks if any(self.opens[meeting] & mask for meeting in self.meetings_of[person])]
        unary: list[Literal] = []
        for mask in wanted:
            line = self._timeline(person, mask)
            meetings = len(self.meetings_of[person]) if len(wanted) == 1 else None
            unary += self._breaks_in_round(line, meetings)
        return unary

    def _timeline(self, person: int, mask: int) -> list[Literal | None]:
        """The round as the participant sees it: a literal where they may be busy, None where they idle surely."""
        seen = mask & ~self.problem.seen_through(person)
        return [self.busy[person].get(t) for t in range(seen.bit_length()) if seen >> t & 1]

    def _breaks_in_round(self, line: list[Literal | None], meetings: int | None) -> list[Literal]:
        """Literals for first break, second break …; `meetings` is their number where it is sure."""
        possible = sum(literal is not None for literal in line)
        count = possible if meetings is None else meetings
        most = min(count - 1, len(line) - count if meetings is not None else (len(line) - 1) // 2, (len(line) - 1) // 2)
        starts = self._starts(line)
        if count <= 1 or len(starts) <= 1:
            return []
        unary: list[Literal] = [self.model.new_bool_var("") for _ in range(most)]
        for first, second in pairwise(unary):
            self.model.add_implication(second, first)
        if meetings is None:
            self.model.add(sum(starts) <= 1 + sum(unary))
            return unary
        self.model.add(sum(starts) == 1 + sum(unary))
        if unary:
            self._one_block(line, meetings, unary[0])
        return unary

    def _starts(self, line: list[Literal | None]) -> list[Literal]:
        """For each slot in which a block of meetings can begin, whether one does."""
        starts: list[Literal] = []
        for before, here in pairwise([None, *line]):
            if here is None:
                continue
            if before is None:
                starts.append(here)
                continue
            start = self.model.new_bool_var("")
            self.model.add_implication(start, here)
            self.model.add_implication(start, ~before)
            self.model.add_bool_or([~here, before, start])
            starts.append(start)
        return starts

    def _one_block(self, line: list[Literal | None], meetings: int, broken: Literal) -> None:
        """Either broken, or all meetings in one block that begins somewhere: the step that makes proofs short."""
        begins = {
            k: self.model.new_bool_var("")
            for k in range(len(line) - meetings + 1)
            if all(literal is not None for literal in line[k : k + meetings])
        }
        self.model.add_exactly_one([*begins.values(), broken])
        for k, literal in enumerate(line):
            if literal is not None:
                covering = [begin for first, begin in begins.items() if first <= k < first + meetings]
                missing = [begin for first, begin in begins.items() if not first <= k < first + meetings]
                self.model.add_at_most_one([*covering, ~literal])
                self.model.add_at_most_one([*missing, literal])

    def _keep_even(self, counts: list[list[Literal]]) -> None:
        limit = self.problem.homogeneity
        if limit is None:
            return
        if any(len(unary) == 0 for unary in counts):  # somebody never waits
            for unary in counts:
                if len(unary) > limit:
                    self.model.add(unary[limit] == 0)
            return
        fewest = self.model.new_int_var(0, len(self.problem.slots), "")
        for unary in counts:
            self.model.add(sum(unary) >= fewest)
            self.model.add(sum(unary) <= fewest + limit)
