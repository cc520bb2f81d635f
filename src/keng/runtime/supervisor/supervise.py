"""Start every child, start again what dies, recover the database, stop all in order."""

import asyncio
import datetime
import os
import signal
import time
import traceback
from asyncio.subprocess import DEVNULL, STDOUT, Process
from collections import Counter
from collections.abc import Coroutine
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from keng.kit import alive
from keng.kit.metrics_server import serve_metrics
from keng.runtime.errors import CannotContinue
from keng.runtime.parent_watch import ends_with_parent
from keng.runtime.postgres import Cluster
from keng.runtime.rewriting.record import rewrite_is_due
from keng.runtime.supervisor.activation import wait_until_ready
from keng.runtime.supervisor.children import Child
from keng.runtime.supervisor.logs import ProcessLogs, Voice, own_line
from keng.runtime.supervisor.ports import listening_address
from keng.runtime.supervisor.register import ProcessRegister, end_group
from keng.runtime.supervisor.service_manager import ServiceManager

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry

FIRST_PAUSE, LONGEST_PAUSE = 0.1, 10.0
LIVED_WELL = 10.0  # After so many seconds a death is news, not a habit.
READY_WITHIN = 90.0
# Of the register, whose disk may have been full, and of signs of life.
LOOKS_EVERY = 1.0
# An end of the server is noticed at once where the system tells it, else after so long.
LOOKS_FOR_SERVER_EVERY = 0.1
ROTATES_LOG_EVERY = 5.0
PAUSE_AFTER_FAULT = 1.0
REWRITES_FIRST_AFTER = 600.0
LOOKS_FOR_REWRITING_EVERY = 60.0
# What a dead child said last is read for so long; then somebody outside its group holds the pipe.
LAST_WORDS_WITHIN = 1.0


class Supervisor:
    """The parent of all processes of one data folder."""

    def __init__(
        self,
        data: Path,
        children: list[Child],
        cluster: Cluster | None,
        rewriting: Child | None = None,
    ) -> None:
        """`rewriting`: what is run at night on the cluster, and ends by itself."""
        self._data = data
        self._children = children
        self._cluster = cluster
        self._rewriting = rewriting
        self._register = ProcessRegister(data)
        self._logs = ProcessLogs(data / "logs")
        speaking = (*children, *([rewriting] if rewriting else []))
        self._voices = {
            child.name: self._logs.voice(child.name, at_terminal=child.at_terminal)
            for child in speaking
        }
        self._own = self._logs.voice("keng")
        self._running: dict[str, Process] = {}
        self._stop = asyncio.Event()
        self._signals = 0
        self._is_clean = True
        self._is_register_late = False
        self._sign = alive.Heartbeat("keng")
        self._service_manager = ServiceManager()
        self._starts: Counter[str] = Counter()

    async def run(self, announcement: str) -> int:
        """Until a signal asks to stop; the exit code is 0 when everything ended by itself.

        `announcement` is printed once everything answers, and stands in no log.
        """
        self._listen_to_signals()
        alive.forget_signs()
        alive.note_clock()
        serve_metrics("supervisor", self._metrics)
        keepers = [
            self._begin(f"what keeps {child.name} alive", self._keep(child))
            for child in reversed(self._children)
        ]
        if self._cluster is not None:
            keeping = self._keep_database(self._cluster)
            keepers.append(self._begin("what keeps the database alive", keeping))
        if self._rewriting is not None:
            rewriting = self._keep_files_rewritten(self._rewriting)
            keepers.append(self._begin("what has the database written anew", rewriting))
        keepers.append(self._begin("what keeps the register", self._keep_register()))
        try:
            if await self._are_ready():
                self._logs.announce(announcement)
                self._service_manager.is_ready()
                await self._stop.wait()
        finally:
            self._stop.set()
            self._service_manager.is_stopping()
            await self._stop_children()
            await asyncio.gather(*keepers, return_exceptions=True)
            await self._stop_database()
            with suppress(OSError):
                self._register.clear()
            alive.forget_signs()
            self._logs.announce("Everything stopped." if self._is_clean else "Stopped by force.")
            self._logs.close()
        return 0 if self._is_clean else 1

    def _metrics(self) -> "CollectorRegistry":
        # Only where the operator wants them: the library is a good part of this process.
        from keng.runtime.supervisor.start_metrics import starts_registry  # noqa: PLC0415

        return starts_registry(self._starts)

    def _listen_to_signals(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._asked_to_stop)
        # Whoever started us with nohup wants us to outlive the terminal.
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
            loop.add_signal_handler(signal.SIGHUP, self._asked_to_stop)

    def _asked_to_stop(self) -> None:
        """The first time gently; somebody who asks twice is in a hurry."""
        self._signals += 1
        self._stop.set()
        if self._signals > 1:
            for process in self._running.values():
                end_group(process.pid)

    def _begin(self, name: str, keeping: Coroutine[None, None, None]) -> "asyncio.Task[None]":
        """Without any one of the keepers nobody would notice a death: it ends all of us."""
        task = asyncio.create_task(keeping, name=name)
        task.add_done_callback(self._keeper_ended)
        return task

    def _keeper_ended(self, task: "asyncio.Task[None]") -> None:
        error = None if task.cancelled() else task.exception()
        if error is None and self._stop.is_set():
            return
        for part in traceback.format_exception(error) if error is not None else []:
            for line in part.splitlines():
                self._say(line)
        self._say(f"{task.get_name()} has ended; everything stops")
        self._is_clean = False
        self._stop.set()

    def _say(self, message: str, *, level: str = "WARNING") -> None:
        self._own.say(own_line(message, level=level))

    async def _keep(self, child: Child) -> None:
        """Run a child, again and again, with a growing pause when it dies young."""
        voice, pause = self._voices[child.name], FIRST_PAUSE
        while not self._stop.is_set():
            if child.listening is not None:
                await wait_until_ready(child.listening.fileno(), self._stop)
                if self._stop.is_set():
                    return
            began = time.monotonic()
            try:
                code = await self._run_once(child, voice)
                if code == 0 and child.listening is not None:
                    # Nobody asked for a while.
                    continue
                ended = f"ended with {code}"
            except Exception as error:  # noqa: BLE001 -- said below, and tried again
                # No memory, no descriptor, no process to be had: that may pass.
                ended = f"could not be run ({error!r})"
            if self._stop.is_set():
                return
            pause = FIRST_PAUSE if time.monotonic() - began > LIVED_WELL else pause
            when = "" if child.listening is None else " at the earliest, once it is asked"
            self._say(f"{child.name} {ended}; it starts again in {pause:.1f} s{when}")
            await self._wait(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    async def _run_once(self, child: Child, voice: Voice) -> int:
        # A pipe of our own: asyncio's would have us wait until the last grandchild has closed it.
        reading, writing = os.pipe()
        stream = asyncio.StreamReader()
        try:
            transport, _ = await asyncio.get_running_loop().connect_read_pipe(
                lambda: asyncio.StreamReaderProtocol(stream), os.fdopen(reading, "rb", buffering=0)
            )
            following = asyncio.create_task(voice.follow(stream))
            process = await asyncio.create_subprocess_exec(
                *child.command,
                env=child.environment,
                stdin=DEVNULL,
                stdout=writing,
                stderr=STDOUT,
                pass_fds=() if child.listening is None else (child.listening.fileno(),),
                # A group of its own: Ctrl-C reaches it through us alone, and it can be ended whole.
                start_new_session=True,
                # And if we are killed, nobody else would end it.
                preexec_fn=ends_with_parent(signal.SIGTERM),
            )
        finally:
            os.close(writing)
        try:
            self._running[child.name] = process
            self._starts[child.name] += 1
            self._register.add(child.name, process.pid, child.port, child.command)
            self._write_register()
            # From here on it is missed; one that dies again and again gives no sign and keeps none.
            alive.expect_signs(child.signs)
            if self._stop.is_set():
                # Asked while it began: nobody has told it yet.
                await self._stop_child(child)
            code = await process.wait()
        finally:
            # The leader is dead, or we can no longer watch it: its workers end with it.
            end_group(process.pid)
            if child.listening is not None:
                # Until it is asked again there is none.
                self._register.remove(child.name)
                self._write_register()
        with suppress(TimeoutError):
            await asyncio.wait_for(following, LAST_WORDS_WITHIN)
        transport.close()
        return code

    async def _keep_database(self, cluster: Cluster) -> None:
        """Start PostgreSQL again whenever it is gone; its clients reconnect by themselves."""
        while not self._stop.is_set():
            pause = LOOKS_FOR_SERVER_EVERY
            try:
                pid = cluster.pid
                if pid is None:
                    self._say("PostgreSQL is gone; it starts again")
                    await asyncio.to_thread(cluster.start)
                else:
                    self._register.add("postgres", pid, None, ())
                    self._write_register()
                    await asyncio.to_thread(cluster.rotate_log)
                    if await self._wait_for_its_end(pid, ROTATES_LOG_EVERY):
                        continue
            except CannotContinue as error:
                self._say(str(error))
            except Exception as error:  # noqa: BLE001 -- said, and tried again
                self._say(f"PostgreSQL could not be started ({error!r})")
                pause = PAUSE_AFTER_FAULT
            await self._wait(pause)

    async def _wait_for_its_end(self, pid: int, seconds: float) -> bool:
        """For so long at most; no at once where the system does not tell us of an end."""
        try:
            process = os.pidfd_open(pid)
        except (AttributeError, OSError):
            return False
        try:
            await wait_until_ready(process, self._stop, seconds)
        finally:
            os.close(process)
        return True

    async def _keep_files_rewritten(self, child: Child) -> None:
        """At the hours of its own record; a start has some minutes of peace first."""
        await self._wait(REWRITES_FIRST_AFTER)
        while not self._stop.is_set():
            try:
                if rewrite_is_due(datetime.datetime.now(datetime.UTC), self._data):
                    await self._run_once(child, self._voices[child.name])
            except Exception as error:  # noqa: BLE001 -- said, and tried again
                self._say(f"The database's files could not be written anew ({error!r})")
            await self._wait(LOOKS_FOR_REWRITING_EVERY)

    async def _keep_register(self) -> None:
        """A disk that was full may have room again."""
        while not self._stop.is_set():
            self._write_register()
            self._sign.beat()
            self._service_manager.is_alive()
            await self._wait(LOOKS_EVERY)

    def _write_register(self) -> None:
        try:
            self._register.write()
            self._is_register_late = False
        except OSError as error:
            if not self._is_register_late:
                self._say(f"run/processes.json cannot be written now ({error!r})")
            self._is_register_late = True

    async def _wait(self, seconds: float) -> None:
        """Until then, or until somebody asks to stop."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stop.wait(), seconds)

    async def _are_ready(self) -> bool:
        """Wait until every port answers; False when asked to stop first."""
        deadline = time.monotonic() + READY_WITHIN
        waiting = {child.name: child.port for child in self._children if child.port}
        while waiting and not self._stop.is_set():
            if time.monotonic() > deadline:
                self._say(f"Not ready after {READY_WITHIN:.0f} s: {', '.join(waiting)}")
                self._is_clean = False
                return False
            waiting = {n: port for n, port in waiting.items() if not await _answers(port)}
            await asyncio.sleep(0.05)
        return not self._stop.is_set()

    async def _stop_children(self) -> None:
        """First what takes in, last what sends, so that nothing arrives at a closed door."""
        for child in (*self._children, *([self._rewriting] if self._rewriting else [])):
            await self._stop_child(child)

    async def _stop_child(self, child: Child) -> None:
        process = self._running.get(child.name)
        if process is None or process.returncode is not None:
            return
        with suppress(ProcessLookupError):
            process.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(process.wait(), child.stops_within)
        except TimeoutError:
            self._say(f"{child.name} did not stop within {child.stops_within:.0f} s")
            self._is_clean = False
            end_group(process.pid)

    async def _stop_database(self) -> None:
        if self._cluster is None:
            return
        try:
            await asyncio.to_thread(self._cluster.stop)
        except CannotContinue as error:
            self._say(str(error))
            self._is_clean = False


async def _answers(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection(listening_address(), port)
    except OSError:
        return False
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()
    return True
