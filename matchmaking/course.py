"""How a draft came about, collected from the solver's reports: few points to keep and draw, however long. Pure."""

from dataclasses import dataclass, field
from typing import Any

MOST_POINTS = 60

Point = tuple[float, int, int]  # seconds, breaks, and at least so many


@dataclass(slots=True)
class Course:
    """`latest` is what the solver told last; `points` lie closer together the shorter it runs."""

    latest: dict[str, Any] = field(default_factory=dict)
    points: list[Point] = field(default_factory=list)

    def take(self, progress: dict[str, Any]) -> None:
        """A scheduler.solve.Progress as a dict. When there are too many points, every second one goes."""
        self.latest = progress
        self.points.append((round(progress["seconds"], 2), progress["breaks"], progress["bound"]["breaks"]))
        if len(self.points) > MOST_POINTS:
            self.points = [*self.points[:-1:2], self.points[-1]]

    def to_json(self) -> dict[str, Any]:
        return {**self.latest, "points": [list(point) for point in self.points]}
