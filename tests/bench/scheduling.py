"""How good schedules are, how soon, and how far from what no schedule can beat; and what pages feel of it.

All but the pages is without a database, and so is measured once. Every measurement has a process of its own, whose
peak of memory is read; generated events have 8 meetings for each participant, in 20 slots.
"""

import asyncio
import statistics
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

from events.releasing import release_programme
from matchmaking.scheduler.choose import choose
from matchmaking.scheduler.dzn import solve_dzn
from matchmaking.scheduler.generate import generate
from matchmaking.scheduler.plan import Plan
from matchmaking.scheduler.problem import Meeting, Problem
from matchmaking.scheduler.repair import Changes, repair
from matchmaking.scheduler.solve import Progress, solve
from matchmaking.solving import solve_apart
from tests.bench import gaps
from tests.bench.apart import SEEDS, SHARED, apart, listed, sizes
from tests.bench.rig import Client, Figure, Ground, Server, percentile, serving
from tests.bench.stage import conference

PUBLISHED = SHARED / "data" / "b2b"
# Seconds of the best method in Bofill et al., JAIR 74 (2022): MaxSAT on a Xeon E3-1220v2 at 3.1 GHz.
PUBLISHED_SECONDS = {
    "forum-13.forb0003": 2.1, "forum-13.original": 2.5, "forum-13.prec15": 2.3, "forum-13crafc.original": 2.3,
    "forum-14.fixed020-Forb": 4.7, "forum-14.original": 5.1, "forumt-14.original": 0.5, "tic-12.fixed020-Forb": 0.1,
    "tic-12.forb0007": 0.1, "tic-12.original": 0.1, "tic-12.prec25": 0.2, "tic-13.original": 0.4,
    "tic-13crafc.original": 5.8, "tic-14crafd.original": 0.8, "ticf-13crafa.original": 2.2,
    "ticf-14crafa.original": 7.6,
}  # fmt: skip
COMPLETE = (200, 0.4, 0.1), (200, 0.95, 0.1), (5_000, 0.4, 1), (5_000, 0.95, 1), (20_000, 0.4, 30), (20_000, 0.95, 30)
FULL = (200, 1.0), (1_000, 1.0)  # tables for exactly as many as there are
FULL_SECONDS = 10
PAGE = "/e/agenda/programme"
TURNS, PROBES, PAUSE = 6, 200, 0.01


async def figures(ground: Ground) -> list[Figure]:
    if ground.kind != "sqlite":
        return [*_nothing(), *await _pages(ground)]
    found = [*_published(), *_complete(), *_full(), *gaps.figures(), *_sent(), *_repairs(), *_chosen()]
    return [*found, *await _pages(ground)]


def _nothing() -> list[Figure]:
    """The other database has no part in these."""
    names = [
        "published instances, solved to proof", "published instances, seconds",
        *(f"{sizes(people)}, {use:.0%} of tables: {what}" for people, use, _ in COMPLETE for what in PLAN),
        *(f"{sizes(people)}, {use:.0%} of tables: {PLAN[1]}" for people, use in FULL),
        *gaps.names(),
        *(f"{sizes(people)}, houses that choose whom they send: {what}" for people in HOUSES for what in SENT),
        *(f"500 × 2,000, {what}: {which}" for what in REPAIRED for which in MENDED),
        *(f"1,000 × 7 wishes, tables {what}: of the bound" for what in CHOSEN),
    ]  # fmt: skip
    return [Figure(name, None) for name in names]


def _published() -> list[Figure]:
    names = "published instances, solved to proof", "published instances, seconds"
    if not PUBLISHED.is_dir():
        return [Figure(name, None, note="no ../shared/data/b2b here") for name in names]
    answers = [apart(_solve_published, path)[0] for path in sorted(PUBLISHED.glob("*.dzn"))]
    proven = sum(answer["status"] in ("optimal", "infeasible") for answer in answers)
    took = sum(answer["seconds"] for answer in answers)
    published = sum(PUBLISHED_SECONDS[answer["instance"]] for answer in answers)
    return [
        Figure(names[0], proven, f"of {len(answers)}"),
        Figure(names[1], took, "s", took / published, note=f"published: {published:.1f} s, one of them = 1.00×"),
    ]


def _solve_published(path: Path) -> dict[str, Any]:
    return solve_dzn(path.stem, path.read_text("utf-8"), seed=1, deadline_seconds=120, workers=2)


PLAN = "complete plan", "left without a slot", "peak of memory"


def _complete() -> list[Figure]:
    found = []
    for people, use, limit in COMPLETE:
        runs = [apart(_first_plan, people, use, seed, 10 * limit) for seed in SEEDS]
        plans = [plan for (plan, _), _ in runs]
        name = f"{sizes(people)}, {use:.0%} of tables:"
        seconds = max(cpu for (_, cpu), _ in runs)
        missing = sum(len(plan.ids) - plan.placed for plan in plans)
        proven = sum(len(plan.ids) - plan.bound.placed for plan in plans)
        found += [
            Figure(f"{name} {PLAN[0]}", seconds, "s CPU", note=f"the slowest of {len(SEEDS)} seeds; at most {limit} s"),
            Figure(f"{name} {PLAN[1]}", missing, note=f"in all; {proven} proven to fit nowhere"),
            Figure(f"{name} {PLAN[2]}", max(peak for _, peak in runs), "MB"),
        ]
    return found


def _full() -> list[Figure]:
    found = []
    for people, use in FULL:
        plans = [apart(_first_plan, people, use, seed, FULL_SECONDS)[0][0] for seed in SEEDS]
        missing = [len(plan.ids) - plan.placed for plan in plans]
        proven = [len(plan.ids) - plan.bound.placed for plan in plans]
        note = f"seeds {listed(SEEDS)}: {listed(missing)} after {FULL_SECONDS} s CPU; proven: {listed(proven)}"
        found.append(Figure(f"{sizes(people)}, {use:.0%} of tables: {PLAN[1]}", sum(missing), note=note))
    return found


def _first_plan(people: int, use: float, seed: int, most: float) -> tuple[Plan, float]:
    """The first plan that places all, or the best after so many CPU seconds; and the seconds it took."""
    problem = generate(people=people, table_use=use, seed=seed)
    told: list[Progress] = []
    start = time.process_time()
    plan = solve(
        problem, seed=seed, deadline_seconds=600, progress=told.append,
        cancelled=lambda: bool(told)
        and (told[-1].placed == told[-1].bound.placed or time.process_time() - start > most),
    )  # fmt: skip
    return plan, time.process_time() - start


HOUSES = (500,)
SENT = "left without a slot", "left without a slot where who was asked must go"


def _sent() -> list[Figure]:
    """Everybody of a house is asked through one person, who has far too many meetings."""
    found = []
    for people in HOUSES:
        for what, choosing in zip(SENT, (True, False), strict=True):
            plan, _ = apart(_houses, people, choosing)
            name = f"{sizes(people)}, houses that choose whom they send: {what}"
            note = f"of {len(plan.ids):,}; in {plan.seconds:.1f} s"
            found.append(Figure(name, len(plan.ids) - plan.placed, note=note))
    return found


def _houses(people: int, choosing: bool) -> Plan:
    problem = generate(people=people, table_use=0.8, houses=0.5, seed=1)
    meetings = tuple(_through_one(one) if one.pools else one for one in problem.meetings)
    if not choosing:
        meetings = tuple(replace(one, pools=()) for one in meetings)
    plan = solve(replace(problem, meetings=meetings), seed=1, deadline_seconds=5)
    if plan.violations(replace(problem, meetings=meetings)):
        raise AssertionError("an unsound plan")
    return plan


def _through_one(meeting: Meeting) -> Meeting:
    (house,) = meeting.pools
    return replace(meeting, people=(house[0], *(one for one in meeting.people if one not in house)))


REPAIRED = "5% cancel", "a table is lost"
MENDED = "time", "people told", "people told at least"


def _repairs() -> list[Figure]:
    found = []
    for what in REPAIRED:
        seconds, told, least = apart(_repair, what)[0]
        name = f"500 × 2,000, {what}:"
        found += [
            Figure(f"{name} {MENDED[0]}", seconds, "s CPU", note="at most 1 s"),
            Figure(f"{name} {MENDED[1]}", told),
            Figure(f"{name} {MENDED[2]}", least, note="proven"),
        ]
    return found


def _repair(what: str) -> tuple[float, int, int]:
    problem = generate(people=500, table_use=0.95, seed=1)
    plan = solve(problem, seed=1, deadline_seconds=5)
    people = range(len(problem.participants))
    if what == REPAIRED[0]:
        changes = Changes(gone=frozenset(Random(1).sample(people, len(people) // 20)))
    else:
        changes = Changes(tables={t: slot.tables - 1 for t, slot in enumerate(problem.slots)})
    start = time.process_time()
    mended = repair(problem, plan, changes)
    return time.process_time() - start, len(mended.touched), mended.least


CHOSEN = {"tight": 0.95, "loose": 0.4}


def _chosen() -> list[Figure]:
    found = []
    for what, use in CHOSEN.items():
        share, seconds, short = apart(_choose, use)[0]
        note = f"in {seconds:.1f} s; {short} meetings lacking to floors"
        found.append(Figure(f"1,000 × 7 wishes, tables {what}: of the bound", 100 * share, "%", note=note))
    return found


def _choose(use: float) -> tuple[float, float, int]:
    """Of 7,000 requests at most ten each, and at least three: points as a share of the bound, seconds, lacking."""
    asked = generate(people=1_000, meetings_each=10, choice=1.4, table_use=use, seed=1)
    limited = tuple(replace(one, most=10, least=3) for one in asked.participants)
    problem: Problem = replace(asked, participants=limited)
    start = time.perf_counter()
    choice = choose(problem, seed=1, seconds=4, stop=lambda: time.perf_counter() - start > 5)
    return choice.points / choice.bound, time.perf_counter() - start, choice.short


async def _pages(ground: Ground) -> list[Figure]:
    """Asked the same way with and without a solver beside, in turns, so that whatever else goes on meets both; each
    turn is compared with the one before it."""
    made = await conference()
    await release_programme(made.event, "v1", by=made.organiser)
    with serving(ground) as server:
        await _asking(server)  # warm
        turns = []
        for _ in range(TURNS):
            calm = percentile(await _asking(server), 95) * 1e3
            async with _solving():
                turns.append((calm, percentile(await _asking(server), 95) * 1e3))
    before, beside = (statistics.median(turn) for turn in zip(*turns, strict=True))
    ratio = statistics.median(busy / calm for calm, busy in turns)
    note = f"ratio to without, at most 1.2×; median of {TURNS} turns, their ratios {_ratios(turns)}"
    return [
        Figure("programme page, p95 without a solver", before, "ms"),
        Figure("programme page, p95 while a solver runs", beside, "ms", ratio, note=note),
    ]


def _ratios(turns: list[tuple[float, float]]) -> str:
    found = sorted(busy / calm for calm, busy in turns)
    return f"{found[0]:.2f} to {found[-1]:.2f}"


async def _asking(server: Server) -> list[float]:
    client, seconds = await Client.connect(server), []
    for _ in range(PROBES):
        start = time.perf_counter()
        await client.get(PAGE)
        seconds.append(time.perf_counter() - start)
        await asyncio.sleep(PAUSE)
    client.close()
    return seconds


@asynccontextmanager
async def _solving() -> AsyncIterator[None]:
    """The process that drafts are solved in, hard at work."""
    begun = asyncio.Event()
    problem = generate(people=500, table_use=0.95, seed=1)
    work = asyncio.create_task(solve_apart(problem, seed=1, seconds=300, tell=lambda _: begun.set()))
    await begun.wait()
    try:
        yield
    finally:
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)
