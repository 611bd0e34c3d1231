"""Accepted meetings a second: by the verb, and over HTTP; 8 people click at once."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence

from matchmaking.meetings import accept
from tests.bench.rig import Client, Figure, Ground, serving
from tests.bench.stage import Pair, fair, sign_in

ACCEPTS = 200
AT_ONCE = 8


async def figures(ground: Ground) -> list[Figure]:
    made = await fair(pairs=2 * ACCEPTS)
    by_verb, by_http = made.pairs[:ACCEPTS], made.pairs[ACCEPTS:]

    async def verb(pair: Pair) -> None:
        await accept(pair.meeting, by=pair.invitee)

    before = time.process_time()
    seconds = await _each(by_verb, [verb] * AT_ONCE)
    verb_cpu = (time.process_time() - before) / ACCEPTS
    with serving(ground) as server:
        cookies = dict(
            zip((pair.invitee.id for pair in by_http), await sign_in([p.invitee for p in by_http]), strict=True)
        )
        clients = [await Client.connect(server) for _ in range(AT_ONCE)]
        before = server.cpu
        over_http = await _each(by_http, [_click(client, cookies) for client in clients])
        cpu = (server.cpu - before) / ACCEPTS
        for client in clients:
            client.close()
    return [
        Figure("accepts by the verb", ACCEPTS / seconds, "/s", note=f"{ACCEPTS} meetings, {AT_ONCE} at once"),
        Figure("CPU an accept by the verb", verb_cpu * 1e3, "ms"),
        Figure("accepts over HTTP", ACCEPTS / over_http, "/s", note=f"{ACCEPTS} meetings, {AT_ONCE} at once"),
        Figure("server CPU an accept over HTTP", cpu * 1e3, "ms"),
    ]


def _click(client: Client, cookies: dict[int, str]) -> Callable[[Pair], Awaitable[object]]:
    async def click(pair: Pair) -> None:
        path = f"/e/fair/meetings/{pair.meeting.id}/acceptance"
        await client.post(path, {"slot": "first"}, Cookie=cookies[pair.invitee.id])

    return click


async def _each(pairs: Sequence[Pair], workers: Sequence[Callable[[Pair], Awaitable[object]]]) -> float:
    """Seconds until the workers together have done all pairs."""
    waiting = list(reversed(pairs))

    async def work(one: Callable[[Pair], Awaitable[object]]) -> None:
        while waiting:
            await one(waiting.pop())

    start = time.perf_counter()
    await asyncio.gather(*map(work, workers))
    return time.perf_counter() - start
