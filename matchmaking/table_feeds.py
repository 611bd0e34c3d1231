"""Private calendars of a round and of each of its tables, for the desk: who meets where, on the screen of a phone."""

from datetime import datetime

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute
from tortoise.expressions import Q

from app.config import Settings
from app.feeds import Drawn, address_of, newest_feed, revoke, rotate
from app.i18n import _
from app.journal import moved
from app.models import Feed, Person
from app.polls import Contents
from app.subscribing import Subscription
from app.web import route, see_other
from events.ical import occasion
from events.models import Event, Participant
from events.pages import desk_page
from events.scope import Place, desk, find
from matchmaking import ical
from matchmaking.round_models import Round, Table
from matchmaking.wording import table_words


async def calendars_page(request: Request, place: Place) -> Response:
    opened, settings = await find(Round, place, request.path_params["id"]), request.app.state.settings
    shown = []
    for scope, name in await _kinds(opened):
        feed = await newest_feed(place.actor, scope)
        shown.append((scope, name, feed, _subscription(settings, feed, name)))
    return desk_page(request, place, "matchmaking/desk_calendars.html", round=opened, calendars=shown)


async def renew(request: Request, place: Place) -> Response:
    """An address of one's own, new each time; the old one is dead."""
    opened, scope = await _posted(request, place)
    await rotate(place.actor, scope, key=request.app.state.settings.secret_key)
    return see_other(_page(place, opened), flash=_("The calendar has a new address."))


async def remove(request: Request, place: Place) -> Response:
    opened, scope = await _posted(request, place)
    await revoke(place.actor, scope)
    return see_other(_page(place, opened), flash=_("The address of the calendar is dead."))


async def of_table(person: Person, number: int) -> Drawn | None:
    table = await Table.get_or_none(id=number, line=False).select_related("round__event")
    if table is None:
        return None
    return await _drawn(person, table.round, Q(table_id=table.id), f"{table.round.name}, {table_words(table)}")


async def of_round(person: Person, number: int) -> Drawn | None:
    opened = await Round.get_or_none(id=number).select_related("event")
    return await _drawn(person, opened, Q(slot__round_id=number), _room(opened)) if opened else None


async def _drawn(person: Person, opened: Round, which: Q, name: str) -> Drawn | None:
    """While they run the desk; what is at a table is nobody else's to read."""
    event = opened.event
    here = await Participant.get_or_none(event=event, person=person)
    about = await occasion(event.scope)
    if about is None or not (person.admin or (here and here.runs_desk)):
        return None
    contents = Contents(f"{event.title}: {name}", [about], await ical.placed(which))
    return Drawn(contents, [event.scope], await _moved(event))


async def _moved(event: Event) -> datetime:
    """The desk hears of every meeting."""
    _revision, at = await moved(event.scope, event.desk)
    return at or event.about_changed_at


async def _kinds(opened: Round) -> list[tuple[str, str]]:
    """Each of the round's calendars: the scope of its feed, and what it is called."""
    tables = await Table.filter(round=opened, line=False).order_by("number")
    return [(f"round:{opened.id}", _room(opened)), *((f"table:{one.id}", table_words(one)) for one in tables)]


async def _posted(request: Request, place: Place) -> tuple[Round, str]:
    opened = await find(Round, place, request.path_params["id"])
    scope = str((await request.form()).get("of", ""))
    if scope not in dict(await _kinds(opened)):
        raise HTTPException(400)
    return opened, scope


def _subscription(settings: Settings, feed: Feed | None, name: str) -> Subscription | None:
    return Subscription.of(settings, address_of(feed, settings), name) if feed and not feed.revoked else None


def _room(opened: Round) -> str:
    return f"{opened.name}, {opened.place}" if opened.place else opened.name


def _page(place: Place, opened: Round) -> str:
    return f"{place.path}/desk/rounds/{opened.id}/calendars"


ONE = "/e/{slug}/desk/rounds/{id}/calendars"
routes: list[BaseRoute] = [
    route(ONE, calendars_page, desk),
    route(f"{ONE}/renewal", renew, desk, methods=["POST"]),
    route(f"{ONE}/removal", remove, desk, methods=["POST"]),
]
