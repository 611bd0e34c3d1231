"""Questions that participants ask everybody at an information exchange or a briefing, and the answers."""

from collections.abc import Sequence

from app.errors import NotFound
from app.journal import Actor, changing
from events.models import Event, Participant
from events.partaking_models import Question


async def ask(participant: Participant, text: str, *, by: Actor) -> Question:
    async with changing(Event.scope_of(participant.event_id), by=by) as changes:
        event = await Event.get(id=participant.event_id)
        question = await Question.create(event=event, asker=participant, text=text, at=changes.at)
        changes.record("question.asked", question, topics=_everybody(event), data={"name": participant.name})
    return question


async def answer(question: Question, text: str, participant: Participant, *, by: Actor) -> Question:
    """The newest answer is the one that stands."""
    async with changing(Event.scope_of(question.event_id), by=by) as changes:
        current = await Question.get_or_none(id=question.id).select_related("event")
        if current is None:
            raise NotFound
        current.answer, current.answerer_id = text, participant.id
        await current.save()
        changes.record("question.answered", current, topics=_everybody(current.event), data={"name": participant.name})
    return current


async def remove_question(question: Question, *, by: Actor) -> None:
    async with changing(Event.scope_of(question.event_id), by=by) as changes:
        current = await Question.get_or_none(id=question.id).select_related("event", "asker")
        if current is None:
            raise NotFound
        changes.record("question.removed", current, topics=_everybody(current.event), data={"name": current.asker.name})
        await current.delete()


async def questions(event: Event) -> Sequence[Question]:
    """Those without an answer first, then the newest."""
    found = Question.filter(event=event).select_related("asker__organisation", "answerer__organisation")
    return sorted(await found.order_by("-at", "-id"), key=lambda question: bool(question.answer))


def _everybody(event: Event) -> list[str]:
    return [f"members:{event.id}", event.desk]
