"""Answers that came back by mail, applied to meetings: `app.inbox.process` calls them in its open block."""

from collections.abc import Iterable
from datetime import datetime

from app.ical.itip import Partstat
from app.inbox.answering import Answer
from app.intervals import Interval
from app.journal import Changes
from app.models import Invitation, Person
from matchmaking.meetings import tell
from matchmaking.models import Meeting
from matchmaking.parties import of_persons, people, with_people
from matchmaking.proposing import put_forward
from matchmaking.seats import step_out


async def answered(changes: Changes, answer: Answer) -> None:
    """A no leaves the meeting, which goes on with the others or is called off; a yes or a maybe is shown to them."""
    meeting = await _theirs(answer.subject, answer.person)
    if meeting is None or not meeting.placed:
        return
    if answer.partstat is Partstat.DECLINED:
        leaver = next(one for one in people(meeting) if one.person_id == answer.person.id)
        await step_out(changes, meeting, leaver, reason=answer.comment, acting={"by_mail": True})
    else:
        said = {"by": _side(meeting, answer.person), "partstat": answer.partstat.value}
        tell(changes, "meeting.answered", meeting, said)


async def proposed(changes: Changes, subject: str, person: Person, start: datetime, end: datetime) -> bool:
    """Another slot, for the other one to take; only one that is free for all."""
    meeting = await _theirs(subject, person)
    if meeting is None or not meeting.placed:
        return False
    await put_forward(changes, meeting, person, Interval(start, max(start, end)))
    return True


async def answers_to(meetings: Iterable[Meeting]) -> dict[tuple[str, int], str]:
    """What each person last answered: (subject of the meeting, person) → PARTSTAT, where they did. One query."""
    subjects = [meeting.subject for meeting in meetings]
    found = await Invitation.filter(subject__in=subjects, cancelled=False) if subjects else []
    return {
        (one.subject, one.person_id): one.told["partstat"]
        for one in found
        if one.told["partstat"] != Partstat.NEEDS_ACTION
    }


async def _theirs(subject: str, person: Person) -> Meeting | None:
    kind, _colon, number = subject.partition(":")
    if kind != "meeting":
        return None
    found = with_people(Meeting.filter(of_persons([person.id]), id=int(number)))
    return await found.select_related("event", "slot__round", "table").first()


def _side(meeting: Meeting, person: Person) -> int:
    return next(one.id for one in people(meeting) if one.person_id == person.id)
