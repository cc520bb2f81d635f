"""A receiver: answers every POST as Zalo answers a group message, and counts.

    python -m keng_dev.bench.sink      prints its port

GET anything but the address of messages answers how many have come in; GET /latency/50 has every
answer to a message wait 50 milliseconds from then on. Raw asyncio, so that it is never what limits.
"""

import asyncio
import sys
from typing import Any

import uvloop

_HEAD_END = b"\r\n\r\n"
_LENGTH = b"content-length:"
_SLOWER = b"get /latency/"
# Kannel sends by GET, as a question is asked.
_MESSAGE = b"get /v3.0/"
_ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"


def is_message(head: bytes) -> bool:
    """Whether this asks to send something, and not how much came in."""
    return not head.startswith(b"get ") or head.startswith(_MESSAGE)


class Sink:
    """What all connections share."""

    def __init__(self) -> None:
        self.count = 0
        self.latency = 0.0

    def answer(self, head: bytes) -> bytes:
        """`head` in small letters."""
        if not is_message(head):
            if head.startswith(_SLOWER):
                self.latency = int(head[len(_SLOWER) :].split(b" ", 1)[0]) / 1000
            body = b"%d" % self.count
        else:
            self.count += 1
            body = (
                b'{"error":0,"message":"Success","data":{"message_id":"%020x",'
                b'"group_id":"f414c8f76fa586fbdfb4","sent_time":"1732492800000"}}' % self.count
            )
        return _ANSWER % (len(body), body)


class Connection(asyncio.Protocol):
    """HTTP/1.1 with keep-alive, as little of it as our two clients speak."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._rest = b""
        self._transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._rest += data
        while (end := self._rest.find(_HEAD_END)) >= 0:
            head = self._rest[:end].lower()
            whole = end + len(_HEAD_END) + _length(head)
            if len(self._rest) < whole:
                return
            answer = self._sink.answer(head)
            self._rest = self._rest[whole:]
            if self._sink.latency and is_message(head):
                later = asyncio.get_running_loop().call_later
                later(self._sink.latency, self._transport.write, answer)
            else:
                self._transport.write(answer)


def _length(head: bytes) -> int:
    at = head.find(_LENGTH)
    return int(head[at + len(_LENGTH) :].split(b"\r\n", 1)[0]) if at >= 0 else 0


async def serve() -> None:
    """Until the process is ended."""
    sink = Sink()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(sink), "127.0.0.1", 0, backlog=512)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    try:
        uvloop.run(serve())
    except KeyboardInterrupt:
        sys.exit(0)
