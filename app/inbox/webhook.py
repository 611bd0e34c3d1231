"""The same for mail services that call a web address with each raw mail: POST /inbox, and a secret that both know."""

import hmac

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from app.config import Settings
from app.errors import NotFound
from app.inbox.process import process
from app.web import GuardedRoute, route


async def post_mail(request: Request, _sender: None) -> Response:
    state = request.app.state
    await process(await request.body(), state.answering, state.sources, state.settings)
    return PlainTextResponse("taken")


async def knows_secret(request: Request) -> None:
    """Whoever says the secret; to everybody else, and where none is set, there is no such address."""
    settings: Settings = request.app.state.settings
    scheme, _space, said = request.headers.get("authorization", "").partition(" ")
    wanted = settings.inbox_secret
    if not wanted or scheme.lower() != "bearer" or not hmac.compare_digest(said.strip().encode(), wanted):
        raise NotFound


routes: list[GuardedRoute] = [route("/inbox", post_mail, knows_secret, methods=["POST"])]
