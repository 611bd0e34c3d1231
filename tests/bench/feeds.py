"""What the public feed of 400 sessions costs, and how long others wait while it is made."""

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable
from datetime import time as clock

from events.releasing import release_programme
from tests.bench.rig import Asked, Client, Figure, Ground, Server, cpu_of, percentile, probing, serving
from tests.bench.stage import conference

PATH = "/e/agenda/feed.ics"
COLD = 5
GZIP = {"Accept-Encoding": "gzip"}


async def figures(ground: Ground) -> list[Figure]:
    made = await conference()
    await release_programme(made.event, "v1", by=made.organiser)
    with serving(ground) as server:
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
        every = await _cold(server, lambda n: made.rename_venue(f"House {n}"))
        one = await _cold(server, lambda n: made.move_one(clock(19 + n % 2, 5 * n)))
        return [
            *warm,
            Figure("feed, all 400 entries new", every * 1e3, "ms CPU", every * 1e6 / plain),
            Figure("feed, one entry new", one * 1e3, "ms CPU", one * 1e6 / plain),
            *await _waits(server, lambda n: made.rename_venue(f"Hall {n}")),
        ]


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
