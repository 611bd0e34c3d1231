"""A mail server that does nothing but take mails, as fast as Python can, in a process of its own.

It prints its port. COUNT, which is no SMTP, answers how many mails it took.
"""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

ANSWERS = {b"EHLO": b"250 sink", b"HELO": b"250 sink", b"DATA": b"354 go on", b"QUIT": b"221 bye"}


@dataclass(frozen=True)
class RawSink:
    port: int

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    async def count(self) -> int:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        await reader.readline()
        writer.write(b"COUNT\r\n")
        answer = await reader.readline()
        writer.close()
        return int(answer.split()[1])


@contextmanager
def sinking() -> Iterator[RawSink]:
    process = subprocess.Popen([sys.executable, "-m", "tests.bench.raw_sink"], stdout=subprocess.PIPE)
    try:
        assert process.stdout
        yield RawSink(int(process.stdout.readline()))
    finally:
        process.kill()
        process.wait()


class Session(asyncio.Protocol):
    taken = 0
    transport: asyncio.Transport

    def __init__(self) -> None:
        self.buffer = b""
        self.in_data = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.write(b"220 sink\r\n")

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while (end := b"\r\n.\r\n" if self.in_data else b"\r\n") in self.buffer:
            part, self.buffer = self.buffer.split(end, 1)
            self.transport.write(self._answer(part) + b"\r\n")

    def _answer(self, part: bytes) -> bytes:
        if self.in_data:
            self.in_data = False
            Session.taken += 1
            return b"250 kept"
        verb = part[:4].upper()
        self.in_data = verb == b"DATA"
        return b"250 %d" % Session.taken if verb == b"COUN" else ANSWERS.get(verb, b"250 OK")


async def main() -> None:
    server = await asyncio.get_running_loop().create_server(Session, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
