"""The mail that tells somebody of a time that is held for a meeting they wait for; as for seats."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from app import outbox
from app.config import Settings
from app.i18n import _, speaking
from app.journal import changing
from app.models import Mail
from app.wording import when
from events.models import Event
from events.waiting.letters import A_ROUND, Offer, sender_for, word
from events.waiting.models import WaitState
from matchmaking.directory import Match
from matchmaking.parties import people
from matchmaking.round_models import Slot
from matchmaking.waitlist.models import MeetingWait
from matchmaking.waitlist.offering import awaited, waits_with_meetings
from matchmaking.why import why


async def tell(settings: Settings) -> bool:
    """Queue mails of some offers of times. True if there was anything. For app.workers."""
    open_ones = MeetingWait.filter(state=WaitState.OFFERED, told_at__isnull=True, waiter__person_id__isnull=False)
    owed = await waits_with_meetings(open_ones.limit(A_ROUND))
    if not owed:
        return False
    event = owed[0].meeting.event
    mails = await _worded(event, [wait for wait in owed if wait.meeting.event_id == event.id], settings)
    async with changing(outbox.mail_scope(event.scope), by="worker") as changes:
        ids = [one.id for one in await open_ones.filter(id__in=list(mails))]
        await outbox.post_all([mails[one] for one in ids])
        await MeetingWait.filter(id__in=ids).update(told_at=changes.at)
        if ids:
            changes.record("offer.told", owed[0].meeting, topics=[], data={"count": len(ids)})
    return True


async def _worded(event: Event, waits: Sequence[MeetingWait], settings: Settings) -> dict[int, Mail]:
    """By wait, language by language."""
    sender, mails = await sender_for(event, settings), {}
    by_language = defaultdict(list)
    for wait in waits:
        if wait.waiter.person and wait.slot and wait.until:
            pair = wait.waiter_id, awaited(wait)
            by_language[wait.waiter.person.language].append((wait, wait.waiter.person, pair, wait.slot, wait.until))
    for language, told in by_language.items():
        with speaking(language):
            reasons = await why(event, [pair for _wait, _person, pair, _slot, _until in told])
            for wait, person, pair, slot, until in told:
                offer = _of(wait, slot, until, reasons.get(pair))
                mails[wait.id] = word(person, event, offer, sender=sender, settings=settings)
    return mails


def _of(wait: MeetingWait, slot: Slot, until: datetime, match: Match | None) -> Offer:
    event, partner = wait.meeting.event, awaited(wait)
    named = {
        "name": next(one.name for one in people(wait.meeting) if one.id == partner),
        "time": when(slot.start, event.tz),
    }
    return Offer(
        subject=_("%(name)s has time for you: %(time)s") % named,
        sentence=_("You waited for a meeting with %(name)s. %(time)s is kept for the two of you.") % named,
        until=until,
        url=f"/e/{event.slug}/meetings/{wait.meeting_id}",
        why=match.brief if match else (),
    )
