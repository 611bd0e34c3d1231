"""The desk's outbox: every mail about the event, as its text and its calendar part."""

import re
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from app.errors import NotFound
from app.models import Mail, MailState
from app.outbox import mail_scope
from app.web import route
from events.models import Event
from events.pages import desk_page
from events.scope import Place, desk

A_PAGE = 50


@dataclass(frozen=True, slots=True)
class Letter:
    """What is in a mail, part by part; an absent part is empty."""

    text: str
    calendar: str


def scope_of(event: Event) -> str:
    return mail_scope(event.scope)


async def outbox_page(request: Request, place: Place) -> Response:
    wanted, before = request.query_params.get("state", ""), request.query_params.get("before", "")
    if before and not re.fullmatch(r"[0-9]{1,15}", before):
        raise NotFound
    mails = Mail.filter(scope=scope_of(place.event))
    states = [(state.value, await mails.filter(state=state).count()) for state in MailState]
    if wanted in set(MailState):
        mails = mails.filter(state=wanted)
    if before:
        mails = mails.filter(id__lt=int(before))
    found = await mails.order_by("-id").limit(A_PAGE)
    older = found[-1].id if len(found) == A_PAGE else None
    return desk_page(request, place, "events/desk_outbox.html", mails=found, states=states, wanted=wanted, older=older)


async def mail_page(request: Request, place: Place) -> Response:
    number = request.path_params["id"]
    if not re.fullmatch(r"[0-9]{1,15}", number):
        raise NotFound
    mail = await Mail.get_or_none(id=int(number), scope=scope_of(place.event))
    if mail is None:
        raise NotFound
    return desk_page(request, place, "events/desk_mail.html", mail=mail, letter=read(bytes(mail.body)))


def read(body: bytes) -> Letter:
    message = message_from_bytes(body, _class=EmailMessage, policy=default)
    parts = {part.get_content_type(): part for part in message.walk() if not part.is_multipart()}
    return Letter(_content(parts.get("text/plain")), _content(parts.get("text/calendar")))


def _content(part: EmailMessage | None) -> str:
    return str(part.get_content()).replace("\r\n", "\n").strip() if part else ""


routes: list[BaseRoute] = [
    route("/e/{slug}/desk/outbox", outbox_page, desk),
    route("/e/{slug}/desk/outbox/{id}", mail_page, desk),
]
