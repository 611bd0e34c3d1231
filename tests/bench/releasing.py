"""The organiser releases 400 sessions: until the page answers, until every speaker's mail is queued, and has left."""

import asyncio
import time

from app.models import Mail
from tests.bench.agenda import agenda
from tests.bench.raw_sink import RawSink, sinking
from tests.bench.rig import Client, Figure, Ground, percentile, probing, serving
from tests.bench.stage import conference, sign_in

LOOK = 0.1


async def figures(ground: Ground) -> list[Figure]:
    made = await conference()
    (cookie,) = await sign_in([made.organiser])
    letters = sum(len(session.speakers) for session in agenda().sessions)
    with sinking() as sink, serving(ground, smtp_url=sink.url) as server:
        client = await Client.connect(server)
        async with probing(server) as waits:
            start, before = time.perf_counter(), server.cpu
            await client.post("/e/agenda/desk/release", {"version": "v1"}, Cookie=cookie)
            answered = time.perf_counter() - start
            queued, sent = await _told(sink, letters)
            cpu = server.cpu - before
        client.close()
    return [
        Figure("release of 400 sessions, until the page answers", answered, "s"),
        Figure(
            "until all mails are queued",
            queued - start,
            "s",
            note=f"{letters} letters to {len(made.speakers)} speakers",
        ),
        Figure("until all mails are at the mail server", sent - start, "s"),
        Figure("server CPU for all of it", cpu, "s"),
        Figure("plain text meanwhile, median", percentile(waits, 50) * 1e3, "ms"),
        Figure("plain text meanwhile, p99", percentile(waits, 99) * 1e3, "ms"),
        Figure("plain text meanwhile, slowest", max(waits) * 1e3, "ms"),
    ]


async def _told(sink: RawSink, letters: int) -> tuple[float, float]:
    """When all letters were queued, and when the last was at the sink."""
    queued = None
    async with asyncio.timeout(120):
        while await sink.count() < letters:
            if queued is None and await Mail.all().count() == letters:
                queued = time.perf_counter()
            await asyncio.sleep(LOOK)
    return queued or time.perf_counter(), time.perf_counter()
