"""Live sockets: everybody hears all they may hear, once and in order, and nobody waits for anybody."""

import asyncio
import contextlib
import json
import random
import socket
import sys
import textwrap
from collections.abc import AsyncIterator
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from app import live, sockets
from app.journal import changing, person_topic, revision
from app.live import Hub, Listener, Room
from app.models import Change, Person, SignIn
from tests.app.plumbing import EVENT, Site, make_person, sign_in_row, tell
from tests.postgres import Cluster


@contextlib.asynccontextmanager
async def page(site: Site, since: int, person: Person | None = None, **how: Any) -> AsyncIterator[ClientConnection]:
    cookie = {"Cookie": f"sid={await sign_in_row(person)}"} if person else {}
    url = f"{site.url.replace('http', 'ws')}/live?since={since}"
    async with connect(url, origin=site.url, additional_headers=cookie, max_size=None, **how) as socket_:  # type: ignore[arg-type]
        yield socket_


async def hear(page: ClientConnection) -> Any:
    return json.loads(await asyncio.wait_for(page.recv(), 30))


async def hear_up_to(page: ClientConnection, last: int) -> list[Any]:
    """Frames up to the one of this revision."""
    heard = [await hear(page)]
    while heard[-1]["revision"] < last:
        heard.append(await hear(page))
    return heard


async def public(number: int = 0, **data: Any) -> int:
    return await tell(topics=[EVENT], number=number, **data)


async def test_page_hears_what_it_missed_and_then_what_comes(site: Site) -> None:
    for number in range(1, 6):
        await public(number)
    async with page(site, 2) as anna:
        await public(6)
        heard = await hear_up_to(anna, 6)
    assert [one["revision"] for one in heard] == [3, 4, 5, 6]
    assert heard[0]["changes"] == [
        {"kind": "meeting.moved", "subject": "person", "id": 0, "data": {"number": 3}},
    ]


@pytest.mark.parametrize("since", [-1, 99, 2**62, 10**30, 0])
async def test_page_of_an_unknown_revision_starts_afresh(site: Site, since: int) -> None:
    for _ in range(3):
        await public()
    if since == 0:
        await Change.filter(scope=EVENT, revision__lte=1).delete()  # as if the journal had been shortened
    async with page(site, since) as anna:
        assert await hear(anna) == {"reset": True, "revision": 3}
        await public(4)
        assert (await hear(anna))["revision"] == 4


async def test_first_page_of_a_quiet_event_hears_nothing_needless(site: Site) -> None:
    async with page(site, 0) as anna:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(anna.recv(), 0.3)
        await public(1)
        assert (await hear(anna))["revision"] == 1


async def test_page_that_missed_too_much_starts_afresh(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "REPLAY", 5)
    for _ in range(8):
        await public()
    async with page(site, 3) as recent, page(site, 2) as old:
        assert [one["revision"] for one in await hear_up_to(recent, 8)] == [4, 5, 6, 7, 8]
        assert await hear(old) == {"reset": True, "revision": 8}


async def test_each_hears_only_their_part(site: Site) -> None:
    anna, olga = await make_person("Anna"), await make_person("Olga", admin=True)
    start = await revision(EVENT)
    async with page(site, start) as visitor, page(site, start, anna) as member, page(site, start, olga) as desk:
        async with changing(EVENT, by="test") as changes:
            changes.record("a.public", anna, topics=[EVENT])
            changes.record("b.desk", anna, topics=["desk:3"])
            changes.record("c.anna", anna, topics=[person_topic(anna.id)])
            changes.record("d.nobody", anna, topics=[])
        await tell(topics=["desk:3"])
        await tell(anna)
        last = await public()
        heard = {
            name: [fact["kind"] for one in await hear_up_to(of, last) for fact in one["changes"]]
            for name, of in (("visitor", visitor), ("member", member), ("desk", desk))
        }
    assert heard == {
        "visitor": ["a.public", "meeting.moved"],
        "member": ["a.public", "c.anna", "meeting.moved", "meeting.moved"],
        "desk": ["a.public", "b.desk", "meeting.moved", "meeting.moved"],
    }


async def test_replay_is_filtered_as_well(site: Site) -> None:
    anna, bea = await make_person("Anna"), await make_person("Bea")
    await tell(anna, topics=["desk:3"], secret="for Anna")
    await tell(bea, secret="for Bea")
    last = await public()
    async with page(site, 0, bea) as hers, page(site, 0) as visitor:
        assert [one["revision"] for one in await hear_up_to(hers, last)] == [2, 3]
        assert [one["revision"] for one in await hear_up_to(visitor, last)] == [3]


async def test_block_larger_than_a_read_is_heard_whole(site: Site) -> None:
    """A release records thousands of facts in one revision; pages may not lose its tail."""
    anna = await make_person()
    start = await revision(EVENT)
    async with page(site, start) as follower:
        async with changing(EVENT, by="test") as changes:
            for number in range(1500):
                changes.record("session.released", anna, topics=[EVENT], data={"number": number, "text": "x" * 100})
        block = await hear(follower)
    assert [fact["data"]["number"] for fact in block["changes"]] == list(range(1500))
    async with page(site, start) as returning:
        assert len((await hear(returning))["changes"]) == 1500


async def test_large_frames_arrive_whole(site: Site) -> None:
    sizes = [0, 60, 125, 126, 65_400, 65_535, 65_536, 65_600, 300_000, 2_000_000]
    async with page(site, 0) as anna:
        for size in sizes:
            await public(text="ż" * (size // 2))
            assert (await hear(anna))["changes"][0]["data"]["text"] == "ż" * (size // 2)


async def test_nothing_is_lost_or_doubled_when_pages_come_while_others_write(site: Site) -> None:
    """State at the moment of loading plus what the socket says is the whole state, in order."""
    chance = random.Random(7)
    writes, joins, writing = 25, 200, 8

    async def write(writer: int) -> None:
        for number in range(writes):
            await public(number, writer=writer)
            await asyncio.sleep(chance.random() * 0.02)

    async def join() -> None:
        await asyncio.sleep(chance.random() * 2)
        loaded = await revision(EVENT)
        await asyncio.sleep(chance.random() * 0.05)
        async with page(site, loaded) as one:
            heard = await hear_up_to(one, writes * writing) if loaded < writes * writing else []
        assert [frame["revision"] for frame in heard] == list(range(loaded + 1, writes * writing + 1))

    await asyncio.gather(*(write(n) for n in range(writing)), *(join() for _ in range(joins)))


@contextlib.asynccontextmanager
async def stalled_page(site: Site) -> AsyncIterator[None]:
    """A client that never reads what it is sent."""
    port, loop = int(site.url.rpartition(":")[2]), asyncio.get_running_loop()
    handshake = (
        f"GET /live?since=0 HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nOrigin: {site.url}\r\nUpgrade: websocket\r\n"
        "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    )
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.setblocking(False)
        await loop.sock_connect(client, ("127.0.0.1", port))
        await loop.sock_sendall(client, handshake.encode())
        yield


async def listening(site: Site, count: int) -> None:
    while len(site.app.state.hub.listeners()) != count:
        await asyncio.sleep(0.01)


async def test_stalled_reader_is_cut_and_the_others_go_on(site: Site) -> None:
    loop = asyncio.get_running_loop()
    async with contextlib.AsyncExitStack() as pages:
        await pages.enter_async_context(stalled_page(site))
        others = [await pages.enter_async_context(page(site, 0)) for _ in range(4)]
        await asyncio.wait_for(listening(site, 5), 5)
        delays = []
        for number in range(1, 41):
            started = loop.time()
            await public(number, text="x" * 250_000)
            assert {(await hear(one))["revision"] for one in others} == {number}
            delays.append(loop.time() - started)
        assert max(delays) < 5
        await asyncio.wait_for(listening(site, 4), 5)


async def stall(site: Site) -> Any:
    """The protocol of the one listener, once its buffer holds what it does not read."""
    await asyncio.wait_for(listening(site, 1), 5)
    protocol = site.app.state.hub.listeners()[0].write.__self__
    while not protocol.transport.get_write_buffer_size():
        await public(text="x" * 200_000)
        await asyncio.sleep(0.05)
    return protocol


async def test_stalled_client_that_does_not_answer_pings_is_cut(site: Site) -> None:
    """uvicorn only asks the transport to close, which waits for a full buffer for ever."""
    async with stalled_page(site):
        protocol = await stall(site)
        protocol.keepalive_timeout()
        await asyncio.wait_for(listening(site, 0), 2)
        assert protocol.disconnected


async def test_stalled_client_that_is_asked_to_leave_is_cut(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sockets, "GOODBYE_SECONDS", 0.2)
    async with stalled_page(site):
        protocol = await stall(site)
        site.app.state.hub.close()
        await asyncio.wait_for(listening(site, 0), 2)
        for _ in range(100):
            if protocol.disconnected:
                break
            await asyncio.sleep(0.02)
        assert protocol.disconnected


SAID = ["hello", "{}", b"\x00\x01", "x" * 4000, "", ["part", "of", "it"]]


@pytest.mark.parametrize("said", SAID, ids=lambda said: str(said)[:8])
async def test_client_that_talks_is_shown_out(sqlite_site: Site, said: Any) -> None:
    async with page(sqlite_site, 0) as talker, page(sqlite_site, 0) as other:
        await talker.send(said)
        with pytest.raises(ConnectionClosed) as closed:
            await asyncio.wait_for(talker.recv(), 5)
        assert closed.value.rcvd
        assert closed.value.rcvd.code == 1008
        await public()
        assert (await hear(other))["revision"] == 1


async def test_client_that_sends_too_much_or_nonsense_is_closed(sqlite_site: Site) -> None:
    async with page(sqlite_site, 0) as talker, page(sqlite_site, 0) as other:
        with contextlib.suppress(ConnectionClosed):
            await talker.send("x" * 100_000)
        with pytest.raises(ConnectionClosed):
            await asyncio.wait_for(talker.recv(), 5)
        for garbage in (
            b"\x81\x05hello",
            b"\xf1\x80\x00\x00\x00\x00",
            b"\x83\x80\x00\x00\x00\x00",
            b"\x81\x82abcd\xff\xff",
        ):
            async with page(sqlite_site, 0) as odd:
                odd.transport.write(garbage)
                with pytest.raises(ConnectionClosed):
                    await asyncio.wait_for(odd.recv(), 5)
        await public()
        assert (await hear(other))["revision"] == 1
    while sqlite_site.app.state.hub.listeners():
        await asyncio.sleep(0.01)


async def test_unknown_cookie_hears_what_a_visitor_hears(site: Site) -> None:
    anna = await make_person("Anna", admin=True)
    url = f"{site.url.replace('http', 'ws')}/live?since=0"
    async with connect(url, origin=site.url, additional_headers={"Cookie": "sid=wrong"}) as stranger:  # type: ignore[arg-type]
        await tell(anna, topics=["desk:3"])
        last = await public()
        assert [one["revision"] for one in await hear_up_to(stranger, last)] == [last]


async def test_person_has_twenty_pages_at_most(sqlite_site: Site) -> None:
    anna, bea = await make_person("Anna"), await make_person("Bea")
    async with contextlib.AsyncExitStack() as pages:
        for _ in range(sockets.SOCKETS_A_PERSON):
            await pages.enter_async_context(page(sqlite_site, 0, anna))
        while len(sqlite_site.app.state.hub.listeners()) < sockets.SOCKETS_A_PERSON:
            await asyncio.sleep(0.01)
        async with page(sqlite_site, 0, anna) as refused:
            with pytest.raises(ConnectionClosed):
                await asyncio.wait_for(refused.recv(), 5)
        async with page(sqlite_site, 0, bea) as hers:
            await public()
            assert (await hear(hers))["revision"] == 1


async def test_whoever_loses_access_must_come_back(site: Site) -> None:
    anna = await make_person("Anna")
    async with page(site, 0, anna) as hers, page(site, 0) as other:
        while len(site.app.state.hub.listeners()) < 2:
            await asyncio.sleep(0.01)
        await tell(topics=[f"access:{anna.id}", EVENT])
        await hear(hers)
        with pytest.raises(ConnectionClosed) as closed:
            await asyncio.wait_for(hers.recv(), 5)
        assert closed.value.rcvd
        assert closed.value.rcvd.code == 1012
        assert (await hear(other))["revision"] == 1


async def test_sign_in_that_ended_while_the_socket_opened_is_seen(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    anna = await make_person("Anna")
    join = Hub.join

    async def slow_join(self: Hub, listener: Listener) -> None:
        await SignIn.filter(person=anna).delete()  # in another process, and its news is already past us
        await join(self, listener)

    monkeypatch.setattr(Hub, "join", slow_join)
    async with page(site, 0, anna) as hers:
        with pytest.raises(ConnectionClosed):
            await asyncio.wait_for(hers.recv(), 5)


async def test_rooms_are_given_up_with_their_last_listener(site: Site) -> None:
    hub: Hub = site.app.state.hub
    for _ in range(3):
        async with page(site, 0), page(site, 0):
            while len(hub.listeners()) < 2:
                await asyncio.sleep(0.01)
            assert set(hub.rooms) == {EVENT}
        while hub.rooms:
            await asyncio.sleep(0.01)
        assert not hub.tasks


async def test_hub_that_closes_asks_everybody_back(site: Site) -> None:
    async with page(site, 0) as anna:
        while not site.app.state.hub.listeners():
            await asyncio.sleep(0.01)
        site.app.state.hub.close()
        with pytest.raises(ConnectionClosed) as closed:
            await asyncio.wait_for(anna.recv(), 5)
        assert closed.value.rcvd
        assert closed.value.rcvd.code == 1012


ELSEWHERE = """
    import asyncio
    from app import db
    from tests.app.plumbing import tell
    from tests.conftest import settings_for

    async def main():
        await db.connect(settings_for({url!r}))
        for number in range(3):
            await tell(topics=["event:3"], number=number)
        await db.disconnect()

    asyncio.run(main())
"""


async def elsewhere(database: str) -> None:
    """Three public facts, written by another process."""
    code = textwrap.dedent(ELSEWHERE).format(url=database)
    writer = await asyncio.create_subprocess_exec(sys.executable, "-c", code)
    assert await writer.wait() == 0


async def test_other_process_is_heard(site: Site, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Through NOTIFY on PostgreSQL, where the poll is put out of reach; through the poll on SQLite."""
    monkeypatch.setattr(live, "POLL_SECONDS", 3600 if database.startswith("postgres") else 0.5)
    await asyncio.sleep(0.3)  # listening
    async with page(site, 0) as anna:
        await elsewhere(database)
        assert [one["revision"] for one in await hear_up_to(anna, 3)] == [1, 2, 3]


@pytest.mark.parametrize("database", ["postgres"], indirect=True)
@pytest.mark.parametrize("mode", ["fast", "immediate"])
async def test_listener_returns_after_a_restart_of_the_database(
    site: Site, database: str, cluster: Cluster, mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "POLL_SECONDS", 3600)
    async with page(site, 0) as anna:
        await public()
        await hear(anna)
        await asyncio.to_thread(cluster.control, "-m", mode, "restart")
        await elsewhere(database)  # perhaps before we listen again: then the reconnection finds it
        assert [one["revision"] for one in await hear_up_to(anna, 4)] == [2, 3, 4]
        await elsewhere(database)
        assert [one["revision"] for one in await hear_up_to(anna, 7)] == [5, 6, 7]


async def test_failed_look_is_repeated(database: str, caplog: pytest.LogCaptureFixture, monkeypatch: Any) -> None:
    monkeypatch.setattr(live, "POLL_SECONDS", 0.05)
    room, heard = Room(EVENT), []
    room.listeners.add(
        Listener(
            scope=EVENT, topics=frozenset([EVENT]), since=0, write=lambda frame: not heard.append(frame), close=int
        )
    )
    looks = 0
    real = live.journal.revision

    async def failing(scope: str) -> int:
        nonlocal looks
        looks += 1
        if looks < 3:
            raise ConnectionError("database is restarting")
        return await real(scope)

    monkeypatch.setattr(live.journal, "revision", failing)
    following = asyncio.create_task(live._follow(room))
    while room.revision < 0:
        await asyncio.sleep(0.01)
    await public()
    while not heard:
        await asyncio.sleep(0.01)
    following.cancel()
    assert caplog.text.count("the next wake-up or poll tries again") == 2
