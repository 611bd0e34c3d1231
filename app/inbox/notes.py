"""The two mails that an answer can lead to, queued in the block that remembers the answer."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from app import agenda, outbox, templating
from app.config import Settings
from app.errors import Refused
from app.i18n import _, speaking
from app.ical.imip import invite_mail
from app.ical.itip import DeclineCounter, Mailbox, Told
from app.invitations import occasion_of, organiser_of
from app.letters import letter
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
        context = await _context(
            invitation, told, occasion, sources, settings,
            sentence=_("Your calendar declined this while you are away. We have changed nothing and told nobody."),
            advice=_("If you cannot come, cancel it here, so that the others know and the time is free again:"),
        )  # fmt: skip
        mail = letter(
            "app/mail/reply",
            context,
            scope=outbox.mail_scope(invitation.scope),
            sender=organiser_of(occasion, settings),
            recipient=Mailbox(invitation.person.name, invitation.person.email),
            subject=_("Do you still come? %(what)s") % {"what": told.summary},
            settings=settings,
            now=now,
        )
    await outbox.post_all([mail])


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
        advice = _("See which times are free:")
        context = await _context(invitation, told, occasion, sources, settings, sentence=sentence, advice=advice)
        context["subject"] = subject
        plain, html = (templating.render(f"app/mail/reply.{kind}", context) for kind in ("txt", "html"))
    organiser, reader = organiser_of(occasion, settings), Mailbox(invitation.person.name, invitation.person.email)
    message_id = f"<{secrets.token_hex(16)}@{settings.mail_domain}>"
    body = invite_mail(
        DeclineCounter(told, sentence), organiser=organiser, attendee=reader, subject=subject, plain=plain, html=html,
        message_id=message_id, now=now,
    )  # fmt: skip
    await outbox.post(
        outbox.mail_scope(invitation.scope), body=body, sender=organiser, recipient=reader, subject=subject,
        message_id=message_id, now=now,
    )  # fmt: skip


async def _context(
    invitation: Invitation,
    told: Told,
    occasion: Occasion,
    sources: Sequence[Source],
    settings: Settings,
    *,
    sentence: str,
    advice: str,
) -> dict[str, Any]:
    mine = await agenda.entries(sources, invitation.person_id, invitation.scope)
    path = next((entry.url for entry in mine if entry.subject == told.subject), occasion.url)
    return {
        "told": told,
        "sentence": sentence,
        "advice": advice,
        "url": settings.base_url + path,
        "occasion": occasion,
        "zone": ZoneInfo(occasion.zone),
    }
