"""A caller that costs little: prepared requests over kept connections, each with one in flight.

python -m keng_dev.bench.hammer PORT CONNECTIONS FILE prints {"seconds", "answers": {status: n}}.
The file holds the requests one after the other, each behind its length in four bytes.
"""

import asyncio
import json
import subprocess
import sys
import time
from collections import Counter, deque
from collections.abc import Iterable
from pathlib import Path

import uvloop

_END = b"\r\n\r\n"
_LENGTH = b"content-length:"


def write_requests(file: Path, requests: Iterable[bytes]) -> None:
    """Write the file that the hammer reads."""
    with file.open("wb") as out:
        for request in requests:
            out.write(len(request).to_bytes(4))
            out.write(request)


def seconds_for_requests(file: Path, count: int, *, port: int, connections: int) -> float:
    """Ask all of the file in a process of its own; raises RuntimeError unless each is answered."""
    command = [sys.executable, "-m", __name__, str(port), str(connections), str(file)]
    told = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    if told["answers"] != {"200": count}:
        message = f"the edge answered {told['answers']}"
        raise RuntimeError(message)
    return float(told["seconds"])


def read_requests(file: Path) -> deque[bytes]:
    """Every request of the file, in order."""
    data, at, found = file.read_bytes(), 0, deque[bytes]()
    while at < len(data):
        length = int.from_bytes(data[at : at + 4])
        found.append(data[at + 4 : at + 4 + length])
        at += 4 + length
    return found


class Caller(asyncio.Protocol):
    """One connection: the next request leaves when the answer to the one before is complete."""

    def __init__(self, requests: deque[bytes], answers: Counter[int]) -> None:
        self._requests, self._answers = requests, answers
        self._received = b""
        self.done = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: asyncio.WriteTransport = transport  # type: ignore[assignment]
        self._next()

    def data_received(self, data: bytes) -> None:
        self._received += data
        head = self._received.find(_END)
        if head < 0:
            return
        at = self._received.lower().find(_LENGTH, 0, head) + len(_LENGTH)
        length = int(self._received[at : self._received.find(b"\r", at)])
        if len(self._received) >= head + len(_END) + length:
            self._answers[int(self._received[9:12])] += 1
            self._received = b""
            self._next()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_result(None)

    def _next(self) -> None:
        if self._requests:
            self._transport.write(self._requests.popleft())
        else:
            self._transport.close()


async def hammer(port: int, connections: int, requests: deque[bytes]) -> tuple[float, Counter[int]]:
    """Send everything; the seconds from the first request to the last answer."""
    answers = Counter[int]()
    loop = asyncio.get_running_loop()
    start = time.perf_counter()
    made = [
        await loop.create_connection(lambda: Caller(requests, answers), "127.0.0.1", port)
        for _ in range(connections)
    ]
    await asyncio.gather(*(caller.done for _, caller in made))
    return time.perf_counter() - start, answers


def main() -> None:
    port, connections, file = int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
    seconds, answers = uvloop.run(hammer(port, connections, read_requests(file)))
    print(json.dumps({"seconds": seconds, "answers": answers}))


if __name__ == "__main__":
    main()
