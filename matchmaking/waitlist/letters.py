"""The mail that tells somebody of a time that is held for a meeting they wait for; as for seats."""

from datetime import datetime

from app import outbox
from app.config import Settings
from app.i18n import _, speaking
from app.journal import changing
from app.wording import when
from events.waiting.letters import A_ROUND, Offer, word
from events.waiting.models import WaitState
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
    mails = {}
    for wait in owed:
        if wait.meeting.event_id == event.id and wait.slot and wait.until:
            assert wait.waiter.person
            with speaking(wait.waiter.person.language):
                offer = await _of(wait, wait.slot, wait.until)
                mails[wait.id] = await word(wait.waiter.person, event, offer, settings)
    async with changing(outbox.mail_scope(event.scope), by="worker") as changes:
        ids = [one.id for one in await open_ones.filter(id__in=list(mails))]
        await outbox.post_all([mails[one] for one in ids])
        await MeetingWait.filter(id__in=ids).update(told_at=changes.at)
        if ids:
            changes.record("offer.told", owed[0].meeting, topics=[], data={"count": len(ids)})
    return True


async def _of(wait: MeetingWait, slot: Slot, until: datetime) -> Offer:
    event, partner = wait.meeting.event, awaited(wait)
    known = (await why(event, [(wait.waiter_id, partner)])).values()
    named = {
        "name": next(one.name for one in people(wait.meeting) if one.id == partner),
        "time": when(slot.start, event.tz),
    }
    return Offer(
        subject=_("%(name)s has time for you: %(time)s") % named,
        sentence=_("You waited for a meeting with %(name)s. %(time)s is kept for the two of you.") % named,
        until=until,
        url=f"/e/{event.slug}/meetings/{wait.meeting_id}",
        why=[reason for match in known for reason in match.brief],
    )
