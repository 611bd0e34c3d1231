"""The mails that verbs of the calls owe somebody: worded in the reader's language and queued, each exactly once.

A worker looks for what is owed. It words everything first and then, behind the gate of the call's mail, queues what
nobody queued meanwhile.
"""

import asyncio
import logging
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime

from app import outbox, templating
from app.config import Settings
from app.i18n import _, later, speaking
from app.ical.imip import plain_mail
from app.ical.itip import Mailbox
from app.journal import changing
from app.models import Mail, Person
from app.texts import in_language
from events.networks.calls.models import Call
from events.networks.calls.proposals.models import CallLetter, LetterKind

log = logging.getLogger("pilotmatch.calls")

A_ROUND = 50
NOTHING_TOLD = {"title": "", "reason": "", "verdict": ""}

SUBJECTS: Mapping[LetterKind, str] = {
    LetterKind.NAMED: later("You are an author of “%(title)s”"),
    LetterKind.REVIEWING: later("For your review: “%(title)s”"),
    LetterKind.RECEIPT: later("Received: “%(title)s”"),
    LetterKind.WITHDRAWAL: later("Withdrawn: “%(title)s”"),
    LetterKind.DEADLINE: later("New deadline: %(call)s"),
    LetterKind.DECISION: later("Decided: “%(title)s”"),
    LetterKind.INVITED: later("You are invited into a consortium: “%(title)s”"),
    LetterKind.ASKED: later("Somebody asks to join: “%(title)s”"),
    LetterKind.JOINED: later("One more in your consortium: “%(title)s”"),
    LetterKind.GATHERING: later("A group meeting: “%(title)s”"),
}


async def tell(settings: Settings) -> bool:
    """Queue some of what is owed. True if there was anything."""
    owed = await CallLetter.filter(queued_at__isnull=True).order_by("at", "id").limit(A_ROUND)
    if not owed:
        return False
    call_id, now = owed[0].call_id, datetime.now(UTC)
    ours = [letter for letter in owed if letter.call_id == call_id]
    call = await Call.get(id=call_id).select_related("network", "region")
    languages = dict(await Person.filter(email__in=[letter.email for letter in ours]).values_list("email", "language"))
    mails = await asyncio.to_thread(
        lambda: {one.id: _mail(one, call, languages.get(one.email, call.language), settings, now) for one in ours}
    )
    await _queue(call, mails, now)
    return True


async def _queue(call: Call, mails: Mapping[int, Mail | None], now: datetime) -> None:
    """Looks once more, now that nobody else can write: another worker may have been faster."""
    async with changing(call.mail, by="worker") as changes:
        mine = await CallLetter.filter(id__in=list(mails), queued_at__isnull=True).order_by("id")
        if not mine:
            return
        await outbox.post_all([mail for letter in mine if (mail := mails[letter.id])])
        await CallLetter.filter(id__in=[letter.id for letter in mine]).update(queued_at=now)
        changes.record("call_letter.queued", mine[0], topics=[], data={"count": len(mine)})


def _mail(letter: CallLetter, call: Call, code: str, settings: Settings, now: datetime) -> Mail | None:
    """None, and a line in the log, for one that cannot be written: it must not keep the others."""
    try:
        return _worded(letter, call, code, settings, now)
    except ValueError as error:  # HeaderInjection
        log.error("letter %d cannot be written: %s", letter.id, error)
        return None


def _worded(letter: CallLetter, call: Call, code: str, settings: Settings, now: datetime) -> Mail:
    local, _at, domain = settings.mail_from.partition("@")
    sender = Mailbox(call.region.name if call.region else call.network.name, f"{local}+call-{call.id}@{domain}")
    reader = Mailbox(letter.name, letter.email)
    with speaking(code):
        title = in_language(call.titles, call.language)
        subject = _(SUBJECTS[letter.kind]) % {"call": title, "title": letter.data.get("title", "")}
        context = {
            "subject": subject,
            "letter": letter,
            "call": call,
            "title": title,
            "data": NOTHING_TOLD | letter.data,
            "at": datetime.fromisoformat(letter.data["at"]) if "at" in letter.data else None,
            "url": settings.base_url + _address(letter, call),
            "zone": call.tz,
        }
        plain = templating.render("events/mail/call_letter.txt", context)
        html = templating.render("events/mail/call_letter.html", context)
    message_id = f"<{secrets.token_hex(16)}@{settings.mail_domain}>"
    body = plain_mail(
        sender=sender, recipient=reader, subject=subject, plain=plain, html=html, message_id=message_id, now=now
    )
    return outbox.frozen(
        call.mail, body=body, sender=sender, recipient=reader, subject=subject, message_id=message_id, now=now
    )


def _address(letter: CallLetter, call: Call) -> str:
    if path := letter.data.get("path"):
        return str(path)
    if letter.kind == LetterKind.REVIEWING:
        return f"/calls/reviews/{letter.data['review']}"
    return f"/calls/proposals/{letter.proposal_id}" if letter.proposal_id else call.path
