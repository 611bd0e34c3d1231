"""Saying what became of a meeting, and notes of one's own."""

from app.errors import Forbidden, NotFound, Refused
from app.i18n import _
from app.journal import changing, person_topic
from app.models import Person
from events.models import Event, Participant
from matchmaking.models import Meeting, MeetingStatus
from matchmaking.outcomes.models import Note, Outcome
from matchmaking.outcomes.verdict import Said
from matchmaking.parties import people, principals, with_people


async def say(meeting: Meeting, speaker: Participant, said: Said, *, note: str = "", by: Person) -> Outcome:
    """One tap by one who talked in it, once it has begun; saying it again replaces what was said. The organisers count
    it and read the note; the others see neither."""
    if speaker.person_id != by.id:
        raise Forbidden(_("Only the people of a meeting say what became of it."))
    async with changing(Event.scope_of(meeting.event_id), by=by) as changes:
        found = with_people(Meeting.filter(id=meeting.id)).select_related("event", "slot")
        current = await found.get()
        if speaker.id not in {one.id for one in principals(current)}:
            raise NotFound
        if current.status != MeetingStatus.ACCEPTED or current.slot is None:
            raise Refused(_("Only a meeting that had a time has an outcome."))
        if current.slot.start > changes.at:
            raise Refused(_("This meeting has not begun yet."))
        outcome = await Outcome.get_or_none(meeting=current, participant=speaker)
        outcome = outcome or Outcome(meeting=current, participant=speaker)
        outcome.said, outcome.note, outcome.at = said, note, changes.at
        await outcome.save()
        data = {"names": [one.name for one in people(current)], "said": said.value}
        changes.record("outcome.said", outcome, topics=[current.event.desk], data=data)
    return outcome


async def write_note(author: Participant, about: Participant, text: str, *, by: Person) -> None:
    """For oneself; an empty one is no more. In the author's own journal: nobody can tell that it is there."""
    if author.person_id != by.id:
        raise Forbidden(_("Notes are their author’s alone."))
    if about.event_id != author.event_id:
        raise NotFound
    async with changing(person_topic(by.id), by=by) as changes:
        note = await Note.get_or_none(author=author, about=about)
        if text:
            note = note or Note(author=author, about=about)
            note.text = text
            await note.save()
            changes.record("note.written", note, topics=[])
        elif note:
            await note.delete()
            changes.record("note.removed", note, topics=[])


async def note_on(author: Participant, about: Participant) -> str:
    found = await Note.get_or_none(author=author, about=about)
    return found.text if found else ""


async def outcome_of(meeting: Meeting, participant: Participant) -> Outcome | None:
    return await Outcome.get_or_none(meeting=meeting, participant=participant)


async def said_by(participant: Participant) -> dict[int, Said]:
    """What they said already, by meeting."""
    return dict(await Outcome.filter(participant=participant).values_list("meeting_id", "said"))
