"""Is a server of this cluster alive? Asked of the operating system, since a pid file can lie."""

import os
import signal
import socket
import struct
import subprocess
import time
from contextlib import suppress
from pathlib import Path

from keng.runtime.errors import CannotContinue
from keng.runtime.postgres.folders import PORT

# The server's fast shutdown: no waiting for clients, nothing lost.
FAST_STOP = signal.SIGINT
# Version 3.0 of the protocol, whose first answer is one letter: R asks who one is, E says an error.
_PROTOCOL, _ASKS_WHO = 3 << 16, b"R"


def living_pid(cluster: Path) -> int | None:
    """The pid of a running server of exactly this cluster."""
    pid = _recorded_pid(cluster / "postmaster.pid")
    if pid is None or not is_process_there(pid):
        return None
    return pid if str(cluster) in command_line(pid) else None


def accepts_connections(socket_file: Path, *, user: str) -> bool:
    """Whether a server there lets people sign in; one that starts, recovers or ends says no."""
    words = f"user\0{user}\0database\0postgres\0\0".encode()
    try:
        with socket.socket(socket.AF_UNIX) as asking:
            asking.settimeout(5)
            asking.connect(str(socket_file))
            asking.sendall(struct.pack("!ii", len(words) + 8, _PROTOCOL) + words)
            return asking.recv(1) == _ASKS_WHO
    except OSError:
        return False


def signal_fast_stop(pid: int) -> None:
    """Ask for the end."""
    with suppress(ProcessLookupError):
        os.kill(pid, FAST_STOP)


def clear_what_a_crash_left(cluster: Path, sockets: Path) -> None:
    """Lock files of a dead server whose pid now belongs to somebody else.

    PostgreSQL clears its lock files itself, except in this case, usual after the restart of a
    container: there it would refuse to start for ever.
    """
    _wait_for_orphans(cluster)
    for file in (cluster / "postmaster.pid", sockets / f".s.PGSQL.{PORT}.lock"):
        pid = _recorded_pid(file)
        if pid is not None and is_process_there(pid):
            file.unlink()


def _wait_for_orphans(cluster: Path, within: float = 20.0) -> None:
    """Wait until a killed server's children are gone: two servers would tear the data apart."""
    deadline = time.monotonic() + within
    while orphans := _working_in(cluster):
        if time.monotonic() > deadline:
            raise CannotContinue(
                f"Processes {orphans} of a killed server still use {cluster}. End them first."
            )
        time.sleep(0.02)


def _working_in(cluster: Path) -> list[int]:
    """Processes whose working folder is the cluster, as every server process's is (Linux only)."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cwd"):
        try:
            if entry.readlink() == cluster:
                found.append(int(entry.parent.name))
        except OSError:
            continue
    return found


def _recorded_pid(lock_file: Path) -> int | None:
    try:
        return int(lock_file.read_text().split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return None


def is_process_there(pid: int) -> bool:
    """Whether a process of this number is there, ours or somebody else's."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def command_line(pid: int) -> str:
    """What a process was started as; nothing if it is gone or already dead."""
    if Path("/proc/self").exists():
        try:
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
        except FileNotFoundError:
            return ""
    answer = subprocess.run(
        ["ps", "-p", str(pid), "-o", "command="],  # noqa: S607 -- every macOS has it
        check=False,
        capture_output=True,
        text=True,
    )
    return answer.stdout
