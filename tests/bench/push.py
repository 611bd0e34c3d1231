"""From the click on "accept" to the frame on the other person's open page."""

import statistics
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

from websockets.asyncio.client import ClientConnection, connect

from app import journal
from tests.bench.rig import Client, Figure, Ground, Server, percentile, serving
from tests.bench.stage import Fair, Pair, fair, sign_in

CLICKS = 100


async def figures(ground: Ground) -> list[Figure]:
    made = await fair(pairs=2 * CLICKS)
    with serving(ground) as server:
        found = _figures("same process", await _clicks(made, made.pairs[:CLICKS], server, server))
        if ground.kind == "sqlite":
            return [*found, *(Figure(figure.what, None) for figure in _figures("other process", [0.0]))]
        with serving(ground) as other:
            return [*found, *_figures("other process", await _clicks(made, made.pairs[CLICKS:], server, other))]


def _figures(where: str, seconds: list[float]) -> list[Figure]:
    return [
        Figure(f"click to push, {where}, median", statistics.median(seconds) * 1e3, "ms"),
        Figure(f"click to push, {where}, p95", percentile(seconds, 95) * 1e3, "ms"),
    ]


async def _clicks(made: Fair, pairs: Sequence[Pair], clicked: Server, heard: Server) -> list[float]:
    """Each invitee accepts at one server; their asker's page is open at the other, among all the askers'."""
    since = await journal.revision(made.event.scope)
    cookies = await sign_in([pair.invitee for pair in pairs])
    client = await Client.connect(clicked)
    seconds = []
    async with _pages(heard, await sign_in([pair.asker for pair in pairs]), since) as pages:
        for pair, cookie, page in zip(pairs, cookies, pages, strict=True):
            start = time.perf_counter()
            path = f"/e/fair/meetings/{pair.meeting.id}/acceptance"
            await client.post(path, {"slot": "first"}, Cookie=cookie)
            assert b"meeting.accepted" in await page.recv(decode=False)
            seconds.append(time.perf_counter() - start)
    client.close()
    return seconds


@asynccontextmanager
async def _pages(server: Server, cookies: Sequence[str], since: int) -> AsyncIterator[list[ClientConnection]]:
    base_url = server.settings.base_url
    address = f"ws{base_url.removeprefix('http')}/e/fair/live?since={since}"
    async with AsyncExitStack() as stack:
        yield [
            await stack.enter_async_context(
                connect(address, origin=base_url, additional_headers={"Cookie": cookie})  # type: ignore[arg-type]
            )
            for cookie in cookies
        ]
