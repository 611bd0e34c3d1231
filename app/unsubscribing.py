"""The link in every reminder that ends that kind of it: a page with a button, or one POST of a mail program (RFC 8058).

Its address is the secret, as a feed's is; nobody signs in to get less mail.
"""

import base64
import hashlib
import hmac
import re

from starlette.requests import Request
from starlette.responses import Response

from app.config import Settings
from app.errors import NotFound
from app.journal import changing
from app.models import Person, ReminderKind
from app.web import GuardedRoute, page, route

Wanted = tuple[Person, ReminderKind]

OFF: dict[ReminderKind, dict[str, object]] = {
    ReminderKind.SOON: {"remind_minutes": 0},
    ReminderKind.EVENING: {"evening_digest": False},
    ReminderKind.REQUESTS: {"request_digest": False},
    ReminderKind.NEWS: {"news_digest": False},
    ReminderKind.MESSAGES: {"message_digest": False},
    ReminderKind.SUPPORT: {"support_mails": False},
}


def address(person: Person, kind: ReminderKind, *, key: bytes) -> str:
    """Its path."""
    return f"/unsubscribe/{person.id}-{kind.value}-{_proof(person.id, kind.value, key)}"


async def ask(request: Request, wanted: Wanted) -> Response:
    """What a mail scanner may open as often as it likes."""
    return page(request, "app/unsubscribe.html", kind=wanted[1], done=False)


async def unsubscribe(request: Request, wanted: Wanted) -> Response:
    person, kind = wanted
    async with changing("people", by=person) as changes:
        await Person.filter(id=person.id).update(**OFF[kind])
        changes.record("person.unsubscribed", person, topics=[], data={"kind": kind})
    return page(request, "app/unsubscribe.html", kind=kind, done=True)


async def whose_link(request: Request) -> Wanted:
    """Whoever has the link."""
    settings: Settings = request.app.state.settings
    found = re.fullmatch(r"([0-9]{1,9})-([a-z]{1,10})-([a-z2-7]{32})", request.path_params["token"])
    if not found or not hmac.compare_digest(found[3], _proof(int(found[1]), found[2], settings.secret_key)):
        raise NotFound
    person = await Person.get_or_none(id=int(found[1]))
    if person is None:
        raise NotFound
    return person, ReminderKind(found[2])


def _proof(person_id: int, kind: str, key: bytes) -> str:
    digest = hmac.digest(key, f"unsubscribe|{person_id}|{kind}".encode(), hashlib.sha256)
    return base64.b32encode(digest[:20]).decode().lower()


routes: list[GuardedRoute] = [
    route("/unsubscribe/{token}", ask, whose_link),
    route("/unsubscribe/{token}", unsubscribe, whose_link, methods=["POST"]),
]
