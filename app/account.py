"""Pages of one's own account: signing in and out, name and language, where one is signed in."""

import secrets
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app import feeds, outbox, templating
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
from app.forms import Address, Choice, Form, Line, Tick
from app.i18n import _, languages, later
from app.ical.imip import plain_mail
from app.ical.itip import Mailbox
from app.journal import changing, person_topic
from app.models import Person, SignIn, Topic
from app.subscribing import Subscription
from app.web import GuardedRoute, page, route, see_other, submitted

LONGEST = 2000  # characters of an address to come back to


class SignInForm(Form):
    email = Address(later("Your mail address"))


class AccountForm(Form):
    name = Line(later("Your name, as others see it"), limit=120)


class RemindersForm(Form):
    minutes = Choice(
        later("Before a meeting or session of yours"),
        [
            ("auto", later("15 minutes on site, 5 online")),
            ("5", later("5 minutes")),
            ("10", later("10 minutes")),
            ("15", later("15 minutes")),
            ("30", later("30 minutes")),
            ("60", later("60 minutes")),
            ("0", later("never")),
        ],
    )
    evening = Tick(later("In the evening, about the next day"))
    requests = Tick(later("Once a day at most, about requests that wait for your answer"))
    messages = Tick(later("Once a day at most, about messages that you have not read"))
    news = Tick(later("Once a day at most, about news in the pilots you follow"))
    support = Tick(later("From your support office, and its question half a year after an event"))


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
    if "language" not in request.cookies:
        _keep_language(response, newcomer.language)
    return response


async def leave(request: Request, person: Person) -> Response:
    await sign_out(request.state.sign_in.id, by=person)
    response = see_other("/", flash=_("You are signed out."))
    response.delete_cookie(cookie_name(https=request.app.state.settings.https), secure=request.app.state.settings.https)
    return response


async def account_page(request: Request, person: Person) -> Response:
    return await _account(request, person, AccountForm(obj=person))


async def edit_account(request: Request, person: Person) -> Response:
    form = await submitted(request, AccountForm)
    if not form.validate():
        return await _account(request, person, form, status=422)
    async with changing("people", by=person) as changes:
        await Person.filter(id=person.id).update(name=form.name.data)
        changes.record("person.renamed", person, topics=[])
    return see_other("/account", flash=_("Saved."))


async def choose_calendar(request: Request, person: Person) -> Response:
    """By mailed invitations or in the feed: switching takes the invitations back, or sends them."""
    posted = await request.form()
    if posted.get("by") not in ("mail", "feed"):
        raise HTTPException(400)
    by_mail = posted.get("by") == "mail"
    async with changing("people", by=person) as changes:
        await Person.filter(id=person.id).update(invited_by_mail=by_mail)
        changes.record("person.chose_calendar", person, topics=[])
    for topic in await Topic.filter(name=person_topic(person.id)):  # so that each event's invitations are settled anew
        async with changing(topic.scope, by=person) as changes:
            changes.record("person.chose_calendar", person, topics=[topic.name])
    return see_other(_local(str(posted.get("back", ""))) or "/account", flash=_("Saved."))


async def choose_reminders(request: Request, person: Person) -> Response:
    form = await submitted(request, RemindersForm)
    if not form.validate():
        raise HTTPException(400)
    minutes = None if form.minutes.data == "auto" else int(form.minutes.data)
    async with changing("people", by=person) as changes:
        await Person.filter(id=person.id).update(
            remind_minutes=minutes,
            evening_digest=form.evening.data,
            request_digest=form.requests.data,
            news_digest=form.news.data,
            message_digest=form.messages.data,
            support_mails=form.support.data,
        )
        changes.record("person.chose_reminders", person, topics=[])
    return see_other("/account#reminders", flash=_("Saved."))


async def open_calendar(request: Request, person: Person) -> Response:
    """An address for everything of theirs; the old one, if there was one, is dead."""
    await feeds.rotate(person, feeds.ALL, key=request.app.state.settings.secret_key)
    return see_other("/account", flash=_("Your calendar has a new address."))


async def remove_calendar(request: Request, person: Person) -> Response:
    await feeds.revoke(person, feeds.ALL)
    return see_other("/account", flash=_("The address of your calendar is dead."))


async def end_sign_in(request: Request, person: Person) -> Response:
    await sign_out(request.path_params["id"], by=person)
    return see_other("/account", flash=_("That browser is signed out."))


async def choose_language(request: Request, person: Person | None) -> Response:
    posted = await request.form()
    code = str(posted.get("language", ""))
    response = see_other(_local(str(posted.get("back", ""))) or "/")
    if code in languages():
        _keep_language(response, code)
        if person:
            async with changing("people", by=person) as changes:
                await Person.filter(id=person.id).update(language=code)
                changes.record("person.chose_language", person, topics=[])
    return response


def _keep_language(response: Response, code: str) -> None:
    response.set_cookie("language", code, max_age=31_536_000, samesite="lax", httponly=True)


async def _account(request: Request, person: Person, form: AccountForm, *, status: int = 200) -> Response:
    settings: Settings = request.app.state.settings
    feed = await feeds.newest_feed(person, feeds.ALL)
    own = (
        Subscription.of(settings, feeds.address_of(feed, settings), _("My agenda"))
        if feed and not feed.revoked
        else None
    )
    pieces = [await piece(person) for piece in request.app.state.account_pieces]
    return page(
        request,
        "app/account.html",
        status=status,
        pieces=[template for template, _shown in pieces],
        **{name: value for _template, shown in pieces for name, value in shown.items()},
        form=form,
        feed=feed,
        own=own,
        reminders=RemindersForm(
            data={
                "minutes": "auto" if person.remind_minutes is None else str(person.remind_minutes),
                "evening": person.evening_digest,
                "requests": person.request_digest,
                "news": person.news_digest,
                "messages": person.message_digest,
                "support": person.support_mails,
            }
        ),
        sign_ins=await SignIn.filter(person=person).order_by("-created_at"),
        current=request.state.sign_in,
    )


async def _post_link(email: str, token: Secret, *, next_url: str, settings: Settings) -> None:
    context = {"url": f"{settings.base_url}/sign-in/{token.text}?next={quote(next_url)}", "base_url": settings.base_url}
    subject, sender, recipient = _("Your sign-in link"), Mailbox("Pilotmatch", settings.mail_from), Mailbox("", email)
    message_id = f"<{secrets.token_hex(16)}@{settings.mail_domain}>"
    async with changing("mail:0", by="system") as changes:
        body = plain_mail(
            sender=sender,
            recipient=recipient,
            subject=subject,
            plain=templating.render("app/mail/sign_in.txt", context),
            html=templating.render("app/mail/sign_in.html", context),
            message_id=message_id,
            now=changes.at,
        )
        mail = await outbox.post(
            "mail:0",
            body=body,
            sender=sender,
            recipient=recipient,
            subject=subject,
            message_id=message_id,
            now=changes.at,
        )
        changes.record("mail.queued", mail, topics=[])


def _browser(request: Request) -> Secret | None:
    cookie = request.cookies.get(asking_cookie(https=request.app.state.settings.https))
    return Secret(cookie) if cookie else None


def _next(request: Request) -> str:
    """Where the person was going."""
    return _local(request.query_params.get("next", "")) or "/"


def _local(url: str) -> str | None:
    """A path of our own, or None for everything a browser could read as another site."""
    ours = url.startswith("/") and not url.startswith("//") and len(url) <= LONGEST
    return url if ours and url.isprintable() and "\\" not in url else None


async def favicon(request: Request, person: Person | None) -> Response:
    return RedirectResponse(templating.asset("img/favicon.svg"), 308)


routes: list[GuardedRoute] = [
    route("/sign-in", sign_in_page, anyone),
    route("/sign-in", mail_link, anyone, methods=["POST"]),
    route("/sign-in/{token}", link_page, anyone),
    route("/sign-in/{token}", use_link, anyone, methods=["POST"]),
    route("/sign-out", leave, signed_in, methods=["POST"]),
    route("/account", account_page, signed_in),
    route("/account", edit_account, signed_in, methods=["POST"]),
    route("/account/calendar", choose_calendar, signed_in, methods=["POST"]),
    route("/account/reminders", choose_reminders, signed_in, methods=["POST"]),
    route("/account/feed", open_calendar, signed_in, methods=["POST"]),
    route("/account/feed/removal", remove_calendar, signed_in, methods=["POST"]),
    route("/account/sign-ins/{id:int}/end", end_sign_in, signed_in, methods=["POST"]),
    route("/language", choose_language, anyone, methods=["POST"]),
    route("/favicon.ico", favicon, anyone),
]
