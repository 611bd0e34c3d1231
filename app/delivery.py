"""Mail leaves: claimed with a lease, sent over a few connections, in order per UID.

A crash between the server's 250 and our commit leaves the mail leased; when the lease runs out the same bytes
with the same Message-ID go again, which readers show once. Nothing else is ever sent twice.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Coroutine, Sequence
from datetime import UTC, datetime, timedelta
from urllib.parse import unquote, urlsplit

import aiosmtplib
from tortoise.queryset import QuerySet

from app import db
from app.journal import changing
from app.models import Mail, MailState

log = logging.getLogger("pilotmatch.delivery")

LEASE = timedelta(minutes=2)
SENDING = timedelta(seconds=60)  # the most that sending one mail may take
SERVER_SAYS_LATER = {421, 530, 534, 535, 538}  # it closes, or wants another login: no fault of this mail
CONNECTIONS = 4
CLAIM = 40
BACKOFF_MINUTES = (1, 5, 15, 30, 60)  # then hourly
GIVE_UP = timedelta(hours=48)


class ServerAway(OSError):
    """The mail server cannot be reached; nothing was lost, the mails wait."""


async def deliver(smtp_url: str) -> bool:
    """Send what is due. True if something was. Raises ServerAway when the server cannot be reached."""
    waiting = deque(await claim(now=datetime.now(UTC)))
    if not waiting:
        return False
    senders = [_send_in_turn(smtp_url, waiting) for _ in range(min(CONNECTIONS, len(waiting)))]
    try:
        # Not a TaskGroup: a server that takes two connections and no third must not end the first two mid-mail.
        ends = await asyncio.gather(*senders, return_exceptions=True)
        nobody_was_let_in = bool(waiting)
    finally:
        await give_back(list(waiting))
    for end in ends:
        if isinstance(end, BaseException) and (nobody_was_let_in or not isinstance(end, ServerAway)):
            raise end
    return True


async def claim(*, now: datetime) -> list[Mail]:
    """Lease the mails that are due, oldest first; of one UID only the oldest that has not been sent."""
    candidates = await db.rows(
        "SELECT id, scope FROM mail AS m WHERE due_at <= $1 AND (state = 'queued' OR "
        "(state = 'sending' AND leased_until < $1)) AND NOT EXISTS (SELECT 1 FROM mail AS older WHERE "
        "older.uid = m.uid AND older.id < m.id AND older.state IN ('queued', 'sending')) ORDER BY id LIMIT $2",
        now, CLAIM,
    )  # fmt: skip
    claimed: list[Mail] = []
    for scope in dict.fromkeys(row["scope"] for row in candidates):
        claimed += await _lease(scope, [row["id"] for row in candidates if row["scope"] == scope], now)
    return claimed


async def give_back(mails: Sequence[Mail]) -> None:
    """Put claimed mails back as they were: the server was away, the mails are not to blame."""
    for scope in dict.fromkeys(mail.scope for mail in mails):
        async with changing(scope, by="worker") as changes:
            ours = [mail for mail in mails if mail.scope == scope]
            for lease in {mail.leased_until for mail in ours}:
                ids = [mail.id for mail in ours if mail.leased_until == lease]
                await _leased(ids, lease).update(state=MailState.QUEUED, leased_until=None)
            changes.record("mail.returned", ours[0], topics=[_desk(scope)], data={"count": len(ours)})


async def _lease(scope: str, ids: list[int], now: datetime) -> list[Mail]:
    async with changing(scope, by="worker") as changes:
        mails = [mail for mail in await Mail.filter(id__in=ids).order_by("id") if _is_free(mail, now)]
        if mails:
            until = now + LEASE
            await Mail.filter(id__in=[mail.id for mail in mails]).update(state=MailState.SENDING, leased_until=until)
            for mail in mails:
                mail.leased_until = until
            changes.record("mail.claimed", mails[0], topics=[], data={"count": len(mails)})
    return mails


def _is_free(mail: Mail, now: datetime) -> bool:
    return mail.state == MailState.QUEUED or (
        mail.state == MailState.SENDING and mail.leased_until is not None and mail.leased_until < now
    )


async def _send_in_turn(smtp_url: str, waiting: "deque[Mail]") -> None:
    """One connection, one mail after the other. A mail that the server's absence caught stays in `waiting`."""
    client = _client(smtp_url)
    try:
        while waiting:
            if not client.is_connected:
                await _connect(client)
            if waiting and _has_time(waiting[0]):
                await _finishing(_send(client, waiting.popleft(), waiting))
            else:
                return
    finally:
        if client.is_connected:
            client.close()


def _has_time(mail: Mail) -> bool:
    """A mail whose lease might run out while it is being sent is given back: else two of us would send it."""
    return mail.leased_until is not None and datetime.now(UTC) + SENDING < mail.leased_until


async def _finishing(work: Coroutine[None, None, None]) -> None:
    """A worker that is stopped finishes the mail it is sending: half of one might arrive, and come again."""
    task = asyncio.create_task(work)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await task
        raise


async def _send(client: aiosmtplib.SMTP, mail: Mail, waiting: "deque[Mail]") -> None:
    try:
        async with asyncio.timeout(SENDING.total_seconds()):
            await client.sendmail(mail.sender, [mail.recipient], mail.body)
    except (aiosmtplib.SMTPException, OSError) as error:
        if _code(error) in SERVER_SAYS_LATER:
            waiting.appendleft(mail)
            client.close()
            raise ServerAway(str(error)) from error
        await _not_sent(mail, error)
        if _code(error) is None:
            client.close()
    else:
        await _mark(mail, "mail.sent", state=MailState.SENT, sent_at=datetime.now(UTC), error=None)


def _client(smtp_url: str) -> aiosmtplib.SMTP:
    parts = urlsplit(smtp_url)
    return aiosmtplib.SMTP(
        hostname=parts.hostname,
        port=parts.port,
        username=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
        use_tls=parts.scheme == "smtps",
        start_tls=parts.scheme == "smtp+starttls",
        timeout=30,
    )


async def _connect(client: aiosmtplib.SMTP) -> None:
    try:
        await client.connect()
    except (aiosmtplib.SMTPException, OSError) as error:
        raise ServerAway(str(error)) from error


async def _not_sent(mail: Mail, error: Exception) -> None:
    """4xx: later again. 5xx: the organiser must look at it. No answer: it may have arrived all the same, so it stays
    leased, and counts as left, until the same bytes go again."""
    now, code, attempts = datetime.now(UTC), _code(error), mail.attempts + 1
    hopeless = code is not None and code >= 500
    tried: dict[str, object] = {"error": str(error) or type(error).__name__, "attempts": attempts}
    if hopeless or now - mail.created_at > GIVE_UP:
        return await _mark(mail, "mail.failed", state=MailState.FAILED, **tried)
    again = now + timedelta(minutes=BACKOFF_MINUTES[min(mail.attempts, len(BACKOFF_MINUTES) - 1)])
    if code is None:
        return await _mark(mail, "mail.delayed", state=MailState.SENDING, due_at=again, leased_until=again, **tried)
    return await _mark(mail, "mail.delayed", state=MailState.QUEUED, due_at=again, **tried)


def _code(error: Exception) -> int | None:
    """The server's answer for our one recipient; None when there was none."""
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
        return error.recipients[0].code
    return error.code if isinstance(error, aiosmtplib.SMTPResponseException) else None


async def _mark(mail: Mail, kind: str, **values: object) -> None:
    async with changing(mail.scope, by="worker") as changes:
        if await _leased([mail.id], mail.leased_until).update(**{"leased_until": None, **values}):
            changes.record(kind, mail, topics=[_desk(mail.scope)])


def _leased(ids: Sequence[int], until: datetime | None) -> QuerySet[Mail]:
    """These mails, as far as they are still ours: a lease is known by its end."""
    return Mail.filter(id__in=list(ids), state=MailState.SENDING, leased_until=until)


def _desk(scope: str) -> str:
    return f"desk:{scope.partition(':')[2]}"
