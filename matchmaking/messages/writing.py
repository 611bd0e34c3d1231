"""Writing to somebody one has agreed to meet, and reading what they wrote."""

from datetime import datetime, timedelta

from tortoise.expressions import Q

from app.errors import Forbidden, NotFound, Refused
from app.i18n import _
from app.journal import Changes, changing, person_topic
from app.models import Person
from events.models import Event, Participant, ParticipantStatus
from matchmaking.messages.models import Message, Silence
from matchmaking.models import Meeting, MeetingStatus
from matchmaking.parties import of_participants

LONGEST = 1000  # characters
MOST_AN_HOUR = 40  # messages of one person, to whomever
MOST_UNANSWERED = 10  # to one person in a row


async def send(sender: Participant, recipient: Participant, text: str, *, by: Person) -> Message:
    """Raises Refused where the two have not agreed to meet, one wants no more, or the sender writes too much."""
    if sender.person_id != by.id:
        raise Forbidden(_("Only you write in your name."))
    async with changing(Event.scope_of(sender.event_id), by=by) as changes:
        sender, recipient = await Participant.get(id=sender.id), await Participant.get(id=recipient.id)
        if found := await against_writing(sender, recipient):
            raise found
        await _refuse_flood(sender, recipient, changes.at)
        message = await Message.create(
            event_id=sender.event_id, sender=sender, recipient=recipient, text=text, sent_at=changes.at
        )
        _tell(changes, message, sender, recipient)
    return message


async def send_from_desk(changes: Changes, recipient: Participant, text: str) -> Message:
    """Within an open block: a message that the organisers sign."""
    message = await Message.create(event_id=recipient.event_id, recipient=recipient, text=text, sent_at=changes.at)
    _tell(changes, message, None, recipient)
    return message


async def read_up(reader: Participant, other: Participant | None, *, by: Person) -> None:
    """What the other one, or the organisers, wrote so far has been seen. The writer is not told."""
    unread = Message.filter(recipient=reader, sender_id=other.id if other else None, read_at__isnull=True)
    newest = await unread.order_by("-id").first()
    if newest is None:
        return
    async with changing(person_topic(by.id), by=by) as changes:
        await unread.filter(id__lte=newest.id).update(read_at=changes.at)
        changes.record("message.read", newest, topics=[])


async def against_writing(sender: Participant, recipient: Participant) -> Refused | None:
    """What stands against a message now; the page says it before anybody types."""
    if sender.event_id != recipient.event_id or sender.id == recipient.id:
        raise NotFound
    if await Silence.filter(owner=sender, other=recipient).exists():
        return Refused(
            _("You have blocked %(name)s.") % {"name": recipient.name}, hints=[_("Lift the block first to write.")]
        )
    if await Silence.filter(owner=sender, other_id__isnull=True).exists():
        return Refused(_("You take no messages yourself."), hints=[_("Switch them on again among your messages.")])
    if not await have_agreed(sender, recipient):
        return Refused(
            _("You can write to %(name)s once one of you has accepted to meet the other.") % {"name": recipient.name},
            hints=[_("A request for a meeting takes a message along.")],
        )
    if not await _listens(recipient, sender):
        return Refused(_("%(name)s takes no messages at this event.") % {"name": recipient.name})
    return None


async def have_agreed(one: Participant, other: Participant) -> bool:
    """Now, or before a meeting was cancelled: there may be something left to say."""
    together = Meeting.filter(of_participants([one.id])).filter(of_participants([other.id]))
    agreed = Q(status=MeetingStatus.ACCEPTED) | Q(status=MeetingStatus.CANCELLED, slot_id__isnull=False)
    return await together.filter(agreed).exists()


async def _listens(recipient: Participant, sender: Participant) -> bool:
    """To anybody, and to this one: the sender is not told which, so that a block stays its owner's secret."""
    if recipient.status != ParticipantStatus.APPROVED or recipient.person_id is None:
        return False
    deaf = Q(other=sender) | Q(other_id__isnull=True)
    return not await Silence.filter(deaf, owner=recipient).exists()


async def _refuse_flood(sender: Participant, recipient: Participant, now: datetime) -> None:
    if await Message.filter(sender=sender, sent_at__gt=now - timedelta(hours=1)).count() >= MOST_AN_HOUR:
        raise Refused(
            _("You have written %(most)d messages within an hour.") % {"most": MOST_AN_HOUR},
            hints=[_("Your text is not sent. Try again in a while.")],
        )
    answered = await Message.filter(sender=recipient, recipient=sender).order_by("-id").first()
    since = Message.filter(sender=sender, recipient=recipient, id__gt=answered.id if answered else 0)
    if await since.count() >= MOST_UNANSWERED:
        raise Refused(
            _("%(name)s has not answered your last %(most)d messages.")
            % {"name": recipient.name, "most": MOST_UNANSWERED},
            hints=[_("You can write again once they do.")],
        )


def _tell(changes: Changes, message: Message, sender: Participant | None, recipient: Participant) -> None:
    """That there is one, and not what it says."""
    topics = [recipient.inbox, sender.inbox if sender else None]
    changes.record("message.sent", message, topics=topics, data={"from": sender.id if sender else None})
