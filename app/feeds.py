"""Feeds: what calendar programs poll. One indexed read answers 304; bytes are rendered once per revision.

Feeds never answer with HTML, a redirect, a cookie or a 401/403: programs would ask for a password, wipe what they
have, or switch the calendar off (RFC 9110 13 for the conditions).
"""

import asyncio
import base64
import gzip
import hashlib
import hmac
import re
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from app import agenda
from app.config import Settings
from app.errors import NotFound
from app.i18n import _, language, speaking
from app.ical.vevent import calendar, etag, is_kept, public_uid, umbrella, vevent
from app.journal import Changes, changing, person_topic
from app.models import Feed, Person, Topic
from app.source import Entry, Occasion, Source
from app.web import GuardedRoute, route

PEOPLE = "people"
ALL = "all"  # the scope of a feed of everything
USE_NOTED = timedelta(hours=1)
CACHED_BLOCKS = 50_000
CACHED_FEEDS = 2_000

CACHING = {
    True: "public, max-age=300, stale-while-revalidate=600, stale-if-error=86400",
    False: "private, no-cache",
}
# A personal feed is in its person's language, whoever asks.
VARY = {True: "Accept-Encoding, Accept-Language, Cookie", False: "Accept-Encoding"}


@dataclass(frozen=True, slots=True)
class Contents:
    """What a feed shows: its name, the events it is about, at least one, and the entries."""

    name: str
    occasions: Sequence[Occasion]
    entries: Sequence[Entry]
    source: str = ""  # the feed's own address, for a public one


@dataclass(frozen=True, slots=True)
class Body:
    plain: bytes
    zipped: bytes


_blocks: OrderedDict[tuple[object, ...], bytes] = OrderedDict()
_bodies: OrderedDict[str, Body] = OrderedDict()
_rendering: dict[str, asyncio.Task[Body]] = {}


Read = Callable[[], Awaitable[Contents]]


async def respond(
    request: Request, *, tag: str, changed: datetime, public: bool, filename: str, read: Read
) -> Response:
    """304 if the client has these bytes, else the bytes, rendered if no one has asked for them yet."""
    headers = {
        "ETag": tag,
        "Last-Modified": format_datetime(changed.astimezone(UTC), usegmt=True),
        "Cache-Control": CACHING[public],
        "Vary": VARY[public],
        "X-Robots-Tag": "noindex",
    }
    if _is_current(request, tag, changed):
        return Response(status_code=304, headers=headers)
    body = _bodies.get(tag) or await _render_once(tag, read, changed, _settings(request))
    headers["Content-Disposition"] = f'inline; filename="{filename}"'
    content = body.plain
    if _takes_gzip(request.headers.get("accept-encoding", "")):
        content, headers["Content-Encoding"] = body.zipped, "gzip"
    return Response(content, headers=headers, media_type="text/calendar; charset=utf-8")


def _is_current(request: Request, tag: str, changed: datetime) -> bool:
    """RFC 9110 13.1.2 (weak comparison, lists, *), and 13.1.3 only in the absence of the former."""
    if wanted := request.headers.get("if-none-match"):
        tags = [part.strip().removeprefix("W/") for part in wanted.split(",")]
        return "*" in tags or tag in tags
    since = request.headers.get("if-modified-since")
    if not since:
        return False
    try:
        return parsedate_to_datetime(since) >= changed.replace(microsecond=0)
    except (ValueError, TypeError):  # not a date, or one without a zone: as if it had not been sent
        return False


def _takes_gzip(accepted: str) -> bool:
    codings = [part.replace(" ", "") for part in accepted.lower().split(",")]
    return any(one.partition(";")[0] == "gzip" and not re.fullmatch(r".*;q=0(\.0*)?", one) for one in codings)


async def _render_once(tag: str, read: Read, changed: datetime, settings: Settings) -> Body:
    """However many ask at once, one reads and renders."""
    task = _rendering.get(tag)
    if task is None:
        task = _rendering[tag] = asyncio.create_task(_render(tag, read, changed, settings))
        task.add_done_callback(lambda _done: _rendering.pop(tag))
    return await asyncio.shield(task)


async def _render(tag: str, read: Read, changed: datetime, settings: Settings) -> Body:
    contents = await read()
    # In a thread: a cold feed of 400 sessions takes a tenth of a second, and pages must not wait for it.
    body = await asyncio.to_thread(_build, contents, changed, settings, language())
    _keep(_bodies, tag, body, CACHED_FEEDS)
    return body


def _build(contents: Contents, changed: datetime, settings: Settings, code: str) -> Body:
    now, domain = datetime.now(UTC), settings.mail_domain
    blocks = [
        umbrella(
            occasion.at(settings.base_url), uid=public_uid(f"event:{occasion.slug}", domain=domain), changed=changed
        )
        for occasion in contents.occasions
    ]
    blocks += [_block(entry, settings, code) for entry in contents.entries if is_kept(entry, now=now)]
    plain = calendar(contents.name, blocks, source=contents.source)
    return Body(plain, gzip.compress(plain, 6, mtime=0))


def _block(entry: Entry, settings: Settings, code: str) -> bytes:
    """The VEVENT's bytes, built once per revision of the entry."""
    key = (entry, settings.base_url, code)
    if (found := _blocks.get(key)) is None:
        uid = public_uid(entry.subject, domain=settings.mail_domain)
        with speaking(code):
            found = vevent(entry.at(settings.base_url), uid=uid, cancelled=_("Cancelled"))
        _keep(_blocks, key, found, CACHED_BLOCKS)
    return found


def _keep(cache: OrderedDict, key: object, value: object, most: int) -> None:  # type: ignore[type-arg]
    cache[key] = value
    while len(cache) > most:
        cache.popitem(last=False)


# The personal feed.


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
    feed = await Feed.filter(token_hash=_hash(request.path_params["token"])).select_related("person").first()
    if feed is None:
        return PlainTextResponse("no such calendar", 404)
    if feed.revoked:
        return PlainTextResponse("this calendar address was replaced by its owner", 410)
    await _note_use(feed, request.headers.get("user-agent", ""))
    person, sources = feed.person, request.app.state.sources
    topics = Topic.filter(name=person_topic(person.id))
    moved = await (topics if feed.scope == ALL else topics.filter(scope=feed.scope)).order_by("scope")
    revisions = [f"{topic.scope}={topic.revision}" for topic in moved]
    changed = max([feed.created_at, *(topic.at for topic in moved)])
    kind = "mail" if person.invited_by_mail else "feed"
    tag = etag("personal", person.id, feed.scope, person.language, kind, changed.isoformat(), *revisions)

    async def read() -> Contents:
        with speaking(person.language):
            return await _personal_contents(sources, feed, [topic.scope for topic in moved])

    return await respond(request, tag=tag, changed=changed, public=False, filename="agenda.ics", read=read)


async def _note_use(feed: Feed, program: str) -> None:
    """For its owner, who may wonder whether it works; at most once an hour."""
    if feed.used_at is not None and feed.used_at >= datetime.now(UTC) - USE_NOTED:
        return
    async with changing(PEOPLE, by="calendar program") as changes:
        await Feed.filter(id=feed.id).update(used_at=changes.at, used_by=_printable(program)[:120])
        changes.record("feed.fetched", feed, topics=[])


async def _personal_contents(sources: Sequence[Source], feed: Feed, scopes: Sequence[str]) -> Contents:
    """A commitment is in the feed or in mailed invitations, never in both: programs would show it twice.

    `scopes` are what they ever had to do with, for a feed of everything.
    """
    entries = await agenda.entries(sources, feed.person_id, feed.scope)
    shown = [entry for entry in entries if entry.transparent or not feed.person.invited_by_mail]
    about = [feed.scope] if feed.scope != ALL else scopes
    occasions = [found for scope in about for source in sources if (found := await source.occasion(scope))]
    if feed.scope == ALL:
        return Contents(_("My agenda"), occasions or [_no_occasion(feed)], shown)
    if not occasions:
        raise NotFound  # the event is gone
    return Contents(_("%(event)s: my agenda") % {"event": occasions[0].name}, occasions, shown)


def _no_occasion(feed: Feed) -> Occasion:
    """A feed is never empty: the day it was opened."""
    day = feed.created_at.date()
    return Occasion("Pilotmatch", "opened", "/", "", "UTC", day, day)


def _printable(text: str) -> str:
    return "".join(character for character in text if character.isprintable())


async def nobody(request: Request) -> None:
    """A feed asks nobody who they are: its address is the secret, and cookies do not matter."""


def _settings(request: Request) -> Settings:
    settings: Settings = request.app.state.settings
    return settings


def _token(key: bytes, person_id: int, scope: str, version: int) -> str:
    digest = hmac.digest(key, f"feed|{person_id}|{scope}|{version}".encode(), hashlib.sha256)
    return base64.b32encode(digest[:20]).decode().lower()


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


routes: list[GuardedRoute] = [route("/feeds/{token}.ics", personal, nobody)]
