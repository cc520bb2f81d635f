"""keng worker: suggestions, clocks, retention, rollups; whatever the areas list as their tasks."""

import argparse
import contextlib
import importlib
import importlib.util
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import TYPE_CHECKING, Any

import psycopg

from keng.acts.errors import TryAgain
from keng.kit import alive, metrics
from keng.kit.busy import is_away_error, is_busy_error
from keng.kit.database import TimeLimits, data_folder, dsn
from keng.kit.logs import DATABASE_AWAY
from keng.kit.metrics_server import metrics_port, serve_metrics
from keng.kit.worker_tasks import WORK_CHANNEL, TaskPace, WorkerTask
from keng.runtime.environment import is_told_its_process, start_django
from keng.runtime.unprivileged import become_unprivileged

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry

log = logging.getLogger(__name__)
# How long to wait for a wake-up before looking at the clock and at the signal to stop.
LONGEST_WAIT = 0.5
PAUSE_AFTER_ERROR = 5.0
PAUSE_AFTER_LIMIT = 1.0
# So long a portion may still take once somebody asks to stop; killed after it, it is done again.
ENDS_WITHIN = 15.0

# An alarm's portion is small, and a slow task reads whole tables: no statement holds either up.
_LIMITS = {
    TaskPace.ALARM: TimeLimits(statement=15, lock=3, idle=30),
    TaskPace.NORMAL: TimeLimits(statement=60, lock=5, idle=60),
    TaskPace.SLOW: TimeLimits(statement=120, lock=10, idle=120),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--once", action="store_true", help="do what is due now, then end")


def run(arguments: argparse.Namespace) -> int:
    if not is_told_its_process():
        # What it needs of the supervisor, the process itself does without.
        from keng.runtime.alone import become_process  # noqa: PLC0415

        become_process("worker", None, *(["--once"] if arguments.once else []))
    become_unprivileged("worker")
    start_django("worker")
    # Told to nobody else: see vault.opening.
    os.environ["KENG_WORKER_KEYS"] = str(data_folder() / "keys" / "worker")
    tasks = all_tasks()
    if arguments.once:
        Worker(tasks).finish_what_is_due()
        return 0
    stop = threading.Event()

    def ask_to_stop(number: int, frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, ask_to_stop)
    signal.signal(signal.SIGINT, ask_to_stop)
    serve_metrics("worker", _registry)
    work_until_stopped(tasks, stop)
    return 0


def _registry() -> "CollectorRegistry":
    from keng.runtime.database_metrics import DATABASE_FIGURES  # noqa: PLC0415 -- needs the settings

    metrics.REGISTRY.register(DATABASE_FIGURES)
    return metrics.REGISTRY


def work_until_stopped(tasks: list[WorkerTask], stop: threading.Event) -> None:
    """Until somebody asks to stop: calls for help here, everything else in threads beside them."""
    alive.forget_worker_signs()
    calls, *others = _workers(tasks)
    beside = [
        threading.Thread(target=_run_to_the_end, args=(worker, stop), name=name, daemon=True)
        for name, worker in others
    ]
    for thread in beside:
        thread.start()
    try:
        _run_to_the_end(calls[1], stop)
    finally:
        stop.set()
        until = time.monotonic() + ENDS_WITHIN
        for thread in beside:
            thread.join(max(until - time.monotonic(), 0))
        if sys.exc_info()[0] is None:
            calls[1].end_sign()
            alive.forget_worker_signs()


def _run_to_the_end(worker: "Worker", stop: threading.Event) -> None:
    from django.db import connections  # noqa: PLC0415 -- needs the settings

    try:
        worker.run(stop, worker.bell.wait)
    finally:
        worker.bell.hang_up()
        connections.close_all()


def _workers(tasks: list[WorkerTask]) -> list[tuple[str, "Worker"]]:
    """One for each pace, the alarms' first; and one for every slow task."""
    named = [
        (str(pace), pace, [task for task in tasks if task.pace == pace])
        for pace in (TaskPace.ALARM, TaskPace.NORMAL)
    ]
    named += [(task.name, TaskPace.SLOW, [task]) for task in tasks if task.pace == TaskPace.SLOW]
    return [
        (name, Worker(own, _Bell(name, own), _LIMITS[pace], _sign_of(name, pace)))
        for name, pace, own in named
    ]


def _sign_of(name: str, pace: TaskPace) -> alive.Heartbeat:
    """The alarms' lane speaks for the process: nothing it does may take long."""
    return alive.Heartbeat(
        "worker" if pace == TaskPace.ALARM else f"worker.{name.replace(' ', '-')}"
    )


def all_tasks() -> list[WorkerTask]:
    """Those of every installed area that has a tasks module, and the list that needs them all."""
    from django.apps import apps  # noqa: PLC0415 -- needs the settings

    from keng.runtime.backup.destroyed import LIST_DESTROYED  # noqa: PLC0415
    from keng.runtime.epoch_ends import END_EPOCHS  # noqa: PLC0415

    found: list[WorkerTask] = [LIST_DESTROYED, END_EPOCHS]
    if metrics_port("worker") is not None:
        from keng.runtime.database_metrics import MEASURE_DATABASE  # noqa: PLC0415 -- as above

        found.append(MEASURE_DATABASE)
    for app in apps.get_app_configs():
        if app.name.startswith("keng.") and importlib.util.find_spec(f"{app.name}.tasks"):
            found += importlib.import_module(f"{app.name}.tasks").TASKS
    return found


class Worker:
    """Does due tasks one after another; holds nothing that a kill could lose."""

    def __init__(
        self,
        tasks: list[WorkerTask],
        bell: "_Bell | None" = None,
        limits: TimeLimits | None = None,
        sign: alive.Heartbeat | None = None,
    ) -> None:
        """With `sign` others see that it works, and when each task last came through."""
        self._due = dict.fromkeys(tasks, 0.0)
        self._sign = sign
        self._done = {task: _beat_of(task) for task in tasks} if sign is not None else {}
        for done in self._done.values():
            done.beat()
        self.bell = bell or _Bell("", tasks)
        self._limits = limits
        # The connection that has been told the limits.
        self._limited: Any = None

    def run(self, stop: threading.Event, wait: Callable[[float], bool]) -> None:
        """Until `stop`; `wait` sleeps so many seconds at most and says whether it was woken."""
        while not stop.is_set():
            self._beat()
            if not self.do_what_is_due(stop) and not stop.is_set() and wait(self._next_due_in()):
                self._wake()

    def finish_what_is_due(self) -> None:
        while self.do_what_is_due(threading.Event()):
            pass

    def do_what_is_due(self, stop: threading.Event) -> int:
        """One portion of each due task; how many rows were done."""
        done = 0
        for task in [task for task, due in self._due.items() if due <= time.monotonic()]:
            if stop.is_set():
                break
            self._beat()
            done += self._do(task)
        return done

    def _beat(self) -> None:
        if self._sign is not None:
            self._sign.beat()

    def end_sign(self) -> None:
        """At an end in order nobody is missed."""
        if self._sign is not None:
            self._sign.end()

    def _next_due_in(self) -> float:
        left = min(self._due.values(), default=0.0) - time.monotonic()
        return min(max(left, 0.01), LONGEST_WAIT)

    def _wake(self) -> None:
        for task in self._due:
            # One that has just failed keeps its pause.
            if task.is_woken and self._due[task] - time.monotonic() <= task.every.total_seconds():
                self._due[task] = 0.0

    def _do(self, task: WorkerTask) -> int:
        from django.db import close_old_connections  # noqa: PLC0415

        close_old_connections()
        pause = task.every.total_seconds()
        try:
            self._limit_time()
            done = task.run()
            metrics.task_portions.labels(str(task.pace)).inc()
            if task in self._done:
                self._done[task].beat()
        except Exception as error:  # noqa: BLE001 -- one area's must not stop the others' clocks
            done, pause = 0, _pause_after(error, task)
        self._due[task] = time.monotonic() + (0 if done else pause)
        return done

    def _limit_time(self) -> None:
        from django.db import connection  # noqa: PLC0415

        if self._limits is None:
            return
        connection.ensure_connection()
        if connection.connection is not self._limited:
            with connection.cursor() as cursor:
                for name, value in self._limits.settings().items():
                    cursor.execute("SELECT set_config(%s, %s, false)", [name, value])
            self._limited = connection.connection


def _pause_after(error: Exception, task: WorkerTask) -> float:
    """Log what stopped it, and say after how long it has its next turn."""
    from django.db import OperationalError  # noqa: PLC0415

    pause = task.every.total_seconds()
    if is_busy_error(error):
        # Somebody holds what it needs, or it took too long: the others have their turn.
        log.warning("The task %s was stopped by a limit of time.", task.name)
        metrics.database_errors.labels("worker", "busy").inc()
        return max(pause, PAUSE_AFTER_LIMIT)
    if is_away_error(error) or isinstance(error, OperationalError | TryAgain):
        # The database restarts; nothing is lost, since what was not committed is done again.
        log.warning("The task %s waits for the database.", task.name, extra=DATABASE_AWAY)
        metrics.database_errors.labels("worker", "away").inc()
        return 1.0
    # The message holds no row's content.
    log.error("The task %s failed.", task.name, exc_info=error)
    metrics.task_failures.labels(str(task.pace)).inc()
    return max(pause, PAUSE_AFTER_ERROR)


def _beat_of(task: WorkerTask) -> alive.Heartbeat:
    return alive.task_heartbeat(task.name, pace=str(task.pace), every=task.every.total_seconds())


class _Bell:
    """A connection that hears when work was committed; without one, only the clock wakes.

    For tasks that nobody wakes there is none.
    """

    def __init__(self, name: str, tasks: list[WorkerTask]) -> None:
        self._name = f"keng worker {name}"[:63]
        self._is_heard = any(task.is_woken for task in tasks)
        self._connection: psycopg.Connection[Any] | None = None

    def wait(self, seconds: float) -> bool:
        if not self._is_heard:
            time.sleep(seconds)
            return False
        try:
            if self._connection is None:
                self._connection = psycopg.connect(
                    dsn("worker"), autocommit=True, connect_timeout=3, application_name=self._name
                )
                self._connection.execute(f"LISTEN {WORK_CHANNEL}")
                # Whatever was committed before this is found by looking.
                return True
            return any(True for _ in self._connection.notifies(timeout=seconds, stop_after=1))
        except psycopg.Error as error:
            log.warning("Not told of new work (%s).", type(error).__name__, extra=DATABASE_AWAY)
            self.hang_up()
            time.sleep(LONGEST_WAIT)
            return False

    def hang_up(self) -> None:
        if self._connection is not None:
            with contextlib.suppress(psycopg.Error):
                self._connection.close()
        self._connection = None
