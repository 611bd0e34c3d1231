"""Measurements in a process of their own, and how they are named."""

import resource
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TypeVar

Result = TypeVar("Result")
SHARED = Path(__file__).parents[3] / "shared"
SEEDS = 1, 2, 3


def apart(function: Callable[..., Result], *about: object) -> tuple[Result, float]:
    """What the function gives in a fresh process, and that process's peak of memory in MB."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(function, *about).result(), pool.submit(_peak).result()


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def sizes(people: int) -> str:
    return f"{people:,} × {4 * people:,}"


def listed(numbers: Any) -> str:
    return ", ".join(map(str, numbers))
