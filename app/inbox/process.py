"""What to do with one raw mail that came back, by whichever way: apply an answer once, note a bounce, drop the rest.

Nothing is ever bounced or answered by mail because of what a stranger wrote: the UID, which only its reader knows,
is what counts, and neither From nor DMARC (calendar servers answer from anywhere).
"""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from app import db
from app.config import Settings
from app.errors import Refused
from app.i18n import speaking
from app.ical import inbound
from app.ical.answers import MOST_REPLIES, Worth, heard, noted, worth
from app.ical.inbound import Bounce, Method, Reply
from app.ical.itip import Partstat, Told
from app.inbox import notes
from app.inbox.answering import Answer, Answering
from app.journal import Changes, changing, person_topic
from app.models import Invitation, Mail, MailState
from app.source import Source
from app.text import BadText, clean_text

log = logging.getLogger("pilotmatch.inbox")

TRIES = 3
READERS = 2  # mails read at once: a hundred large ones must not take all threads
RESEND_AFTER = timedelta(hours=1)
COMMENT_LIMIT = 500

_reading = asyncio.Semaphore(READERS)


async def process(raw: bytes, answering: Sequence[Answering], sources: Sequence[Source], settings: Settings) -> str:
    """A word for the log on what became of it. Raises only when the database cannot take it: then let it come again."""
    async with _reading:
        found = await asyncio.to_thread(inbound.read, raw)
    for attempt in range(1, TRIES + 1):
        try:
            outcome = await _deal_with(found, answering, sources, settings)
        except Exception as error:
            if attempt == TRIES or not db.is_transient(error):
                raise
        else:
            log.info("a mail of %d bytes: %s", len(raw), outcome)
            return outcome
    raise AssertionError("unreachable")


async def _deal_with(
    found: Reply | Bounce | None, answering: Sequence[Answering], sources: Sequence[Source], settings: Settings
) -> str:
    match found:
        case Bounce():
            return await _note_bounce(found)
        case Reply():
            return await _hear(found, answering, sources, settings)
    return "neither an answer nor a bounce"


async def _note_bounce(bounce: Bounce) -> str:
    """The mail failed after all: its address is shown to the organisers. Only a server that got it knows its id."""
    mail = await Mail.filter(message_id__in=bounce.message_ids, state=MailState.SENT).first()
    if mail is None:
        return "a bounce of nothing we sent"
    async with changing(mail.scope, by="worker") as changes:
        error = f"bounced: {bounce.diagnostic}"
        if await Mail.filter(id=mail.id, state=MailState.SENT).update(state=MailState.FAILED, error=error):
            changes.record("mail.bounced", mail, topics=[f"desk:{mail.scope.partition(':')[2]}"])
    return "a bounce"


async def _hear(reply: Reply, answering: Sequence[Answering], sources: Sequence[Source], settings: Settings) -> str:
    found = await Invitation.get_or_none(uid=reply.uid).select_related("person")
    if found is None:
        return "an answer to nothing we know"
    async with changing(found.scope, by=found.person) as changes:
        invitation = await Invitation.filter(id=found.id).select_for_update().get()
        invitation.person = found.person
        told = Told.from_json(invitation.told)
        judged = worth(reply, told, address=invitation.person.email, now=changes.at)
        match judged, reply.method:
            case Worth.COUNTS, Method.REPLY:
                await _apply(changes, invitation, reply, told, answering)
            case Worth.COUNTS, Method.COUNTER:
                await _weigh(changes, invitation, reply, told, answering, sources, settings)
            case Worth.COUNTS, Method.REFRESH:
                await _tell_again(changes, invitation, told)
            case Worth.DOUBTED, _:
                await _remember(changes, "reply.doubted", invitation, noted(reply, told))
                await notes.ask_human(invitation, told, sources, settings, now=changes.at)
            case ((Worth.OUTDATED | Worth.DELEGATED), _):
                await _show_desk(changes, invitation, reply, told, judged)
    return f"{reply.method.lower()} {judged}"


async def _apply(
    changes: Changes, invitation: Invitation, reply: Reply, told: Told, answering: Sequence[Answering]
) -> None:
    attendee = reply.by(invitation.person.email)
    assert attendee
    answer = Answer(invitation.subject, invitation.person, Partstat(attendee.partstat), _clean(reply.comment))
    await _remember(changes, "reply.heard", invitation, heard(reply, told, answer.partstat))
    for piece in answering:
        await piece.answered(changes, answer)


async def _weigh(
    changes: Changes,
    invitation: Invitation,
    reply: Reply,
    told: Told,
    answering: Sequence[Answering],
    sources: Sequence[Source],
    settings: Settings,
) -> None:
    """A COUNTER: shown to the other one if it can be, else declined with the reason."""
    await _remember(changes, "reply.countered", invitation, noted(reply, told))
    refused = None
    if reply.start and reply.end:
        try:
            with speaking(invitation.person.language):
                for piece in answering:
                    if await piece.proposed(changes, invitation.subject, invitation.person, reply.start, reply.end):
                        return
        except Refused as found:
            refused = found
    await notes.decline_counter(invitation, told, refused, sources, settings, now=changes.at)


async def _tell_again(changes: Changes, invitation: Invitation, told: Told) -> None:
    """REFRESH: `app.invitations` sends the newest again, unless it did within the hour."""
    newest = await Mail.filter(uid=invitation.uid).order_by("-id").first()
    if not told.cancelled and (newest is None or newest.created_at < changes.at - RESEND_AFTER):
        await _remember(changes, "reply.refresh_asked", invitation, replace(told, resend=True))


async def _remember(changes: Changes, kind: str, invitation: Invitation, told: Told) -> None:
    """With the person's topic: `app.invitations` then looks whether they have what they should."""
    invitation.told, invitation.cancelled = told.as_json(), told.cancelled
    await invitation.save(update_fields=["told", "cancelled"])
    data = {"subject": told.subject, "partstat": told.partstat}
    changes.record(kind, invitation, topics=[person_topic(invitation.person_id)], data=data)


async def _show_desk(changes: Changes, invitation: Invitation, reply: Reply, told: Told, judged: Worth) -> None:
    """It changes nothing, and the organisers may want to ask. Once, however often it comes."""
    attendee, known = reply.by(invitation.person.email), told.replied and reply.stamp and reply.stamp <= told.replied
    if attendee and attendee.partstat in (Partstat.DECLINED, "DELEGATED") and not known and told.replies < MOST_REPLIES:
        await _remember(changes, "reply.set_aside", invitation, noted(reply, told))
        data = {"name": invitation.person.name, "subject": told.subject, "partstat": attendee.partstat}
        desk = f"desk:{invitation.scope.partition(':')[2]}"
        changes.record("reply.shown", invitation, topics=[desk], data=data | {"why": judged.value})


def _clean(comment: str) -> str:
    try:
        return clean_text(comment[: 2 * COMMENT_LIMIT], limit=COMMENT_LIMIT)
    except BadText:
        return ""
