"""600 open desks that are told of changes by streams, beside the same that ask by the clock."""

import asyncio
import contextlib
import random
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from hashlib import sha256
from statistics import median
from typing import Any

import psycopg

from keng.kit.database import dsn
from keng.runtime.supervisor.ports import listening_address
from keng_dev.bench.desk import make_desk, session_key_of, write_tips
from keng_dev.bench.figures import Figure, Target, alternate
from keng_dev.bench.processes import cpu_seconds, family
from keng_dev.bench.scratch import Bench
from keng_dev.bench.web_process import free_port, running_web_process

DESKS = 600
# As many as share a unit: whatever happens there, all of them are told.
DESKS_OF_UNIT = 10
TIPS_A_MINUTE = 5
SECONDS = 36.0
# How a page asks without a stream, and beside one (changes.js).
ALARM_EVERY, NEWS_EVERY, BESIDE_STREAM_EVERY = 5.0, 20.0, 300.0
ASKS_WITHIN = 0.3
OPENED_WITHIN = 20.0
# Asked one after the other to learn what one costs: the kernel's clock ticks at 10 ms.
ASKED = 300
WRITERS = 50
WRITING_SECONDS = 4.0
_ALARM = "/alarm/"
_WRITE = "UPDATE tips_tip SET money_moved = NOT money_moved WHERE id = %s"


def measure(bench: Bench) -> list[Figure]:
    """CPU of the desk's process in percent of one core; what an alarm and a commit take."""
    officers = _make_desks()
    bench.make_unit_keys()
    for officer in officers[::DESKS_OF_UNIT]:
        write_tips(officer, 1)
    cookies = [session_key_of(officer) for officer in officers]
    port = free_port()
    with _running_lookout(bench), running_web_process(bench, "desk", port) as process:
        desks = _Desks(port, cookies)
        measured = partial(_desk_cpu, process)
        found = alternate(
            bench.rounds,
            {
                "streams": lambda: asyncio.run(desks.with_streams(measured)),
                "clock": lambda: asyncio.run(desks.by_the_clock(measured)),
            },
        )
    writing = _writing(bench)
    return [
        Figure(
            "open_desks_percent",
            f"desk with {DESKS} open pages told by streams, {TIPS_A_MINUTE} alarms a minute",
            "% of a core",
            found["streams"],
            found["clock"],
            "the same that ask by the clock: requests a second × CPU of each",
            Target("≤", 10),
        ),
        Figure(
            "alarm_on_a_desk_ms",
            "from the commit of an alarm to the bar on an open desk",
            "ms",
            [median(desks.seconds_to_bar) * 1000],
            [ALARM_EVERY / 2 * 1000],
            "asked by the clock, on the average",
            Target("≤", 1000),
        ),
        Figure(
            "commits_beside_lookout",
            f"commits a second of {WRITERS} writers while somebody looks for changes",
            "1/s",
            writing["lookout"],
            writing["alone"],
            "the same writers alone",
            Target("≥", 0.9, of="ratio"),
        ),
        Figure(
            "commits_with_notify",
            f"commits a second of {WRITERS} writers that each notify by themselves",
            "1/s",
            writing["notify"],
            writing["alone"],
            "the same writers alone",
        ),
    ]


def _make_desks() -> list[Any]:
    from keng.accounts.models import Officer, Post  # noqa: PLC0415 -- needs the settings
    from keng.kit import times  # noqa: PLC0415

    found = []
    for unit in range(DESKS // DESKS_OF_UNIT):
        first = make_desk(f"Streams{unit}")
        found.append(first)
        for number in range(1, DESKS_OF_UNIT):
            officer = Officer(username=f"bench-streams-{unit}-{number}", name=f"{unit}/{number}")
            officer.set_unusable_password()
            officer.save()
            (unit_id,) = first.own_unit_ids
            day = times.local_date(times.now())
            Post.objects.create(
                officer=officer, unit_id=unit_id, role=Post.Role.DUTY, valid_from=day
            )
            found.append(officer)
    return found


@contextmanager
def _running_lookout(bench: Bench) -> Iterator[None]:
    """The worker's class that looks for changes, as a process of its own."""
    command = [sys.executable, "-m", "keng.cli", "worker", "--class=alarm"]
    variables = bench.environment("worker") | {"DJANGO_SETTINGS_MODULE": "keng.site.settings"}
    with subprocess.Popen(command, env=variables) as process:
        try:
            yield
        finally:
            process.terminate()
            process.wait(30)


def _desk_cpu(process: "subprocess.Popen[bytes]") -> float:
    return cpu_seconds(family(process.pid))


def _news(now: float) -> str:
    return f"/tips/news/?at={now:.3f}&known=&folder=open"


class _Desks:
    """Browsers with the desk open: each listens and asks as the page's script does."""

    def __init__(self, port: int, cookies: list[str]) -> None:
        self._port = port
        self._cookies = cookies
        # Since when, and what stood in the bar before: only another bar counts.
        self._rings_since: dict[int, tuple[float, bytes]] = {}
        self._bars: dict[int, bytes] = {}
        self.seconds_to_bar: list[float] = []

    async def with_streams(self, cpu: Callable[[], float]) -> float:
        """Percent of a core, while tips begin to ring and are taken."""
        listening = [asyncio.create_task(self._listen(n)) for n in range(len(self._cookies))]
        asking = [asyncio.create_task(self._ask_seldom(n)) for n in range(len(self._cookies))]
        # Until all are open, and have looked for the first time.
        await asyncio.sleep(OPENED_WITHIN + 10)
        before, began = cpu(), time.monotonic()
        until = began + SECONDS
        while time.monotonic() < until:
            await self._ring()
            await asyncio.sleep(60 / TIPS_A_MINUTE)
        spent, lasted = cpu() - before, time.monotonic() - began
        lost = sum(task.done() for task in listening)
        for task in (*listening, *asking):
            task.cancel()
        await asyncio.gather(*listening, *asking, return_exceptions=True)
        if lost:
            raise RuntimeError(f"{lost} streams ended")
        return spent / lasted * 100

    async def by_the_clock(self, cpu: Callable[[], float]) -> float:
        """Percent of a core: CPU of each request, as often as so many pages would send it."""
        of_each = {}
        for name, address in (("alarm", _ALARM), ("news", _news(time.time()))):
            before = cpu()
            for n in range(ASKED):
                await self._get(n % len(self._cookies), address)
            of_each[name] = (cpu() - before) / ASKED
        asked = of_each["alarm"] / ALARM_EVERY + of_each["news"] / NEWS_EVERY
        return asked * len(self._cookies) * 100

    async def _ring(self) -> None:
        unit = random.randrange(len(self._cookies) // DESKS_OF_UNIT)  # noqa: S311 -- no secret
        desks = range(unit * DESKS_OF_UNIT, (unit + 1) * DESKS_OF_UNIT)
        before = {n: self._bars.get(n, b"") for n in desks}
        began_at = await asyncio.to_thread(_begin_to_ring, unit)
        for n in desks:
            self._rings_since[n] = began_at, before[n]

    async def _listen(self, n: int) -> None:
        await asyncio.sleep(random.random() * OPENED_WITHIN)  # noqa: S311 -- no secret
        reader, writer = await self._open(n, "/changes/")
        try:
            while line := await reader.readline():
                kind = line.decode().strip().removeprefix("event: ")
                if kind in {"alarm", "tips"}:
                    await asyncio.sleep(random.random() * ASKS_WITHIN)  # noqa: S311 -- no secret
                    await self._look(n, kind)
        finally:
            writer.close()

    async def _look(self, n: int, kind: str) -> None:
        address = _ALARM if kind == "alarm" else _news(time.time())
        page = await self._get(n, address)
        if kind != "alarm":
            return
        self._bars[n] = _digest(page)
        since, before = self._rings_since.get(n, (0.0, self._bars[n]))
        if b"data-alarm" in page and self._bars[n] != before:
            self.seconds_to_bar.append(time.time() - since)
            del self._rings_since[n]

    async def _ask_seldom(self, n: int) -> None:
        await asyncio.sleep(OPENED_WITHIN + random.random() * BESIDE_STREAM_EVERY)  # noqa: S311 -- no secret
        while True:
            await self._look(n, "alarm")
            await self._look(n, "tips")
            await asyncio.sleep(BESIDE_STREAM_EVERY)

    async def _get(self, n: int, path: str) -> bytes:
        reader, writer = await self._open(n, path)
        try:
            return await reader.read()
        finally:
            writer.close()

    async def _open(self, n: int, path: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        from django.conf import settings  # noqa: PLC0415 -- needs the settings

        reader, writer = await asyncio.open_connection(listening_address(), self._port)
        cookie = f"{settings.SESSION_COOKIE_NAME}={self._cookies[n]}"
        connection = "" if path == "/changes/" else "Connection: close\r\n"
        writer.write(
            f"GET {path} HTTP/1.1\r\nHost: localhost\r\nHX-Request: true\r\n{connection}"
            f"Cookie: {cookie}\r\n\r\n".encode()
        )
        await writer.drain()
        status = await reader.readline()
        if b" 200 " not in status and b" 204 " not in status:
            raise RuntimeError(f"the desk answered {status!r} to {path}")
        return reader, writer


def _digest(page: bytes) -> bytes:
    """Of a bar, without what differs each time that it is asked for."""
    return sha256(re.sub(rb'value="[^"]*"', b"", page.partition(b"\r\n\r\n")[2])).digest()


def _begin_to_ring(unit: int) -> float:
    """Its tip rings, or rings for something else: the bar of each of its desks changes."""
    from django.db import connection  # noqa: PLC0415 -- needs the settings

    with contextlib.closing(connection), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE tips_tip SET urgency = 'P0', money_moved = NOT money_moved "
            "WHERE responsible_unit_id = (SELECT id FROM places_unit WHERE name = %s)",
            [f"Bench Streams{unit}"],
        )
    return time.time()


def _writing(bench: Bench) -> dict[str, list[float]]:
    """Commits a second: alone, beside the lookout, and where each notifies."""

    def beside_lookout() -> float:
        with _running_lookout(bench):
            time.sleep(4)
            return _commits_a_second(notifies=False)

    return alternate(
        bench.rounds,
        {
            "alone": lambda: _commits_a_second(notifies=False),
            "lookout": beside_lookout,
            "notify": lambda: _commits_a_second(notifies=True),
        },
    )


def _commits_a_second(*, notifies: bool) -> float:
    from keng.tips.models import Tip  # noqa: PLC0415 -- needs the settings

    tips = list(Tip.objects.order_by("id").values_list("id", flat=True)[:WRITERS])
    counts = [0] * len(tips)
    until = time.monotonic() + WRITING_SECONDS

    def write(n: int) -> None:
        with psycopg.connect(dsn("owner"), autocommit=True) as writer:
            while time.monotonic() < until:
                with writer.transaction():
                    writer.execute(_WRITE, [tips[n]])
                    if notifies:
                        writer.execute("SELECT pg_notify('keng_bench', %s)", [str(n)])
                counts[n] += 1

    threads = [threading.Thread(target=write, args=(n,)) for n in range(len(tips))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / WRITING_SECONDS
