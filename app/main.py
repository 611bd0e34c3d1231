"""The application: what the slices bring (app.slices), the guard before it, and what machines ask."""

import contextlib
import logging
import re
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from app import db, invitations, slices, templating, web
from app.config import Settings
from app.guard import Guard
from app.live import Hub, following
from app.models import Mail, MailState, Topic

MOST_BODY = 2 << 20  # bytes of a request; schedule files have a limit of their own
LATE = timedelta(minutes=2)


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
                    await stack.enter_async_context(slices.working(settings))
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
    for name, pieces in slices.PIECES.items():
        setattr(app.state, name, pieces)
    return app


def routes() -> Sequence[BaseRoute]:
    return [
        Route("/healthz", health),
        Route("/robots.txt", robots),
        Route("/favicon.ico", favicon),
        Mount(f"/static/{templating.VERSION}", Assets(directory=templating.STATIC)),
        *(route for piece in slices.SLICES for route in piece.routes),
    ]


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


async def favicon(request: Request) -> Response:
    return RedirectResponse(templating.asset("img/favicon.svg"), 308)


class Masked(logging.Filter):
    """Secrets in addresses (feeds, sign-in links) do not reach the access log."""

    SECRET = re.compile(r"(/feeds/|/sign-in/|/unsubscribe/|/display/)[^/?. ]+")

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(
                self.SECRET.sub(r"\1…", part) if isinstance(part, str) else part for part in record.args
            )  # fmt: skip
        return True
