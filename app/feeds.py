"""Private feeds: calendars at a secret address, of one's own agenda or of what a slice adds (app.slices: FEED_KINDS).

The token is read from the database at every poll, so that a revoked address is dead at once; what its owner has is read
again only after a commit that may have changed it.
"""

import base64
import hashlib
import hmac
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from tortoise.expressions import Q

from app import agenda, polls
from app.config import Settings
from app.errors import NotFound
from app.i18n import _, speaking
from app.ical.vevent import etag, expiries
from app.journal import Changes, changing, person_topic
from app.known import Found
from app.models import Feed, Person, Topic
from app.polls import Contents, News
from app.source import Occasion, Source
from app.web import GuardedRoute, route

PEOPLE = "people"
ALL = "all"  # the scope of a feed of everything
USE_NOTED = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Drawn:
    """What a private feed shows now; `scopes` are the journals that can change it, `moved` when they last did."""

    contents: Contents
    scopes: Sequence[str]
    moved: datetime


Draw = Callable[[Person, int], Awaitable[Drawn | None]]
"""A kind of private feed, as a slice adds it: `table:7` is number 7 of the kind "table". None: not this person's."""


def token_of(feed: Feed, *, key: bytes) -> str:
    """The secret in the feed's address: derived, so that it can be shown again and a stolen database has none."""
    return _token(key, feed.person_id, feed.scope, feed.version)


async def open_feed(person: Person, scope: str, *, key: bytes) -> Feed:
    """The person's feed of this scope, made when they first look at its address."""
    if feed := await _live_feed(person, scope):
        return feed
    async with changing(PEOPLE, by=person) as changes:
        return await _live_feed(person, scope) or await _new_version(changes, person, scope, key=key)


async def rotate(person: Person, scope: str, *, key: bytes) -> Feed:
    """A new address; the old one answers 410 from now on."""
    async with changing(PEOPLE, by=person) as changes:
        return await _new_version(changes, person, scope, key=key)


async def revoke(person: Person, scope: str) -> None:
    """No address any more, until they ask for a new one."""
    async with changing(PEOPLE, by=person) as changes:
        if feed := await _live_feed(person, scope):
            await Feed.filter(id=feed.id).update(revoked=True)
            changes.record("feed.revoked", feed, topics=[])


async def newest_feed(person: Person, scope: str) -> Feed | None:
    """Their last one, also when it is revoked."""
    return await Feed.filter(person=person, scope=scope).order_by("-version").first()


def address_of(feed: Feed, settings: Settings) -> str:
    """Its path."""
    return f"/feeds/{token_of(feed, key=settings.secret_key)}.ics"


async def _live_feed(person: Person, scope: str) -> Feed | None:
    return await Feed.get_or_none(person=person, scope=scope, revoked=False)


async def _new_version(changes: Changes, person: Person, scope: str, *, key: bytes) -> Feed:
    version = await Feed.filter(person=person, scope=scope).count() + 1
    await Feed.filter(person=person, scope=scope).update(revoked=True)
    feed = await Feed.create(
        person=person,
        scope=scope,
        version=version,
        token_hash=_hash(_token(key, person.id, scope, version)),
        revoked=False,
        created_at=changes.at,
    )
    changes.record("feed.opened", feed, topics=[])
    return feed


async def personal(request: Request, _nobody: None) -> Response:
    async def ask() -> News | Response:
        feed = await Feed.filter(token_hash=_hash(request.path_params["token"])).select_related("person").first()
        if feed is None:
            return PlainTextResponse("no such calendar", 404)
        if feed.revoked:
            return PlainTextResponse("this calendar address was replaced by its owner", 410)
        await _note_use(feed, request.headers.get("user-agent", ""))
        return await _news(request, feed)

    return await polls.answer(request, ask)


async def _note_use(feed: Feed, program: str) -> None:
    """For its owner, who may wonder whether it works; at most once an hour."""
    before = datetime.now(UTC) - USE_NOTED
    if feed.used_at is not None and feed.used_at >= before:
        return
    async with changing(PEOPLE, by="calendar program") as changes:
        due = Feed.filter(Q(used_at=None) | Q(used_at__lt=before), id=feed.id)  # of fifty at once the first notes it
        if await due.update(used_at=changes.at, used_by=_printable(program)[:120]):
            changes.record("feed.fetched", feed, topics=[])


async def _news(request: Request, feed: Feed) -> News | Response:
    """The ETag is of all that is shown: whatever moves a word of it, however it came about, moves the ETag."""
    state, person = request.app.state, feed.person
    scopes = await _scopes(person) if feed.scope == ALL else ()

    async def draw() -> Drawn | None:
        with speaking(person.language):
            return await _drawn(feed, scopes, state.sources, state.feed_kinds)

    async def contents() -> Contents:
        if drawn := await draw():
            return drawn.contents
        raise NotFound

    async def read() -> Found[News | None]:
        drawn = await draw()
        if drawn is None:
            return Found(None)
        now, entries = datetime.now(UTC), drawn.contents.entries
        last, following = expiries(entries, now=now)
        tag = etag("private", feed.id, person.language, drawn.contents.shown(now=now))
        changed = max([feed.created_at, drawn.moved, *(time for time in [last] if time)])
        return Found(News(tag, changed, "agenda.ics", contents, owner=person_topic(person.id)), drawn.scopes, following)

    key = "private", feed.id, person.language, person.invited_by_mail, scopes
    return await state.hub.known.recall(key, read) or PlainTextResponse("no such calendar", 404)


async def _scopes(person: Person) -> tuple[str, ...]:
    """Of all events they ever had to do with."""
    found = await Topic.filter(name=person_topic(person.id)).order_by("scope").values_list("scope", flat=True)
    return tuple(map(str, found))


async def _drawn(
    feed: Feed, scopes: Sequence[str], sources: Sequence[Source], kinds: Mapping[str, Draw]
) -> Drawn | None:
    kind, _colon, number = feed.scope.partition(":")
    if kind in kinds:
        return await kinds[kind](feed.person, int(number))
    return await _agenda(feed, scopes or (feed.scope,), sources)


async def _agenda(feed: Feed, scopes: Sequence[str], sources: Sequence[Source]) -> Drawn | None:
    """A commitment is in the feed or in mailed invitations, never in both: programs would show it twice."""
    moved = await Topic.filter(name=person_topic(feed.person_id), scope__in=list(scopes))
    entries = await agenda.entries(sources, feed.person_id, feed.scope)
    shown = [entry for entry in entries if entry.transparent or not feed.person.invited_by_mail]
    occasions = [found for scope in scopes for source in sources if (found := await source.occasion(scope))]
    name = _("My agenda")
    if feed.scope == ALL:
        occasions = occasions or [_no_occasion(feed)]
    elif occasions:
        name = _("%(event)s: my agenda") % {"event": occasions[0].said}
    else:
        return None  # the event is gone
    return Drawn(Contents(name, occasions, shown), scopes, max([feed.created_at, *(topic.at for topic in moved)]))


def _no_occasion(feed: Feed) -> Occasion:
    """A feed is never empty: the day it was opened."""
    day = feed.created_at.date()
    return Occasion("Pilotmatch", "opened", "/", "", "UTC", day, day, feed.created_at)


def _printable(text: str) -> str:
    return "".join(character for character in text if character.isprintable())


async def nobody(request: Request) -> None:
    """A feed asks nobody who they are: its address is the secret, and cookies do not matter."""


def _token(key: bytes, person_id: int, scope: str, version: int) -> str:
    digest = hmac.digest(key, f"feed|{person_id}|{scope}|{version}".encode(), hashlib.sha256)
    return base64.b32encode(digest[:20]).decode().lower()


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


routes: list[GuardedRoute] = [route("/feeds/{token}.ics", personal, nobody)]
