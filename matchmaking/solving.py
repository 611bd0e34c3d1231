"""Runs the solver in a process of its own: pages stay quick, it can be stopped at any moment, and it dies alone.

One JSON object a line goes over the pipes; `solver_process` is the other end.
"""

import asyncio
import json
import signal
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from matchmaking.proposal import report_from
from matchmaking.scheduler.plan import Bound, Plan, Status
from matchmaking.scheduler.problem import Aim, Limit, Meeting, Participant, Problem, Slot
from matchmaking.scheduler.quality import Report

GRACE = 60  # seconds beyond its deadline after which a solver is taken for stuck
LINE = 1 << 26  # bytes: a plan is one line


class How(StrEnum):
    """Which function of the scheduler is asked."""

    SOLVE = "solve"
    MEND = "mend"
    GRANT = "grant"


class SolverDied(Exception):
    """The process ended without a plan; `str()` says how."""


@dataclass(frozen=True, slots=True)
class Solved:
    """What the process answers."""

    plan: Plan
    report: Report


async def solve_apart(
    problem: Problem, *, seed: int, seconds: int, tell: Callable[[dict[str, Any]], None], how: How = How.SOLVE
) -> Solved:
    """`tell` gets each scheduler.solve.Progress as a dict. Cancelling ends the process. Raises SolverDied, or
    TimeoutError when it does not keep its deadline."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "matchmaking.solver_process",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=LINE,
    )
    try:
        async with asyncio.timeout(seconds + GRACE):
            await _ask(process, encode(problem, seed=seed, seconds=seconds, how=how))
            return await _listen(process, tell)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


def encode(problem: Problem, *, seed: int, seconds: int, how: How) -> bytes:
    return json.dumps({"problem": asdict(problem), "seed": seed, "seconds": seconds, "how": how}).encode()


def problem_from(told: dict[str, Any]) -> Problem:
    return Problem(
        participants=tuple(Participant(**one) for one in told["participants"]),
        slots=tuple(Slot(**one) for one in told["slots"]),
        meetings=tuple(_meeting_from(one) for one in told["meetings"]),
        precedences=tuple((first, second) for first, second in told["precedences"]),
        homogeneity=told["homogeneity"],
        blocked_is_idle=told["blocked_is_idle"],
        limits=tuple(Limit(**one) for one in told["limits"]),
        aim=Aim(told["aim"]),
    )


def _meeting_from(told: dict[str, Any]) -> Meeting:
    return Meeting(**{**told, "people": tuple(told["people"]), "pools": tuple(map(tuple, told["pools"]))})


def plan_from(told: dict[str, Any]) -> Plan:
    lists = {name: tuple(told[name]) for name in ("ids", "slots", "tables")}
    lists["people"] = tuple(map(tuple, told["people"]))
    return Plan(**{**told, **lists, "bound": Bound(**told["bound"]), "status": Status(told["status"])})


async def _ask(process: asyncio.subprocess.Process, question: bytes) -> None:
    assert process.stdin
    try:
        process.stdin.write(question)
        await process.stdin.drain()
    except (BrokenPipeError, ConnectionResetError) as error:
        raise await _death(process) from error
    process.stdin.close()


async def _listen(process: asyncio.subprocess.Process, tell: Callable[[dict[str, Any]], None]) -> Solved:
    assert process.stdout
    async for line in process.stdout:
        if not line.endswith(b"\n"):
            break  # it died in the middle of a word
        told = json.loads(line)
        if "plan" in told:
            return Solved(plan_from(told["plan"]), report_from(told["report"]))
        tell(told["progress"])
    raise await _death(process)


async def _death(process: asyncio.subprocess.Process) -> SolverDied:
    returncode = await process.wait()
    return SolverDied(signal.Signals(-returncode).name if returncode < 0 else f"exit status {returncode}")
