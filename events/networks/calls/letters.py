"""The mails that verbs of the calls owe somebody: worded in the reader's language and queued, each exactly once.

A worker looks for what is owed. It words everything first and then, behind the gate of the call's mail, queues what
nobody queued meanwhile.
"""

import asyncio
import logging
from collections.abc import Mapping
from datetime import UTC, datetime

from app import outbox
from app.config import Settings
from app.i18n import _, later, speaking
from app.ical.itip import Mailbox
from app.journal import changing
from app.letters import letter
from app.models import Mail, Person
from app.texts import in_language
from events.networks.calls.models import Call
from events.networks.calls.proposals.models import CallLetter, LetterKind

log = logging.getLogger("pilotmatch.calls")

A_ROUND = 50
RECEIPTS = frozenset({LetterKind.RECEIPT, LetterKind.WITHDRAWAL})
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
    ours = [one for one in owed if one.call_id == call_id]
    call = await Call.get(id=call_id).select_related("network", "region")
    people = {person.email: person for person in await Person.filter(email__in=[one.email for one in ours])}
    mails = await asyncio.to_thread(
        lambda: {one.id: _mail(one, call, people.get(one.email), settings, now) for one in ours}
    )
    await _queue(call, mails, now)
    return True


async def _queue(call: Call, mails: Mapping[int, Mail | None], now: datetime) -> None:
    """Looks once more, now that nobody else can write: another worker may have been faster."""
    async with changing(call.mail, by="worker") as changes:
        mine = await CallLetter.filter(id__in=list(mails), queued_at__isnull=True).order_by("id")
        if not mine:
            return
        await outbox.post_all([mail for one in mine if (mail := mails[one.id])])
        await CallLetter.filter(id__in=[one.id for one in mine]).update(queued_at=now)
        changes.record("call_letter.queued", mine[0], topics=[], data={"count": len(mine)})


def _mail(owed: CallLetter, call: Call, person: Person | None, settings: Settings, now: datetime) -> Mail | None:
    """None for a receipt that its reader has switched off; and, with a line in the log, for one that cannot be
    written: it must not keep the others."""
    if person and not person.receipt_mails and owed.kind in RECEIPTS:
        return None
    try:
        return _worded(owed, call, person.language if person else call.language, settings, now)
    except ValueError as error:  # HeaderInjection
        log.error("letter %d cannot be written: %s", owed.id, error)
        return None


def _worded(owed: CallLetter, call: Call, code: str, settings: Settings, now: datetime) -> Mail:
    local, _at, domain = settings.mail_from.partition("@")
    sender = Mailbox(call.region.name if call.region else call.network.name, f"{local}+call-{call.id}@{domain}")
    with speaking(code):
        title = in_language(call.titles, call.language)
        context = {
            "letter": owed,
            "call": call,
            "title": title,
            "data": NOTHING_TOLD | owed.data,
            "at": datetime.fromisoformat(owed.data["at"]) if "at" in owed.data else None,
            "url": settings.base_url + _address(owed, call),
            "zone": call.tz,
        }
        return letter(
            "events/mail/call_letter",
            context,
            scope=call.mail,
            sender=sender,
            recipient=Mailbox(owed.name, owed.email),
            subject=_(SUBJECTS[owed.kind]) % {"call": title, "title": owed.data.get("title", "")},
            settings=settings,
            now=now,
        )


def _address(owed: CallLetter, call: Call) -> str:
    if path := owed.data.get("path"):
        return str(path)
    if owed.kind == LetterKind.REVIEWING:
        return f"/calls/reviews/{owed.data['review']}"
    return f"/calls/proposals/{owed.proposal_id}" if owed.proposal_id else call.path
