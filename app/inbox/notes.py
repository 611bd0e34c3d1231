"""The two mails that an answer can lead to, queued in the block that remembers the answer."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from app import agenda, outbox, templating
from app.config import Settings
from app.errors import Refused
from app.i18n import _, speaking
from app.ical.imip import invite_mail, plain_mail
from app.ical.itip import DeclineCounter, Mailbox, Told
from app.invitations import occasion_of, organiser_of
from app.models import Invitation
from app.source import Occasion, Source


async def ask_human(
    invitation: Invitation, told: Told, sources: Sequence[Source], settings: Settings, *, now: datetime
) -> None:
    """An absence assistant has declined for them: did they mean it?"""
    occasion = await occasion_of(sources, invitation.scope)
    if occasion is None:
        return
    with speaking(invitation.person.language):
        subject = _("Do you still come? %(what)s") % {"what": told.summary}
        plain, html = await _texts(
            invitation, told, occasion, sources, settings,
            subject=subject,
            sentence=_("Your calendar declined this while you are away. We have changed nothing and told nobody."),
            advice=_("If you cannot come, cancel it here, so that the others know and the time is free again:"),
        )  # fmt: skip
    organiser, reader = organiser_of(occasion, settings), Mailbox(invitation.person.name, invitation.person.email)
    message_id = _message_id(settings)
    body = plain_mail(
        sender=organiser, recipient=reader, subject=subject, plain=plain, html=html, message_id=message_id, now=now
    )
    await _post(invitation, body, organiser, reader, subject, message_id, now)


async def decline_counter(
    invitation: Invitation,
    told: Told,
    refused: Refused | None,
    sources: Sequence[Source],
    settings: Settings,
    *,
    now: datetime,
) -> None:
    """The time they proposed does not suit (METHOD:DECLINECOUNTER): why, and which would, where that is known."""
    occasion = await occasion_of(sources, invitation.scope)
    if occasion is None:
        return
    with speaking(invitation.person.language):
        subject = _("Not possible then: %(what)s") % {"what": told.summary}
        why = (str(refused), *refused.hints) if refused else (_("The organisers decide when this is."),)
        sentence = " ".join((*why, _("It stays as it was.")))
        plain, html = await _texts(
            invitation, told, occasion, sources, settings,
            subject=subject, sentence=sentence, advice=_("See which times are free:"),
        )  # fmt: skip
    organiser, reader = organiser_of(occasion, settings), Mailbox(invitation.person.name, invitation.person.email)
    message_id = _message_id(settings)
    body = invite_mail(
        DeclineCounter(told, sentence), organiser=organiser, attendee=reader, subject=subject, plain=plain, html=html,
        message_id=message_id, now=now,
    )  # fmt: skip
    await _post(invitation, body, organiser, reader, subject, message_id, now)


async def _texts(
    invitation: Invitation,
    told: Told,
    occasion: Occasion,
    sources: Sequence[Source],
    settings: Settings,
    *,
    subject: str,
    sentence: str,
    advice: str,
) -> tuple[str, str]:
    mine = await agenda.entries(sources, invitation.person_id, invitation.scope)
    path = next((entry.url for entry in mine if entry.subject == told.subject), occasion.url)
    context = {
        "subject": subject,
        "told": told,
        "sentence": sentence,
        "advice": advice,
        "url": settings.base_url + path,
        "occasion": occasion,
        "zone": ZoneInfo(occasion.zone),
    }
    return templating.render("app/mail/reply.txt", context), templating.render("app/mail/reply.html", context)


async def _post(
    invitation: Invitation,
    body: bytes,
    sender: Mailbox,
    reader: Mailbox,
    subject: str,
    message_id: str,
    now: datetime,
) -> None:
    await outbox.post(
        outbox.mail_scope(invitation.scope), body=body, sender=sender, recipient=reader, subject=subject,
        message_id=message_id, now=now,
    )  # fmt: skip


def _message_id(settings: Settings) -> str:
    return f"<{secrets.token_hex(16)}@{settings.mail_domain}>"
