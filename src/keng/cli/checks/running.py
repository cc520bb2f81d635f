"""Checks of what runs here: by their signs of life, and by asking the sites for a page."""

import http.client
import os
import time
from functools import partial
from pathlib import Path
from typing import Any

import psycopg

from keng.cli.checks.check import (
    Check,
    CheckedPlace,
    Finding,
    age_words,
    attention,
    ok,
    reading_connection,
    unknown,
    wrong,
)
from keng.kit import alive
from keng.kit.database import DatabaseNotPrepared, data_folder
from keng.kit.demo_hook import installed_demo
from keng.kit.refused_tries import RefusedTry, refused_in_last_day
from keng.kit.worker_tasks import TaskPace
from keng.leases import LONGEST_LEASE_SECONDS
from keng.runtime.postgres.postmaster import command_line
from keng.runtime.supervisor.ports import listening_address
from keng.runtime.supervisor.register import registered_processes, supervisor_pid

_ANSWERS_WITHIN = 4.0
_PAGES = {"public": "/", "desk": "/sign-in/", "edge": "/health"}
# In a day. A page that is gone and a colleague's tip are a few each; a changed secret of an account
# refuses every message of it.
_MANY_REFUSED = 200
_MANY_UNVERIFIED = 100
_MEANS = {
    "public": "residents cannot send tips",
    "desk": "nobody can read tips",
    "edge": "no message of a chat comes in",
    alive.WORKER_SIGNS[TaskPace.ALARM]: "nobody is called for a critical tip",
    alive.WORKER_SIGNS[TaskPace.NORMAL]: "leads are not told, and nothing ends by its time",
    alive.WORKER_SIGNS[TaskPace.SLOW]: "no warning gets its rows, and no file is fetched",
    "sender": "nothing is sent",
}


def supervisor(place: CheckedPlace) -> Finding:
    pid = supervisor_pid(data_folder())
    ages = alive.sign_ages()
    if pid is None:
        processes = alive.ESSENTIAL_PROCESSES
        if any(ages.get(name, 1e9) < alive.PROCESS_SILENT_AFTER for name in processes):
            return ok("none; something else started what runs here")
        return wrong(
            f"Kẻng does not run with the data in {data_folder()}: start it ({_starting_command()})"
        )
    if (since := unfinished_start(pid)) is not None:
        return wrong(
            f"the start of process {pid} is not finished (for {age_words(since)}): folders, tables "
            "and keys are being made, and no tip is taken yet. Wait for “Kẻng is ready.”, some "
            "minutes at the first start; see what it printed where it takes longer"
        )
    age = ages.get("keng")
    if age is None or age > alive.PROCESS_SILENT_AFTER:
        return attention(
            f"process {pid} stands still, so whoever dies is not started again: look into "
            f"logs/keng.log, and end it (kill -CONT, or kill -9 and {_starting_command()})"
        )
    return ok(f"process {pid}")


def unfinished_start(pid: int) -> float | None:
    """For how many seconds a supervisor has been making ready what it will watch over.

    None once it watches: from then on it gives signs of life. Those of an earlier one do not count.
    """
    began = started_at(pid)
    if began is None:
        return None
    since = time.time() - began
    sign = alive.sign_ages().get("keng")
    has_begun = sign is not None and sign <= since
    return None if has_begun or _has_started_others(began) else since


def _has_started_others(began: float) -> bool:
    """Whether what a supervisor watches over was born after it, and lives."""
    registered = registered_processes(data_folder())
    watched = [registered[name] for name in alive.ESSENTIAL_PROCESSES if name in registered]
    born = [started_at(entry["pid"]) for entry in watched if entry.get("pid")]
    return any(each is not None and each >= began for each in born)


def is_starting() -> bool:
    """Whether a start is at work just now, so that what is missing is being made."""
    pid = supervisor_pid(data_folder())
    return pid is not None and unfinished_start(pid) is not None


def _starting_command() -> str:
    """`keng serve` refuses a demo's data."""
    demo = installed_demo()
    return "keng demo" if demo and demo.is_demo_folder(data_folder()) else "keng serve"


def process(name: str, place: CheckedPlace) -> Finding:
    """Whether it works, by its own sign; a site is also asked for a page."""
    age = alive.sign_ages().get(name)
    means = _MEANS[name]
    log = f"logs/{_log_of(name)}.log"
    if age is None:
        return wrong(f"it never gave a sign of life: {means}. See {log}")
    if age > alive.PROCESS_SILENT_AFTER:
        return wrong(
            f"no sign of life for {age_words(age)}: {means}. See {log}; kill -9 it, and "
            "it is started again"
        )
    if name in _PAGES and (problem := _page_problem(name, place)):
        return wrong(f"{problem}: {means}. See {log}")
    lanes = {lane: age for lane, age in alive.sign_ages().items() if lane.startswith(f"{name}.")}
    late = {lane: age for lane, age in lanes.items() if age > _lane_may_take(lane)}
    if late:
        lane = max(late, key=lambda each: late[each])
        return attention(f"{lane.partition('.')[2]} stands still for {age_words(late[lane])}")
    return ok(f"alive {age_words(age)} ago")


def process_check(name: str) -> Check:
    return Check(name, partial(process, name), needs=("supervisor",))


def worker(pace: TaskPace, place: CheckedPlace) -> Finding:
    """Whether these tasks are done, by a process here or on another machine."""
    name = alive.WORKER_SIGNS[pace]
    if name not in alive.sign_ages() and _is_done_elsewhere(name):
        return ok("alive on another machine")
    return process(name, place)


def worker_check(pace: TaskPace) -> Check:
    return Check(alive.WORKER_SIGNS[pace], partial(worker, pace), needs=("supervisor",))


def _is_done_elsewhere(lease: str) -> bool:
    """Whether some worker holds it: each class has one for this question (`runtime.worker`)."""
    query = (
        "SELECT FROM leases_lease WHERE name = %s AND ends_at > clock_timestamp()"
        " AND ends_at <= clock_timestamp() + %s * interval '1 second'"
    )
    try:
        with reading_connection() as connection:
            return connection.execute(query, [lease, LONGEST_LEASE_SECONDS]).fetchone() is not None
    except (psycopg.Error, DatabaseNotPrepared):
        # Lines of their own say what is the matter with the database.
        return False


def _log_of(name: str) -> str:
    """The supervisor has two workers: one for alarms, and one for everything else; or one."""
    if name == alive.WORKER_SIGNS[TaskPace.ALARM]:
        registered = registered_processes(data_folder())
        return "worker" if "worker" in registered and name not in registered else name
    return "worker" if name in alive.WORKER_SIGNS.values() else name


def _lane_may_take(lane: str) -> float:
    is_normal = lane.startswith(f"{alive.WORKER_SIGNS[TaskPace.NORMAL]}.")
    return alive.LANE_SILENT_AFTER[TaskPace.NORMAL if is_normal else TaskPace.SLOW]


def _page_problem(name: str, place: CheckedPlace) -> str:
    """As a visitor of this machine sees it; `/health` of the edge sums all up and may be 503."""
    entry = registered_processes(data_folder()).get(name, {})
    port = entry.get("port") or getattr(place.ports, name)
    where = "127.0.0.1" if listening_address() == "0.0.0.0" else listening_address()  # noqa: S104 -- compared with
    connection = http.client.HTTPConnection(where, port, timeout=_ANSWERS_WITHIN)
    host = os.environ.get("KENG_HOSTS", "localhost").split(",")[0]
    headers = {"Host": host, "X-Forwarded-Proto": "https", "X-Forwarded-For": "127.0.0.1"}
    try:
        connection.request("GET", _PAGES[name], headers=headers)
        with connection.getresponse() as answer:
            status = answer.status
    except (OSError, http.client.HTTPException) as error:
        return f"port {port} does not answer ({type(error).__name__})"
    finally:
        connection.close()
    if status >= 500 and name != "edge":
        return f"port {port} answers {status}"
    return ""


def tasks(place: CheckedPlace) -> Finding:
    """What the worker does again and again, and when each came through last."""
    known = alive.task_signs()
    if not known:
        return unknown("the worker has told of none yet")
    late = [task for task in known if task.is_late]
    if not late:
        return ok(f"{len(known)} come through")
    worst = next((task for task in reversed(late) if task.is_alarm), late[-1])
    text = f"“{worst.name}” did not come through for {age_words(worst.age)} ({len(late)} such)"
    if worst.is_alarm:
        log = _log_of(alive.WORKER_SIGNS[TaskPace.ALARM])
        return wrong(f"{text}: calls for help may not ring. See logs/{log}.log")
    return attention(f"{text}. See logs/worker.log")


def refused(place: CheckedPlace) -> Finding:
    """What was refused for want of a right or looks like a try to get round one, in a day."""
    counts = refused_in_last_day()
    if not counts:
        return ok("nothing in the last day")
    told = ", ".join(f"{count} {why}" for why, count in counts.most_common())
    text = f"at least {counts.total()} in the last day ({told})"
    if counts[RefusedTry.UNVERIFIED] >= _MANY_UNVERIFIED:
        return attention(f"{text}: has an account another secret now? See logs/edge.log")
    if counts[RefusedTry.NO_RIGHT] + counts[RefusedTry.NOT_SEEN] >= _MANY_REFUSED:
        return attention(
            f"{text}: somebody who is signed in tries what is not theirs. logs/desk.log has what "
            "and as which role; have the auditor read who signed in at these times"
        )
    return ok(text)


def ports(place: CheckedPlace) -> Finding:
    """Free before a start; ours while we run. Nothing is bound, so that no start is disturbed."""
    if supervisor_pid(data_folder()) is not None:
        taken = {
            name: entry.get("port") for name, entry in registered_processes(data_folder()).items()
        }
        other = [
            name for name in _PAGES if taken.get(name) not in {None, getattr(place.ports, name)}
        ]
        if other:
            return ok(f"in use by our own processes; {', '.join(other)} started with others")
        return ok("in use by our own processes")
    ages = alive.sign_ages()
    alone = [name for name in _PAGES if ages.get(name, 1e9) < alive.PROCESS_SILENT_AFTER]
    for name in _PAGES:
        port = getattr(place.ports, name)
        # A process that a service manager keeps gives its sign, and whoever answers is that one.
        if name not in alone and _is_answered(port):
            return wrong(
                f"Port {port} is in use by another program. Choose another with "
                f"KENG_{name.upper()}_PORT or --ports."
            )
    return ok(f"free, or in use by our own {', '.join(alone)}" if alone else "free")


def _is_answered(port: int) -> bool:
    import socket  # noqa: PLC0415 -- only where nothing runs

    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((listening_address(), port)) == 0


def debug_switches(place: CheckedPlace, *, is_demo: bool | None) -> Finding:
    """Switches that belong to tests and to the demo, here or in a process that runs."""
    forbidden = ["KENG_DEBUG", "KENG_DEBUG_FAULTS", "KENG_TEST_FAULT"]
    forbidden += [] if is_demo else ["KENG_DEMO"]
    on = {name for name in forbidden if os.environ.get(name, "0") not in {"", "0"}}
    for entry in registered_processes(data_folder()).values():
        given = environment_of(entry["pid"])
        on |= {name for name in forbidden if given.get(name, "0") not in {"", "0"}}
    if not on:
        return ok("off")
    text = f"{', '.join(sorted(on))} set"
    if is_demo:
        return attention(f"{text}: error pages show what was typed")
    return wrong(f"{text}, where real people report: take it out and start anew")


def environment_of(pid: int) -> dict[str, str]:
    """What a process of ours was started with; nothing where that cannot be read."""
    try:
        lines = Path(f"/proc/{pid}/environ").read_bytes().decode(errors="replace").split("\0")
    except OSError:
        return {}
    return dict(line.split("=", 1) for line in lines if "=" in line)


def started_at(pid: int) -> float | None:
    """When a process began, as time.time() counts; None where that cannot be known."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks = float(fields[19])
    except (OSError, IndexError, ValueError):
        return None
    since = ticks / os.sysconf("SC_CLK_TCK")
    return time.time() - (time.clock_gettime(time.CLOCK_BOOTTIME) - since)


def oldest_start() -> tuple[str, float] | None:
    """Which of our processes began first, and when."""
    found: dict[str, Any] = {}
    for name, entry in registered_processes(data_folder()).items():
        if name != "postgres" and command_line(entry["pid"]):
            found[name] = started_at(entry["pid"])
    known = {name: at for name, at in found.items() if at is not None}
    if not known:
        return None
    first = min(known, key=lambda each: known[each])
    return first, known[first]
