"""`python -m matchmaking.solver_process`: a problem in, progress, plan and report out (see `solving`)."""

import json
import os
import sys
from dataclasses import asdict
from typing import Any

from matchmaking.scheduler.mend import mend
from matchmaking.scheduler.quality import report
from matchmaking.scheduler.solve import Progress, solve
from matchmaking.solving import problem_from

NICENESS = 5  # pages come first


def main() -> None:
    os.nice(NICENESS)
    asked = json.load(sys.stdin)
    problem = problem_from(asked["problem"])
    find = mend if asked["mend"] else solve
    plan = find(problem, seed=asked["seed"], deadline_seconds=asked["seconds"], progress=_tell_progress)
    _tell({"plan": asdict(plan), "report": asdict(report(problem, plan))})


def _tell_progress(progress: Progress) -> None:
    _tell({"progress": asdict(progress)})


def _tell(what: dict[str, Any]) -> None:
    """A reader who is gone ends us: BrokenPipeError."""
    print(json.dumps(what), flush=True)


if __name__ == "__main__":
    main()
