"""`python -m matchmaking.solver_process`: a problem in, progress, plan and report out (see `solving`)."""

import json
import os
import sys
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from matchmaking.scheduler.grant import grant
from matchmaking.scheduler.mend import mend
from matchmaking.scheduler.plan import Plan
from matchmaking.scheduler.quality import report
from matchmaking.scheduler.solve import Progress, solve
from matchmaking.solving import How, problem_from

NICENESS = 19  # pages come first
FINDERS: dict[How, Callable[..., Plan]] = {How.SOLVE: solve, How.MEND: mend, How.GRANT: grant}


def main() -> None:
    os.nice(NICENESS)
    asked = json.load(sys.stdin)
    problem = problem_from(asked["problem"])
    plan = FINDERS[How(asked["how"])](
        problem, seed=asked["seed"], deadline_seconds=asked["seconds"], progress=_tell_progress
    )
    _tell({"plan": asdict(plan), "report": asdict(report(problem, plan))})


def _tell_progress(progress: Progress) -> None:
    _tell({"progress": asdict(progress)})


def _tell(what: dict[str, Any]) -> None:
    """A reader who is gone ends us: BrokenPipeError."""
    print(json.dumps(what), flush=True)


if __name__ == "__main__":
    main()
