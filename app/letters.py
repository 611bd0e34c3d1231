"""A letter: a mail in plain text and HTML, without a calendar, from its templates to what the outbox keeps."""

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app import outbox, templating
from app.config import Settings
from app.ical.imip import plain_mail
from app.ical.itip import Mailbox
from app.models import Mail


def letter(
    template: str,
    context: Mapping[str, Any],
    *,
    scope: str,
    sender: Mailbox,
    recipient: Mailbox,
    subject: str,
    settings: Settings,
    now: datetime,
    unsubscribe: str = "",
) -> Mail:
    """In the language being spoken, for a journal of mail (`scope`); nothing is stored yet. `template` is a path
    without its .txt and .html, `unsubscribe` the path where one POST ends such letters. Raises ValueError for what
    cannot stand in a header."""
    unsubscribe = unsubscribe and settings.base_url + unsubscribe
    told = {**context, "subject": subject, "base_url": settings.base_url, "unsubscribe": unsubscribe}
    message_id = f"<{secrets.token_hex(16)}@{settings.mail_domain}>"
    body = plain_mail(
        sender=sender,
        recipient=recipient,
        subject=subject,
        plain=templating.render(f"{template}.txt", told),
        html=templating.render(f"{template}.html", told),
        message_id=message_id,
        now=now,
        unsubscribe=unsubscribe,
    )
    return outbox.frozen(
        scope, body=body, sender=sender, recipient=recipient, subject=subject, message_id=message_id, now=now
    )
