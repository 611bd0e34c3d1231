"""One participant's conversations, and what waits unread, for pages and for the daily mail."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tortoise.expressions import Q

from app.source import Waiting
from events.models import Participant
from matchmaking.messages.models import Message, Silence

MOST_SHOWN = 200  # messages of one conversation


@dataclass(frozen=True, slots=True)
class Conversation:
    other: Participant
    last: Message
    unread: int


async def conversations(me: Participant) -> list[Conversation]:
    """The newest first. Two queries."""
    mine = Message.filter(Q(sender=me) | Q(recipient=me), sender_id__isnull=False).order_by("id")
    found: dict[int, list[Message]] = {}
    for message in await mine:
        other = message.recipient_id if message.sender_id == me.id else message.sender_id
        found.setdefault(other or 0, []).append(message)
    people = {one.id: one for one in await Participant.filter(id__in=list(found)).select_related("organisation")}
    made = [Conversation(people[id], said[-1], _unread(said, me)) for id, said in found.items()]
    return sorted(made, key=lambda one: -one.last.id)


async def conversation(me: Participant, other: Participant) -> list[Message]:
    """What the two wrote, oldest first; of a long conversation its end."""
    both = Q(sender=me, recipient=other) | Q(sender=other, recipient=me)
    return list(reversed(await Message.filter(both).order_by("-id").limit(MOST_SHOWN)))


async def from_desk(me: Participant) -> list[Message]:
    """What the organisers wrote, newest first."""
    return await Message.filter(recipient=me, sender_id__isnull=True).order_by("-id").limit(MOST_SHOWN)


async def silenced(owner: Participant, other: Participant) -> bool:
    return await Silence.filter(owner=owner, other=other).exists()


async def hushed(owner: Participant) -> bool:
    """Whether they take no messages from anybody."""
    return await Silence.filter(owner=owner, other_id__isnull=True).exists()


async def unread(now: datetime) -> Sequence[Waiting]:
    """Messages that nobody has looked at, oldest first; for app.reminders."""
    waiting = Message.filter(read_at__isnull=True, recipient__person_id__isnull=False, recipient__status="approved")
    return [
        Waiting(
            person_id=one.recipient.person_id or 0,
            scope=one.event.scope,
            subject=f"message:{one.id}",
            name=one.sender.name if one.sender else "",
            since=one.sent_at,
            url=f"/e/{one.event.slug}/messages",
        )
        for one in await waiting.select_related("event", "sender", "recipient").order_by("id")
    ]


def _unread(said: Sequence[Message], me: Participant) -> int:
    return sum(message.recipient_id == me.id and message.read_at is None for message in said)
