"""A small conference to try things on: one event of one network, made with the real verbs."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware

import events.desk
import events.feeds
import events.ical
import events.networks.account
import events.networks.calls.routes
import events.networks.calls.wording
import events.networks.pages
import events.networks.routes
import events.networks.wording
import events.programme_page
import events.routes
import events.tasks
import events.waiting.routes
import events.wording
from app import db, polls, web
from app.config import Settings
from app.guard import Guard
from app.journal import changing
from app.live import Hub
from app.models import Person
from events.hosting import About, create_event
from events.models import Event, EventKind, OrganisationKind, Participant, Room, Session
from events.networks.models import Network, Pilot, Region
from events.participants import Affiliation, approve, register
from events.releasing import release_programme
from events.rooms import add_room
from events.schedule import Details, create_session
from tests.app.plumbing import sign_in_row

DAY = date.today() + timedelta(days=30)  # noqa: DTZ011 - any day ahead of every zone's today


@dataclass
class Conference:
    network: Network
    region: Region
    event: Event
    organiser: Person
    hall: Room
    studio: Room

    def at(self, clock: str, *, day: int = 0) -> datetime:
        local = datetime.combine(DAY + timedelta(days=day), time.fromisoformat(clock), ZoneInfo(self.event.zone))
        return local.astimezone(UTC)

    async def person(self, name: str) -> Person:
        async with changing("people", by="test") as changes:
            made = await Person.create(email=f"{name.lower().replace(' ', '.')}@example.org", name=name)
            changes.record("person.created", made, topics=[])
        return made

    async def delegate(self, name: str, *, approved: bool = True) -> Participant:
        affiliation = Affiliation(f"{name} Ltd", OrganisationKind.COMPANY, self.region)
        person = await self.person(name)
        asked = await register(self.event, person, affiliation=affiliation, by=person)
        return await approve(asked, by=self.organiser) if approved else asked

    async def session(
        self, title: str, start: str = "", end: str = "", *, room: Room | None = None, **details: object
    ) -> Session:
        return await create_session(
            self.event,
            Details(title=title, **details),  # type: ignore[arg-type]
            room=room,
            start=self.at(start) if start else None,
            end=self.at(end) if end else None,
            by=self.organiser,
        )

    async def release(self, version: str = "v1") -> None:
        await release_programme(self.event, version, by=self.organiser)
        await self.event.refresh_from_db()


@pytest.fixture(autouse=True)
def nothing_of_another_database() -> None:
    """A process has one database; here the next test's revisions count from one again, and its pages and calendars
    would pass for the last one's."""
    for kept in (polls.shelf, events.programme_page._pages, events.feeds._own_languages):
        kept.clear()


@pytest.fixture
async def conference(database: str) -> Conference:
    return await make_conference()


@pytest.fixture
async def sqlite_conference(sqlite_database: str) -> Conference:
    return await make_conference()


async def make_conference(code: str = "vanguard", slug: str = "krakow") -> Conference:
    async with changing("networks", by="test") as changes:
        network = await Network.create(code=code, name=code.title())
        region = await Region.create(code=f"{code}-malopolska", names={"en": "Małopolska"}, country="PL")
        pilot = await Pilot.create(network=network, code="BIO", names={"en": "Bioeconomy", "pl": "Biogospodarka"})
        organiser = await Person.create(email=f"olga@{code}.example.org", name="Olga")
        changes.record("network.added", network, topics=[])
        changes.record("pilot.added", pilot, topics=[])
    about = About(
        title="Kraków Brokerage Days", kind=EventKind.CONFERENCE, zone="Europe/Warsaw",
        first_day=DAY, last_day=DAY + timedelta(days=1), city="Kraków", country="PL",
    )  # fmt: skip
    event = await create_event(network, slug, about, by=organiser)
    hall = await add_room(event, "Hall", capacity=200, by=organiser)
    studio = await add_room(event, "Studio", capacity=30, by=organiser)
    return Conference(network, region, event, organiser, hall, studio)


@pytest.fixture
def make() -> Callable[[str, str], Awaitable[Conference]]:
    """A second conference, whose things the first must not see."""
    return make_conference


class Browser:
    """Somebody at a browser: signed in or not, following no redirect by itself."""

    def __init__(self, app: Starlette, cookies: dict[str, str]) -> None:
        headers = {"Origin": BASE, "Sec-Fetch-Site": "same-origin"}
        self.client = httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app=app), base_url=BASE, cookies=cookies, headers=headers
        )

    async def get(self, path: str, **headers: str) -> httpx2.Response:
        return await self.client.get(path, headers={name.replace("_", "-"): value for name, value in headers.items()})

    async def post(self, path: str, *, json: bool = False, **fields: object) -> httpx2.Response:
        headers = {"Accept": "application/json"} if json else {}
        return await self.client.post(path, data=fields, headers=headers)


BASE = "http://127.0.0.1:8000"


@pytest.fixture
async def browser() -> AsyncIterator[Callable[..., Awaitable[Browser]]]:
    """Opens browsers: `await browser(person)`, `await browser()` for nobody."""
    app = slice_app()
    opened: list[Browser] = []

    async def open_for(person: Person | None = None) -> Browser:
        opened.append(Browser(app, {"sid": await sign_in_row(person)} if person else {}))
        return opened[-1]

    yield open_for
    for one in opened:
        await one.client.aclose()


def slice_app() -> Starlette:
    """The conference alone, without matchmaking."""
    app = Starlette(
        routes=[
            *events.routes.routes,
            *events.desk.routes,
            *events.waiting.routes.routes,
            *events.networks.routes.routes,
            *events.networks.calls.routes.routes,
        ],
        middleware=[Middleware(Guard, base_url=BASE)],
        exception_handlers=web.ERRORS,
        max_body_size=2 << 20,
    )
    app.state.settings = Settings(database_url="", base_url=BASE, secret_key=b"for tests only")
    app.state.hub = Hub()
    app.state.sources = (events.ical,)
    app.state.navigation = (events.routes.navigation,)
    app.state.desk_navigation = (events.desk.navigation,)
    app.state.desk_steps, app.state.tasks, app.state.errands = (events.tasks.steps,), (events.tasks.tasks,), ()
    app.state.network_navigation = (events.networks.pages.navigation,)
    app.state.network_desk_navigation = (events.networks.pages.desk_navigation,)
    app.state.network_sentences = (events.networks.wording.sentence, events.networks.calls.wording.sentence)
    app.state.call_navigation = ()
    app.state.pilot_pieces = ()
    app.state.region_navigation = ()
    app.state.organisation_navigation = ()
    app.state.account_pieces = (events.networks.account.piece,)
    app.state.waiting_pieces = ()
    app.state.waiting_lists = ()
    app.state.sentences = (events.wording.sentence,)
    return app


@pytest.fixture
def counted() -> Callable[[], AbstractContextManager[list[str]]]:
    return counting_statements


@contextmanager
def counting_statements() -> Iterator[list[str]]:
    """The statements run inside, also in transactions, which have a client of their own."""
    statements: list[str] = []
    kinds = type(db.client()).__mro__
    names = ("execute_query", "execute_query_dict", "execute_insert", "execute_many")
    owners = {name: next(kind for kind in kinds if name in vars(kind)) for name in names}
    originals = {name: getattr(owner, name) for name, owner in owners.items()}

    def noted(original: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def run(client: Any, sql: str, *args: Any) -> Any:
            statements.append(sql)
            return await original(client, sql, *args)

        return run

    try:
        for name, owner in owners.items():
            setattr(owner, name, noted(originals[name]))
        yield statements
    finally:
        for name, owner in owners.items():
            setattr(owner, name, originals[name])
