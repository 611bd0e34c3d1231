"""The plumbing without a slice: a stand-in for one, and a site that serves it."""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from typing import Any

import httpx2
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.routing import BaseRoute, Mount, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.websockets import WebSocket

from app import account, db, feeds, live, signing_in, sockets, templating, web
from app.auth import SIGN_IN_LIFE, Secret, cookie_name, person_of
from app.config import Settings
from app.guard import Guard
from app.journal import changing, person_topic
from app.models import Mail, Person, SignIn
from app.source import Entry, Occasion

EVENT = "event:3"
START = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(days=30)
DAYS = START.date(), START.date() + timedelta(days=1)  # of the event


@dataclass
class Table:
    """A slice as the plumbing sees one: who has what in their agenda."""

    entries: dict[int, dict[str, Entry]] = field(default_factory=dict)
    asked: int = 0
    scopes: tuple[str, ...] = (EVENT, "all")

    def put(self, person: Person, subject: str, **values: Any) -> Entry:
        """Give the person this entry, or change the one they have; SEQUENCE and `changed` rise as slices do it."""
        mine = self.entries.setdefault(person.id, {})
        before = mine.get(subject)
        now = datetime.now(UTC)
        entry = before or Entry(
            subject, f"Meeting {subject}", START, START + timedelta(minutes=30), "Europe/Warsaw", 0, now, now,
            location="Table 7", url=f"/e/krakow/{subject.replace(':', '/')}", private=True,
        )  # fmt: skip
        if before:
            entry = replace(entry, sequence=entry.sequence + 1, changed=now)
        mine[subject] = replace(entry, **values)
        return mine[subject]

    def drop(self, person: Person, subject: str) -> None:
        del self.entries[person.id][subject]

    async def agendas(self, person_ids: Sequence[int], scope: str) -> Mapping[int, Sequence[Entry]]:
        self.asked += 1
        return {one: list(self.entries.get(one, {}).values()) for one in person_ids}

    async def occasion(self, scope: str) -> Occasion | None:
        if scope not in self.scopes:
            return None
        return Occasion("Kraków Days", "krakow", "/e/krakow", "Kraków", "Europe/Warsaw", *DAYS)


async def make_person(name: str = "Anna", **values: Any) -> Person:
    async with changing("people", by="test") as changes:
        made = await Person.create(email=f"{name.lower()}@example.org", name=name, **values)
        changes.record("person.created", made, topics=[])
    return made


async def tell(*people: Person, scope: str = EVENT, topics: Iterable[str] = (), **data: Any) -> int:
    """A fact about these people's agendas; the revision it got."""
    async with changing(scope, by="test") as changes:
        told = [*(person_topic(person.id) for person in people), *topics]
        changes.record("meeting.moved", people[0] if people else Person(id=0), topics=told, data=data)
    return changes.revision


async def nobody_writes() -> None:
    """A process that was killed has ended; PostgreSQL may still be about its last commit."""
    if not db.is_postgres():
        return
    busy = (
        "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend' "
        "AND state <> 'idle' AND pid <> pg_backend_pid()"
    )
    async with asyncio.timeout(30):
        while await db.rows(busy):
            await asyncio.sleep(0.01)


@dataclass
class Site:
    """The plumbing, served."""

    url: str
    settings: Settings
    app: Starlette
    browser: Callable[..., httpx2.AsyncClient]

    async def signed_in(self, person: Person) -> httpx2.AsyncClient:
        """A browser in which this person is signed in already."""
        client = self.browser(self.url)
        client.cookies.set(cookie_name(https=False), await sign_in_row(person), domain="127.0.0.1", path="/")
        return client


async def sign_in_row(person: Person) -> str:
    """A sign-in of the person: what their cookie holds."""
    cookie, now = Secret.new(), datetime.now(UTC)
    async with changing("people", by=person) as changes:
        entry = await SignIn.create(
            person=person, token_hash=cookie.hash, user_agent="test", created_at=now, expires_at=now + SIGN_IN_LIFE
        )
        changes.record("person.signed_in", person, topics=[], data={"sign_in": entry.id})
    return cookie.text


async def mailed_link(email: str = "anna@example.org") -> str:
    """Path and query of the newest link that was mailed to the address."""
    mail = await Mail.filter(recipient=email).order_by("-id").first()
    assert mail is not None
    text = message_from_bytes(mail.body, policy=policy.default).get_body(("plain",)).get_content()  # type: ignore
    return str(re.search(r"https?://[^/]+(/sign-in/\S+)", text)[1])  # type: ignore[index]


def plumbing(settings: Settings, table: Table, *more: BaseRoute) -> Starlette:
    """What app.main puts together, with the stand-in slice, and the socket of its one event."""

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with live.following(app.state.hub, settings.database_url):
            yield

    app = Starlette(
        routes=[
            Mount(f"/static/{templating.VERSION}", StaticFiles(directory=templating.STATIC)),
            *signing_in.routes,
            *account.routes,
            *feeds.routes,
            WebSocketRoute("/live", listen),
            *more,
        ],
        middleware=[
            Middleware(Guard, base_url=settings.base_url),
            Middleware(RequestBodyLimitMiddleware, max_body_size=2 << 20),
        ],
        exception_handlers=web.ERRORS,
        lifespan=lifespan,
    )
    app.state.settings, app.state.hub, app.state.sources = settings, live.Hub(), (table,)
    app.state.navigation = app.state.desk_navigation = ()
    app.state.feed_kinds, app.state.account_pieces = {}, ()
    return app


async def listen(websocket: WebSocket) -> None:
    """Everybody hears the event, an admin its desk, each person themselves."""
    person = await person_of(websocket)
    topics = {EVENT} | ({"desk:3"} if person and person.admin else set())
    topics |= {person_topic(person.id)} if person else set()
    since = int(websocket.query_params.get("since", "-1"))
    await sockets.serve(websocket, scope=EVENT, topics=topics, since=since)
