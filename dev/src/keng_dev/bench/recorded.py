"""The honest ceiling of sending: aiohttp, side by side, and one recorded row for each message.

    python -m keng_dev.bench.recorded URL COUNT SIDE_BY_SIDE DSN < BODY

Nothing is leased and nothing comes back after a crash. Rows are written as they come, a few
milliseconds' worth in one durable commit. Prints seconds and CPU seconds, once all are on record.
"""

import asyncio
import sys
import time

import aiohttp
import psycopg
import uvloop

from keng_dev.bench.bare import HEADERS

MAKE_TABLE = (
    "CREATE TABLE IF NOT EXISTS bench_recorded (id bigint PRIMARY KEY, provider_id text NOT NULL, "
    "outcome text NOT NULL, at timestamptz NOT NULL DEFAULT now())"
)
_RECORD = (
    "INSERT INTO bench_recorded (id, provider_id, outcome) "
    "SELECT id, provider_id, 'sent' FROM unnest(%s::bigint[], %s::text[]) AS t (id, provider_id)"
)
_BATCH_SECONDS = 0.004


class RecordedClient:
    """Every one posted, every answer read, looked at and recorded."""

    def __init__(self, url: str, body: bytes, count: int) -> None:
        self._url, self._body, self._count = url, body, count
        self._left = iter(range(count))
        self._sent: list[tuple[int, str]] = []
        self._recorded = 0

    async def run(self, dsn: str, side_by_side: int) -> None:
        connector = aiohttp.TCPConnector(limit=side_by_side)
        async with (
            aiohttp.ClientSession(connector=connector) as session,
            await psycopg.AsyncConnection.connect(dsn, autocommit=True) as connection,
        ):
            await connection.execute("TRUNCATE bench_recorded")
            await asyncio.gather(
                self._record(connection), *(self._post(session) for _ in range(side_by_side))
            )

    async def _post(self, session: aiohttp.ClientSession) -> None:
        for number in self._left:
            async with session.post(self._url, data=self._body, headers=HEADERS) as reply:
                found = await reply.json()
                if reply.status != 200 or found["error"] != 0:
                    raise RuntimeError("the sink refused")
                self._sent.append((number, found["data"]["message_id"]))

    async def _record(self, connection: psycopg.AsyncConnection) -> None:
        while self._recorded < self._count:
            await asyncio.sleep(_BATCH_SECONDS)
            sent, self._sent = self._sent, []
            if sent:
                await connection.execute(_RECORD, tuple(map(list, zip(*sent, strict=True))))
                self._recorded += len(sent)


def main() -> None:
    url, count, side_by_side, dsn = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
    client = RecordedClient(url, sys.stdin.buffer.read(), count)
    began, cpu = time.perf_counter(), time.process_time()
    uvloop.run(client.run(dsn, side_by_side))
    print(time.perf_counter() - began, time.process_time() - cpu, flush=True)


if __name__ == "__main__":
    main()
