"""Answers that came back by mail, applied to meetings: `app.inbox.process` calls them in its open block."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from app.errors import Refused
from app.i18n import _
from app.ical.itip import Partstat
from app.inbox.answering import Answer
from app.journal import Changes
from app.models import Change, Invitation, Person
from matchmaking.gathering import gathering_of
from matchmaking.meetings import tell
from matchmaking.models import Meeting
from matchmaking.obstacles import no_slot, not_then
from matchmaking.parties import of_persons, people, with_people
from matchmaking.round_models import Slot
from matchmaking.seats import step_out


@dataclass(frozen=True, slots=True)
class Proposal:
    """Another time for a meeting, which the other one may take."""

    slot: Slot
    by: int  # participant


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
    if meeting.group_id is not None:
        raise Refused(_("The organisers and their schedule give a group its time."))
    if _side(meeting, person) not in (meeting.asker_id, meeting.invitee_id):
        raise Refused(_("Only the one who asked and the one who was asked move a meeting."))
    if not meeting.event.spans(start, end):
        raise Refused(_("This time is outside the days of the event."))
    gathering = await gathering_of(meeting.event, meeting, reader=person, now=changes.at)
    slot = next((slot for slot in gathering.slots if (slot.span.start, slot.span.end) == (start, end)), None)
    if slot is None:
        raise no_slot(gathering, start)
    if found := gathering.obstacle(slot):
        raise not_then(gathering, found)
    if slot.id == meeting.slot_id:
        raise Refused(_("The meeting is at that time already."))
    wish = {"by": _side(meeting, person), "proposed": slot.id, "version": meeting.version}
    tell(changes, "meeting.proposed", meeting, wish)
    return True


async def proposal(meeting: Meeting, *, now: datetime) -> Proposal | None:
    """What one of the two proposed last, as long as nothing happened to the meeting since."""
    facts = Change.filter(scope=meeting.event.scope, subject="meeting", subject_id=meeting.id, kind="meeting.proposed")
    newest = await facts.order_by("-id").first()
    if newest is None or newest.data["version"] != meeting.version:
        return None
    slot = await Slot.get_or_none(id=newest.data["proposed"])
    return Proposal(slot, int(newest.data["by"])) if slot and slot.start > now else None


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
