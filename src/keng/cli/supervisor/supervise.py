"""Start every child, start again what dies, recover the database, stop all in order."""

import asyncio
import signal
import time
from asyncio.subprocess import DEVNULL, PIPE, STDOUT, Process
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from keng.cli.errors import CannotContinue
from keng.cli.leash import ends_with_parent
from keng.cli.postgres import Cluster
from keng.cli.supervisor.children import Child
from keng.cli.supervisor.logs import Log
from keng.cli.supervisor.ports import address
from keng.cli.supervisor.register import Register, end_group

FIRST_PAUSE, LONGEST_PAUSE = 0.1, 10.0
LIVED_WELL = 10.0  # After so many seconds a death is news, not a habit.
READY_WITHIN = 90.0


class Supervisor:
    """The parent of all processes of one data folder."""

    def __init__(self, data: Path, children: list[Child], cluster: Cluster | None) -> None:
        self._children = children
        self._cluster = cluster
        self._register = Register(data)
        self._logs = {c.name: Log(data / "logs", c.name) for c in children}
        self._own = Log(data / "logs", "keng")
        self._running: dict[str, Process] = {}
        self._stop = asyncio.Event()
        self._signals = 0
        self._is_clean = True

    async def run(self, when_ready: Callable[[], None]) -> int:
        """Until a signal asks to stop; the exit code is 0 when everything ended by itself."""
        self._listen_to_signals()
        keepers = [asyncio.create_task(self._keep(child)) for child in reversed(self._children)]
        database = asyncio.create_task(self._keep_database())
        try:
            if await self._are_ready():
                when_ready()
                await self._stop.wait()
        finally:
            self._stop.set()
            await self._stop_children()
            await asyncio.gather(*keepers)
            await database
            if self._cluster is not None:
                await asyncio.to_thread(self._cluster.stop)
            self._register.clear()
            print("Everything stopped." if self._is_clean else "Stopped by force.", flush=True)
            for log in (*self._logs.values(), self._own):
                log.close()
        return 0 if self._is_clean else 1

    def _listen_to_signals(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self._asked_to_stop)

    def _asked_to_stop(self) -> None:
        """The first time gently; somebody who asks twice is in a hurry."""
        self._signals += 1
        self._stop.set()
        if self._signals > 1:
            for process in self._running.values():
                end_group(process.pid)

    async def _keep(self, child: Child) -> None:
        """Run a child, again and again, with a growing pause when it dies young."""
        log, pause = self._logs[child.name], FIRST_PAUSE
        while not self._stop.is_set():
            began = time.monotonic()
            code = await self._run_once(child, log)
            if self._stop.is_set():
                return
            pause = FIRST_PAUSE if time.monotonic() - began > LIVED_WELL else pause
            self._own.say(f"{child.name} ended with {code}; it starts again in {pause:.1f} s")
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    async def _run_once(self, child: Child, log: Log) -> int:
        process = await asyncio.create_subprocess_exec(
            *child.command,
            env=child.environment,
            stdin=DEVNULL,
            stdout=PIPE,
            stderr=STDOUT,
            # A group of its own: Ctrl-C reaches it through us alone, and it can be ended whole.
            start_new_session=True,
            # And if we are killed, nobody else would end it.
            preexec_fn=ends_with_parent(signal.SIGTERM),
        )
        self._running[child.name] = process
        self._register.add(child.name, process.pid, child.port, child.command)
        assert process.stdout is not None  # noqa: S101 -- asked for a pipe above
        following = asyncio.create_task(log.follow(process.stdout))
        code = await process.wait()
        end_group(process.pid)
        await following
        return code

    async def _keep_database(self) -> None:
        """Start PostgreSQL again whenever it is gone; its clients reconnect by themselves."""
        while self._cluster is not None and not self._stop.is_set():
            pid = self._cluster.pid
            if pid is None:
                self._own.say("PostgreSQL is gone; it starts again")
                try:
                    await asyncio.to_thread(self._cluster.start)
                except CannotContinue as error:
                    self._own.say(str(error))
            else:
                self._register.add("postgres", pid, None, ())
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), 0.1)

    async def _are_ready(self) -> bool:
        """Wait until every port answers; False when asked to stop first."""
        deadline = time.monotonic() + READY_WITHIN
        waiting = {child.name: child.port for child in self._children if child.port}
        while waiting and not self._stop.is_set():
            if time.monotonic() > deadline:
                self._own.say(f"Not ready after {READY_WITHIN:.0f} s: {', '.join(waiting)}")
                self._is_clean = False
                return False
            waiting = {n: port for n, port in waiting.items() if not await _answers(port)}
            await asyncio.sleep(0.05)
        return not self._stop.is_set()

    async def _stop_children(self) -> None:
        """First what takes in, last what sends, so that nothing arrives at a closed door."""
        for child in self._children:
            process = self._running.get(child.name)
            if process is None or process.returncode is not None:
                continue
            with suppress(ProcessLookupError):
                process.send_signal(signal.SIGTERM)
            try:
                await asyncio.wait_for(process.wait(), child.stops_within)
            except TimeoutError:
                self._own.say(f"{child.name} did not stop within {child.stops_within:.0f} s")
                self._is_clean = False
                end_group(process.pid)


async def _answers(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection(address(), port)
    except OSError:
        return False
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()
    return True
