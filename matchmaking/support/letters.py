"""Mails of a support office to its clients: who helps them, a reminder that an adviser
sends, and the question half a year later."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.config import Settings
from app.ical.itip import Mailbox
from app.letters import letter
from app.models import Mail, Person, ReminderKind
from app.unsubscribing import address

SCOPE = "mail:support"


def office_letter(
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
    return letter(
        f"matchmaking/mail/{template}",
        {**context, "office": office},
        scope=SCOPE,
        sender=Mailbox(office, settings.mail_from),
        recipient=Mailbox(person.name, person.email),
        subject=subject,
        settings=settings,
        now=now,
        unsubscribe=address(person, ReminderKind.SUPPORT, key=settings.secret_key),
    )
