"""Mails of a support office to its clients: a reminder that an adviser sends, and the question half a year later."""

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app import outbox, templating
from app.config import Settings
from app.ical.imip import plain_mail
from app.ical.itip import Mailbox
from app.models import Mail, Person, ReminderKind
from app.unsubscribing import address

SCOPE = "mail:support"


def letter(
    template: str,
    person: Person,
    *,
    office: str,
    subject: str,
    context: Mapping[str, Any],
    settings: Settings,
    now: datetime,
) -> Mail:
    """From the office by name, in the language being spoken; one click ends them all."""
    sender, recipient = Mailbox(office, settings.mail_from), Mailbox(person.name, person.email)
    unsubscribe = settings.base_url + address(person, ReminderKind.SUPPORT, key=settings.secret_key)
    told = {
        **context, "subject": subject, "office": office, "base_url": settings.base_url, "unsubscribe": unsubscribe,
    }  # fmt: skip
    message_id = f"<{secrets.token_hex(16)}@{settings.mail_domain}>"
    body = plain_mail(
        sender=sender, recipient=recipient, subject=subject, message_id=message_id, now=now, unsubscribe=unsubscribe,
        plain=templating.render(f"matchmaking/mail/{template}.txt", told),
        html=templating.render(f"matchmaking/mail/{template}.html", told),
    )  # fmt: skip
    return outbox.frozen(
        SCOPE, body=body, sender=sender, recipient=recipient, subject=subject, message_id=message_id, now=now
    )
