"""How many people wait between meetings, in generated events and in those of the design notes."""

import statistics
import sys
import time
from collections.abc import Iterable, Sequence
from importlib import import_module

from matchmaking.scheduler.anneal import COMPILER
from matchmaking.scheduler.generate import generate
from matchmaking.scheduler.problem import Meeting, Participant, Problem, Slot
from matchmaking.scheduler.solve import solve
from matchmaking.scheduler.waiting import waiting
from tests.bench.apart import SEEDS, SHARED, apart, listed, sizes
from tests.bench.rig import Figure

SKETCH = SHARED / "design" / "scheduler-sketch"  # its events are those that the goals were found with
WITHOUT_GAPS = (1_000, 10), (5_000, 40)
CROWDED = 500, 0.95, 30
OURS, NOTED = EVENTS = "", " of the design notes"  # whose events
LOOSE = "people with a gap", "they have at least"
TIGHT = "people with a gap", "breaks", "breaks at least"


def names() -> list[str]:
    return [name for whose in EVENTS for name in _names(whose)]


def figures() -> list[Figure]:
    return [figure for whose in EVENTS for figure in _figures(whose)]


def _names(whose: str) -> list[str]:
    loose = [f"{sizes(people)}{whose}, 40%: {what}" for people, _ in WITHOUT_GAPS for what in LOOSE]
    return [*loose, *(f"{sizes(CROWDED[0])}{whose}, {CROWDED[1]:.0%}: {what}" for what in TIGHT)]


def _figures(whose: str) -> list[Figure]:
    called = iter(_names(whose))
    if whose == NOTED and not SKETCH.is_dir():
        return [Figure(name, None, note="no ../shared/design/scheduler-sketch here") for name in called]
    found = []
    for people, seconds in WITHOUT_GAPS:
        runs = [apart(_wait, whose, people, 0.4, seconds, seed)[0] for seed in SEEDS]
        waits = (
            f"after {seconds} s ({_cpu(runs)}), seeds {listed(SEEDS)}: {listed(run[0] for run in runs)}; {_kernel()}"
        )
        proven = f"proven; {listed(run[2] for run in runs)}"
        found += [
            Figure(next(called), max(run[0] for run in runs), note=waits),
            Figure(next(called), max(run[2] for run in runs), "breaks", note=proven),
        ]
    people, use, seconds = CROWDED
    runs = [apart(_wait, whose, people, use, seconds, seed)[0] for seed in SEEDS]
    shares = [100 * run[0] / people for run in runs]
    median = f"after {seconds} s ({_cpu(runs)}), median of {listed(f'{share:.1f}' for share in shares)}; at most 18%"
    return [
        *found,
        Figure(next(called), statistics.median(shares), "%", note=median),
        Figure(next(called), statistics.median(run[1] for run in runs), note=listed(run[1] for run in runs)),
        Figure(next(called), statistics.median(run[2] for run in runs), note=listed(run[2] for run in runs)),
    ]


def _wait(whose: str, people: int, use: float, seconds: int, seed: int) -> tuple[int, int, int, float]:
    """People with a gap, breaks of all, breaks at least, and the CPU seconds that the machine had for it."""
    problem = (_noted if whose == NOTED else generate)(people=people, table_use=use, seed=seed)
    start = time.process_time()
    plan = solve(problem, seed=seed, deadline_seconds=seconds, workers=2)
    cpu = time.process_time() - start
    return sum(breaks > 0 for breaks, _ in waiting(problem, plan.slots)), plan.breaks, plan.bound.breaks, cpu


def _noted(*, people: int, table_use: float, seed: int) -> Problem:
    sys.path.insert(0, str(SKETCH))  # of this process, which measures nothing else
    sys.dont_write_bytecode = True
    event = import_module("gen").gen(people, 20, tables="loose" if table_use < 0.5 else "tight", seed=seed)
    pairs = enumerate(zip(event.meetings, event.allowed, strict=True), start=1)
    return Problem(
        participants=tuple(Participant(blocked=_mask(slots)) for slots in event.forb),
        slots=tuple(Slot(20 * t, 20 * t + 20, tables) for t, tables in enumerate(event.cap)),
        meetings=tuple(Meeting(number, people, allowed=_mask(slots)) for number, (people, slots) in pairs),
    )


def _mask(slots: Iterable[int]) -> int:
    return sum(1 << slot for slot in slots)


def _cpu(runs: Sequence[tuple[int, int, int, float]]) -> str:
    """On a busy machine less than twice the seconds."""
    return f"{min(run[3] for run in runs):.0f} to {max(run[3] for run in runs):.0f} s CPU of two workers"


def _kernel() -> str:
    return "compiled" if COMPILER else "not compiled: no Numba"
