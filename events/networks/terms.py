"""How long a membership lasts, as half-open spans of days: verbs refuse overlaps, reads ask who was in. Pure."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Term:
    """From `start` (None: nobody knows, long ago) to before `end` (None: still)."""

    start: date | None = None
    end: date | None = None

    def holds(self, day: date) -> bool:
        return (self.start is None or self.start <= day) and (self.end is None or day < self.end)

    def overlaps(self, other: "Term") -> bool:
        """Whether some day is in both."""
        return _begins_before(self, other.end) and _begins_before(other, self.end)


def _begins_before(term: Term, end: date | None) -> bool:
    return term.start is None or end is None or term.start < end
