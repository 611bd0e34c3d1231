"""Which runs of the schedule gave a meeting its times, and why: out of the journal, for the meeting's page."""

from dataclasses import dataclass
from datetime import datetime

from app.models import Change, Person
from matchmaking.models import Meeting
from matchmaking.telling import sentence
from matchmaking.wording import cause_words

KINDS = ("meeting.scheduled", "meeting.rescheduled", "meeting.unscheduled", "meeting.chosen", "meeting.reopened")
SHOWN = 10
PERSON = "person:"


@dataclass(frozen=True, slots=True)
class MovedBy:
    """One run's move: `by` is the name of who released it, or took it back."""

    draft: int
    at: datetime
    by: str
    told: str
    why: str


async def moves_of(meeting: Meeting) -> tuple[MovedBy, ...]:
    """The newest first. The meeting has its event at hand."""
    of_it = Change.filter(scope=meeting.event.scope, subject="meeting", subject_id=meeting.id, kind__in=KINDS)
    found = [one for one in await of_it.order_by("-revision", "-id").limit(SHOWN) if "draft" in one.data]
    ids = [int(one.by.removeprefix(PERSON)) for one in found if one.by.startswith(PERSON)]
    names = {f"{PERSON}{person.id}": person.name for person in await Person.filter(id__in=ids)}
    return tuple(
        MovedBy(
            draft=one.data["draft"],
            at=one.at,
            by=names.get(one.by, one.by),
            told=sentence(one, meeting.event),
            why=cause_words(one.data["cause"]),
        )
        for one in found
    )
