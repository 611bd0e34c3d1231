"""What public feeds cost, and how long others wait while one is made or while many ask."""

import asyncio
import gc
import random
import statistics
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from starlette.types import Message, Scope

from app import main, polls
from events.interchange.schedule import ImportedSchedule as Schedule
from events.models import Event, Session
from events.releasing import release_programme
from tests.bench.agenda import agenda
from tests.bench.rig import Asked, Client, Figure, Ground, Server, cpu_of, percentile, probing, serving
from tests.bench.stage import Conference, conference, sign_in

PATH = "/e/agenda/feed.ics"
LARGE = "/e/large/feed.ics"
COPIES = 5  # of 400 sessions
COLD = 5
PROGRAMS = 200
POLLS = 5  # of each
GZIP = {"Accept-Encoding": "gzip"}


async def figures(ground: Ground) -> list[Figure]:
    made = await conference()
    await release_programme(made.event, "v1", by=made.organiser)
    large = await made.another("large", _copied(COPIES))
    await release_programme(large, "v1", by=made.organiser)
    (cookie,) = await sign_in([made.organiser])
    with serving(ground) as server:
        desk = Desk(made, await Client.connect(server), cookie)
        client = await Client.connect(server)
        first = await client.get(PATH)
        zipped = await client.get(PATH, **GZIP)
        client.close()
        sizes = f"{len(first.body) / 1e3:.0f} kB", f"{len(zipped.body) / 1e3:.0f} kB"
        warm = await cpu_of(
            server,
            {
                f"feed, kept, {sizes[0]}": Asked(PATH, {}),
                f"feed, kept, gzip {sizes[1]}": Asked(PATH, GZIP),
                "feed, 304": Asked(PATH, {"If-None-Match": first.headers["etag"]}, status=304),
            },
        )
        plain = warm[0].value or 1
        every = await _cold(server, lambda n: desk.rename_venue(f"House {n}"))
        one = await _cold(server, desk.move_one)
        return [
            *warm,
            Figure("feed, all 400 entries new", every * 1e3, "ms CPU", every * 1e6 / plain),
            Figure("feed, one entry new", one * 1e3, "ms CPU", one * 1e6 / plain),
            *await _waits(server, lambda n: desk.rename_venue(f"Hall {n}")),
            await _stretch(server),
            *await _crowd(server),
        ]


def _copied(times: int) -> Schedule:
    """As many sessions as so many conferences have, in one: each copy in rooms of its own."""
    one = agenda()
    sessions = (
        replace(session, key=f"{n}:{session.key}", room=f"{session.room} {n}", speakers=())
        for n in range(times)
        for session in one.sessions
    )
    rooms = (replace(room, name=f"{room.name} {n}") for n in range(times) for room in one.rooms)
    return replace(one, title="Large", sessions=tuple(sessions), rooms=tuple(rooms), speakers=())


@dataclass
class Desk:
    """The organiser's browser: changes are made in the server, as organisers make them."""

    made: Conference
    client: Client
    cookie: str

    async def rename_venue(self, venue: str) -> None:
        """Every session's calendar entry changes with it."""
        event = await Event.get(id=self.made.event.id)
        about = {
            "title": event.title, "kind": event.kind.value, "zone": event.zone, "summary": event.title,
            "first_day": event.first_day, "last_day": event.last_day, "venue": venue, "version": event.about_version,
        }  # fmt: skip
        await self.client.post("/e/agenda/desk/about", about, Cookie=self.cookie)

    async def move_one(self, n: int) -> None:
        """One session goes to the evening of the first day, when nothing else is on."""
        session = await Session.filter(event=self.made.event).order_by("id").first().select_related("event")
        assert session
        start = f"{session.event.first_day}T{19 + n % 2}:{5 * n:02}"
        slot = {"version": session.version, "room": session.room_id, "minutes": 30, "start": start}
        path = f"/e/agenda/desk/sessions/{session.id}/slot"
        await self.client.post(path, slot, Cookie=self.cookie, Accept="application/json")


async def _cold(server: Server, change: Callable[[int], Awaitable[None]]) -> float:
    """Median seconds of server CPU for the first request after a change."""
    client = await Client.connect(server)
    seconds = []
    for n in range(COLD):
        await change(n)
        before = server.cpu
        await client.get(PATH)
        seconds.append(server.cpu - before)
    client.close()
    return statistics.median(seconds)


async def _waits(server: Server, change: Callable[[int], Awaitable[None]]) -> list[Figure]:
    """How long a plain text response takes while the feed is made anew, and otherwise."""
    client = await Client.connect(server)
    meanwhile: list[float] = []
    took: list[float] = []
    for n in range(COLD):
        await change(n)
        async with probing(server) as seconds:
            start = time.perf_counter()
            await client.get(PATH)
            took.append(time.perf_counter() - start)
        meanwhile += seconds
    client.close()
    async with probing(server) as quiet:
        await asyncio.sleep(1)
    return [
        Figure("feed, all entries new: time to its answer", statistics.median(took) * 1e3, "ms"),
        Figure("plain text meanwhile, p99", percentile(meanwhile, 99) * 1e3, "ms"),
        Figure("plain text meanwhile, slowest", max(meanwhile) * 1e3, "ms", note=f"of {COLD} feeds"),
        Figure("plain text otherwise, p99", percentile(quiet, 99) * 1e3, "ms"),
    ]


async def _stretch(server: Server) -> Figure:
    """How long the event loop is not given back while a feed is made, in CPU time, so that other work does not count.
    Measured in this process, which has the same application on the same database."""
    app = main.create_app(server.settings)
    gc.collect()
    gc.freeze()  # as the server does
    longest = 0.0

    async def watch() -> None:
        nonlocal longest
        last = time.thread_time()
        while True:
            await asyncio.sleep(0)
            longest, last = max(longest, time.thread_time() - last), time.thread_time()

    for _ in range(COLD):
        polls.shelf.clear()
        polls._blocks.clear()
        watching = asyncio.create_task(watch())
        await app(_asked(server), _nothing, _unread)
        watching.cancel()
    gc.unfreeze()
    return Figure("feed, all entries new: longest stretch", longest * 1e3, "ms CPU", note=f"of {COLD} feeds")


def _asked(server: Server) -> Scope:
    return {
        "type": "http", "method": "GET", "path": PATH, "headers": [(b"host", server.settings.host.encode())],
        "query_string": b"", "http_version": "1.1", "scheme": "http", "root_path": "",
    }  # fmt: skip


async def _nothing() -> Message:
    return {"type": "http.request", "body": b"", "more_body": False}


async def _unread(message: Message) -> None:
    assert message.get("status", 200) == 200


async def _crowd(server: Server) -> list[Figure]:
    """Many calendar programs, who have the newest already: each at a moment of its own, and all at the same instant."""
    clients = [await Client.connect(server) for _ in range(PROGRAMS)]
    first = await clients[0].get(LARGE)
    known = {"If-None-Match": first.headers["etag"]}
    seconds: dict[str, list[float]] = {"in one second": [], "at one instant": []}

    async def poll(client: Client, after: float, how: str) -> None:
        await asyncio.sleep(after)
        start = time.perf_counter()
        answer = await client.get(LARGE, **known)
        seconds[how].append(time.perf_counter() - start)
        if answer.status != 304:
            raise RuntimeError(f"{LARGE} answered {answer.status}")

    moments = random.Random(4)
    for _ in range(POLLS):
        await asyncio.gather(*(poll(client, moments.random(), "in one second") for client in clients))
        await asyncio.gather(*(poll(client, 0, "at one instant") for client in clients))
    for client in clients:
        client.close()
    sessions = first.body.count(b"BEGIN:VEVENT") - 1
    return [
        Figure(f"304 of {sessions:,} sessions, {PROGRAMS} programs {how}, p95", percentile(took, 95) * 1e3, "ms")
        for how, took in seconds.items()
    ]
