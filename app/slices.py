"""What the slices bring: routes, workers, feeds, and what each adds to pages of the others."""

import contextlib
from collections.abc import AsyncIterator, Mapping
from typing import Any

import events.answers
import events.desk
import events.feeds
import events.ical
import events.networks.account
import events.networks.calls.letters
import events.networks.calls.routes
import events.networks.calls.wording
import events.networks.closing
import events.networks.digests
import events.networks.news
import events.networks.pages
import events.networks.proposing.letters
import events.networks.proposing.routes
import events.networks.routes
import events.networks.support.account
import events.networks.support.assigning
import events.networks.support.desk
import events.networks.support.routes
import events.networks.wording
import events.routes
import events.tasks
import events.waiting.letters
import events.waiting.offering
import events.waiting.routes
import events.wording
import matchmaking.answers
import matchmaking.bookmarks.routes
import matchmaking.consortia.routes
import matchmaking.consortia.tasks
import matchmaking.desk
import matchmaking.drafting
import matchmaking.groups.news
import matchmaking.ical
import matchmaking.marketplace.news
import matchmaking.marketplace.routes
import matchmaking.meetings
import matchmaking.messages.routes
import matchmaking.onsite.routes
import matchmaking.onsite.tasks
import matchmaking.outcomes.routes
import matchmaking.picture_pages
import matchmaking.pilot_uses
import matchmaking.routes
import matchmaking.spreading.working
import matchmaking.supply_pages
import matchmaking.support.feeds
import matchmaking.support.follow_up_pages
import matchmaking.support.following_up
import matchmaking.support.introducing
import matchmaking.support.routes
import matchmaking.support.tasks
import matchmaking.table_feeds
import matchmaking.tasks
import matchmaking.telling
import matchmaking.waitlist.letters
import matchmaking.waitlist.offering
import matchmaking.waitlist.reading
import matchmaking.waitlist.routes
from app import (
    accessibility,
    account,
    delivery,
    feeds,
    forgetting,
    invitations,
    reminders,
    signing_in,
    unsubscribing,
    workers,
)
from app.config import Settings
from app.inbox import lmtp, mailbox, webhook
from app.inbox.answering import Answering
from app.inbox.process import process
from app.source import Reminding

SOURCES: tuple[Reminding, ...] = (events.ical, matchmaking.ical)
ANSWERING: tuple[Answering, ...] = (events.answers, matchmaking.answers)
FEED_KINDS: Mapping[str, feeds.Draw] = {
    "table": matchmaking.table_feeds.of_table,
    "round": matchmaking.table_feeds.of_round,
    "office": matchmaking.support.feeds.of_office,
}
NEWS: tuple[events.networks.news.News, ...] = (
    events.networks.news.news,
    matchmaking.marketplace.news.news,
    matchmaking.groups.news.news,
)
SLICES = (
    feeds,  # first what is asked for most often: routes are tried in turn
    events.feeds,
    signing_in,
    account,
    accessibility,
    unsubscribing,
    webhook,
    events.routes,
    events.desk,
    events.waiting.routes,
    events.networks.calls.routes,
    events.networks.proposing.routes,
    events.networks.routes,
    events.networks.support.routes,
    matchmaking.routes,
    matchmaking.desk,
    matchmaking.supply_pages,
    matchmaking.picture_pages,
    matchmaking.consortia.routes,
    matchmaking.marketplace.routes,
    matchmaking.bookmarks.routes,
    matchmaking.messages.routes,
    matchmaking.outcomes.routes,
    matchmaking.waitlist.routes,
    matchmaking.onsite.routes,
    matchmaking.support.routes,
)


# For `app.state`: a page takes what others have to say from there, and so imports none of them.
PIECES: Mapping[str, Any] = {
    "sources": SOURCES,
    "feed_kinds": FEED_KINDS,
    "answering": ANSWERING,
    "navigation": (events.routes.navigation, matchmaking.routes.navigation),
    "desk_navigation": (events.desk.navigation, matchmaking.desk.navigation),
    "desk_steps": (events.tasks.steps, matchmaking.tasks.steps, matchmaking.onsite.tasks.steps),
    "tasks": (events.tasks.tasks, matchmaking.onsite.tasks.tasks, matchmaking.tasks.tasks),
    "errands": (matchmaking.consortia.tasks.errands, matchmaking.support.tasks.errands),
    "network_navigation": (
        events.networks.pages.navigation,
        events.networks.calls.routes.navigation,
        events.networks.proposing.routes.navigation,
        matchmaking.picture_pages.navigation,
    ),
    "network_desk_navigation": (
        events.networks.pages.desk_navigation,
        events.networks.support.desk.desk_navigation,
    ),
    "network_sentences": (events.networks.wording.sentence, events.networks.calls.wording.sentence),
    "call_navigation": (matchmaking.consortia.routes.navigation,),
    "pilot_uses": (events.networks.closing.uses, matchmaking.pilot_uses.uses),
    "pilot_pieces": (matchmaking.picture_pages.pilot_piece,),
    "region_navigation": (matchmaking.supply_pages.region_navigation,),
    "organisation_navigation": (matchmaking.supply_pages.organisation_navigation,),
    "account_pieces": (
        events.networks.support.account.piece,
        matchmaking.support.follow_up_pages.piece,
        events.networks.account.piece,
    ),
    "waiting_pieces": (matchmaking.waitlist.reading.piece,),
    "waiting_lists": (matchmaking.waitlist.reading.desk_piece,),
    "sentences": (events.wording.sentence, matchmaking.telling.sentence),
}


@contextlib.asynccontextmanager
async def working(settings: Settings) -> AsyncIterator[None]:
    """A worker process: what `work` names, and the mailbox of invitations."""
    async with contextlib.AsyncExitStack() as stack:
        await stack.enter_async_context(workers.working(work(settings)))
        if settings.lmtp_listen:
            listening = lmtp.listening(settings.lmtp_listen, take(settings), mailbox=settings.mail_from)
            await stack.enter_async_context(listening)
        yield


def take(settings: Settings) -> lmtp.Take:
    """What becomes of a mail that came back."""
    return lambda raw: process(raw, ANSWERING, SOURCES, settings)


def work(settings: Settings) -> Mapping[str, workers.Work]:
    """What a worker process does, by name."""
    found: dict[str, workers.Work] = {
        "settle invitations": lambda: invitations.settle_due(SOURCES, settings),
        "draft schedules": matchmaking.drafting.work,
        "spread recommendations": matchmaking.spreading.working.Looking().work,
        "expire requests": matchmaking.meetings.expire,
        "offer seats": events.waiting.offering.Looking().work,
        "write of offered seats": lambda: events.waiting.letters.tell(settings),
        "offer times": matchmaking.waitlist.offering.Looking().work,
        "write of offered times": lambda: matchmaking.waitlist.letters.tell(settings),
        "write about calls": lambda: events.networks.calls.letters.tell(settings),
        "write about proposals": lambda: events.networks.proposing.letters.tell(settings),
        "link clients": events.networks.support.assigning.Linking().work,
        "introduce offices": lambda: matchmaking.support.introducing.introduce(settings),
        "ask what came of meetings": matchmaking.support.following_up.Asking(settings).work,
        "remind": reminders.Looking(SOURCES, settings).work,
        "forget": forgetting.Looking(SOURCES, settings).work,
        "tell followers": events.networks.digests.Looking(NEWS, settings).work,
    }
    if settings.smtp_url:
        smtp_url = settings.smtp_url
        found["send mail"] = lambda: delivery.deliver(smtp_url)
    if settings.imap_url:
        imap_url = settings.imap_url
        found["fetch mail"] = lambda: mailbox.look(imap_url, take(settings))
    return found
