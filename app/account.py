"""Pages of one's own account: name and language, calendar and reminders, where one is signed in."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from app import feeds
from app.auth import anyone, sign_out, signed_in
from app.config import Settings
from app.forms import Choice, Form, Line, Tick
from app.i18n import _, languages, later
from app.journal import changing, person_topic
from app.models import Person, SignIn, Topic
from app.subscribing import Subscription
from app.web import GuardedRoute, keep_language, own_path, page, route, see_other, submitted


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
    requests = Tick(later("Once a day at most, about requests that wait for your answer, and answers to yours"))
    messages = Tick(later("Once a day at most, about messages that you have not read"))
    news = Tick(later("Once a day at most, about news in the pilots you follow"))
    support = Tick(later("From your support office, and its question half a year after an event"))
    receipts = Tick(later("At once, that a proposal of yours was submitted or withdrawn"))


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
    return see_other(own_path(str(posted.get("back", ""))) or "/account", flash=_("Saved."))


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
            receipt_mails=form.receipts.data,
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
    response = see_other(own_path(str(posted.get("back", ""))) or "/")
    if code in languages():
        keep_language(response, code)
        if person:
            async with changing("people", by=person) as changes:
                await Person.filter(id=person.id).update(language=code)
                changes.record("person.chose_language", person, topics=[])
    return response


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
                "receipts": person.receipt_mails,
            }
        ),
        sign_ins=await SignIn.filter(person=person).order_by("-created_at"),
        current=request.state.sign_in,
    )


routes: list[GuardedRoute] = [
    route("/account", account_page, signed_in),
    route("/account", edit_account, signed_in, methods=["POST"]),
    route("/account/calendar", choose_calendar, signed_in, methods=["POST"]),
    route("/account/reminders", choose_reminders, signed_in, methods=["POST"]),
    route("/account/feed", open_calendar, signed_in, methods=["POST"]),
    route("/account/feed/removal", remove_calendar, signed_in, methods=["POST"]),
    route("/account/sign-ins/{id:int}/end", end_sign_in, signed_in, methods=["POST"]),
    route("/language", choose_language, anyone, methods=["POST"]),
]
