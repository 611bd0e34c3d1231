"""Signing in with a mailed link, and out."""

from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from app.auth import (
    SIGN_IN_LIFE,
    Secret,
    anyone,
    ask_link,
    asking_cookie,
    cookie_name,
    find_link,
    opens_here,
    sign_in,
    sign_out,
    signed_in,
)
from app.config import Settings
from app.forms import Address, Form
from app.i18n import _, language, later, speaking
from app.ical.itip import Mailbox
from app.journal import changing
from app.letters import letter
from app.models import Person
from app.web import GuardedRoute, keep_language, own_path, page, route, see_other, submitted


class SignInForm(Form):
    email = Address(later("Your mail address"))


async def sign_in_page(request: Request, person: Person | None) -> Response:
    if person:
        return see_other(_next(request))
    return page(request, "app/sign_in.html", form=SignInForm(), next=_next(request))


async def mail_link(request: Request, person: Person | None) -> Response:
    """Mail a link. The answer is the same whether we know the address or not, or mail it or not."""
    form = await submitted(request, SignInForm)
    if not form.validate():
        return page(request, "app/sign_in.html", status=422, form=form, next=_next(request))
    settings: Settings = request.app.state.settings
    email, browser = str(form.email.data), _browser(request) or Secret.new()
    token = await ask_link(email, browser=browser, asked_from=request.client.host if request.client else "")
    if token:
        await _post_link(email, token, next_url=_next(request), settings=settings)
    response = page(request, "app/sign_in_sent.html", email=email)
    response.set_cookie(
        asking_cookie(https=settings.https),
        browser.text,
        max_age=3600,
        httponly=True,
        samesite="lax",
        secure=settings.https,
    )
    return response


async def link_page(request: Request, person: Person | None) -> Response:
    """What a mail scanner may open as often as it likes: nothing happens before the button is pressed."""
    token = Secret(request.path_params["token"])
    link = await find_link(token)
    opens = bool(link and opens_here(link, _browser(request)))
    response = page(
        request,
        "app/sign_in_link.html",
        status=200 if link else 410,
        link=link,
        opens=opens,
        action=f"/sign-in/{quote(token.text)}?next={quote(_next(request))}",
    )
    response.headers["Cache-Control"] = "no-store"
    return response


async def use_link(request: Request, person: Person | None) -> Response:
    settings: Settings = request.app.state.settings
    token = Secret(request.path_params["token"])
    newcomer, cookie = await sign_in(
        token, browser=_browser(request), user_agent=request.headers.get("user-agent", "")
    )  # fmt: skip
    chosen = "language" in request.cookies
    with speaking(language() if chosen else newcomer.language):  # as the page that they see next
        response = see_other(_next(request), flash=_("Welcome, %(name)s.") % {"name": newcomer.name})
    response.set_cookie(
        cookie_name(https=settings.https),
        cookie.text,
        max_age=int(SIGN_IN_LIFE.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=settings.https,
    )
    response.delete_cookie(asking_cookie(https=settings.https), secure=settings.https)
    if not chosen:
        keep_language(response, newcomer.language)
    return response


async def leave(request: Request, person: Person) -> Response:
    await sign_out(request.state.sign_in.id, by=person)
    response = see_other("/", flash=_("You are signed out."))
    response.delete_cookie(cookie_name(https=request.app.state.settings.https), secure=request.app.state.settings.https)
    return response


async def _post_link(email: str, token: Secret, *, next_url: str, settings: Settings) -> None:
    context = {"url": f"{settings.base_url}/sign-in/{token.text}?next={quote(next_url)}"}
    async with changing("mail:0", by="system") as changes:
        mail = letter(
            "app/mail/sign_in",
            context,
            scope="mail:0",
            sender=Mailbox("Pilotmatch", settings.mail_from),
            recipient=Mailbox("", email),
            subject=_("Your sign-in link"),
            settings=settings,
            now=changes.at,
        )
        await mail.save()
        changes.record("mail.queued", mail, topics=[])


def _browser(request: Request) -> Secret | None:
    cookie = request.cookies.get(asking_cookie(https=request.app.state.settings.https))
    return Secret(cookie) if cookie else None


def _next(request: Request) -> str:
    """Where the person was going."""
    return own_path(request.query_params.get("next", "")) or "/"


routes: list[GuardedRoute] = [
    route("/sign-in", sign_in_page, anyone),
    route("/sign-in", mail_link, anyone, methods=["POST"]),
    route("/sign-in/{token}", link_page, anyone),
    route("/sign-in/{token}", use_link, anyone, methods=["POST"]),
    route("/sign-out", leave, signed_in, methods=["POST"]),
]
