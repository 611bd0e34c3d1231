"""The mail that tells somebody of an offer, in their language: each offer once, and none that has run out meanwhile."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from app import outbox, templating
from app.config import Settings
from app.i18n import _, speaking
from app.ical.imip import plain_mail
from app.ical.itip import Mailbox
from app.invitations import organiser_of
from app.journal import changing
from app.models import Mail, Person
from events.ical import occasion
from events.models import Event
from events.waiting.models import Wait, WaitState

A_ROUND = 50


@dataclass(frozen=True, slots=True)
class Offer:
    """What a mail says of an offer, in the language of its reader; `url` is a path, `why` the reasons for taking it."""

    subject: str
    sentence: str
    until: datetime
    url: str
    why: Sequence[str] = ()


async def tell(settings: Settings) -> bool:
    """Queue mails of some offers of seats. True if there was anything. For app.workers."""
    open_ones = Wait.filter(state=WaitState.OFFERED, told_at__isnull=True, participant__person_id__isnull=False)
    first = await open_ones.order_by("id").limit(A_ROUND).select_related("session__event", "participant__person")
    if not first:
        return False
    event = first[0].session.event
    mails = {}
    for wait in first:
        person = wait.participant.person
        if wait.session.event_id == event.id and person and wait.until:
            with speaking(person.language):
                mails[wait.id] = await word(person, event, _of(wait, wait.until), settings)
    async with changing(outbox.mail_scope(event.scope), by="worker") as changes:
        mine = Wait.filter(id__in=list(mails), state=WaitState.OFFERED, told_at__isnull=True)
        ids = [one.id for one in await mine]
        await outbox.post_all([mails[one] for one in ids])
        await Wait.filter(id__in=ids).update(told_at=changes.at)
        if ids:
            changes.record("offer.told", first[0], topics=[], data={"count": len(ids)})
    return True


async def word(person: Person, event: Event, offer: Offer, settings: Settings) -> Mail:
    """A mail to be queued, in the language being spoken."""
    about = await occasion(event.scope)
    assert about is not None
    now, sender, reader = datetime.now(UTC), organiser_of(about, settings), Mailbox(person.name, person.email)
    context: Mapping[str, object] = {
        "subject": offer.subject,
        "offer": offer,
        "url": settings.base_url + offer.url,
        "event": event,
        "zone": event.tz,
    }
    plain = templating.render("events/mail/offer.txt", context)
    html = templating.render("events/mail/offer.html", context)
    message_id = f"<{secrets.token_hex(16)}@{settings.mail_domain}>"
    body = plain_mail(
        sender=sender, recipient=reader, subject=offer.subject, plain=plain, html=html, message_id=message_id, now=now
    )
    return outbox.frozen(
        outbox.mail_scope(event.scope), body=body, sender=sender, recipient=reader, subject=offer.subject,
        message_id=message_id, now=now,
    )  # fmt: skip


def _of(wait: Wait, until: datetime) -> Offer:
    session = wait.session
    return Offer(
        subject=_("A seat is free for you: %(title)s") % {"title": session.title},
        sentence=_("You waited for a seat in “%(title)s”. One is kept for you.") % {"title": session.title},
        until=until,
        url=f"/e/{session.event.slug}/sessions/{session.id}",
    )
