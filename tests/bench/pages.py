"""What the programme page of 400 sessions costs: kept, after a change, and for somebody who is signed in."""

import statistics

from events.releasing import release_programme
from tests.bench.rig import Asked, Client, Figure, Ground, Server, cpu_of, serving
from tests.bench.stage import Conference, conference, sign_in

COLD = 5
PATH = "/e/agenda/programme"


async def figures(ground: Ground) -> list[Figure]:
    made = await conference()
    await release_programme(made.event, "v1", by=made.organiser)
    (cookie,) = await sign_in(made.speakers[:1])
    with serving(ground) as server:
        client = await Client.connect(server)
        tag = (await client.get(PATH)).headers["etag"]
        client.close()
        found = await cpu_of(
            server,
            {
                "programme, anonymous, kept": Asked(PATH, {}),
                "programme, anonymous, 304": Asked(PATH, {"If-None-Match": tag}, status=304),
                "programme, signed in": Asked(PATH, {"Cookie": cookie}, times=8),
            },
        )
        return [*found, await _cold(server, made, plain=found[0])]


async def _cold(server: Server, made: Conference, *, plain: Figure) -> Figure:
    """The first request after a change of the venue."""
    client = await Client.connect(server)
    seconds = []
    for n in range(COLD):
        await made.rename_venue(f"House {n}")
        before = server.cpu
        await client.get(PATH)
        seconds.append(server.cpu - before)
    client.close()
    micros = statistics.median(seconds) * 1e6
    return Figure("programme, anonymous, after a change", micros, "µs CPU", micros / (plain.value or 1))
