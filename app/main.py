"""The composition root: the only module that imports the slices, and puts routes, workers and sources together."""

import contextlib
import logging
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

import events.answers
import events.desk
import events.feeds
import events.ical
import events.networks.account
import events.networks.calls.letters
import events.networks.calls.routes
import events.networks.calls.wording
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
import matchmaking.desk
import matchmaking.drafting
import matchmaking.ical
import matchmaking.marketplace.news
import matchmaking.marketplace.routes
import matchmaking.meetings
import matchmaking.messages.routes
import matchmaking.onsite.routes
import matchmaking.outcomes.routes
import matchmaking.picture_pages
import matchmaking.routes
import matchmaking.spreading.working
import matchmaking.supply_pages
import matchmaking.support.feeds
import matchmaking.support.follow_up_pages
import matchmaking.support.following_up
import matchmaking.support.routes
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
    db,
    feeds,
    invitations,
    outbox,
    reminders,
    templating,
    unsubscribing,
    web,
    workers,
)
from app.config import Settings
from app.guard import Guard
from app.inbox import lmtp, mailbox, webhook
from app.inbox.answering import Answering
from app.inbox.process import process
from app.live import Hub, following
from app.models import Mail, MailState, Topic
from app.source import Reminding

MOST_BODY = 2 << 20  # bytes of a request; schedule files have a limit of their own
LATE = timedelta(minutes=2)
SOURCES: tuple[Reminding, ...] = (events.ical, matchmaking.ical)
ANSWERING: tuple[Answering, ...] = (events.answers, matchmaking.answers)
FEED_KINDS: Mapping[str, feeds.Draw] = {
    "table": matchmaking.table_feeds.of_table,
    "round": matchmaking.table_feeds.of_round,
    "office": matchmaking.support.feeds.of_office,
}
NEWS: tuple[events.networks.news.News, ...] = (events.networks.news.news, matchmaking.marketplace.news.news)
SLICES = (
    feeds,  # first what is asked for most often: routes are tried in turn
    events.feeds,
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


class Assets(StaticFiles):
    """Static files under an address that changes with their content, so that browsers keep them."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response


def create_app(settings: Settings) -> Starlette:
    """The whole application. It opens the database when it starts and closes it when it stops."""

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        await db.connect(settings)
        try:
            async with contextlib.AsyncExitStack() as stack:
                await stack.enter_async_context(following(app.state.hub, settings.database_url))
                if settings.embedded_worker:
                    await stack.enter_async_context(working(settings))
                yield
        finally:
            await db.disconnect()

    app = Starlette(
        routes=routes(),
        # The limit stands inside the guard, so that its 413 has the guard's headers; a route may set its own.
        middleware=[
            Middleware(Guard, base_url=settings.base_url),
            Middleware(RequestBodyLimitMiddleware, max_body_size=MOST_BODY),
        ],
        exception_handlers=web.ERRORS,
        lifespan=lifespan,
    )
    app.state.settings = settings
    app.state.hub = Hub()
    app.state.sources = SOURCES
    app.state.feed_kinds = FEED_KINDS
    app.state.answering = ANSWERING
    app.state.navigation = (events.routes.navigation, matchmaking.routes.navigation)
    app.state.desk_navigation = (events.desk.navigation, matchmaking.desk.navigation)
    app.state.desk_steps = (events.tasks.steps, matchmaking.tasks.steps)
    app.state.tasks = (events.tasks.tasks, matchmaking.tasks.tasks)
    app.state.network_navigation = (
        events.networks.pages.navigation,
        events.networks.calls.routes.navigation,
        events.networks.proposing.routes.navigation,
        matchmaking.picture_pages.navigation,
    )
    app.state.network_desk_navigation = (
        events.networks.pages.desk_navigation,
        events.networks.support.desk.desk_navigation,
    )
    app.state.network_sentences = (events.networks.wording.sentence, events.networks.calls.wording.sentence)
    app.state.pilot_navigation = ()
    app.state.call_navigation = (matchmaking.consortia.routes.navigation,)
    app.state.pilot_pieces = (matchmaking.picture_pages.pilot_piece,)
    app.state.region_navigation = (matchmaking.supply_pages.region_navigation,)
    app.state.organisation_navigation = (matchmaking.supply_pages.organisation_navigation,)
    app.state.account_pieces = (
        events.networks.support.account.piece,
        matchmaking.support.follow_up_pages.piece,
        events.networks.account.piece,
    )
    app.state.waiting_pieces = (matchmaking.waitlist.reading.piece,)
    app.state.waiting_lists = (matchmaking.waitlist.reading.desk_piece,)
    app.state.sentences = (events.wording.sentence, matchmaking.telling.sentence)
    return app


def routes() -> Sequence[BaseRoute]:
    return [
        Route("/healthz", health),
        Route("/robots.txt", robots),
        Mount(f"/static/{templating.VERSION}", Assets(directory=templating.STATIC)),
        *(route for piece in SLICES for route in piece.routes),
    ]


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
        "ask what came of meetings": matchmaking.support.following_up.Asking(settings).work,
        "remind": reminders.Looking(SOURCES, settings).work,
        "tell followers": events.networks.digests.Looking(NEWS, settings).work,
    }
    if settings.smtp_url:
        smtp_url = settings.smtp_url
        found["send mail"] = lambda: outbox.deliver(smtp_url)
    if settings.imap_url:
        imap_url = settings.imap_url
        found["fetch mail"] = lambda: mailbox.look(imap_url, take(settings))
    return found


async def health(request: Request) -> Response:
    """For machines that watch: 200 while everything that should move does, 503 when the database is away."""
    settings: Settings = request.app.state.settings
    late = datetime.now(UTC) - LATE
    try:
        waiting = await Mail.filter(state__in=[MailState.QUEUED, MailState.SENDING]).count()
        stuck = await Mail.filter(state__in=[MailState.QUEUED, MailState.SENDING], due_at__lt=late).count()
        failed = await Mail.filter(state=MailState.FAILED).count()
        behind = await Topic.filter(
            name__startswith="person:", settled__lt=invitations.REVISION, unsettled_since__lt=late
        ).count()
    except Exception as error:
        if not db.is_away(error):
            raise
        return web.json({"status": "down", "database": "away", "mail": "unknown", "workers": "unknown"}, status=503)
    mail = {"server": bool(settings.smtp_url), "waiting": waiting, "late": stuck, "failed": failed}
    healthy = not behind and not (stuck and settings.smtp_url)
    state = {"status": "ok" if healthy else "late", "database": "ok", "mail": mail}
    return web.json(state | {"workers": {"unsettled": behind, "status": "late" if behind else "ok"}})


async def robots(request: Request) -> Response:
    return PlainTextResponse("User-agent: *\nDisallow: /sign-in\nDisallow: /account\nDisallow: /unsubscribe\n")


class Masked(logging.Filter):
    """Secrets in addresses (feeds, sign-in links) do not reach the access log."""

    SECRET = re.compile(r"(/feeds/|/sign-in/|/unsubscribe/|/display/)[^/?. ]+")

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(
                self.SECRET.sub(r"\1…", part) if isinstance(part, str) else part for part in record.args
            )  # fmt: skip
        return True
