"""The baseline of sending: aiohttp, side by side, nothing leased and nothing recorded.

    python -m keng_dev.bench.bare URL COUNT SIDE_BY_SIDE < BODY

Prints seconds and CPU seconds.
"""

import asyncio
import sys
import time

import aiohttp
import uvloop

HEADERS = {
    "access_token": "t" * 80,
    "content-type": "application/json",
    "accept": "application/json",
}


async def post_all(url: str, body: bytes, count: int, side_by_side: int) -> None:
    """Every one posted, every answer read and looked at."""
    left = iter(range(count))

    async def work(session: aiohttp.ClientSession) -> None:
        for _number in left:
            async with session.post(url, data=body, headers=HEADERS) as reply:
                found = await reply.json()
                if reply.status != 200 or found["error"] != 0:
                    raise RuntimeError("the sink refused")

    connector = aiohttp.TCPConnector(limit=side_by_side)
    async with aiohttp.ClientSession(connector=connector) as session:
        await asyncio.gather(*(work(session) for _ in range(side_by_side)))


def main() -> None:
    url, count, side_by_side = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    body = sys.stdin.buffer.read()
    began, cpu = time.perf_counter(), time.process_time()
    uvloop.run(post_all(url, body, count, side_by_side))
    print(time.perf_counter() - began, time.process_time() - cpu, flush=True)


if __name__ == "__main__":
    main()
