"""What a site forgets in the long run, a few rows at a time: mails, the journal of events that are long over, sign-ins.

Never what somebody was invited to: UID and SEQUENCE of a thing must outlive it (app.invitations). Never mails about
money (calls) or networks, and never who acted for whom, who was let in, and what was released: see STAYS. A revision
goes as a whole or stays, so a live page that asks for one that is gone notices, and starts afresh (app.live).
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from tortoise.expressions import Q

from app import db
from app.auth import SCOPE as PEOPLE
from app.auth import forget_sign_ins
from app.config import Settings
from app.invitations import occasion_of
from app.journal import changing
from app.models import Change, Mail, MailState
from app.source import Source

LOOK = timedelta(hours=6)
A_BLOCK = 200  # mails or revisions: writers of an event wait for one block at most
UPKEEP = "upkeep"  # the journal of what was forgotten in others

EVENT = re.compile(r"event:\d+")
MAILS = re.compile(r"mail:(\d+|news|support)")
MACHINES = re.compile(r"(mail|draft|easing):.+")  # nobody's deeds: what workers did
# In SQL, of what is never forgotten. `data` is searched as text because both databases can.
STAYS = {
    "event": "kind LIKE 'participant.%' OR kind LIKE 'attendance.%' OR kind LIKE 'report.%' "
    "OR kind IN ('programme.released', 'draft.released', 'draft.undone') "
    """OR CAST(data AS TEXT) LIKE '%"on_behalf_of"%' OR CAST(data AS TEXT) LIKE '%"office"%'""",
    PEOPLE: "kind NOT IN ('link.asked', 'person.signed_in', 'person.signed_out', 'feed.fetched')",
    "machines": "kind = 'mail.forgotten'",
}


class Looking:
    """The worker: looks a few times a day."""

    def __init__(self, sources: Sequence[Source], settings: Settings) -> None:
        self.sources, self.settings = sources, settings
        self.next = datetime.min.replace(tzinfo=UTC)

    async def work(self) -> bool:
        now = datetime.now(UTC)
        if now < self.next:
            return False
        await forget(self.sources, self.settings, now=now)
        self.next = now + LOOK
        return False


async def forget(sources: Sequence[Source], settings: Settings, *, now: datetime) -> None:
    """Everything that is older than the settings keep it; 0 days keep it for ever."""
    await forget_sign_ins(now=now)
    if settings.keep_mail_days:
        before = now - timedelta(days=settings.keep_mail_days)
        await _forget_mails(sources, before)
        for scope in await _with_old_facts(MACHINES, before):
            await _shorten(scope, STAYS["machines"], before)
    if settings.keep_journal_days:
        before = now - timedelta(days=settings.keep_journal_days)
        await _shorten(PEOPLE, STAYS[PEOPLE], before)
        for scope in await _with_old_facts(EVENT, before):
            if await _is_over(sources, scope, before):
                await _shorten(scope, STAYS["event"], before)


async def _forget_mails(sources: Sequence[Source], before: datetime) -> None:
    """Those that left or never will. While an event may still change, what it mailed says what is in calendars."""
    found = await db.rows(
        "SELECT scope FROM journal AS j WHERE scope LIKE 'mail:%' AND "
        "(SELECT created_at FROM mail AS m WHERE m.scope = j.scope ORDER BY id LIMIT 1) < $1",
        before,
    )
    for scope in [row["scope"] for row in found if MAILS.fullmatch(row["scope"])]:
        over = await _is_over(sources, f"event:{scope.partition(':')[2]}", before)
        if over is False:
            continue
        done = [MailState.SENT, MailState.FAILED, MailState.SUPERSEDED]
        old = Mail.filter(Q(scope=scope, state__in=done, created_at__lt=before), Q() if over else Q(uid__isnull=True))
        while ids := list(await old.order_by("id").limit(A_BLOCK).values_list("id", flat=True)):
            async with changing(scope, by="worker") as changes:
                if number := await old.filter(id__in=ids).delete():
                    changes.record("mail.forgotten", Mail(id=ids[0]), topics=[], data={"number": number})


async def _is_over(sources: Sequence[Source], scope: str, before: datetime) -> bool | None:
    """Did the event end before then? None where there is none."""
    occasion = await occasion_of(sources, scope) if EVENT.fullmatch(scope) else None
    return occasion.last_day < before.date() if occasion else None


async def _with_old_facts(which: re.Pattern[str], before: datetime) -> list[str]:
    found = await db.rows(
        "SELECT scope FROM journal AS j WHERE "
        "(SELECT at FROM change AS c WHERE c.scope = j.scope ORDER BY revision LIMIT 1) < $1",
        before,
    )
    return [row["scope"] for row in found if which.fullmatch(row["scope"])]


async def _shorten(scope: str, stays: str, before: datetime) -> None:
    """Take out old revisions of which nothing stays. Facts never change, so their own scope needs no gate."""
    old = (
        "SELECT revision FROM change WHERE scope = $1 AND at < $2 GROUP BY revision "  # noqa: S608 - our constants
        f"HAVING SUM(CASE WHEN {stays} THEN 1 ELSE 0 END) = 0 ORDER BY revision LIMIT $3"
    )
    while revisions := [row["revision"] for row in await db.rows(old, scope, before, A_BLOCK)]:
        async with changing(UPKEEP, by="worker") as changes:
            gone = Change.filter(scope=scope, revision__in=revisions)
            if number := await gone.delete():
                data = {"scope": scope, "from": revisions[0], "to": revisions[-1], "number": number}
                changes.record("journal.shortened", Change(id=0), topics=[], data=data)
