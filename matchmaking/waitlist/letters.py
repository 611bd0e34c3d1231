"""The mail that tells somebody of a time that is held for a meeting they wait for, or that is gone; as for seats."""

from collections import defaultdict
from collections.abc import Sequence

from tortoise.expressions import Q

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

Mails = dict[tuple[int, WaitState], Mail]  # by wait (id) and what is said of it
OWED = Q(waiter__person_id__isnull=False) & (
    Q(state=WaitState.OFFERED, told_at__isnull=True) | Q(state=WaitState.WAITING, told_at__isnull=False)
)
"""Offers that nobody was told of, and those who were told and have none any more."""


async def tell(settings: Settings) -> bool:
    """Queue mails of some offers of times, and of some that are gone. True if there was anything. For app.workers."""
    owed = await waits_with_meetings(MeetingWait.filter(OWED).limit(A_ROUND))
    if not owed:
        return False
    event = owed[0].meeting.event
    mails = await _worded(event, [wait for wait in owed if wait.meeting.event_id == event.id], settings)
    async with changing(outbox.mail_scope(event.scope), by="worker") as changes:
        found = await MeetingWait.filter(OWED, id__in=[one for one, _state in mails])
        mine = [one for one in found if (one.id, one.state) in mails]
        await outbox.post_all([mails[one.id, one.state] for one in mine])
        for state, at in ((WaitState.OFFERED, changes.at), (WaitState.WAITING, None)):
            await MeetingWait.filter(id__in=[one.id for one in mine if one.state == state]).update(told_at=at)
        if mine:
            changes.record("offer.told", owed[0].meeting, topics=[], data={"count": len(mine)})
    return True


async def _worded(event: Event, waits: Sequence[MeetingWait], settings: Settings) -> Mails:
    """Language by language."""
    sender = await sender_for(event, settings)
    mails: Mails = {}
    by_language = defaultdict(list)
    for wait in waits:
        if wait.waiter.person and (wait.slot or wait.state == WaitState.WAITING):
            pair = wait.waiter_id, awaited(wait)
            by_language[wait.waiter.person.language].append((wait, wait.waiter.person, pair))
    for language, told in by_language.items():
        with speaking(language):
            reasons = await why(event, [pair for _wait, _person, pair in told])
            for wait, person, pair in told:
                offer = _of(wait, wait.slot, reasons.get(pair)) if wait.slot else _gone(wait)
                mails[wait.id, wait.state] = word(person, event, offer, sender=sender, settings=settings)
    return mails


def _of(wait: MeetingWait, slot: Slot, match: Match | None) -> Offer:
    event = wait.meeting.event
    named = {"name": _partner(wait), "time": when(slot.start, event.tz)}
    return Offer(
        subject=_("%(name)s has time for you: %(time)s") % named,
        sentence=_("You waited for a meeting with %(name)s. %(time)s is kept for the two of you.") % named,
        until=wait.until,
        url=_url(wait),
        why=match.brief if match else (),
    )


def _gone(wait: MeetingWait) -> Offer:
    named = {"name": _partner(wait)}
    return Offer(
        subject=_("The time kept for you is gone: %(name)s") % named,
        sentence=_("We are sorry: the time that was kept for you and %(name)s is no meeting time any more.") % named,
        until=None,
        url=_url(wait),
        then=_("You still wait, and the next time that suits you both may be offered to you:"),
    )


def _partner(wait: MeetingWait) -> str:
    partner = awaited(wait)
    return next(one.name for one in people(wait.meeting) if one.id == partner)


def _url(wait: MeetingWait) -> str:
    return f"/e/{wait.meeting.event.slug}/meetings/{wait.meeting_id}"
