"""The mail that tells somebody of an offer, in their language: each offer once, and none that has run out meanwhile."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from tortoise.expressions import Q

from app import outbox
from app.config import Settings
from app.i18n import _, speaking
from app.ical.itip import Mailbox
from app.invitations import organiser_of
from app.journal import changing
from app.letters import letter
from app.models import Mail, Person
from events.ical import occasion
from events.models import Event
from events.waiting.models import Wait, WaitState

A_ROUND = 50
OWED = Q(participant__person_id__isnull=False) & (
    Q(state=WaitState.OFFERED, told_at__isnull=True) | Q(state=WaitState.WAITING, told_at__isnull=False)
)
"""Offers that nobody was told of, and those who were told and have none any more."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What a mail says of an offer, in the language of its reader; `url` is a path, `why` the reasons for taking it."""

    subject: str
    sentence: str
    until: datetime | None  # None: it was withdrawn
    url: str
    why: Sequence[str] = ()
    then: str = ""  # what comes next, of one that was withdrawn


async def tell(settings: Settings) -> bool:
    """Queue mails of some offers of seats, and of some that were withdrawn. True if there was anything. For
    app.workers."""
    first = (
        await Wait.filter(OWED).order_by("id").limit(A_ROUND).select_related("session__event", "participant__person")
    )
    if not first:
        return False
    event = first[0].session.event
    sender, mails = await sender_for(event, settings), {}
    for wait in first:
        person = wait.participant.person
        if wait.session.event_id == event.id and person:
            with speaking(person.language):
                mails[wait.id, wait.state] = word(person, event, _of(wait), sender=sender, settings=settings)
    async with changing(outbox.mail_scope(event.scope), by="worker") as changes:
        mine = [
            one
            for one in await Wait.filter(OWED, id__in=[one for one, _state in mails])
            if (one.id, one.state) in mails
        ]
        await outbox.post_all([mails[one.id, one.state] for one in mine])
        for state, at in ((WaitState.OFFERED, changes.at), (WaitState.WAITING, None)):
            await Wait.filter(id__in=[one.id for one in mine if one.state == state]).update(told_at=at)
        if mine:
            changes.record("offer.told", first[0], topics=[], data={"count": len(mine)})
    return True


async def sender_for(event: Event, settings: Settings) -> Mailbox:
    about = await occasion(event.scope)
    assert about is not None
    return organiser_of(about, settings)


def word(person: Person, event: Event, offer: Offer, *, sender: Mailbox, settings: Settings) -> Mail:
    """A mail to be queued, in the language being spoken."""
    return letter(
        "events/mail/offer",
        {"offer": offer, "url": settings.base_url + offer.url, "event": event, "zone": event.tz},
        scope=outbox.mail_scope(event.scope),
        sender=sender,
        recipient=Mailbox(person.name, person.email),
        subject=offer.subject,
        settings=settings,
        now=datetime.now(UTC),
    )


def _of(wait: Wait) -> Offer:
    session = wait.session
    named = {"title": session.title}
    subject = _("A seat is free for you: %(title)s") % named
    sentence = _("You waited for a seat in “%(title)s”. One is kept for you.") % named
    if wait.until is None:
        subject = _("The seat kept for you is gone: %(title)s") % named
        sentence = (
            _("We are sorry: “%(title)s” has fewer seats now, and the one that was kept for you is gone.") % named
        )
    then = _(
        "You keep your place in the list, "
        "and the next seat that is given back is offered to you before those after you:"
    )
    return Offer(subject, sentence, wait.until, f"/e/{session.event.slug}/sessions/{session.id}", then=then)
