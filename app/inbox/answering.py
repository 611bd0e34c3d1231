"""What a slice does with an answer: `app.inbox.process` calls it inside the block that remembers the answer."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from app.ical.itip import Partstat
from app.journal import Changes
from app.models import Person


@dataclass(frozen=True, slots=True)
class Answer:
    """A person's answer to their invitation to `subject` ("meeting:7")."""

    subject: str
    person: Person
    partstat: Partstat  # not NEEDS-ACTION
    comment: str  # theirs; clean, one or more lines


class Answering(Protocol):
    """A slice's `answers` module, as the composition root hands it over. Subjects of other slices it passes over."""

    async def answered(self, changes: Changes, answer: Answer) -> None:
        """Do what the answer says, and record it for whom it concerns, in the open block of the subject's event."""

    async def proposed(self, changes: Changes, subject: str, person: Person, start: datetime, end: datetime) -> bool:
        """They would rather meet then. False when it is not theirs to propose; raises Refused, in the language being
        spoken, with why that cannot be and what can."""
