"""Reads the MiniZinc data of the literature's B2B Meeting Scheduling Problem, and answers in its terms.

Bofill, Coll, Garcia, Giráldez-Cru, Pesant, Suy, Villaret: Constraint Solving Approaches to the Business-to-Business
Meeting Scheduling Problem, JAIR 74 (2022), 263-301. People, slots and meetings count from 1 there, 0 means none.
"""

import re
from typing import Any

from matchmaking.scheduler.problem import EVERY, Meeting, Participant, Problem, Slot
from matchmaking.scheduler.solve import Progress, solve

HOMOGENEITY = 2  # the paper's d


def read_dzn(text: str) -> Problem:
    """The paper's rules: waiting counts over noon and over forbidden slots, and only breaks count, not minutes.

    Raises ValueError naming what the text lacks.
    """
    text = re.sub(r"%.*", "", text)  # comments
    slots, morning = _number(text, "nTotalSlots"), _number(text, "nMorningSlots")
    people, tables = _number(text, "nBusiness"), _number(text, "nTables")
    requested = [int(number) for number in re.findall(r"\d+", _value(text, "requested"))]
    fixed = [int(number) for number in re.findall(r"\d+", _value(text, "fixed"))]
    forbidden, before = _sets(text, "forbidden"), _sets(text, "precedences")
    count = _number(text, "nMeetings")
    if (len(requested), len(fixed), len(forbidden)) != (3 * count, count, people) or len(before) not in (0, count):
        raise ValueError("the lists do not have the lengths that nMeetings and nBusiness promise")
    sessions = {1: (1 << morning) - 1, 2: EVERY << morning, 3: EVERY}
    return Problem(
        participants=tuple(Participant(blocked=sum(1 << t - 1 for t in taken)) for taken in forbidden),
        # A slot without length: minutes do not count.
        slots=tuple(Slot(start=t, end=t, tables=tables) for t in range(slots)),
        meetings=tuple(
            Meeting(
                id=at + 1,
                people=(requested[3 * at] - 1, requested[3 * at + 1] - 1),
                allowed=sessions[requested[3 * at + 2]],
                fixed=fixed[at] - 1 if fixed[at] else None,
            )
            for at in range(count)
        ),
        precedences=tuple((earlier - 1, later) for later, all_ in enumerate(before) for earlier in sorted(all_)),
        homogeneity=HOMOGENEITY,
        blocked_is_idle=True,
    )


def solve_dzn(
    instance: str, text: str, *, seed: int = 1, deadline_seconds: float = 120.0, workers: int = 1
) -> dict[str, Any]:
    """What `pilotmatch solve` prints as JSON: slots from 1 in the order of the file, 0 for a meeting not placed.

    All or nothing, as in the paper: once it is proven that not every meeting fits, the search ends.
    """
    problem = read_dzn(text)
    hopeless = False

    def look(progress: Progress) -> None:
        nonlocal hopeless
        hopeless = progress.bound.placed < progress.meetings

    plan = solve(
        problem,
        seed=seed,
        deadline_seconds=deadline_seconds,
        progress=look,
        cancelled=lambda: hopeless,
        workers=workers,
    )
    return {
        "instance": instance,
        "status": plan.status.value,
        "breaks": plan.breaks,
        "bound": plan.bound.breaks,
        "seconds": round(plan.seconds, 3),
        "assignment": [0 if slot is None else slot + 1 for slot in plan.slots],
    }


def _value(text: str, name: str) -> str:
    found = re.search(rf"\b{name}\s*=\s*([^;]*);", text)
    if found is None:
        raise ValueError(f"{name} is missing")
    return found[1]


def _number(text: str, name: str) -> int:
    value = _value(text, name).strip()
    if not value.isdigit():
        raise ValueError(f"{name} is not a number: {value[:40]}")
    return int(value)


def _sets(text: str, name: str) -> list[set[int]]:
    found = re.findall(r"\{([^}]*)\}", _value(text, name))
    return [{int(number) for number in re.findall(r"\d+", inner)} - {0} for inner in found]
