"""Which processes there are, as whom each runs, and what it is told."""

import os
import socket
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from keng.kit import alive
from keng.kit.database import (
    LISTENING_SETTING,
    PROCESSES,
    REPLICA_SETTING,
    Process,
    data_folder,
    dsn,
    has_own_server,
    is_external,
    listening_dsn,
    replica_dsn,
)
from keng.kit.demo_hook import required_demo
from keng.kit.worker_tasks import TaskPace
from keng.runtime.supervisor.ports import Ports, listening_address
from keng.runtime.supervisor.service_manager import SERVICE_SETTINGS

# Only the sender may address a reporter: no other process learns where its key lies.
SENDER_KEY = "KENG_SENDER_KEY_FILE"
# Who keeps or opens files of tips; to the others the store is no concern.
_WITH_FILES = frozenset({"public", "desk", "worker"})
_STORE_ACCESS = "KENG_FILES_SECRET"
_SITE_SECRET = "KENG_SECRET_KEY"  # noqa: S105 -- a name, no secret
# What the database's owner can do, no long-running process may: each gets its own string.
OWNER_SETTINGS = {
    "DATABASE_URL",
    *(f"KENG_DATABASE_URL_{process.upper()}" for process in PROCESSES),
    LISTENING_SETTING,
    REPLICA_SETTING,
}
_NOT_FOR_CHILDREN = OWNER_SETTINGS | SERVICE_SETTINGS | {SENDER_KEY}
# What serves a site; its words are the address, the port and the application.
SITE_PROCESS = "keng.runtime.site_process"
# Begun by root, it is another account before it loads anything that a stranger speaks to.
UNPRIVILEGED = (sys.executable, "-m", "keng.runtime.unprivileged")


@dataclass(frozen=True)
class Child:
    """A process to keep alive. Stopped in the order of the list, so what takes in stops first."""

    name: str
    command: tuple[str, ...]
    port: int | None = None
    environment: dict[str, str] = field(default_factory=dict, repr=False)
    stops_within: float = 20.0
    at_terminal: bool = True
    """Whether what it says stands at the terminal too, or in its file alone."""
    own_signs: tuple[str, ...] | None = None
    listening: socket.socket | None = field(default=None, repr=False, compare=False)
    """Where it is asked: it is started by whoever asks, and may end by itself afterwards."""

    @property
    def signs(self) -> tuple[str, ...]:
        """By which signs of life it is missed: its name, unless it does what has names, or gives
        none.
        """
        return (self.name,) if self.own_signs is None else self.own_signs


def child_processes(ports: Ports, *, is_demo: bool) -> list[Child]:
    """In the order in which they stop; they start in the opposite one."""
    shared = _shared(ports)
    if is_demo:
        shared["KENG_DEMO"] = "1"
    found = [
        _site("public", "keng.site.asgi_public:application", ports.public, shared),
        _site("desk", "keng.site.asgi_desk:application", ports.desk, shared),
        _site("edge", "keng.edge.asgi:application", ports.edge, shared),
        *_workers(shared),
        _own("sender", shared | {SENDER_KEY: str(data_folder() / "keys" / "sender.key")}),
        _opener(shared),
    ]
    return [*found, *required_demo().children(ports)] if is_demo else found


def process_alone(name: str, ports: Ports, paces: Sequence[TaskPace] = ()) -> Child:
    """What a service manager starts under this name; a worker with the classes that it is to do."""
    if name == "worker":
        return _worker(name, paces or tuple(TaskPace), _shared(ports))
    return next(child for child in child_processes(ports, is_demo=False) if child.name == name)


def rewrite_process() -> Child:
    """What writes the database's files anew at night, as its superuser, and ends."""
    withheld = _NOT_FOR_CHILDREN | {_STORE_ACCESS}
    kept = {name: value for name, value in os.environ.items() if name not in withheld}
    environment = kept | {"KENG_DATA": str(data_folder()), "PYTHONUNBUFFERED": "1"}
    command = (sys.executable, "-m", "keng.cli", "rewrite")
    return Child("rewrite", command, None, environment)


def _site(name: Process, application: str, port: int, shared: dict[str, str]) -> Child:
    command = (*UNPRIVILEGED, SITE_PROCESS, listening_address(), str(port), application)
    return Child(name, command, port, _environment(name, shared))


def _shared(ports: Ports) -> dict[str, str]:
    return {name: str(port) for name, port in ports.settings.items()}


def _workers(shared: dict[str, str]) -> list[Child]:
    if os.environ.get("KENG_ONE_WORKER") == "1":
        return [_worker("worker", tuple(TaskPace), shared)]
    # What computes, and what waits for others' servers, stops before what calls for help.
    return [
        _worker("worker", (TaskPace.NORMAL, TaskPace.SLOW), shared),
        _worker("worker-alarm", (TaskPace.ALARM,), shared),
    ]


def _worker(name: str, paces: Sequence[TaskPace], shared: dict[str, str]) -> Child:
    child = _own("worker", shared)
    return replace(
        child,
        name=name,
        command=(*child.command, *(f"--class={pace}" for pace in paces)),
        own_signs=tuple(alive.WORKER_SIGNS[pace] for pace in paces),
    )


def _own(name: Process, shared: dict[str, str]) -> Child:
    command = (sys.executable, "-m", "keng.cli", name)
    return Child(name, command, None, _environment(name, shared))


def _opener(shared: dict[str, str]) -> Child:
    """It opens no receipt and makes no session: the site's secret is none of its own.

    Nor does it give signs of life: it writes no file, and is asked whether it is there.
    """
    child = _own("opener", shared)
    told = {name: value for name, value in child.environment.items() if name != _SITE_SECRET}
    return replace(child, environment=told, own_signs=())


def _environment(process: Process, shared: dict[str, str]) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in _NOT_FOR_CHILDREN}
    if has_own_server(process):
        kept[f"KENG_DATABASE_URL_{process.upper()}"] = dsn(process)
    if process not in _WITH_FILES:
        kept.pop(_STORE_ACCESS, None)
    if process == "desk" and (is_external() or LISTENING_SETTING in os.environ):
        kept[LISTENING_SETTING] = listening_dsn(process)
    if replica := replica_dsn(process):
        kept[REPLICA_SETTING] = replica
    return {
        **kept,
        **shared,
        "KENG_PROCESS": process,
        "KENG_DATA": str(data_folder()),
        "DJANGO_SETTINGS_MODULE": "keng.site.settings",
        "PYTHONUNBUFFERED": "1",
    }
