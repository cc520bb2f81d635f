"""An event loop whose clock stands still while anything runs, and whose processes can be killed.

A process here is all the tasks that began inside of `VirtualLoop.begin_process`. Killing one runs
nothing more of it: no `finally`, no answer that was on its way.
"""

import asyncio
import contextlib
import contextvars
import heapq
import itertools
import types
from collections import deque
from collections.abc import Callable, Coroutine, Iterator
from datetime import UTC, datetime
from unittest.mock import patch

import greenlet

from keng.delivery.sender import loop as sender_loop
from keng.delivery.sender import tokens
from keng.kit import times

_process: contextvars.ContextVar["Process | None"] = contextvars.ContextVar("process", default=None)


def current_process() -> "Process | None":
    """Whose code runs now."""
    return _process.get()


class Process:
    """What belongs to one process, until it is killed."""

    def __init__(self) -> None:
        self.is_dead = False
        self.steps = 0
        self.tasks: set[asyncio.Task] = set()
        self.threads: set[greenlet.greenlet] = set()


class VirtualLoop(asyncio.AbstractEventLoop):
    """As much of an event loop as the sender uses, and no more."""

    def __init__(self, now: float) -> None:
        self._now = now
        self._ready: deque[asyncio.Handle] = deque()
        self._timers: list[tuple[float, int, asyncio.TimerHandle]] = []
        self._order = itertools.count()
        self.failures: list[BaseException] = []

    # -- what asyncio asks of a loop

    def time(self) -> float:
        return self._now

    def get_debug(self) -> bool:
        return False

    def call_soon(self, callback, *args, context=None):
        handle = asyncio.Handle(callback, args, self, context)
        self._ready.append(handle)
        return handle

    def call_later(self, delay, callback, *args, context=None):
        return self.call_at(self._now + delay, callback, *args, context=context)

    def call_at(self, when, callback, *args, context=None):
        handle = asyncio.TimerHandle(when, callback, args, self, context)
        heapq.heappush(self._timers, (when, next(self._order), handle))
        return handle

    def _timer_handle_cancelled(self, handle):
        """It is passed over when its time comes."""

    def create_future(self):
        return asyncio.Future(loop=self)

    def create_task(self, coro, *, name=None, context=None):
        task = asyncio.Task(coro, loop=self, name=name)
        if process := _process.get():
            process.tasks.add(task)
            task.add_done_callback(process.tasks.discard)
        return task

    def run_in_executor(self, executor, func, *args):
        """A thread is a greenlet here: it runs on until it waits for something of this loop."""
        future = self.create_future()
        process = _process.get()

        def run() -> None:
            try:
                result = func(*args)
            except greenlet.GreenletExit:
                return
            except BaseException as error:  # noqa: BLE001 -- told to whoever waits
                future.cancelled() or future.set_exception(error)
            else:
                future.cancelled() or future.set_result(result)
            finally:
                process.threads.discard(thread)

        thread = greenlet.greenlet(run)
        thread.gr_context = contextvars.copy_context()
        process.threads.add(thread)
        self.call_soon(thread.switch)
        return future

    def call_exception_handler(self, context):
        """Whoever is killed leaves errors behind that nobody reads."""

    # -- processes

    def begin_process(self, main: Callable[[], Coroutine]) -> Process:
        process = Process()
        context = contextvars.copy_context()
        context.run(_process.set, process)
        task = context.run(self.create_task, main())
        task.add_done_callback(self._note_end)
        return process

    def _note_end(self, task: asyncio.Task) -> None:
        """No process here ends by itself."""
        self.failures.append(task.exception() or RuntimeError("a sender has ended"))

    def kill(self, process: Process) -> None:
        process.is_dead = True
        for thread in list(process.threads):
            thread.throw()
        for task in list(process.tasks):
            task._log_destroy_pending = False
            # What its end would do, nobody sees any more.
            with contextlib.suppress(BaseException):
                task.get_coro().close()
        process.tasks.clear()

    # -- running

    def step(self) -> Process | None:
        """Run the next thing that is due; whose it was."""
        if not self._ready:
            self._advance()
        handle = self._ready.popleft()
        if handle._cancelled:
            return None
        process = handle._context.get(_process)
        if process is not None:
            if process.is_dead:
                return None
            process.steps += 1
        handle._run()
        return process

    def _advance(self) -> None:
        when, _order, handle = heapq.heappop(self._timers)
        self._now = max(self._now, when)
        self._ready.append(handle)

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        """This loop and its clock are those of everything inside."""
        clock = types.SimpleNamespace(monotonic=self.time, sleep=self._sleep_in_thread)
        before = asyncio._get_running_loop()
        asyncio._set_running_loop(self)
        try:
            with (
                patch.object(times, "now", lambda: datetime.fromtimestamp(self._now, UTC)),
                patch.object(sender_loop, "time", clock),
                patch.object(tokens, "time", clock),
            ):
                yield
        finally:
            asyncio._set_running_loop(before)

    def _sleep_in_thread(self, seconds: float) -> None:
        self.call_later(seconds, greenlet.getcurrent().switch)
        _wait_in_thread()

    def wait_from_thread(self, coroutine: Coroutine):
        """What the coroutine gives, for a thread that has nothing else to do."""
        thread = greenlet.getcurrent()
        task = self.create_task(coroutine)
        task.add_done_callback(lambda _task: thread.switch())
        _wait_in_thread()
        return task.result()


def _wait_in_thread() -> None:
    greenlet.getcurrent().parent.switch()
