"""keng worker: suggestions, clocks, retention, rollups; whatever the areas list as their tasks.

Each class of them (`TaskPace`) may have processes of its own, so that what computes holds up no
call for help; any number of them may run, on any machine. A task is done by the one that holds its
lease (`keng.leases`), or by all of them where it claims its rows (`is_shared`).
"""

import argparse
import contextlib
import importlib
import importlib.util
import logging
import math
import os
import signal
import threading
import time
from collections.abc import Callable, Sequence
from types import FrameType
from typing import TYPE_CHECKING

import psycopg

from keng.acts.errors import TryAgain
from keng.kit import alive, metrics
from keng.kit.busy import is_away_error, is_busy_error, is_full_error, sqlstate_of
from keng.kit.database import TimeLimits, data_folder, dsn, session_name
from keng.kit.logs import database_away, log_as
from keng.kit.metrics_server import metrics_port, serve_metrics
from keng.kit.worker_tasks import WORK_CHANNEL, TaskPace, WorkerTask
from keng.runtime.environment import is_told_its_process, start_django
from keng.runtime.unprivileged import become_unprivileged

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry

    from keng.leases.connection_limits import ConnectionLimits
    from keng.leases.holder import LeaseHolder

log = logging.getLogger(__name__)
# How long a lane waits at most before it says again that it is there, and looks at its leases.
LONGEST_WAIT = alive.BEAT_EVERY
# How long whoever listens waits before it looks at the signal to stop; and after a lost connection.
_LISTENS_FOR = 1.0
_LISTENS_AGAIN_AFTER = 0.5
# A lane that has nothing to do for so long needs no connection meanwhile.
_CONNECTION_RESTS_FROM = 20.0
# A server that fell silent or only reads is noticed after so long, one that ended at once.
_CONNECTION_TRUSTED_FOR = 1.0
PAUSE_AFTER_ERROR = 5.0
PAUSE_AFTER_LIMIT = 1.0
# After so many another worker may try; it may have what this one lacks.
FAILURES_IN_A_ROW = 3
# So long a portion may still take once somebody asks to stop; killed after it, it is done again.
ENDS_WITHIN = 15.0
# After so many seconds another worker does what a killed one did: who is called waits for no more.
LEASE_SECONDS = {TaskPace.ALARM: 3.0, TaskPace.NORMAL: 10.0, TaskPace.SLOW: 10.0}
# How soon a free lease is noticed, once it was taken.
LEASE_POLL_SECONDS = 0.3

# An alarm's portion is small, and a slow task reads whole tables: no statement holds either up.
_LIMITS = {
    TaskPace.ALARM: TimeLimits(statement=15, lock=3, idle=30),
    TaskPace.NORMAL: TimeLimits(statement=60, lock=5, idle=60),
    TaskPace.SLOW: TimeLimits(statement=120, lock=10, idle=120),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--class",
        dest="paces",
        action="append",
        type=TaskPace,
        choices=list(TaskPace),
        help="which tasks: what a call for help hangs on (alarm), what is done in moments "
        "(normal), what computes or waits for others' servers (slow); may be given several "
        "times, and without it all are done",
    )
    parser.add_argument("--once", action="store_true", help="do what is due now, then end")


def run(arguments: argparse.Namespace) -> int:
    paces = tuple(pace for pace in TaskPace if pace in (arguments.paces or TaskPace))
    if not is_told_its_process():
        # What it needs of the supervisor, the process itself does without.
        from keng.runtime.alone import become_process  # noqa: PLC0415

        become_process("worker", None, *(["--once"] if arguments.once else []), paces=paces)
    become_unprivileged("worker")
    log_as(alive.WORKER_SIGNS[paces[0]] if len(paces) == 1 else "worker")
    start_django("worker")
    # Told to nobody else: see vault.opening.
    os.environ["KENG_WORKER_KEYS"] = str(data_folder() / "keys" / "worker")
    tasks = [task for task in all_tasks() if task.pace in paces]
    if arguments.once:
        finish_once(tasks)
        return 0
    stop = threading.Event()

    def ask_to_stop(number: int, frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, ask_to_stop)
    signal.signal(signal.SIGINT, ask_to_stop)
    serve_metrics(_metrics_name(paces), lambda: _registry(paces))
    work_until_stopped(tasks, stop)
    return 0


def _metrics_name(paces: Sequence[TaskPace]) -> str:
    """The name under which its metrics have a port; the one with the normal class is the worker."""
    return "worker" if TaskPace.NORMAL in paces else alive.WORKER_SIGNS[paces[0]]


def _registry(paces: Sequence[TaskPace]) -> "CollectorRegistry":
    if TaskPace.SLOW in paces:
        # What measures the database is a task of this class, and its figures are here alone.
        from keng.runtime.database_metrics import DATABASE_FIGURES  # noqa: PLC0415 -- settings

        metrics.REGISTRY.register(DATABASE_FIGURES)
    return metrics.REGISTRY


def work_until_stopped(tasks: list[WorkerTask], stop: threading.Event) -> None:
    """Until somebody asks to stop: each lane in a thread of its own, and one that keeps the leases.

    A lane that ends by a fault ends all of them: whoever watches over us begins us anew.
    """
    paces = [pace for pace in TaskPace if any(task.pace == pace for task in tasks)]
    alive.forget_worker_signs(paces)
    # The alarms' lane gives its own: nothing that it does may take long.
    signs = [alive.Heartbeat(alive.WORKER_SIGNS[pace]) for pace in paces if pace != TaskPace.ALARM]
    lanes = _Lanes(tasks)
    bell = _Bell([lane for _, lane in lanes.named])
    faults: list[BaseException] = []
    threads = [
        threading.Thread(target=_run_to_the_end, args=(lane, stop, faults), name=name, daemon=True)
        for name, lane in lanes.named
    ]
    leases_stop = threading.Event()
    keeper = threading.Thread(
        target=_renew_to_the_end,
        args=(lanes.leases, leases_stop, faults),
        name="leases",
        daemon=True,
    )
    listener = threading.Thread(
        target=_ring_to_the_end, args=(bell, stop, faults), name="bell", daemon=True
    )
    for thread in (keeper, *threads, listener):
        thread.start()
    try:
        while not stop.is_set() and keeper.is_alive():
            for sign in signs:
                sign.beat()
            stop.wait(alive.BEAT_EVERY / 4)
    finally:
        stop.set()
        for _, lane in lanes.named:
            lane.woken.set()
        until = time.monotonic() + ENDS_WITHIN
        for thread in (*threads, listener):
            thread.join(max(until - time.monotonic(), 0))
        # Last: until its portion has ended nobody else shall begin it.
        leases_stop.set()
        keeper.join(max(until - time.monotonic(), 1))
    if faults:
        raise faults[0]
    for sign in (*signs, *lanes.signs_of_alarms):
        sign.end()
    alive.forget_worker_signs(paces)


def _run_to_the_end(worker: "Worker", stop: threading.Event, faults: list[BaseException]) -> None:
    from django.db import connections  # noqa: PLC0415 -- needs the settings

    try:
        worker.run(stop, worker.wait_for_work)
    except BaseException as error:  # noqa: BLE001 -- raised again by whoever waits for us
        faults.append(error)
        stop.set()
    finally:
        connections.close_all()


def _renew_to_the_end(
    leases: "LeaseHolder", stop: threading.Event, faults: list[BaseException]
) -> None:
    try:
        leases.renew_until(stop)
    except BaseException as error:  # noqa: BLE001 -- raised again by whoever waits for us
        faults.append(error)


def _ring_to_the_end(bell: "_Bell", stop: threading.Event, faults: list[BaseException]) -> None:
    try:
        bell.ring_until(stop)
    except BaseException as error:  # noqa: BLE001 -- raised again by whoever waits for us
        faults.append(error)
        stop.set()


def finish_once(tasks: list[WorkerTask]) -> None:
    """Do what is due and end. What another worker holds is left to it."""
    from keng.leases.holder import LeaseHolder  # noqa: PLC0415 -- needs the settings

    stop = threading.Event()
    leases = LeaseHolder(_leases_of(tasks))
    keeper = threading.Thread(target=leases.renew_until, args=(stop,), name="leases", daemon=True)
    keeper.start()
    try:
        # Those of a worker that was killed just now end within so long.
        until = time.monotonic() + max(LEASE_SECONDS.values()) + 1
        while any(not leases.holds(name) for name in _leases_of(tasks)):
            if time.monotonic() > until:
                log.warning("Another worker runs: what it does by itself is left to it.")
                break
            time.sleep(0.05)
        Worker(tasks, leases=leases).finish_what_is_due()
    finally:
        stop.set()
        keeper.join(ENDS_WITHIN)


def _leases_of(tasks: Sequence[WorkerTask]) -> dict[str, float]:
    """The tasks that only one worker does at a time, and for how many seconds each lease lasts."""
    return {task.name: LEASE_SECONDS[task.pace] for task in tasks if not task.is_shared}


class _Lanes:
    """What one process does side by side: a lane for alarms, one for all that is quick, and one for
    each slow task; and the leases under which it does so."""

    def __init__(self, tasks: Sequence[WorkerTask]) -> None:
        from keng.leases.holder import LeaseHolder  # noqa: PLC0415 -- needs the settings

        paces = {task.pace for task in tasks}
        # That somebody does this class at all, wherever: the doctor of another machine asks.
        classes = {alive.WORKER_SIGNS[pace]: LEASE_SECONDS[pace] for pace in paces}
        self.leases = LeaseHolder(_leases_of(tasks) | classes, self._is_working)
        self._doing: dict[str, Worker] = {}
        self.named: list[tuple[str, Worker]] = []
        for name, pace, own in _lanes_of(tasks):
            sign = _sign_of(name, pace)
            lane = Worker(own, _LIMITS[pace], sign, self.leases)
            self.named.append((name, lane))
            self._doing |= {task.name: lane for task in own}
            if pace != TaskPace.SLOW:
                self._doing[alive.WORKER_SIGNS[pace]] = lane
        self.signs_of_alarms = [
            lane.sign for name, lane in self.named if name == TaskPace.ALARM and lane.sign
        ]

    def _is_working(self, lease: str) -> bool:
        """What hangs in its lane or fails there is given up, so that another worker does it."""
        lane = self._doing.get(lease)
        return lane is None or not (lane.stands_still() or lane.has_given_up(lease))


def _lanes_of(tasks: Sequence[WorkerTask]) -> list[tuple[str, TaskPace, list[WorkerTask]]]:
    """One for each quick pace that there is, the alarms' first; and one for every slow task."""
    found = [
        (str(pace), pace, [task for task in tasks if task.pace == pace])
        for pace in (TaskPace.ALARM, TaskPace.NORMAL)
    ]
    found += [(task.name, TaskPace.SLOW, [task]) for task in tasks if task.pace == TaskPace.SLOW]
    return [lane for lane in found if lane[2]]


def _sign_of(name: str, pace: TaskPace) -> alive.Heartbeat:
    """The alarms' lane speaks for its class: nothing it does may take long."""
    own = alive.WORKER_SIGNS[pace]
    return alive.Heartbeat(own if pace == TaskPace.ALARM else f"{own}.{name.replace(' ', '-')}")


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
        limits: TimeLimits | None = None,
        sign: alive.Heartbeat | None = None,
        leases: "LeaseHolder | None" = None,
    ) -> None:
        """With `sign` others see that it works, and when each task last came through.

        With `leases` a task that is not shared is done only while its own is held.
        """
        self._due = dict.fromkeys(tasks, 0.0)
        self.sign = sign
        self._done = {task: _beat_of(task) for task in tasks} if sign is not None else {}
        self._leases = leases
        self._ours: set[WorkerTask] = set()
        self._longest = max((alive.LANE_SILENT_AFTER[task.pace] for task in tasks), default=0.0)
        self._worked_at = time.monotonic()
        self.woken = threading.Event()
        """Set by whoever knows of new work, or of the end."""
        self._limits = _connection_limits(limits)
        self._connection_checked_at = -math.inf
        # How often in a row each has failed, and until when its lease is left to others.
        self._failures = dict.fromkeys(tasks, 0)
        self._given_up_until: dict[str, float] = {}

    def run(self, stop: threading.Event, wait: Callable[[float], bool]) -> None:
        """Until `stop`; `wait` sleeps so many seconds at most and says whether it was woken."""
        while not stop.is_set():
            self._beat()
            if not self.do_what_is_due(stop) and not stop.is_set() and wait(self._next_due_in()):
                self._wake()

    def wait_for_work(self, seconds: float) -> bool:
        """So long, or until somebody wakes it; whether somebody did."""
        if not self.woken.wait(seconds):
            # Who wakes it from here on wakes it at its next wait.
            return False
        self.woken.clear()
        return True

    @property
    def is_woken_by_work(self) -> bool:
        """Whether any of its tasks is done at once when work was committed."""
        return any(task.is_woken for task in self._due)

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
            if self._claim(task):
                done += self._do(task)
            else:
                self._due[task] = time.monotonic() + LEASE_POLL_SECONDS
        if not self._ours or (not done and self._due_in() > _CONNECTION_RESTS_FROM):
            self._close_unused_connections()
        return done

    def _claim(self, task: WorkerTask) -> bool:
        """Take it on where this worker may do it now; from then on it is also missed here."""
        is_ours = task.is_shared or self._leases is None or self._leases.holds(task.name)
        if not is_ours and self._is_still_missed(task):
            return False
        if is_ours != (task in self._ours):
            (self._ours.add if is_ours else self._ours.remove)(task)
            if (done := self._done.get(task)) is not None:
                (done.beat if is_ours else done.end)()
        return is_ours

    def _is_still_missed(self, task: WorkerTask) -> bool:
        """Whether it was given up here a moment ago: nobody else may have taken it on."""
        until = self._given_up_until.get(task.name)
        return until is not None and time.monotonic() < until + LEASE_SECONDS[task.pace]

    def _close_unused_connections(self) -> None:
        """Another worker does all of it, or nothing is to be done for a while."""
        if self._limits is not None:
            self._limits.close_unused()

    def has_given_up(self, name: str) -> bool:
        """Whether this task failed again and again, so that another worker may try for a while."""
        return time.monotonic() < self._given_up_until.get(name, 0.0)

    def stands_still(self) -> bool:
        """Whether a portion takes longer than any of this lane may."""
        return time.monotonic() - self._worked_at > self._longest

    def _beat(self) -> None:
        self._worked_at = time.monotonic()
        if self.sign is not None:
            self.sign.beat()

    def _next_due_in(self) -> float:
        return min(max(self._due_in(), 0.01), LONGEST_WAIT)

    def _due_in(self) -> float:
        return min(self._due.values(), default=0.0) - time.monotonic()

    def _wake(self) -> None:
        for task in self._due:
            # One that has just failed keeps its pause.
            if task.is_woken and self._due[task] - time.monotonic() <= task.every.total_seconds():
                self._due[task] = 0.0

    def _do(self, task: WorkerTask) -> int:
        self._have_connection_checked()
        pause = task.every.total_seconds()
        try:
            if self._limits is not None:
                self._limits.ensure()
            done = task.run()
            self._failures[task] = 0
            metrics.task_portions.labels(str(task.pace)).inc()
            if task in self._done:
                self._done[task].beat()
        except Exception as error:  # noqa: BLE001 -- one area's must not stop the others' clocks
            done, pause = 0, _pause_after(error, task)
            self._connection_checked_at = -math.inf
            self._count_failure(error, task)
        self._due[task] = time.monotonic() + (0 if done else pause)
        return done

    def _have_connection_checked(self) -> None:
        """Before what is asked next, unless it was a moment ago and nothing speaks against it.

        A question to the server before each portion is a sixth of what an idle lane does.
        """
        from django.db import close_old_connections  # noqa: PLC0415 -- needs the settings

        from keng.kit.postgresql.base import database_of_this_thread  # noqa: PLC0415 -- as above

        now = time.monotonic()
        is_trusted = now < self._connection_checked_at + _CONNECTION_TRUSTED_FOR
        if not is_trusted or database_of_this_thread().may_have_ended():
            close_old_connections()
            self._connection_checked_at = now

    def _count_failure(self, error: Exception, task: WorkerTask) -> None:
        if _is_waiting_error(error):
            return
        self._failures[task] += 1
        if self._failures[task] >= FAILURES_IN_A_ROW:
            self._failures[task] = 0
            until = time.monotonic() + 2 * LEASE_SECONDS[task.pace]
            self._given_up_until[task.name] = until


def _connection_limits(limits: TimeLimits | None) -> "ConnectionLimits | None":
    from keng.leases.connection_limits import ConnectionLimits  # noqa: PLC0415 -- needs the settings

    return ConnectionLimits(limits) if limits is not None else None


def _is_waiting_error(error: Exception) -> bool:
    """Whether the database was busy or away, which is no fault of this process."""
    from django.db import OperationalError  # noqa: PLC0415

    return (
        is_busy_error(error)
        or is_away_error(error)
        or isinstance(error, OperationalError | TryAgain)
    )


def _pause_after(error: Exception, task: WorkerTask) -> float:
    """Log what stopped it, and say after how long it has its next turn."""
    pause = task.every.total_seconds()
    if is_busy_error(error):
        # Somebody holds what it needs, or it took too long: the others have their turn.
        log.warning("The task %s was stopped by a limit of time.", task.name)
        metrics.database_errors.labels("worker", "busy").inc()
        return max(pause, PAUSE_AFTER_LIMIT)
    if _is_waiting_error(error):
        # It restarts, or its disk is full; what was not committed is done again.
        state = sqlstate_of(error)
        log.warning(
            "The task %s waits for the database (%s).",
            task.name,
            state or type(error).__name__,
            extra=database_away(state) if is_away_error(error) else None,
        )
        kind = "full" if is_full_error(error) else "away"
        metrics.database_errors.labels("worker", kind).inc()
        return 1.0
    # The message holds no row's content.
    log.error("The task %s failed.", task.name, exc_info=error)
    metrics.task_failures.labels(str(task.pace)).inc()
    return max(pause, PAUSE_AFTER_ERROR)


def _beat_of(task: WorkerTask) -> alive.Heartbeat:
    return alive.task_heartbeat(task.name, pace=str(task.pace), every=task.every.total_seconds())


class _Bell:
    """A connection that hears when work was committed, and wakes the lanes that wait for it.

    Without one only the clock wakes them. A process in which nobody is to be woken has none.
    """

    def __init__(self, lanes: Sequence[Worker]) -> None:
        self._woken = [lane.woken for lane in lanes if lane.is_woken_by_work]

    def ring_until(self, stop: threading.Event) -> None:
        """In a thread of its own, which no lane waits for."""
        while self._woken and not stop.is_set():
            try:
                self._listen_until(stop)
            except psycopg.Error as error:
                log.warning(
                    "Not told of new work (%s).",
                    type(error).__name__,
                    extra=database_away(error.sqlstate or ""),
                )
                stop.wait(_LISTENS_AGAIN_AFTER)

    def _listen_until(self, stop: threading.Event) -> None:
        connection = psycopg.connect(
            dsn("worker"),
            autocommit=True,
            connect_timeout=3,
            application_name=session_name("worker bell"),
        )
        with contextlib.closing(connection):
            connection.execute(f"LISTEN {WORK_CHANNEL}")
            # Whatever was committed before this is found by looking.
            self._ring()
            while not stop.is_set():
                for _ in connection.notifies(timeout=_LISTENS_FOR, stop_after=1):
                    self._ring()

    def _ring(self) -> None:
        for woken in self._woken:
            woken.set()
