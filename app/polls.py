"""How a calendar program's poll is answered: 304, else bytes that are made once per revision, else the last good ones.

Never HTML, a redirect, a cookie or a 401/403, and no 5xx for a calendar that was here before: programs would ask for a
password, wipe what they have, or switch the calendar off (RFC 9110 13 for the conditions).
"""

import asyncio
import gzip
import logging
import re
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from functools import cached_property

from starlette.requests import Request
from starlette.responses import Response

from app.config import Settings
from app.errors import NotFound
from app.i18n import _, language, languages, speaking
from app.ical.vevent import calendar, is_kept, public_uid, umbrella, vevent
from app.source import Entry, Occasion
from app.turns import unhurried

log = logging.getLogger("pilotmatch.polls")

PATIENCE = 8.0  # seconds for what is new, where there is something old to give instead
KEPT_BLOCKS = 20_000
KEPT_BYTES = 64 << 20  # of whole calendars

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

    def shown(self, *, now: datetime) -> str:
        """All that decides the bytes."""
        return repr((self.name, self.occasions, [entry for entry in self.entries if is_kept(entry, now=now)]))


@dataclass(frozen=True)
class News:
    """What is to be had at an address now: `tag` decides the bytes, `read` finds what they are made of."""

    tag: str
    changed: datetime
    filename: str
    read: Callable[[], Awaitable[Contents]]
    owner: str = ""  # of a private one: person:7

    @property
    def public(self) -> bool:
        return not self.owner

    @cached_property
    def headers(self) -> list[tuple[bytes, bytes]]:
        """Of every answer. As bytes, for a feed is asked for a thousand times with nothing new."""
        return _raw(
            {
                "ETag": self.tag,
                "Last-Modified": format_datetime(self.changed.astimezone(UTC), usegmt=True),
                "Cache-Control": CACHING[self.public],
                "Vary": VARY[self.public],
                "X-Robots-Tag": "noindex",
            }
        )


@dataclass(frozen=True)
class Body:
    """The bytes of some news, with the headers that go with them."""

    news: News
    plain: bytes
    zipped: bytes

    @property
    def size(self) -> int:
        return len(self.plain) + len(self.zipped)

    @cached_property
    def plain_headers(self) -> list[tuple[bytes, bytes]]:
        return self._headers(self.plain)

    @cached_property
    def zipped_headers(self) -> list[tuple[bytes, bytes]]:
        return [*self._headers(self.zipped), (b"content-encoding", b"gzip")]

    def _headers(self, content: bytes) -> list[tuple[bytes, bytes]]:
        told = {
            "Content-Type": "text/calendar; charset=utf-8",
            "Content-Disposition": f'inline; filename="{self.news.filename}"',
            "Content-Length": str(len(content)),
        }
        return [*self.news.headers, *_raw(told)]


class Answer(Response):
    """One whose headers are ready."""

    def __init__(self, status: int, headers: list[tuple[bytes, bytes]], content: bytes = b"") -> None:
        self.status_code, self.raw_headers, self.body, self.background = status, headers, content, None


class Shelf:
    """The newest bytes of each address; those least asked for go when it is full."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._bodies: OrderedDict[Hashable, Body] = OrderedDict()
        self._size = 0

    def __len__(self) -> int:
        return len(self._bodies)

    def get(self, address: Hashable) -> Body | None:
        if found := self._bodies.get(address):
            self._bodies.move_to_end(address)
        return found

    def put(self, address: Hashable, body: Body) -> None:
        self.drop(address)
        self._bodies[address] = body
        self._size += body.size
        while self._size > self.most:
            self._size -= self._bodies.popitem(last=False)[1].size

    def drop(self, address: Hashable) -> None:
        if old := self._bodies.pop(address, None):
            self._size -= old.size

    def drop_all(self, owner: str) -> None:
        """Those of one person."""
        for address in [address for address, body in self._bodies.items() if body.news.owner == owner]:
            self.drop(address)

    def clear(self) -> None:
        self._bodies.clear()
        self._size = 0


shelf = Shelf(KEPT_BYTES)
_blocks: OrderedDict[tuple[object, ...], bytes] = OrderedDict()
_making: dict[tuple[Hashable, str], asyncio.Task[Body]] = {}


async def answer(request: Request, ask: Callable[[], Awaitable[News | Response]]) -> Response:
    """`ask` finds out what is new at the request's address; a Response of its own, as for one that is dead, ends it."""
    address = (request.scope["path"], language())
    last = shelf.get(address)
    try:
        async with asyncio.timeout(PATIENCE if last else None):
            news = await ask()
            if isinstance(news, Response):
                _forget(request)
                return news
            if _is_current(request, news):
                return Answer(304, news.headers)
            body = last if last and last.news.tag == news.tag else await _make_once(address, news, _settings(request))
    except NotFound:
        _forget(request)
        raise
    except Exception as error:
        if last is None:
            raise
        log.warning("%s is answered as it was: %r", request.url.path, error, exc_info=error)
        if _is_current(request, last.news):
            return Answer(304, last.news.headers)
        body = last
    if _takes_gzip(request.headers.get("accept-encoding", "")):
        return Answer(200, body.zipped_headers, body.zipped)
    return Answer(200, body.plain_headers, body.plain)


def _forget(request: Request) -> None:
    """The address is dead: nothing of it is given out again, whatever happens."""
    for code in languages():
        shelf.drop((request.scope["path"], code))


def _is_current(request: Request, news: News) -> bool:
    """RFC 9110 13.1.2 (weak comparison, lists, *), and 13.1.3 only in the absence of the former."""
    if wanted := request.headers.get("if-none-match"):
        tags = [part.strip().removeprefix("W/") for part in wanted.split(",")]
        return "*" in tags or news.tag in tags
    since = request.headers.get("if-modified-since")
    if not since:
        return False
    try:
        return parsedate_to_datetime(since) >= news.changed.replace(microsecond=0)
    except (ValueError, TypeError):  # not a date, or one without a zone: as if it had not been sent
        return False


def _takes_gzip(accepted: str) -> bool:
    codings = [part.replace(" ", "") for part in accepted.lower().split(",")]
    return any(one.partition(";")[0] == "gzip" and not re.fullmatch(r".*;q=0(\.0*)?", one) for one in codings)


async def _make_once(address: Hashable, news: News, settings: Settings) -> Body:
    """However many ask at once, one reads and renders."""
    key = address, news.tag
    task = _making.get(key)
    if task is None:
        task = _making[key] = asyncio.create_task(_make(address, news, settings))
        task.add_done_callback(lambda _done: _making.pop(key))
    return await asyncio.shield(task)


async def _make(address: Hashable, news: News, settings: Settings) -> Body:
    contents = await news.read()
    plain = await _rendered(contents, settings)
    body = Body(news, plain, await asyncio.to_thread(gzip.compress, plain, 6, mtime=0))
    shelf.put(address, body)
    return body


async def _rendered(contents: Contents, settings: Settings) -> bytes:
    now, code = datetime.now(UTC), language()
    blocks = [
        umbrella(
            occasion.at(settings.base_url),
            uid=public_uid(f"event:{occasion.slug}", domain=settings.mail_domain),
            changed=occasion.changed,
        )
        for occasion in contents.occasions
    ]
    async for entry in unhurried(contents.entries):
        if is_kept(entry, now=now):
            blocks.append(_block(entry, settings, code))
    return calendar(contents.name, blocks, source=contents.source)


def _block(entry: Entry, settings: Settings, code: str) -> bytes:
    """The VEVENT's bytes, built once per revision of the entry."""
    key = (entry, settings.base_url, code)
    if (found := _blocks.get(key)) is None:
        uid = public_uid(entry.subject, domain=settings.mail_domain)
        with speaking(code):
            found = vevent(entry.at(settings.base_url), uid=uid, cancelled=_("Cancelled"))
        _blocks[key] = found
        if len(_blocks) > KEPT_BLOCKS:
            _blocks.popitem(last=False)
    return found


def _raw(headers: dict[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]


def _settings(request: Request) -> Settings:
    settings: Settings = request.app.state.settings
    return settings
